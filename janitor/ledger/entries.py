"""Ledger entries and Protocols: intents before a delete, outcomes after it, uploads and uses of images."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from janitor.apply.outcomes import Outcome
from janitor.ledger.history import ANY_SCOPE, Origin, SweepScope
from janitor.plan.plan import Action
from janitor.policy.deciding.use_history import InventoryRuns, UseHistory


@dataclass(frozen=True, slots=True)
class SweepStart:
    """What is known when a sweep begins. `started_by` is ``host:pid``; `mode` dry-run or apply."""

    sweep_id: str
    started_at: datetime
    mode: str
    started_by: str
    origin: Origin = Origin.HAND
    scope: SweepScope = ANY_SCOPE


@dataclass(frozen=True, slots=True)
class SweepEnd:
    """The one line that closes a sweep: what it planned, its totals as JSON text, its exit code.
    `references_of` are the projects of which it read all references, None where a gap hid some; `inventories_of` those
    whose Cloud Asset Inventory it read."""

    sweep_id: str
    finished_at: datetime
    plan_id: str
    policy_digest: str
    exit_code: int
    totals_json: str
    snapshot_json: str | None = None
    references_of: tuple[str, ...] | None = None
    inventories_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """A deletion that was begun and whose end nobody wrote down.

    `operation` is the last one of Google's that was noted for it, "" where none was. `kind` is a
    wire name, which may be one that this version does not know. `tags` are those that an image had:
    they may have been taken off it already.
    """

    id: int
    sweep_id: str
    sweep_started_at: datetime
    kind: str
    name: str
    uid: str
    operation: str
    at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The outcome of one action. `intent` is None where its deletion was never tried."""

    intent: int | None
    kind: str
    name: str
    outcome: Outcome


class Ledger(Protocol):
    """Append-only. Every method raises LedgerError when the database cannot be used, and then
    nothing of what it was given is written."""

    async def begin(self, start: SweepStart) -> None:
        """Open a sweep."""

    async def intend(
        self, sweep_id: str, actions: Sequence[Action], group_bytes: Mapping[str, int], at: datetime
    ) -> list[int]:
        """Write down deletions before their call; an intent's id each, in order.

        `group_bytes` is what Google bills for each repository that the images are of (R25).
        """

    async def note_operation(self, intents: Sequence[int], operation: str, at: datetime) -> None:
        """Write down the name of Google's operation, so that it can be asked about later."""

    async def conclude(self, sweep_id: str, conclusions: Sequence[Conclusion], at: datetime) -> None:
        """Write down what became of them; `sweep_id` is the sweep that found it out."""

    async def open_intents(self) -> list[OpenIntent]:
        """Intents without an outcome, oldest first."""

    async def finish(self, end: SweepEnd) -> None:
        """Close a sweep."""


class UploadBook(Protocol):
    """Every method raises LedgerError when the database cannot be used, and then nothing is written."""

    async def newest(self) -> Mapping[str, float]:
        """Google's name of a package or a repository -> the newest upload that is remembered, in epoch seconds."""

    async def remember(self, uploads: Mapping[str, float], at: datetime) -> None:
        """Add these; of one name the newest is kept."""


class InventoryBook(Protocol):
    """Cloud Asset Inventories that were read. LedgerError when the database cannot be used."""

    async def inventories(self, at: datetime, created: Mapping[str, datetime]) -> InventoryRuns:
        """Those that recorded sweeps have read, as of `at`; `created` is when projects were created, where that is
        known."""


class UseBook(Protocol):
    """Recorded uses. Every call may raise LedgerError."""

    async def history(
        self, at: datetime, read: Sequence[str], created: Mapping[str, datetime]
    ) -> UseHistory: ...

    async def note_uses(self, names: Iterable[str], at: datetime) -> None: ...
