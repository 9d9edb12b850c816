"""Inventory: what was observed, what could not be, and the machine's clock beside Google's (R30)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
        yield from self.services
        yield from self.revisions
        yield from self.jobs
        yield from self.executions
        yield from self.worker_pools
        yield from self.instances


@dataclass(frozen=True, slots=True)
class Observed:
    """The first pass and the list of repositories: all but the content of repositories."""

    observed_at: datetime
    projects: tuple[str, ...]
    workloads: Workloads
    repositories: tuple[Repository, ...]
    gaps: tuple[Gap, ...] = field(default=())


def merged(parts: Iterable[Workloads]) -> Workloads:
    """One set of workloads out of many locations', sorted by name whatever the order of reading."""
    parts = list(parts)
    return Workloads(
        services=tuple(sorted((r for p in parts for r in p.services), key=lambda r: r.name)),
        revisions=tuple(sorted((r for p in parts for r in p.revisions), key=lambda r: r.name)),
        jobs=tuple(sorted((r for p in parts for r in p.jobs), key=lambda r: r.name)),
        executions=tuple(sorted((r for p in parts for r in p.executions), key=lambda r: r.name)),
        worker_pools=tuple(sorted((r for p in parts for r in p.worker_pools), key=lambda r: r.name)),
        instances=tuple(sorted((r for p in parts for r in p.instances), key=lambda r: r.name)),
        gaps=tuple(sorted(g for p in parts for g in p.gaps)),
    )
