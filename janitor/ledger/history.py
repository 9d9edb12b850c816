"""Ledger history: past sweeps and deletions, for reports, the daemon and `history`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from janitor.ledger.figures import Figures, Question
from janitor.model.amounts import Estimate


class Origin(StrEnum):
    """Who asked for a sweep; the value is a wire name."""

    HAND = "hand"  # `janitor sweep`, `janitor daemon --once`
    DAEMON = "daemon"
    REPORT = "report"  # the dry run that a report of the daemon rests on


@dataclass(frozen=True, slots=True)
class SweepScope:
    """The scope of a sweep: its policy file by name and digest, and the projects that it may delete from.

    `only_policies` are the names given by --policy, empty for all of the file. A sweep of an earlier version has no
    name of the file and no projects.
    """

    policies: str = ""
    policy_digest: str = ""
    projects: tuple[str, ...] = ()
    only_policies: tuple[str, ...] = ()


ANY_SCOPE = SweepScope()


@dataclass(frozen=True, slots=True)
class Basis:
    """The sweep that a report's figures of the next sweep rest on. `has_snapshot`: a report can be made of it."""

    sweep_id: str
    started_at: datetime
    mode: str
    scope: SweepScope
    has_snapshot: bool = True


def basis_for(recorded: Sequence[Basis], asked: SweepScope) -> Basis | None:
    """The last sweep of the same policy digest and the same projects (R31); None where none is recorded.

    `recorded` are sweeps that were not narrowed by --policy, the newest first. Where `asked` has no digest or no
    projects, any will do, those of the last apply before others.
    """
    fitting = [each for each in recorded if _fits(each.scope, asked)]
    usual = next((_key(each.scope) for each in fitting if each.mode == "apply"), None)
    usable = [each for each in fitting if each.has_snapshot]
    return next((each for each in usable if _key(each.scope) == usual), usable[0] if usable else None)


def _fits(scope: SweepScope, asked: SweepScope) -> bool:
    same_file = not asked.policy_digest or scope.policy_digest == asked.policy_digest
    return same_file and (
        not asked.projects or not scope.projects or set(scope.projects) == set(asked.projects)
    )


def _key(scope: SweepScope) -> tuple[str, frozenset[str]]:
    return scope.policy_digest, frozenset(scope.projects)


@dataclass(frozen=True, slots=True)
class SweepCounts:
    """What a sweep did, counted from the ledger's own rows: deletions that it began by their outcome, and those that
    it did not try. `open` have no outcome yet. The dollars are of what was deleted, capped as savings are."""

    begun: int = 0
    deleted: int = 0
    already_gone: int = 0
    drifted: int = 0
    skipped: int = 0
    failed: int = 0
    open: int = 0
    saves_usd_month: Decimal = Decimal(0)
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class PastSweep:
    """One sweep. What is only known at its end is None for one that is under way or was killed.

    `totals` is the `totals` object of its JSON document; without it, `counted` says what an apply did until now.
    """

    id: str
    started_at: datetime
    mode: str
    started_by: str
    origin: str
    finished_at: datetime | None
    plan_id: str | None
    exit_code: int | None
    totals: Mapping[str, Any] | None
    scope: SweepScope = ANY_SCOPE
    counted: SweepCounts | None = None

    @property
    def figures(self) -> Mapping[str, Any]:
        """The totals, or of a sweep without an end those of them that can be counted."""
        if self.totals is not None or self.counted is None:
            return self.totals or {}
        counted = asdict(self.counted)
        return counted | {"saves_usd_month": format(self.counted.saves_usd_month, "f")}


@dataclass(frozen=True, slots=True)
class PastAction:
    """One deletion that a sweep began, and what became of it; `outcome` None is an open intent.

    Of one that was never tried (drifted, skipped) only kind, name, outcome, error and `at` are known;
    its texts are empty and its estimate None. `settled_by` is the later sweep that found out, or "".
    """

    kind: str
    name: str
    policy: str
    reason: str
    detail: str
    owner: str
    size_bytes: int
    estimate: Estimate | None
    outcome: str | None
    error: str | None
    at: datetime
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class WatchedDeletion:
    """A deletion that has not come back, as far as is known.

    `uid` is Cloud Run's, "" where there is none: another uid of the same name is another resource.
    """

    intent: int
    kind: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What one sweep looks for of the deletions after `since`: those that no sweep looked for yet, and, by project
    and kind, whatever came back."""

    since: datetime
    unseen: Sequence[WatchedDeletion] = ()
    places: frozenset[tuple[str, str]] = frozenset()


class Records(Protocol):
    """The reading side of the ledger. Every method raises LedgerError when the database cannot be used."""

    async def sweeps(self, limit: int, dry_runs: bool = True) -> list[PastSweep]:
        """The newest first, with or without dry runs."""

    async def dry_runs(self) -> int:
        """How many dry runs are recorded."""

    async def find_sweeps(self, start_of_id: str) -> list[PastSweep]:
        """Those whose id begins so, at most three; an id is found by itself alone."""

    async def actions(self, sweep_id: str) -> list[PastAction]:
        """In the order in which they were begun."""

    async def last_sweep(self, origin: Origin) -> PastSweep | None:
        """The last one that was begun by it."""

    async def last_done(self) -> Mapping[str, datetime]:
        """When a sweep of each mode last ended with 0; a mode without one is not there."""

    async def figures(self, question: Question) -> Figures:
        """What was saved in a period and until its end."""

    async def recorded(self) -> list[Basis]:
        """The last sweeps that were not narrowed by --policy and have a snapshot or were applies, the newest first."""

    async def snapshot_of(self, sweep_id: str) -> str | None:
        """The snapshot of a sweep as JSON text, None where it has none (any more)."""

    async def last_reported(self) -> datetime | None:
        """The end of the period of the last report that was posted."""


class Sightings(Protocol):
    """Looking again for what was deleted."""

    async def watched(self, since: datetime) -> Watched:
        """What to look for of what was deleted after this moment."""

    async def seen_gone(
        self, keys: Iterable[bytes], since: datetime, until: datetime
    ) -> list[WatchedDeletion]:
        """What has one of these name keys (name_keys.py), was deleted after `since` and seen gone until `until`, and
        has not come back."""

    async def note_sightings(
        self, sweep_id: str, gone: Sequence[int], back: Sequence[int], at: datetime
    ) -> None:
        """Intents of resources that were looked for and not found, and of resources that exist again under the name."""


class PastPolicies(Protocol):
    """What policies came to in earlier sweeps."""

    async def last_acted(self, policies: Sequence[str]) -> Mapping[str, datetime]:
        """When a deletion was last begun or scheduled by each of these policies; one without any is not there."""

    async def last_snapshots(self, most: int) -> Sequence[str]:
        """The newest snapshots as JSON text, at most so many."""


class Posts(Protocol):
    """Which reports were posted; one that is claimed is never posted by anybody else."""

    async def claim_post(self, due: datetime, until: datetime, at: datetime) -> bool:
        """Take the report that is due at `due` upon oneself; False where that was done before, unless it
        ended as not posted."""

    async def close_post(self, due: datetime, posted: bool, at: datetime) -> None:
        """Write down whether it was posted."""

    async def unposted(self) -> datetime | None:
        """The last report that was due and could not be posted, None where a later one was posted."""
