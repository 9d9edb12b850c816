"""Artifact Registry v1 over gRPC: what changes it (google/devtools/artifactregistry/v1)."""

import time
from typing import Any

import grpc
from google.cloud import artifactregistry_v1 as ar
from google.longrunning import operations_pb2

from janitor.emulator.errors import RefusedCall, invalid
from janitor.emulator.method import Method
from janitor.emulator.naming import part
from janitor.emulator.rules_artifacts import check_batch, check_tag, check_version
from janitor.emulator.state import World
from janitor.emulator.wellknown import Empty
from janitor.emulator.wire_artifacts import SERVICE, tag_key, tag_message

OperationMetadata: Any = ar.OperationMetadata.pb()
BatchMetadata: Any = ar.BatchDeleteVersionsMetadata.pb()
_OPERATION = operations_pb2.Operation


def methods() -> list[Method]:
    """Every changing RPC of Artifact Registry that is served."""
    return [
        Method(SERVICE, name, getattr(ar, f"{name}Request").pb(), response, answer)
        for name, response, answer in (
            ("DeleteRepository", _OPERATION, _delete_repository),
            ("DeleteVersion", _OPERATION, _delete_version),
            ("BatchDeleteVersions", _OPERATION, _batch_delete_versions),
            ("CreateTag", ar.Tag.pb(), _create_tag),
            ("DeleteTag", Empty, _delete_tag),
        )
    ]


def _delete_repository(world: World, request: Any) -> Any:
    """Everything in it goes too, irrecoverably."""
    repository = world.repository(request.name)

    def effect() -> tuple[Any, Any]:
        world.repository(repository.name)
        del world.repositories[repository.name]
        return OperationMetadata(), Empty()

    return world.operations.begin(_location(request.name), OperationMetadata(), effect)


def _delete_version(world: World, request: Any) -> Any:
    repository, key = world.version(request.name)
    check_version(repository, key, request.force)

    def effect() -> tuple[Any, Any]:
        """Refuses again what became true meanwhile."""
        still, _ = world.version(request.name)
        check_version(still, key, request.force)
        still.remove(key)
        return OperationMetadata(), Empty()

    return world.operations.begin(_location(request.name), OperationMetadata(), effect)


def _batch_delete_versions(world: World, request: Any) -> Any:
    """Each version by itself; those refused stand in metadata.failed_versions, even on success."""
    check_batch(world.repository(request.parent), request)

    def effect() -> tuple[Any, Any]:
        metadata = BatchMetadata()
        for name in request.names:
            try:
                repository, key = world.version(name)
                check_version(repository, key, force=False)
                if not request.validate_only:
                    repository.remove(key)
            except RefusedCall:
                metadata.failed_versions.append(name)
        return metadata, Empty()

    return world.operations.begin(_location(request.parent), BatchMetadata(), effect)


def _create_tag(world: World, request: Any) -> Any:
    """Allowed where tags are immutable: "does not prevent tags from being created"."""
    repository, (package, found) = world.version(request.tag.version)
    if request.parent != repository.package_name(package):
        raise invalid("the tag's version must lie in the parent package")
    if not request.tag_id:
        raise invalid("tag_id is required")
    if (package, request.tag_id) in repository.tags:
        raise RefusedCall(grpc.StatusCode.ALREADY_EXISTS, f"tag {request.tag_id!r} exists already")
    repository.set_tag(package, request.tag_id, found, time.time())
    return tag_message(repository, package, request.tag_id)


def _delete_tag(world: World, request: Any) -> Any:
    """Synchronous and Empty (service.proto:380)."""
    repository, package, tag = tag_key(world, request.name)
    check_tag(repository)
    repository.remove_tag(package, tag)
    return Empty()


def _location(name: str) -> str:
    return f"projects/{part(name, 'project')}/locations/{part(name, 'location')}"
