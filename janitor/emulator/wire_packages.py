"""Artifact Registry v1 over gRPC: packages and the files of their versions, in any format."""

import hashlib
from typing import Any

from google.cloud import artifactregistry_v1 as ar
from google.longrunning import operations_pb2

from janitor.emulator import paging
from janitor.emulator.method import Method
from janitor.emulator.naming import part
from janitor.emulator.repository import WorldImage, WorldRepository, stamp
from janitor.emulator.rules_artifacts import check_package
from janitor.emulator.state import World
from janitor.emulator.wellknown import Empty
from janitor.emulator.wire_artifacts import SERVICE, in_package

File: Any = ar.File.pb()
OperationMetadata: Any = ar.OperationMetadata.pb()
_ListFilesResponse: Any = ar.ListFilesResponse.pb()


def methods() -> list[Method]:
    """What is served beside docker's own listings."""
    return [
        Method(SERVICE, "ListFiles", ar.ListFilesRequest.pb(), _ListFilesResponse, _list_files),
        Method(
            SERVICE, "DeletePackage", ar.DeletePackageRequest.pb(), operations_pb2.Operation, _delete_package
        ),
    ]


def _delete_package(world: World, request: Any) -> Any:
    """All of its versions and tags go too."""
    repository, package = in_package(world, request.name)
    check_package(repository, package)

    def effect() -> tuple[Any, Any]:
        """Refuses again what became true meanwhile."""
        still, _ = in_package(world, request.name)
        check_package(still, package)
        still.remove_package(package)
        return OperationMetadata(), Empty()

    place = f"projects/{part(request.name, 'project')}/locations/{part(request.name, 'location')}"
    return world.operations.begin(place, OperationMetadata(), effect)


def _list_files(world: World, request: Any) -> Any:
    """One file a version that has a size, owned by it (file.proto: owner). Of docker images none: which
    of many versions would own a shared layer is not stated."""
    repository = world.repository(request.parent)
    files = {
        (image.key): image for image in repository.images.values() if not repository.is_docker and image.size
    }
    keys = sorted(files)
    cut = paging.cut(keys, request, paging.ARTIFACT_MAX)
    response = _ListFilesResponse()
    response.files.extend(_file(repository, files[key]) for key in keys[cut.start : cut.end])
    response.next_page_token = cut.next_token
    return response


def _file(repository: WorldRepository, image: WorldImage) -> Any:
    owner = repository.version_name(image.key)
    id_ = hashlib.sha256(owner.encode()).hexdigest()
    message = File(name=f"{repository.name}/files/sha256:{id_}", size_bytes=image.size, owner=owner)
    stamp(message.create_time, image.uploaded)
    stamp(message.update_time, image.updated)
    return message
