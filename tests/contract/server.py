"""Another Google, from the protos alone: pages of two, opaque tokens, and what the facts leave open.

It shares nothing with the emulator. It answers what it was given and does not check what it is asked:
what a sweep sends is held by the tests, by `asked`.
"""

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2
from google.cloud.location import locations_pb2
from google.longrunning import operations_pb2
from google.protobuf.empty_pb2 import Empty

PAGE = 2
CHANGES = ("Delete", "BatchDelete", "Create", "Update", "Cancel", "Import", "Set", "Run", "Move")


class RefusedError(Exception):
    """A gRPC status without details."""

    def __init__(self, code: grpc.StatusCode, message: str = "refused") -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Cloud:
    """What there is, by full names, and how it answers.

    `refused`: (method, place) -> status, where place is a part of the request's parent or name.
    `before_delete` hears each name that is about to go, `after_untag` each tag that went; both may refuse.
    """

    locations: tuple[str, ...] = ("us-central1",)
    services: dict[str, run_v2.Service] = field(default_factory=dict)
    revisions: dict[str, run_v2.Revision] = field(default_factory=dict)
    jobs: dict[str, run_v2.Job] = field(default_factory=dict)
    executions: dict[str, run_v2.Execution] = field(default_factory=dict)
    worker_pools: dict[str, run_v2.WorkerPool] = field(default_factory=dict)
    repositories: dict[str, ar.Repository] = field(default_factory=dict)
    images: dict[str, list[ar.DockerImage]] = field(default_factory=dict)
    refused: dict[tuple[str, str], RefusedError] = field(default_factory=dict)
    missing: frozenset[str] = frozenset({"ListInstances", "ListWorkerPools", "ListAttachments", "ListSkus"})
    empty_first_page: bool = False
    done_at_once: bool = True
    failed_versions_by_number: bool = False
    lists_lag: bool = False
    locations_status: int = 200
    before_delete: Callable[["Cloud", str], None] = lambda _cloud, _name: None
    after_untag: Callable[["Cloud", str], None] = lambda _cloud, _name: None
    asked: list[tuple[str, Any]] = field(default_factory=list)
    _tokens: dict[str, int] = field(default_factory=dict)
    _ended: dict[str, operations_pb2.Operation] = field(default_factory=dict)
    _first_seen: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def requests(self, method: str) -> list[Any]:
        """The requests of one method so far."""
        return [request for name, request in self.asked if name == method]

    @property
    def changes(self) -> list[tuple[str, Any]]:
        """What was asked that is no read."""
        return [call for call in self.asked if call[0].startswith(CHANGES)]

    def answer(self, method: str, request: Any) -> Any:
        """The reply of one call; RefusedError instead of one."""
        self.asked.append((method, request))
        if method in self.missing:
            raise RefusedError(grpc.StatusCode.UNIMPLEMENTED)
        where = getattr(request, "parent", "") or getattr(request, "name", "")
        for (refused, place), refusal in self.refused.items():
            if refused == method and place in where:
                raise refusal
        found: Any = getattr(self, f"_{_snake(method)}")(request)
        return found

    def _list_services(self, request: Any) -> Any:
        return self._page(
            request, self._under(self.services, request), "services", run_v2.ListServicesResponse
        )

    def _list_revisions(self, request: Any) -> Any:
        found = self._under(self.revisions, request)
        return self._page(request, found, "revisions", run_v2.ListRevisionsResponse)

    def _list_jobs(self, request: Any) -> Any:
        return self._page(request, self._under(self.jobs, request), "jobs", run_v2.ListJobsResponse)

    def _list_executions(self, request: Any) -> Any:
        found = self._under(self.executions, request)
        return self._page(request, found, "executions", run_v2.ListExecutionsResponse)

    def _list_worker_pools(self, request: Any) -> Any:
        found = self._under(self.worker_pools, request)
        return self._page(request, found, "worker_pools", run_v2.ListWorkerPoolsResponse)

    def _list_locations(self, request: Any) -> Any:
        rows = [locations_pb2.Location(location_id=each) for each in self.locations]
        return locations_pb2.ListLocationsResponse(locations=rows)

    def _list_repositories(self, request: Any) -> Any:
        found = self._under(self.repositories, request)
        return self._page(request, found, "repositories", ar.ListRepositoriesResponse)

    def _list_docker_images(self, request: Any) -> Any:
        found = self.images.get(request.parent, [])
        return self._page(request, found, "docker_images", ar.ListDockerImagesResponse)

    def _list_tags(self, request: Any) -> Any:
        """All of the package: the filter is ignored."""
        tags = [
            ar.Tag(name=f"{request.parent}/tags/{tag}", version=_version(image))
            for image in self._images_of(request.parent)
            for tag in image.tags
        ]
        return self._page(request, tags, "tags", ar.ListTagsResponse)

    def _get_service(self, request: Any) -> Any:
        return _one(self.services, request.name)

    def _get_revision(self, request: Any) -> Any:
        return _one(self.revisions, request.name)

    def _get_job(self, request: Any) -> Any:
        return _one(self.jobs, request.name)

    def _get_execution(self, request: Any) -> Any:
        return _one(self.executions, request.name)

    def _get_worker_pool(self, request: Any) -> Any:
        return _one(self.worker_pools, request.name)

    def _get_repository(self, request: Any) -> Any:
        return _one(self.repositories, request.name)

    def _get_tag(self, request: Any) -> Any:
        package, _, tag = request.name.rpartition("/tags/")
        for image in self._images_of(package):
            if tag in image.tags:
                return ar.Tag(name=request.name, version=_version(image))
        raise RefusedError(grpc.StatusCode.NOT_FOUND)

    def _get_version(self, request: Any) -> Any:
        self._image(request.name)
        return ar.Version(name=request.name)

    def _get_operation(self, request: Any) -> Any:
        return _one(self._ended, request.name)

    def _update_service(self, request: Any) -> Any:
        """The traffic alone, whatever the mask is."""
        self.before_delete(self, request.service.name)
        _etag(request.service, self.services)
        found = self.services[request.service.name]
        found.traffic, found.etag = request.service.traffic, f"{found.etag}+"
        kept = {(each.tag, each.revision) for each in found.traffic}
        found.traffic_statuses = [
            each for each in found.traffic_statuses if not each.tag or (each.tag, each.revision) in kept
        ]
        return self._operation("projects/123456/locations/us-central1")

    def _delete_service(self, request: Any) -> Any:
        self.before_delete(self, request.name)
        _etag(request, self.services)
        del self.services[request.name]
        for name in [each for each in self.revisions if each.startswith(f"{request.name}/")]:
            del self.revisions[name]
        return self._operation("projects/p/locations/us-central1")

    def _delete_revision(self, request: Any) -> Any:
        self.before_delete(self, request.name)
        _etag(request, self.revisions)
        del self.revisions[request.name]
        return self._operation("projects/p/locations/us-central1")

    def _delete_worker_pool(self, request: Any) -> Any:
        self.before_delete(self, request.name)
        _etag(request, self.worker_pools)
        del self.worker_pools[request.name]
        return self._operation("projects/p/locations/us-central1")

    def _delete_job(self, request: Any) -> Any:
        self.before_delete(self, request.name)
        _etag(request, self.jobs)
        del self.jobs[request.name]
        for name in [each for each in self.executions if each.startswith(f"{request.name}/")]:
            del self.executions[name]
        return self._operation("projects/p/locations/us-central1")

    def _delete_execution(self, request: Any) -> Any:
        self.before_delete(self, request.name)
        _etag(request, self.executions)
        del self.executions[request.name]
        return self._operation("projects/p/locations/us-central1")

    def _delete_tag(self, request: Any) -> Any:
        package, _, tag = request.name.rpartition("/tags/")
        for image in self._images_of(package):
            if tag in image.tags:
                image.tags.remove(tag)
                self.after_untag(self, request.name)
                return Empty()
        raise RefusedError(grpc.StatusCode.NOT_FOUND)

    def _create_tag(self, request: Any) -> Any:
        self._image(request.tag.version).tags.append(request.tag_id)
        return request.tag

    def _delete_version(self, request: Any) -> Any:
        self.before_delete(self, request.name)
        self._remove(request.name, request.force)
        return self._operation("projects/123456/locations/us-central1")

    def _batch_delete_versions(self, request: Any) -> Any:
        metadata = ar.BatchDeleteVersionsMetadata()
        for place, name in enumerate(request.names):
            if self.failed_versions_by_number and not place:
                metadata.failed_versions.append(name.replace("projects/p/", "projects/123456/"))
            else:
                self._remove(name, False)
        return self._operation("projects/123456/locations/us-central1", metadata)

    def _delete_repository(self, request: Any) -> Any:
        self.before_delete(self, request.name)
        _one(self.repositories, request.name)
        del self.repositories[request.name]
        self.images.pop(request.name, None)
        return self._operation("projects/123456/locations/us-central1")

    def _remove(self, version: str, force: bool) -> None:
        image = self._image(version)
        if image.tags and not force:
            raise RefusedError(grpc.StatusCode.FAILED_PRECONDITION, "the version is tagged")
        for images in self.images.values():
            if any(version.endswith(each.digest) for other in images for each in other.image_manifests):
                raise RefusedError(
                    grpc.StatusCode.FAILED_PRECONDITION, "manifest is referenced by parent manifests"
                )
        for images in self.images.values():
            if image in images:
                images.remove(image)

    def _images_of(self, package: str) -> list[ar.DockerImage]:
        images = self.images.get(package.partition("/packages/")[0], [])
        return [image for image in images if _version(image).startswith(f"{package}/versions/")]

    def _image(self, version: str) -> ar.DockerImage:
        for image in self._images_of(version.rpartition("/versions/")[0]):
            if _version(image) == version:
                return image
        raise RefusedError(grpc.StatusCode.NOT_FOUND)

    def _operation(self, place: str, metadata: Any = None) -> operations_pb2.Operation:
        """Done with neither error nor response, now or when it is asked about."""
        name = f"{place}/operations/{len(self._ended)}"
        done = operations_pb2.Operation(name=name, done=True)
        if metadata is not None:
            done.metadata.Pack(type(metadata).pb(metadata))
        self._ended[name] = done
        return done if self.done_at_once else operations_pb2.Operation(name=name)

    def _under(self, things: dict[str, Any], request: Any) -> list[Any]:
        parent = request.parent.removesuffix("/services/-").removesuffix("/jobs/-")
        return [thing for name, thing in things.items() if name.startswith(f"{parent}/")]

    def _page(self, request: Any, found: Sequence[Any], key: str, reply: Any) -> Any:
        if self.lists_lag:
            # every list stays as it was when it was first asked for
            seen = [copy.deepcopy(each) for each in found]
            found = self._first_seen.setdefault((key, request.parent), seen)
        if self.empty_first_page and not request.page_token:
            return reply(next_page_token=self._token(0))
        start = self._tokens[request.page_token] if request.page_token else 0
        token = self._token(start + PAGE) if start + PAGE < len(found) else ""
        return reply({key: list(found[start : start + PAGE]), "next_page_token": token})

    def _token(self, place: int) -> str:
        token = f"~{len(self._tokens)}/=+"
        self._tokens[token] = place
        return token


def _snake(method: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()


def _one(things: dict[str, Any], name: str) -> Any:
    if name not in things:
        raise RefusedError(grpc.StatusCode.NOT_FOUND)
    return things[name]


def _etag(request: Any, things: dict[str, Any]) -> None:
    if request.etag != _one(things, request.name).etag:
        raise RefusedError(grpc.StatusCode.ABORTED, "the etag does not match")


def _version(image: ar.DockerImage) -> str:
    repository, _, rest = image.name.partition("/dockerImages/")
    package, _, digest = rest.partition("@")
    return f"{repository}/packages/{package}/versions/{digest}"
