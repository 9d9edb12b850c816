"""The first signal asks, and what handled signals before handles them afterwards."""

import asyncio
import os
import signal

import pytest

from janitor.signals import SIGNALS, stop_asked


@pytest.mark.parametrize("number", SIGNALS)
async def test_the_first_signal_asks_and_the_second_has_its_default_effect(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    with stop_asked() as stop:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 5)
        assert [signal.getsignal(each) for each in SIGNALS] == [signal.SIG_DFL, signal.SIG_DFL]
    assert [signal.getsignal(each) for each in SIGNALS] == before


async def test_without_a_signal_nothing_is_asked_and_the_handlers_come_back() -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    with stop_asked() as stop:
        assert not stop.is_set()
    assert [signal.getsignal(each) for each in SIGNALS] == before
