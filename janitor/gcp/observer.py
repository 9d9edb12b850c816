"""The first pass: every workload of every project, in every location, and all repositories."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from janitor.gcp.artifact_api import Artifacts
from janitor.gcp.channels import Clients
from janitor.gcp.failures import API_DISABLED, ARTIFACT_API, READ_FAILURES, RUN_API, cause, nothing_there
from janitor.gcp.limits import Lanes, RowLimit
from janitor.gcp.locations import artifact_locations, run_locations
from janitor.gcp.package_api import Packages
from janitor.gcp.paging import OnRepeated, unheard
from janitor.gcp.run_api import OnSkipped, RunLocation
from janitor.model.holders import NOT_ASKED, Holders, InventoryScope
from janitor.model.inventory import Gap, Observed, Workloads, merged
from janitor.model.kinds import Kind
from janitor.model.resources import Contents, Package, Repository, Version

T = TypeVar("T")
ALL_LOCATIONS = "-"


@dataclass(slots=True)
class _Locations:
    """How many locations are read, of how many that were named so far, by either API."""

    on_read: Callable[[int, int], None] = lambda _read, _named: None
    read: int = 0
    named: int = 0

    async def each(self, reads: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """All of them side by side, counted as they end."""
        self.named += len(reads)
        return await asyncio.gather(*map(self._counted, reads))

    async def _counted(self, reading: Coroutine[Any, Any, T]) -> T:
        result = await reading
        self.read += 1
        self.on_read(self.read, self.named)
        return result


@dataclass(frozen=True, slots=True)
class GoogleObserver:
    """Observes Google through its clients (sweep.Observer).

    Locations come from the APIs alone, whatever the policy says: a user of an image may be anywhere (R1).
    `on_skipped` hears project, location, kind and why of each resource that does not exist and so is not a gap (R4).
    `locations` are those that either API has named so far. `on_location` hears how many of them the
    first pass has read. `on_repeated` hears what a listing returned more than once (R28). `inventory`: where Cloud
    Asset Inventory is asked what else uses images (R51); None: nowhere.
    """

    clients: Clients
    on_skipped: OnSkipped
    on_location: Callable[[int, int], None] = lambda _read, _named: None
    lanes: Lanes = field(default_factory=Lanes)
    locations: set[str] = field(default_factory=set)
    disabled: set[tuple[str, Kind]] = field(default_factory=set)
    on_repeated: OnRepeated = unheard
    inventory: InventoryScope | None = None

    async def observe(self, projects: Sequence[str], now: datetime) -> Observed:
        """All of it, sorted by name; what could not be read stands in the gaps."""
        unique = tuple(dict.fromkeys(projects))
        count = _Locations(self.on_location)
        workloads, repositories, holders = await asyncio.gather(
            self._all_workloads(unique, count), self._repositories(unique, count), self.holders(unique, now)
        )
        found, gaps = repositories
        return Observed(
            observed_at=now,
            projects=unique,
            workloads=workloads,
            repositories=tuple(sorted(found, key=lambda repository: repository.name)),
            gaps=tuple(sorted(gaps)),
            disabled=tuple(sorted(self.disabled)),
            holders=holders,
        )

    async def workloads(self, projects: Sequence[str]) -> Workloads:
        """Every workload of these projects, sorted by name; what could not be read is in its gaps."""
        return await self._all_workloads(projects, _Locations())

    async def holders(
        self, projects: Sequence[str], now: datetime, scope: InventoryScope | None = None
    ) -> Holders:
        """What else than Cloud Run names images in these projects; NOT_ASKED where the inventory is not asked. `scope`:
        where it is asked now, if that was found again."""
        if self.inventory is None:
            return NOT_ASKED
        # Google's client costs a start a tenth of a second; here the first calls are under way meanwhile
        from janitor.gcp.assets import AssetInventory

        return await AssetInventory(
            self.clients, scope or self.inventory, on_repeated=self.on_repeated
        ).holders(projects, now)

    async def repositories(self, projects: Sequence[str]) -> tuple[tuple[Repository, ...], tuple[Gap, ...]]:
        """Every repository of these projects, and the listings that failed."""
        found, gaps = await self._repositories(tuple(dict.fromkeys(projects)), _Locations())
        return tuple(found), tuple(gaps)

    async def place(self, project: str, location: str, now: datetime) -> Observed:
        """What Cloud Run has in one location, and nothing else; nothing where there is no such location."""
        locations = await self._locations(project, Kind.RUN_LOCATION, RUN_API, run_locations)
        read: Workloads | None = None
        if isinstance(locations, Gap):
            read = Workloads(gaps=(locations,))
        elif location in locations:
            read = merged([await self._run(project, location).workloads()])
        return Observed(now, (project,), read or Workloads(), ())

    async def contents(self, repository: Repository, allowance: RowLimit | None = None) -> Contents | Gap:
        """Every image of a docker repository, with referrers; a Gap where any page failed. With an allowance, what
        is read waits for room in memory."""
        return await self._artifacts.contents(repository, allowance)

    async def packages(
        self, repository: Repository, allowance: RowLimit | None = None
    ) -> tuple[Package, ...] | Gap:
        """Every package of a repository and what it holds; a Gap where any page failed. `allowance` as above."""
        return await self.package_reader.of(repository, allowance)

    async def package_names(self, repository: Repository) -> tuple[Package, ...] | Gap:
        """Every package of a repository, without what it holds; a Gap where any page failed."""
        return await self.package_reader.names(repository)

    async def versions(self, repository: Repository, package: Package) -> tuple[Version, ...] | Gap:
        """Every version of one package, of any format, with its tags; a Gap where any page failed."""
        return await self.package_reader.held(repository, package.name)

    @property
    def package_reader(self) -> Packages:
        """What reads packages."""
        return Packages(self.clients, self.lanes, self.on_repeated)

    def _run(self, project: str, location: str) -> RunLocation:
        return RunLocation(self.clients, self.lanes, project, location, self.on_skipped, self.on_repeated)

    async def _all_workloads(self, projects: Sequence[str], count: _Locations) -> Workloads:
        return merged(await asyncio.gather(*(self._workloads(project, count) for project in projects)))

    async def _workloads(self, project: str, count: _Locations) -> Workloads:
        locations = await self._locations(project, Kind.RUN_LOCATION, RUN_API, run_locations)
        if isinstance(locations, Gap):
            return Workloads(gaps=(locations,))
        reads = [self._run(project, location).workloads() for location in locations]
        return merged(await count.each(reads))

    async def _repositories(
        self, projects: Sequence[str], count: _Locations
    ) -> tuple[list[Repository], list[Gap]]:
        parts = await asyncio.gather(*(self._repositories_of(project, count) for project in projects))
        return [each for found, _ in parts for each in found], [gap for _, gaps in parts for gap in gaps]

    async def _repositories_of(self, project: str, count: _Locations) -> tuple[list[Repository], list[Gap]]:
        locations = await self._locations(project, Kind.ARTIFACT_LOCATION, ARTIFACT_API, artifact_locations)
        if isinstance(locations, Gap):
            return [], [locations]
        parts = await count.each([self._artifacts.repositories(project, location) for location in locations])
        return [each for found, _ in parts for each in found], [gap for _, gaps in parts for gap in gaps]

    async def _locations(
        self, project: str, kind: Kind, api: str, listed: Callable[..., Awaitable[tuple[str, ...]]]
    ) -> tuple[str, ...] | Gap:
        """An API's locations; none where the API is not used in the project."""
        try:
            async with self.lanes.turn(api, project, ALL_LOCATIONS):
                locations = await listed(
                    self.clients,
                    project,
                    lambda names: self.on_repeated(project, ALL_LOCATIONS, kind, names),
                )
        except READ_FAILURES as error:
            why = nothing_there(error, api, project, self.clients.quota_project)
            if why is None:
                return Gap(project, ALL_LOCATIONS, kind, cause(error))
            self.on_skipped(project, ALL_LOCATIONS, kind, why)
            if why == API_DISABLED:
                self.disabled.add((project, kind))
            return ()
        self.locations.update(locations)
        return locations

    @property
    def _artifacts(self) -> Artifacts:
        return Artifacts(self.clients, self.lanes, self.on_skipped, self.on_repeated)
