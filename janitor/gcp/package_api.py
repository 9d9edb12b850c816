"""Packages of a repository and what they hold, in any format."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from google.cloud import artifactregistry_v1 as ar

from janitor.gcp import package_decode
from janitor.gcp.channels import Clients
from janitor.gcp.failures import ARTIFACT_API, READ_FAILURES, cause, is_unimplemented
from janitor.gcp.limits import Lanes
from janitor.gcp.paging import pages
from janitor.kinds.repository import DOCKER
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Package, Repository, Version

# The greatest that Google gives (package.proto, version.proto, tag.proto, file.proto).
_PAGE_SIZE = 1000
# Packages of one repository that are read side by side; a lane lets no more through anyway.
_SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True)
class Packages:
    """Reads packages. What could not be read is a gap of its repository, never a shorter list."""

    clients: Clients
    lanes: Lanes

    async def of(self, repository: Repository) -> tuple[Package, ...] | Gap:
        """Every package; of other formats than docker with every version, its tags and its size."""
        name = repository.name
        reading = _Reading(self, name)
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
            return await self.versions(package, {})
        except READ_FAILURES as error:
            return Gap(name.project, name.location, Kind.VERSION, cause(error), name.repository)

    async def versions(self, package: str, sizes: Mapping[str, int]) -> tuple[Version, ...]:
        """Every version of a package (its full name) with its tags. Raises what a read may raise."""
        async with self.lanes.turn(ARTIFACT_API, package.split("/")[3]):
            tags = await self._tags(package)
            request = ar.ListVersionsRequest(parent=package, page_size=_PAGE_SIZE)
            return tuple(
                [
                    package_decode.version(message, package, tags, sizes)
                    async for page in pages(self._client.list_versions, request, ar.ListVersionsResponse)
                    for message in page.versions
                ]
            )

    async def _tags(self, package: str) -> Mapping[str, tuple[str, ...]]:
        """Version id -> its tags. Where the method is not implemented there are no tags."""
        request = ar.ListTagsRequest(parent=package, page_size=_PAGE_SIZE)
        found: dict[str, tuple[str, ...]] = {}
        try:
            async for page in pages(self._client.list_tags, request, ar.ListTagsResponse):
                for message in page.tags:
                    tag, version = package_decode.tag(message, package)
                    found[version] = (*found.get(version, ()), tag)
        except READ_FAILURES as error:
            if not is_unimplemented(error):
                raise
        return found

    @property
    def _client(self) -> Any:
        return self.clients.artifacts


@dataclass(slots=True)
class _Reading:
    """One repository being read; `kind` is what was being listed when it failed."""

    by: Packages
    name: RepositoryName
    kind: Kind = Kind.PACKAGE

    async def packages(self) -> list[Package]:
        request = ar.ListPackagesRequest(parent=str(self.name), page_size=_PAGE_SIZE)
        method, response = self.by.clients.artifacts.list_packages, ar.ListPackagesResponse
        async with self._turn():
            return [
                package_decode.package(message, self.name)
                async for page in pages(method, request, response)
                for message in page.packages
            ]

    async def filled(self, packages: Sequence[Package]) -> list[Package]:
        """With their versions; a few at a time, and none more once one could not be read."""
        self.kind = Kind.VERSION
        sizes = await self._sizes()
        filled: list[Package] = []
        for start in range(0, len(packages), _SIDE_BY_SIDE):
            some = packages[start : start + _SIDE_BY_SIDE]
            read = await asyncio.gather(
                *(self.by.versions(each.name, sizes) for each in some), return_exceptions=True
            )
            for package, versions in zip(some, read, strict=True):
                if isinstance(versions, BaseException):
                    raise versions
                filled.append(replace(package, versions=versions))
        return filled

    async def _sizes(self) -> Mapping[str, int]:
        """Full name of a version -> the bytes of the files that it owns (file.proto: owner)."""
        request = ar.ListFilesRequest(parent=str(self.name), page_size=_PAGE_SIZE)
        method, response = self.by.clients.artifacts.list_files, ar.ListFilesResponse
        sizes: dict[str, int] = {}
        async with self._turn():
            async for page in pages(method, request, response):
                for message in page.files:
                    if message.owner:
                        sizes[message.owner] = sizes.get(message.owner, 0) + message.size_bytes
        return sizes

    def _turn(self) -> Any:
        return self.by.lanes.turn(ARTIFACT_API, self.name.location)
