"""Artifact Registry v1 over gRPC: what is read (google/devtools/artifactregistry/v1)."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from google.cloud import artifactregistry_v1 as ar
from google.cloud.location import locations_pb2

from janitor.emulator import paging
from janitor.emulator.errors import invalid, not_found
from janitor.emulator.method import Method
from janitor.emulator.naming import digest
from janitor.emulator.repository import WorldImage, WorldRepository, stamp
from janitor.emulator.rules_artifacts import check_docker, check_location
from janitor.emulator.state import World

SERVICE = "google.devtools.artifactregistry.v1.ArtifactRegistry"
Package: Any = ar.Package.pb()
Version: Any = ar.Version.pb()
Tag: Any = ar.Tag.pb()
_FULL = 2  # VersionView.FULL
_RELATED_TAGS_MAX = 100  # "only view FULL, max 100" (version.proto:42-46,73-75)
_BY_VERSION = re.compile(r'version\s*=\s*"([^"]+)"')


def methods() -> list[Method]:
    """Every reading RPC of Artifact Registry that is served, its locations too."""
    served = [
        Method(SERVICE, name, _message(f"{name}Request"), _message(response), answer)
        for name, response, answer in (
            ("ListRepositories", "ListRepositoriesResponse", _list_repositories),
            (
                "GetRepository",
                "Repository",
                lambda world, request: world.repository(request.name).message,
            ),
            ("ListDockerImages", "ListDockerImagesResponse", _list_docker_images),
            ("GetDockerImage", "DockerImage", _get_docker_image),
            ("ListPackages", "ListPackagesResponse", _list_packages),
            ("GetPackage", "Package", _get_package),
            ("ListVersions", "ListVersionsResponse", _list_versions),
            ("GetVersion", "Version", _get_version),
            ("ListTags", "ListTagsResponse", _list_tags),
            ("GetTag", "Tag", _get_tag),
            ("ListAttachments", "ListAttachmentsResponse", _list_attachments),
        )
    ]
    locations = Method(
        "google.cloud.location.Locations",
        "ListLocations",
        locations_pb2.ListLocationsRequest,
        locations_pb2.ListLocationsResponse,
        _list_locations,
    )
    return [*served, locations]


def _message(name: str) -> Any:
    return getattr(ar, name).pb()


def _list_repositories(world: World, request: Any) -> Any:
    check_location(world, request.parent)
    found = {
        (name,): repository.message
        for name, repository in world.repositories.items()
        if name.startswith(f"{request.parent}/repositories/")
    }
    return _page(_message("ListRepositoriesResponse")(), "repositories", found, request)


def _list_docker_images(world: World, request: Any) -> bytes:
    repository = world.repository(request.parent)
    check_docker(repository)
    bound_to = paging.fingerprint(request)
    return repository.page(request.page_size, request.page_token, bound_to, paging.ARTIFACT_MAX)


def warm(world: World) -> None:
    """Serialises the pages of large repositories ahead, as a listing without order_by will ask for them."""
    for name, repository in world.repositories.items():
        request = _message("ListDockerImagesRequest")(parent=name)
        repository.warm(paging.fingerprint(request), paging.ARTIFACT_MAX)


def _get_docker_image(world: World, request: Any) -> Any:
    repository = world.repository(request.name)
    package, _, found = request.name.removeprefix(f"{repository.name}/dockerImages/").partition("@")
    key = unquote(package), digest(found)
    if key not in repository.images:
        raise not_found(request.name)
    return repository.docker_image(repository.images[key])


def _list_packages(world: World, request: Any) -> Any:
    repository = world.repository(request.parent)
    times = repository.package_times()
    found = {(package,): _package(repository, package, times) for package in repository.packages}
    return _page(_message("ListPackagesResponse")(), "packages", found, request)


def _get_package(world: World, request: Any) -> Any:
    repository, package = in_package(world, request.name)
    return _package(repository, package, repository.package_times())


def _list_versions(world: World, request: Any) -> Any:
    repository, package = in_package(world, request.parent)
    images = {(found,): image for (of, found), image in repository.images.items() if of == package}
    response = _message("ListVersionsResponse")()
    keys = sorted(images)
    cut = paging.cut(keys, request, paging.ARTIFACT_MAX)
    response.versions.extend(
        _version(repository, images[key], request.view) for key in keys[cut.start : cut.end]
    )
    response.next_page_token = cut.next_token
    return response


def _get_version(world: World, request: Any) -> Any:
    repository, key = world.version(request.name)
    return _version(repository, repository.images[key], request.view)


def _list_tags(world: World, request: Any) -> Any:
    """Of a package; with the filter `version="…"` (a full name) those of a version."""
    repository, package = in_package(world, request.parent)
    wanted = _wanted_version(request.filter)
    tags = {(tag,): tag_message(repository, package, tag) for tag in _tags_of(repository, package, wanted)}
    return _page(_message("ListTagsResponse")(), "tags", tags, request)


def _tags_of(repository: WorldRepository, package: str, wanted: str) -> Iterable[str]:
    if wanted:
        image = repository.images.get((package, wanted.rpartition("/versions/")[2]))
        return image.tags if image and repository.version_name(image.key) == wanted else ()
    return [tag for of, tag in repository.tags if of == package]


def _wanted_version(filter_: str) -> str:
    if not filter_:
        return ""
    found = _BY_VERSION.fullmatch(filter_.strip())
    if not found:
        raise invalid(f"filter {filter_!r} is not understood")
    return found[1]


def _get_tag(world: World, request: Any) -> Any:
    repository, package, tag = tag_key(world, request.name)
    return tag_message(repository, package, tag)


def _list_attachments(world: World, request: Any) -> Any:
    """All of a repository, or by the filter `target="…"` those about one thing."""
    repository = world.repository(request.parent)
    found = {(a.name,): a for a in repository.attachments.values()}
    if request.filter:
        target = re.fullmatch(r'target\s*=\s*"([^"]+)"', request.filter.strip())
        if not target:
            raise invalid(f"filter {request.filter!r} is not understood")
        found = {key: a for key, a in found.items() if a.target == target[1]}
    return _page(_message("ListAttachmentsResponse")(), "attachments", found, request)


def _list_locations(world: World, request: Any) -> Any:
    project = world.project(request.name)
    found = {
        (location,): locations_pb2.Location(name=f"{request.name}/locations/{location}", location_id=location)
        for location in project.artifact_locations
    }
    return _page(locations_pb2.ListLocationsResponse(), "locations", found, request)


def _page(response: Any, field: str, found: dict[Any, Any], request: Any) -> Any:
    keys = sorted(found)
    cut = paging.cut(keys, request, paging.ARTIFACT_MAX)
    getattr(response, field).extend(found[key] for key in keys[cut.start : cut.end])
    response.next_page_token = cut.next_token
    return response


def in_package(world: World, name: str) -> tuple[WorldRepository, str]:
    """Repository and package of a package's resource name; NOT_FOUND where there is none."""
    repository = world.repository(name)
    package = unquote(name.removeprefix(f"{repository.name}/packages/"))
    if package not in repository.packages:
        raise not_found(name)
    return repository, package


