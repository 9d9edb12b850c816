"""The first signal asks, the second one ends the process, and former handlers come back."""

import asyncio
import os
import signal

import pytest

from janitor import runtime
from janitor.runtime import SIGNALS, asked_to_stop, end_at_once, stop_asked


@pytest.mark.parametrize("number", SIGNALS)
async def test_the_first_signal_asks_and_the_second_ends_at_once(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "AT_THE_LATEST", 3600)
    before = [signal.getsignal(each) for each in SIGNALS]
    with stop_asked() as stop:
        assert not asked_to_stop()
        os.kill(os.getpid(), number)
        assert asked_to_stop(), "at once, though the loop has not turned"
        await asyncio.wait_for(stop.wait(), 5)
        assert [signal.getsignal(each) for each in SIGNALS] == [end_at_once, end_at_once]
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_what_ends_at_once_ends_with_6() -> None:
    codes: list[int] = []
    end_at_once(signal.SIGTERM, None, codes.append)
    assert codes == [6]


async def test_without_a_signal_nothing_is_asked_and_the_handlers_come_back() -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    with stop_asked() as stop:
        assert not stop.is_set()
        assert not asked_to_stop()
    assert [signal.getsignal(each) for each in SIGNALS] == before
