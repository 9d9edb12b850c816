"""Reading again, just before a delete (apply.ports.Reader)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote

from google.api_core.exceptions import NotFound
from google.cloud import artifactregistry_v1 as ar

from janitor.apply.ports import CallError
from janitor.gcp import artifact_decode, package_decode
from janitor.gcp.failures import READ_FAILURES, cause, is_unimplemented
from janitor.gcp.observer import GoogleObserver
from janitor.gcp.paging import ROW_FAILURES, pages, rows, same
from janitor.gcp.retry import READ_RETRY, READ_TIMEOUT
from janitor.gcp.run_kinds import RUN_CALLS
from janitor.kinds.workload import RunResource
from janitor.model.holders import Holders, InventoryRefusal, UnreadInventory
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Package, Repository, Version
from janitor.policy.deciding.projects import SweptProjects

T = TypeVar("T")
ProjectsAgain = Callable[[], Awaitable[SweptProjects]]
_PAGE_SIZE = 1000
# Of the tags of one package, for one batch of fifty images: more pages cost more than asking about each image.
_MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class GoogleReader:
    """Reads single resources again, and all workloads of `projects`. None: Google says that there is
    none. CallError: it could not be read. `projects_again` lists the projects afresh, with what is unknown of them."""

    observer: GoogleObserver
    projects: Sequence[str]
    projects_again: ProjectsAgain | None = None

    async def workload(self, kind: Kind, name: str) -> RunResource | None:
        """A resource of Cloud Run as it is now."""
        calls = RUN_CALLS[kind]
        method = getattr(self._clients.run[kind], f"get_{calls.noun}")
        found = await _get(method, calls.get_request(name=name))
        return None if found is None else _decoded(calls.decode, type(found).pb(found))

    async def repository(self, name: RepositoryName) -> Repository | None:
        """The repository as it is now."""
        request = ar.GetRepositoryRequest(name=str(name))
        found = await _get(self._clients.artifacts.get_repository, request)
        return None if found is None else _decoded(artifact_decode.repository, ar.Repository.pb(found))

    async def repositories(self) -> tuple[tuple[Repository, ...], tuple[Gap, ...]]:
        """Every repository of every project read, listed afresh, and the listings that failed."""
        projects = await self._projects()
        found, gaps = await self.observer.repositories(projects.read)
        return found, tuple(sorted((*gaps, *projects.gaps)))

    async def contents(self, repository: Repository) -> Contents | Gap:
        """Every image of a docker repository, with referrers; a Gap where any page failed."""
        return await self.observer.contents(repository)

    async def image_tags(
        self, repository: RepositoryName, package: str, digest: str
    ) -> frozenset[str] | None:
        """The tags of one version, by ListTags filtered by version; None when it is gone.

        A tag belongs to a version that exists, so the version is asked for only where it has none.
        """
        version = repository.version(package, digest)
        try:
            tags = await self._tags(repository.package(package), version)
        except NotFound:
            return None
        except READ_FAILURES as error:
            raise CallError(cause(error)) from error
        if tags:
            return frozenset(tags)
        found = await _get(self._clients.artifacts.get_version, ar.GetVersionRequest(name=version))
        return None if found is None else frozenset()

    async def tags_of_package(
        self, repository: RepositoryName, package: str
    ) -> Mapping[str, frozenset[str]] | None:
        """The tags of every version that has any, by its digest: ListTags without a filter, of a few pages."""
        request = ar.ListTagsRequest(parent=repository.package(package), page_size=_PAGE_SIZE)
        found: dict[str, set[str]] = {}
        read = 0
        try:
            async with aclosing(
                pages(self._clients.artifacts.list_tags, request, ar.ListTagsResponse)
            ) as listed:
                async for page in listed:
                    read += 1
                    for tag, digest in map(_tag, page.tags):
                        found.setdefault(digest, set()).add(tag)
                    if read == _MOST_PAGES and page.next_page_token:
                        return None
        except NotFound:
            return {}
        except READ_FAILURES as error:
            raise CallError(cause(error)) from error
        return {digest: frozenset(tags) for digest, tags in found.items()}

    async def package(self, name: str) -> Package | None:
        """A package with its versions and their tags; sizes are not asked for."""
        found = await _get(self._clients.artifacts.get_package, ar.GetPackageRequest(name=name))
        if found is None:
            return None
        repository = RepositoryName.parse(name.partition("/packages/")[0])
        package: Package = _decoded(
            lambda each: package_decode.package(each, repository), ar.Package.pb(found)
        )
        try:
            return replace(package, versions=await self.observer.package_reader.versions(name))
        except NotFound:
            return None
        except READ_FAILURES as error:
            raise CallError(cause(error)) from error

    async def tag_version(self, name: str) -> str | None:
        """The id of the version that a tag points at now (GetTag)."""
        found = await _get(self._clients.artifacts.get_tag, ar.GetTagRequest(name=name))
        return None if found is None else _digest(found.version)

    async def version(self, name: str) -> Version | None:
        """A version with its tags (GetVersion, and ListTags by version); its size is not asked for."""
        found = await _get(self._clients.artifacts.get_version, ar.GetVersionRequest(name=name))
        if found is None:
            return None
        package, _, id_ = name.rpartition("/versions/")
        try:
            tags = await self._tags(package, name)
        except NotFound:
            return None
        except READ_FAILURES as error:
            if not is_unimplemented(error):
                raise CallError(cause(error)) from error
            tags = []
        message = ar.Version.pb(found)
        version: Version = _decoded(
            lambda each: package_decode.version(each, package, {id_: tuple(tags)}), message
        )
        return version

    async def workloads(self) -> Workloads:
        """Every workload of every project read, fresh; what failed is in its gaps."""
        projects = await self._projects()
        found = await self.observer.workloads(projects.read)
        return replace(found, gaps=tuple(sorted((*found.gaps, *projects.gaps))))

    async def _projects(self) -> SweptProjects:
        return await self.projects_again() if self.projects_again else SweptProjects((), tuple(self.projects))

    async def holders(self, now: datetime) -> Holders:
        """What Cloud Asset Inventory lists of every project read, listed afresh; what is unknown of them is refused."""
        projects = await self._projects()
        found = await self.observer.holders(
            projects.read, now, projects.inventory if self.projects_again else None
        )
        failed = [
            UnreadInventory(each.project, InventoryRefusal.FAILED, each.cause) for each in projects.gaps
        ]
        return replace(found, refused=tuple(sorted((*found.refused, *failed)))) if failed else found

    async def _tags(self, package: str, version: str) -> list[str]:
        """Those of the version alone, whatever a server makes of the filter (tag.proto: `version`)."""
        request = ar.ListTagsRequest(parent=package, filter=f'version="{version}"', page_size=_PAGE_SIZE)
        method, response = self._clients.artifacts.list_tags, ar.ListTagsResponse
        found = await rows(method, request, response, _tag, same)
        return [tag for tag, id_ in found.complete() if id_ == _digest(version)]

    @property
    def _clients(self) -> Any:
        return self.observer.clients


def _tag(message: Any) -> tuple[str, str]:
    """The tag as people write it, and the id of the version that it points at."""
    return unquote(message.name.rpartition("/tags/")[2]), _digest(message.version)


async def _get(method: Any, request: Any) -> Any:
    """What a get method answers; None where Google says NOT_FOUND."""
    try:
        return await method(request=request, retry=READ_RETRY, timeout=READ_TIMEOUT)
    except NotFound:
        return None
    except READ_FAILURES as error:
        raise CallError(cause(error)) from error


def _decoded(decode: Callable[[Any], T], message: Any) -> T:
    try:
        return decode(message)
    except ROW_FAILURES as error:
        raise CallError(cause(error)) from error


def _digest(version: str) -> str:
    return version.rpartition("/versions/")[2]
