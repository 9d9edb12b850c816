"""A place for a sweep: `place(world)` serves a world until the test ends."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from unittest.mock import patch

import pytest

from janitor.gcp.quotas import Paces
from janitor.gcp.retry import DELETE_RETRY, PRICES_RETRY, PUT_BACK_RETRY, READ_RETRY
from tests.sweep.stepping import Days
from tests.sweep.sweeping import Place, placed

Placing = Callable[[str], Place]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Placing]:
    """Serves a world and tells this process of it."""
    with ExitStack() as stack:
        yield lambda world: stack.enter_context(placed(world, tmp_path, monkeypatch))


@pytest.fixture(autouse=True)
def _hurried() -> Iterator[None]:
    with hurried():
        yield


class PaceTime:
    """The clock of the pace: only waiting for a turn, or to put a tag back, moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0.001)


PACE_TIME = PaceTime()


@contextmanager
def hurried() -> Iterator[None]:
    """Calls are tried again as ever, with pauses of milliseconds and a budget of two seconds. Waiting for a turn of the
    pace takes no time, and neither does waiting to put a tag back: a quota that refuses it counts by the same clock."""
    hurry = {"first": 0.01, "longest": 0.05, "budget": 2.0}
    by_pace: dict[str, object] = {"clock": PACE_TIME.clock, "sleep": PACE_TIME.sleep}
    altered: list[tuple[object, str, object]] = [
        *(
            (retry, key, value)
            for retry in (READ_RETRY, DELETE_RETRY, PRICES_RETRY)
            for key, value in hurry.items()
        ),
        *((PUT_BACK_RETRY, key, value) for key, value in by_pace.items()),
    ]
    usual = [(retry, key, getattr(retry, key)) for retry, key, _ in altered]
    for retry, key, value in altered:
        object.__setattr__(retry, key, value)
    with patch("janitor.gcp.channels.Paces", partial(Paces, clock=PACE_TIME.clock, sleep=PACE_TIME.sleep)):
        yield
    for retry, key, value in usual:
        object.__setattr__(retry, key, value)


@pytest.fixture
def half_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but half a second of `--limit max_duration=1m` is used up when deleting begins."""
    moments = chain([0.0], repeat(59.5))
    monkeypatch.setattr("janitor.sweep.wiring.elapsed", lambda: next(moments))


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Iterator[Days]:
    """janitor's clock, to be set forward."""
    with Days().kept_by_janitor(monkeypatch) as clock:
        yield clock
