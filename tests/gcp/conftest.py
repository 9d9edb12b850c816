"""Time for the tests of reading: sleeping takes none, and is written down."""

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from janitor.gcp import billing, channels, locations, operations, paging, reader
from janitor.gcp.quotas import Paces
from janitor.gcp.retry import PRICES_RETRY, READ_RETRY


@dataclass
class Hands:
    """A clock that only sleeping moves, and all that was slept."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def clock(self) -> float:
        return self.now


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """The reads' own backoff, but on this clock. The pace has another: what it sleeps is no pause of a retry."""
    hands = Hands()
    quick = replace(READ_RETRY, sleep=hands.sleep, clock=hands.clock)
    for module in (paging, locations, reader, operations):
        monkeypatch.setattr(module, "READ_RETRY", quick)
    prices = replace(PRICES_RETRY, sleep=hands.sleep, clock=hands.clock)
    monkeypatch.setattr(billing, "PRICES_RETRY", prices)
    turns = Hands()
    monkeypatch.setattr(channels, "Paces", partial(Paces, clock=turns.clock, sleep=turns.sleep))
    return hands
