"""Holders read again before a delete: what Cloud Asset Inventory lists now (R51)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from janitor.apply.ports import Reader
from janitor.model.holders import Holder, Holders
from janitor.policy.deciding.holders import InventoryReads, judged
from janitor.policy.model import HoldersMode

# The inventory may be this old at the moment of the call. It is minutes late itself, and its quota is small.
HOLDERS_LAST = timedelta(minutes=30)


class FreshHolders:
    """What the inventory lists: as planned, and read again when that is older than 30 minutes. A project that answered
    at the start must answer again, whatever it says then: its holders are known to be missed."""

    def __init__(
        self,
        reader: Reader,
        planned: Holders,
        mode: HoldersMode,
        clock: Callable[[], datetime],
    ) -> None:
        self._reader, self._mode, self._clock = reader, mode, clock
        self._now, self._gap = planned, ""
        self._before = InventoryReads(this=frozenset(planned.read))

    @property
    def found(self) -> tuple[Holder, ...]:
        """As last read."""
        return self._now.found

    @property
    def gap(self) -> str:
        """What could not be read again, or ""."""
        return self._gap

    async def read_again(self, asked_at: datetime) -> bool:
        """Read again if that is due for one who asked at this time, and say whether it was."""
        read_at = self._now.read_at
        if read_at is None or asked_at - read_at <= HOLDERS_LAST:
            return False
        self._now = await self._reader.holders(self._clock())
        gaps = judged(self._now, self._mode, self._before).gaps
        self._gap = f"Cloud Asset Inventory could not be read again: {gaps[0].cause}" if gaps else ""
        return True
