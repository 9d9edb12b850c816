"""Time for the tests of reading: sleeping takes none, and is written down."""

from dataclasses import dataclass, field, replace

import pytest

from janitor.gcp import billing, locations, operations, paging, reader
from janitor.gcp.retry import PRICES_RETRY, READ_RETRY


@dataclass
class Hands:
    """A clock that only sleeping moves, and all that was slept."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """The reads' own backoff, but on this clock."""
    hands = Hands()
    quick = replace(READ_RETRY, sleep=hands.sleep, clock=hands.clock)
    for module in (paging, locations, reader, operations):
        monkeypatch.setattr(module, "READ_RETRY", quick)
    prices = replace(PRICES_RETRY, sleep=hands.sleep, clock=hands.clock)
    monkeypatch.setattr(billing, "PRICES_RETRY", prices)
    return hands
