"""Kinds of Cloud Run: what differs between them, as small functions of what was read. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from janitor.cost.book import PriceBook
from janitor.kinds.described import Described
from janitor.kinds.managers import Manager
from janitor.model.amounts import Estimate
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.model.resources import Condition


class RunResource(Protocol):
    """What every resource of Cloud Run has that policies may be about."""

    @property
    def name(self) -> ResourceName: ...

    @property
    def uid(self) -> str: ...

    @property
    def etag(self) -> str: ...

    @property
    def labels(self) -> Mapping[str, str]: ...

    @property
    def annotations(self) -> Mapping[str, str]: ...

    @property
    def creator(self) -> str: ...

    @property
    def create_time(self) -> datetime | None: ...


H = TypeVar("H", bound=RunResource)
P = TypeVar("P", bound=RunResource)
# Each reason to keep it and whether it stands, the strongest first.
Guards = dict[KeepReason, bool]


class Seen(NamedTuple):
    """What policies ask of it. `since` is what ages count from (R7); `times` are those from which the floor of one hour
    counts (R43)."""

    status: Status
    since: datetime | None
    managed_by: frozenset[Manager]
    times: Iterable[datetime | None]


class Told(NamedTuple):
    """What a plan says of its delete. `age` stands behind how long it is so (`old`), `cause` is a condition that may
    have failed, `more` is other text. `content` is what must be the same when it is deleted."""

    age: str = "old"
    cause: Condition | None = None
    more: str = ""
    content: str = ""
    uri: str = ""


class PlannedPart(NamedTuple):
    """What the plan knows of it by which a change is noticed."""

    name: str
    uid: str
    etag: str
    content: str


@dataclass(frozen=True, slots=True)
class HolderKind(Generic[H, P]):
    """A kind whose resources are deleted with what they hold, of kind `holds`.

    `seen`, `guards`, `told` and `estimate` are given the resource with all that
    it holds. `estimate`: what its delete saves a month; None where its row says why that is nothing (KindSpec.free).
    `changed`: why it must stay, by the resource as it is read again and the content in the plan; "" where it may go.
    `described`: what a policy test says of it, as Google would report it.
    """

    holds: Kind
    seen: Callable[[H, Sequence[P]], Seen]
    guards: Callable[[H, Sequence[P], Status], Guards]
    told: Callable[[H, Sequence[P]], Told]
    changed: Callable[[H, str], str]
    described: Callable[[Described], H]
    estimate: Callable[[H, Sequence[P], PriceBook], Estimate] | None = None


@dataclass(frozen=True, slots=True)
class ReadInHolder(Generic[H]):
    """How a part is read again for which Google has no call: in what holds it, by the part's short name.

    `listed`: all of the kind in what was read. `has`: whether it exists in any form. `asked`: those that are requested, in
    the holder's order; one that is not counts as gone.
    `changed`: why it must stay, "" where it may go.
    """

    listed: Callable[[Workloads], Iterable[RunResource]]
    has: Callable[[H, str], bool]
    asked: Callable[[H], Sequence[str]]
    changed: Callable[[H, PlannedPart], str]


def _is_unchanged(_part: object, _other: object) -> str:
    return ""


def _pulls_by_itself(_part: object) -> bool:
    return False


def _stands_for_itself(_part: object) -> RunResource | None:
    return None


@dataclass(frozen=True, slots=True)
class PartKind(Generic[P, H]):
    """A kind whose resources another one holds, which is None where it was not seen.

    `seen`, `told` and `estimate` as of a holder. `guards` is given a holder with all of the kind that it holds.
    `changed` and `needed`: why it must stay, by itself as it is read again, and by its holder; "" where it may go.
    `described` is given the status of one that says none; None where its holder's fields say it all. `was_ready`: whether
    `keep.rollback` counts it, None where that is not known. `runs_earlier_pull`: whether it runs images that its
    tags led to earlier, and may lead away from now (R46). `stands_for`: the other resource whose labels and opt-outs keep it
    too (KindSpec).
    """

    seen: Callable[[P, H | None], Seen]
    guards: Callable[[H, Sequence[P]], Callable[[P], Guards]]
    told: Callable[[P, DeleteReason], Told]
    changed: Callable[[P, str], str] = _is_unchanged
    needed: Callable[[P, H], str] = _is_unchanged
    described: Callable[[Described, str], P] | None = None
    was_ready: Callable[[P], bool | None] | None = None
    runs_earlier_pull: Callable[[P], bool] = _pulls_by_itself
    stands_for: Callable[[P], RunResource | None] = _stands_for_itself
    read_in_holder: ReadInHolder[H] | None = None
    estimate: Callable[[P, H | None, PriceBook], Estimate] | None = None
