"""Inventory: what was observed, what could not be, and the machine's clock beside Google's (R30)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from janitor.model.kinds import Kind
from janitor.model.resources import Execution, Instance, Job, Repository, Revision, Service, WorkerPool

# How far the two may be apart. Ages are in hours and days, and machines that keep time are within a second.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What both clocks showed at one moment, aware and in UTC. `google` is None where no answer said it."""

    here: datetime
    google: datetime | None

    @property
    def is_off(self) -> bool:
        """Whether the two are known to be too far apart."""
        return self.google is not None and abs(self.here - self.google) > TOLERANCE

    @property
    def may_delete(self) -> bool:
        """Whether ages by this clock are right. What was not compared is not known to be right."""
        return self.google is not None and not self.is_off


Workload = Service | Revision | Job | Execution | WorkerPool | Instance


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something that could not be read. `location` is ``-`` where all of a project is meant.

    `repository` is the short name where the failure lies inside one repository, else None.
    """

    project: str
    location: str
    kind: Kind
    cause: str
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Workloads:
    """Every workload of every project read (first pass). Tuples are sorted by name."""

    services: tuple[Service, ...] = ()
    revisions: tuple[Revision, ...] = ()
    jobs: tuple[Job, ...] = ()
    executions: tuple[Execution, ...] = ()
    worker_pools: tuple[WorkerPool, ...] = ()
    instances: tuple[Instance, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def all(self) -> Iterator[Workload]:
        """Every workload, whatever its kind."""
        for name in _LISTINGS:
            yield from getattr(self, name)


_LISTINGS = tuple(each.name for each in fields(Workloads) if each.name != "gaps")


@dataclass(frozen=True, slots=True)
class Observed:
    """The first pass and the list of repositories: all but the content of repositories. `disabled` are projects in
    which an API is disabled, so that nothing of it was read: each with the API's kind of location."""

    observed_at: datetime
    projects: tuple[str, ...]
    workloads: Workloads
    repositories: tuple[Repository, ...]
    gaps: tuple[Gap, ...] = field(default=())
    disabled: tuple[tuple[str, Kind], ...] = field(default=())


def merged(parts: Iterable[Workloads]) -> Workloads:
    """One set of workloads out of many locations', sorted by name whatever the order of reading."""
    parts = list(parts)
    listings: dict[str, Any] = {
        name: tuple(
            sorted(chain.from_iterable(getattr(part, name) for part in parts), key=lambda each: each.name)
        )
        for name in _LISTINGS
    }
    return Workloads(
        **listings,
        gaps=tuple(sorted(g for p in parts for g in p.gaps)),
    )
