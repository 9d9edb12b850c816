"""Inventory: what was observed, what could not be, and the machine's clock beside Google's (R30)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from janitor.model.holders import NOT_ASKED, Holders
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import Repository

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


class Workload(Protocol):
    """A resource of Cloud Run of any kind, as what may use images."""

    @property
    def name(self) -> ResourceName: ...

    @property
    def images(self) -> tuple[str, ...]: ...


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
    """Every workload of every project read (first pass): `by_kind` has all of each kind, sorted by name."""

    by_kind: Mapping[Kind, tuple[Any, ...]] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    def of(self, kind: Kind) -> tuple[Any, ...]:
        """All of one kind."""
        return self.by_kind.get(kind, ())

    def all(self) -> Iterator[Workload]:
        """Every workload, whatever its kind, in the order of kinds."""
        for kind in Kind:
            yield from self.of(kind)


@dataclass(frozen=True, slots=True)
class Observed:
    """The first pass and the list of repositories: all but the content of repositories. `disabled` are projects in
    which an API is disabled, so that nothing of it was read: each with the API's kind of location. `holders` are what
    else may use images (R51)."""

    observed_at: datetime
    projects: tuple[str, ...]
    workloads: Workloads
    repositories: tuple[Repository, ...]
    gaps: tuple[Gap, ...] = field(default=())
    disabled: tuple[tuple[str, Kind], ...] = field(default=())
    holders: Holders = NOT_ASKED


def merged(parts: Iterable[Workloads]) -> Workloads:
    """One set of workloads out of many locations', sorted by name whatever the order of reading."""
    parts = list(parts)
    found: dict[Kind, list[Any]] = {}
    for part in parts:
        for kind, resources in part.by_kind.items():
            found.setdefault(kind, []).extend(resources)
    return Workloads(
        {kind: tuple(sorted(found[kind], key=lambda each: each.name)) for kind in Kind if found.get(kind)},
        gaps=tuple(sorted(g for p in parts for g in p.gaps)),
    )
