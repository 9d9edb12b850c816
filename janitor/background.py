"""A blocking call beside the event loop, which holds up neither the loop nor the end of the process."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def in_background(call: Callable[[], T], seconds: float | None = None) -> T:
    """What `call` returns or raises; TimeoutError after so many seconds, if any are given.

    It runs in a daemon thread: unlike an executor's, which the interpreter waits for at its end. One that
    is given up on, by a timeout or a cancellation, runs on unheard.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def hand_over(
        deliver: Callable[[T], None] | Callable[[BaseException], None], value: T | BaseException
    ) -> None:
        if not answer.done():
            deliver(value)  # type: ignore[arg-type]

    def work() -> None:
        deliver: Callable[..., None]
        value: T | BaseException
        try:
            deliver, value = answer.set_result, call()
        except BaseException as error:
            deliver, value = answer.set_exception, error
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(hand_over, deliver, value)

    Thread(target=work, name="janitor-background", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await answer
