"""A call beside the loop."""

import asyncio
import subprocess
import sys
import threading

import pytest

from janitor.runtime import in_background


async def test_gives_back_what_the_call_returns() -> None:
    assert await in_background(lambda: 7, 5) == 7


async def test_raises_what_the_call_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_background(lambda: 1 // 0, 5)


async def test_the_loop_goes_on_meanwhile() -> None:
    go = threading.Event()
    task = asyncio.create_task(in_background(lambda: go.wait(10), 10))
    await asyncio.sleep(0)
    go.set()
    assert await task


async def test_one_that_is_given_up_on_may_end_later_unheard() -> None:
    go, ended = threading.Event(), threading.Event()

    def call() -> None:
        go.wait(10)
        ended.set()

    with pytest.raises(TimeoutError):
        await in_background(call, 0.01)
    go.set()
    assert ended.wait(10)
    await asyncio.sleep(0.01)


def test_one_that_ends_after_its_loop_is_unheard_too(capfd) -> None:
    go = threading.Event()
    with pytest.raises(TimeoutError):
        asyncio.run(in_background(lambda: go.wait(10), 0.01))
    go.set()
    for thread in threading.enumerate():
        if thread.name == "janitor-background":
            thread.join(10)
    assert capfd.readouterr().err == ""


def test_the_end_of_the_process_waits_for_none() -> None:
    """It would be killed by its own time limit here, and by Cloud Run there."""
    script = (
        "import asyncio, time\n"
        "from janitor.runtime import in_background\n"
        "asyncio.run(in_background(lambda: time.sleep(3600), 0.01))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("TimeoutError")