def tag_key(world: World, name: str) -> tuple[WorldRepository, str, str]:
    """Repository, package and tag of a tag's resource name; NOT_FOUND where there is none."""
    repository = world.repository(name)
    package, _, tag = name.removeprefix(f"{repository.name}/packages/").partition("/tags/")
    if (unquote(package), unquote(tag)) not in repository.tags:
        raise not_found(name)
    return repository, unquote(package), unquote(tag)


def tag_message(repository: WorldRepository, package: str, tag: str) -> Any:
    version = repository.version_name((package, repository.tags[package, tag]))
    return Tag(name=f"{repository.package_name(package)}/tags/{tag}", version=version)


def _package(repository: WorldRepository, package: str, times: Any) -> Any:
    message = Package(name=repository.package_name(package), display_name=package)
    created, updated = times.get(package, (None, None))
    stamp(message.create_time, created)
    stamp(message.update_time, updated)
    return message


def _version(repository: WorldRepository, image: WorldImage, view: int) -> Any:
    """related_tags only in the FULL view; metadata as artifact.proto:31-36,88-91 has it."""
    message = Version(name=repository.version_name(image.key))
    stamp(message.create_time, image.uploaded)
    stamp(message.update_time, image.updated)
    if repository.is_docker:
        message.metadata.update({"imageSizeBytes": str(image.size), "mediaType": image.media_type})
    if image.artifact_type:
        message.metadata.update({"artifactType": image.artifact_type})
    if view == _FULL:
        tags = image.tags[:_RELATED_TAGS_MAX]
        message.related_tags.extend(tag_message(repository, image.package, tag) for tag in tags)
    return message
