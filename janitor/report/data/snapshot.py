"""What one sweep saw, planned and did, small enough to keep in the ledger and to report from later."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from janitor.apply.outcomes import OutcomeKind
from janitor.kinds.table import KINDS
from janitor.ledger.marks import NO_PRICE_RECORDED
from janitor.model.amounts import NOTHING, Amount, Estimate
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind, Status

LARGEST_PLANNED, LARGEST_STORED, SERVICES, TROUBLES, GAPS, NAMED = 50, 200, 500, 50, 200, 500
WAITING = 200
LONGEST_TEXT = 600
_FAILING = (Status.FAILED.value, Status.DEGRADED.value)


@dataclass(frozen=True, slots=True)
class Planned:
    """One action of the plan, as the report names it. `outcome` and `error` as in the JSON document."""

    kind: Annotated[str, Kind]
    name: str
    policy: str
    reason: str
    detail: str
    owner: str
    size_bytes: int
    estimate: Estimate
    outcome: Annotated[str, OutcomeKind]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """One or more actions of one kind and one policy, in one package, service or job: a row of a report.

    `kind` is theirs. `name` is Google's: of the only action, else of what holds them all. `reason` is "" where they
    have several; `detail` is the only action's, else the range of their ages. `amount` counts all of them, capped by
    their repository's billed size (R25).
    """

    kind: Annotated[str, Kind]
    name: str
    policy: str
    reason: str
    detail: str
    owner: str
    amount: Amount

    @property
    def name_kind(self) -> str:
        """The kind of what `name` names."""
        parent = KINDS[Kind(self.kind)].parent if self.amount.count > 1 else None
        return self.kind if parent is None else parent.value


@dataclass(frozen=True, slots=True)
class Stored:
    """A repository that stands: what Google bills for it now."""

    kind: ClassVar[Kind] = Kind.REPOSITORY
    name: str
    format: str
    owner: str
    size_bytes: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that stands. `estimate` is its idle minimum instances' (R26).

    `status` is a Status. For a failed or degraded one `why` is Google's own words and `since` the
    time from which it fails, where that is known; both empty else.
    """

    kind: ClassVar[Kind] = Kind.SERVICE
    name: str
    owner: str
    status: Annotated[str, Status]
    estimate: Estimate
    why: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunningCosts:
    """All resources at the observation, in scope or not. Repositories the costliest first,
    services the failed ones first; sums are of all of them."""

    repositories: tuple[Stored, ...]
    services: tuple[RunningService, ...]
    stored: Amount
    running: Amount


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many of a kind stay for one reason."""

    kind: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class InGrace:
    """One scheduled deletion. Not `announced`: a dry run was the first to find it, or no channel accepted the
    announcement (R32); an apply at that time would have said `due_at`."""

    kind: Annotated[str, Kind]
    name: str
    policy: str
    owner: str
    due_at: datetime
    announced: bool
    size_bytes: int = 0
    estimate: Estimate = NO_PRICE_RECORDED


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One sweep. Owners are labels' (`owner`, else `team`; "" is unowned).

    `planned` sums all actions; `left` those of them that did not go (all, in a dry run and where the
    guard refused): what the next sweep would delete. `by_policy` and `by_owner` divide `left`, each of
    them capped by itself: where several delete from one repository, they may come to more than `left`.
    `largest` are its costliest actions, and `grouped` its costliest groups of them, which count also the actions that are
    not in `largest`; `troubles` those that failed, drifted or were skipped, with
    `troubled` is their total, as `gapped` is of gaps. `repositories` are the costliest, `stored` all
    that stand after the sweep, at the size that they had when it looked; `services` all up to a bound,
    the failed ones first; `idle` sums those with minimum instances that cost something or have no price.
    `waiting` is what is in grace, the soonest first, `waited` how many wait in total, and `in_grace` what all
    of them cost: listed apart, and still part of `stored` and `running`. Lists are in the order in which they are shown, texts are cut at
    `LONGEST_TEXT`, and a list of owners or policies that is cut says so in `notices`.
    `unknown_uses` is the line that every output begins with where only uses by Cloud Run are known, else "".
    """

    sweep_id: str
    mode: str
    observed_at: datetime
    finished_at: datetime
    gaps: tuple[Gap, ...]
    gapped: int
    refusals: tuple[tuple[str, str], ...]  # limit, message
    planned: Amount
    left: Amount
    by_policy: tuple[tuple[str, Amount], ...]
    by_owner: tuple[tuple[str, Amount], ...]
    largest: tuple[Planned, ...]
    troubles: tuple[Planned, ...]
    troubled: int
    stored: Amount
    repositories: tuple[Stored, ...]
    running: Amount
    services: tuple[RunningService, ...]
    kept: tuple[Remaining, ...]
    notices: tuple[str, ...]
    waiting: tuple[InGrace, ...] = ()
    waited: int = 0
    in_grace: Amount = NOTHING
    idle: Amount = NOTHING
    grouped: tuple[PlannedGroup, ...] = ()
    unknown_uses: str = ""

    @property
    def failing(self) -> tuple[RunningService, ...]:
        """The services that are failed or degraded, in their order."""
        return tuple(row for row in self.services if row.status in _FAILING)
