"""Facts that policies read: of a workload or a repository, and of a package, a version or a tag. Images are read as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from janitor.kinds.managers import Manager
from janitor.kinds.workload import RunResource
from janitor.model.kinds import Kind, Status


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What policies ask of a resource of these kinds. `service` and `job` are the short names of what
    holds a revision or an execution. `since` is what ages count from (R7), `newest` the latest time that is
    known of it, in epoch seconds, which the floor counts from (R43).

    `unused` is None where it cannot be known (a repository that holds no docker images). `reported` is a workload as
    Google reports it, for what few keys ask.
    """

    name: str
    location: str
    service: str
    labels: Mapping[str, str]
    status: Status
    since: datetime | None
    size_bytes: int | None = None
    unused: bool | None = None
    kind: Kind = field(kw_only=True)
    project: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)
    creator: str = ""
    job: str = ""
    managed_by: frozenset[Manager] = frozenset()
    newest: float | None = None
    reported: RunResource | None = None


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What policies ask of something in a repository. `package` is the short name, `id` the version's.

    Times are epoch seconds, None where not known: `made` ranks for `keep.latest`, `since` is what
    ages count from (R7), `newest` the latest time that is known of it, which the floor counts from (R43).
    `size_bytes` is None where it is not known. `versions` are how many a package holds, `unsized` of how many of them the size is not known:
    then its own is a lower bound.
    """

    package: str
    id: str = ""
    tags: tuple[str, ...] = ()
    made: float | None = None
    since: float | None = None
    size_bytes: int | None = None
    versions: int = 1
    newest: float | None = None
    unsized: int = 0


def seconds(time: datetime | None) -> float | None:
    """Seconds since the epoch; None for None."""
    return time.timestamp() if time else None
