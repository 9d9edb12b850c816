"""What the ledger remembers of uploads: the newest of each package and repository of which a sweep deleted it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class UploadBook(Protocol):
    """Every method raises LedgerError when the database cannot be used, and then nothing is written."""

    async def newest(self) -> Mapping[str, float]:
        """Google's name of a package or a repository -> the newest upload that is remembered, in epoch seconds."""

    async def remember(self, uploads: Mapping[str, float], at: datetime) -> None:
        """Add these; of one name the newest is kept."""
