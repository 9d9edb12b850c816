"""What the ledger keeps of the use of images, as a Protocol."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from janitor.policy.deciding.use_history import UseHistory


class UseBook(Protocol):
    """Recorded uses. Every call may raise LedgerError."""

    async def history(self, at: datetime, read: Sequence[str]) -> UseHistory: ...

    async def note_uses(self, names: Iterable[str], at: datetime) -> None: ...
