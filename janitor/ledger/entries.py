"""The ledger's values and what the sweep asks of a ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from janitor.apply.outcomes import Outcome
from janitor.plan.values import Action


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """A deletion that was begun and whose end nobody wrote down."""

    id: int
    sweep_id: str
    kind: str
    name: str
    uid: str
    operation: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SweepRecord:
    """The one line that closes a sweep: its totals as JSON text, and its exit code."""

    sweep_id: str
    finished_at: datetime
    exit_code: int
    totals_json: str


class Ledger(Protocol):
    """Append-only. Every method raises LedgerError when the database cannot be used."""

    async def begin(
        self, sweep_id: str, started_at: datetime, mode: str, plan_id: str, policy_digest: str
    ) -> None:
        """Open a sweep."""

    async def intend(self, sweep_id: str, action: Action, at: datetime) -> int:
        """Write down a deletion before its call; returns the intent's id."""

    async def note_operation(self, intent: int, operation: str) -> None:
        """Write down the name of Google's operation, so that it can be asked about later."""

    async def conclude(self, intent: int, outcome: Outcome, at: datetime) -> None:
        """Write down what became of it."""

    async def skip(self, sweep_id: str, action: Action, outcome: Outcome, at: datetime) -> None:
        """Write down an action that was never tried (skipped, drifted before the call)."""

    async def open_intents(self) -> list[OpenIntent]:
        """Intents without an outcome, oldest first."""

    async def finish(self, record: SweepRecord) -> None:
        """Close a sweep."""


class Lock(Protocol):
    """One apply at a time, across processes; a lease that a dead holder loses by expiry."""

    async def acquire(self, holder: str, at: datetime) -> None:
        """Take the lease or raise LockHeldError naming holder and since when."""

    async def renew(self, at: datetime) -> None:
        """Hold on; LockHeldError when the lease was lost to another."""

    async def release(self) -> None:
        """Give it back; giving back what is not held is no error."""
