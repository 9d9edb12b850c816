"""Packages of a repository and what they hold, in any format."""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from google.cloud import artifactregistry_v1 as ar

from janitor.gcp import package_decode
from janitor.gcp.channels import Clients
from janitor.gcp.failures import ARTIFACT_API, READ_FAILURES, cause, is_unimplemented
from janitor.gcp.limits import PAGE, Held, Lanes, ReadTurn, RowLimit, beside, held
from janitor.gcp.paging import OnRepeated, rows, same, unheard
from janitor.kinds.repository import DOCKER
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Package, Repository, Version

# Packages of one repository that are read side by side; a lane lets no more through anyway.
_SIDE_BY_SIDE = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Packages:
    """Reads packages. What could not be read is a gap of its repository, never a shorter list."""

    clients: Clients
    lanes: Lanes
    on_repeated: OnRepeated = unheard

    async def of(
        self, repository: Repository, allowance: RowLimit | None = None
    ) -> tuple[Package, ...] | Gap:
        """Every package; of other formats than docker with every version, its tags and its size."""
        name = repository.name
        reading = _Reading(self, name, allowance)
        try:
            found = await reading.packages()
            if repository.format == DOCKER or not found:
                return tuple(found)
            return tuple(await reading.filled(found))
        except READ_FAILURES as error:
            return Gap(name.project, name.location, reading.kind, cause(error), name.repository)

    async def names(self, repository: Repository) -> tuple[Package, ...] | Gap:
        """Every package, and nothing of what it holds."""
        name = repository.name
        try:
            return tuple(await _Reading(self, name).packages())
        except READ_FAILURES as error:
            return Gap(name.project, name.location, Kind.PACKAGE, cause(error), name.repository)

    async def held(self, repository: Repository, package: str) -> tuple[Version, ...] | Gap:
        """Every version of one package (its full name), of any format, with its tags; sizes are not read."""
        name = repository.name
        try:
            return await self.versions(package)
        except READ_FAILURES as error:
            return Gap(name.project, name.location, Kind.VERSION, cause(error), name.repository)

    async def versions(self, package: str, allowance: RowLimit | None = None) -> tuple[Version, ...]:
        """Every version of a package (its full name) with its tags; sizes are not read. Raises what a read may
        raise."""
        _, project, _, location, *_ = package.split("/")
        turn = self.lanes.turn(ARTIFACT_API, project, location)
        pages = held(turn, allowance)
        async with turn:
            tags = await self._tags(package, pages)
            found = await self.listed(
                Kind.VERSION,
                package,
                (self._client.list_versions, ar.ListVersionsRequest, ar.ListVersionsResponse),
                lambda message: package_decode.version(message, package, tags),
                lambda version: version.id,
                pages,
            )
        return tuple(found)

    async def _tags(self, package: str, held: Held | None) -> Mapping[str, tuple[str, ...]]:
        """Version id -> its tags. Where the method is not implemented there are no tags."""
        found: dict[str, tuple[str, ...]] = {}
        listing = self._client.list_tags, ar.ListTagsRequest, ar.ListTagsResponse
        try:
            # a tag that moved meanwhile counts at both versions
            for tag, version in await self.listed(
                Kind.TAG, package, listing, lambda message: package_decode.tag(message, package), same, held
            ):
                found[version] = (*found.get(version, ()), tag)
        except READ_FAILURES as error:
            if not is_unimplemented(error):
                raise
        return found

    async def listed(
        self,
        kind: Kind,
        parent: str,
        listing: tuple[Any, Any, Any],
        decode: Callable[[Any], T],
        name: Callable[[T], Hashable],
        held: Held | None = None,
    ) -> list[T]:
        """Each resource of a listing below `parent` once; what came more than once is told."""
        method, request, response = listing
        found = await rows(method, request(parent=parent, page_size=PAGE), response, decode, name, held=held)
        if found.repeated:
            _, project, _, location, *_ = parent.split("/")
            self.on_repeated(project, location, kind, found.repeated)
        return found.complete()

    @property
    def _client(self) -> Any:
        return self.clients.artifacts


@dataclass(slots=True)
class _Reading:
    """One repository being read; `kind` is what was being listed when it failed."""

    by: Packages
    name: RepositoryName
    allowance: RowLimit | None = None
    kind: Kind = Kind.PACKAGE

    async def packages(self) -> list[Package]:
        client = self.by.clients.artifacts
        async with (turn := self._turn()):
            return await self.by.listed(
                Kind.PACKAGE,
                str(self.name),
                (client.list_packages, ar.ListPackagesRequest, ar.ListPackagesResponse),
                lambda message: package_decode.package(message, self.name),
                lambda package: package.name,
                held(turn, self.allowance),
            )

    async def filled(self, packages: Sequence[Package]) -> list[Package]:
        """With their versions, which are listed beside the files that say how large these are. A few packages at a
        time, and none more once one could not be read, which is told before any failure of the files."""
        self.kind = Kind.VERSION
        async with beside(self._sizes()) as sizing:
            filled = [
                replace(package, versions=versions)
                for start in range(0, len(packages), _SIDE_BY_SIDE)
                for package, versions in await self._versions(packages[start : start + _SIDE_BY_SIDE])
            ]
            sizes = await sizing
        return [replace(package, versions=_sized(package, sizes)) for package in filled]

    async def _versions(self, packages: Sequence[Package]) -> list[tuple[Package, tuple[Version, ...]]]:
        read = await asyncio.gather(
            *(self.by.versions(each.name, self.allowance) for each in packages), return_exceptions=True
        )
        found = []
        for package, versions in zip(packages, read, strict=True):
            if isinstance(versions, BaseException):
                raise versions
            found.append((package, versions))
        return found

    async def _sizes(self) -> Mapping[str, int]:
        """Full name of a version -> the bytes of the files that it owns (file.proto: owner)."""
        client = self.by.clients.artifacts
        sizes: dict[str, int] = {}
        async with (turn := self._turn()):
            found = await self.by.listed(
                Kind.VERSION,
                str(self.name),
                (client.list_files, ar.ListFilesRequest, ar.ListFilesResponse),
                package_decode.file,
                lambda file: file.name,
                held(turn, self.allowance),
            )
        for file in found:
            if file.owner:
                sizes[file.owner] = sizes.get(file.owner, 0) + file.size_bytes
        return sizes

    def _turn(self) -> ReadTurn:
        return self.by.lanes.turn(ARTIFACT_API, self.name.project, self.name.location)


def _sized(package: Package, sizes: Mapping[str, int]) -> tuple[Version, ...]:
    return tuple(
        version._replace(size_bytes=sizes.get(f"{package.name}/versions/{version.id}"))
        for version in package.versions
    )
