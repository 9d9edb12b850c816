"""The emulator in the process of a test: on a separate thread and event loop."""

import asyncio
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from janitor.emulator.dispatch import Control, Dispatcher
from janitor.emulator.server import Listening
from janitor.emulator.state import World
from janitor.emulator.trouble import Rule
from janitor.emulator.world import load, parse


class Emulator:
    """An in-memory Google on loopback, from `with` to its end."""

    def __init__(self, world: World, rules: list[Rule]) -> None:
        self._dispatcher = Dispatcher(world, rules)
        self._listening = Listening(self._dispatcher)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulator", daemon=True)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """WorldError where the text is no world."""
        return cls(*parse(text))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        return cls(*load(path))

    @property
    def host(self) -> str:
        """The gRPC address, `127.0.0.1:P`."""
        return self._listening.host

    @property
    def http(self) -> str:
        """The REST address, `http://127.0.0.1:Q`."""
        return self._listening.http

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Everything received so far, in order: (RPC's short name, resource or parent)."""
        return self._dispatcher.calls.copy()

    @property
    def world(self) -> World:
        return self._dispatcher.world

    @property
    def control(self) -> Control:
        return self._dispatcher.control

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listening.start(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(_stop(self._listening), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _stop(listening: Listening) -> None:
    """Ends what still hangs, too: a pending task must not outlive its loop."""
    await listening.stop()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
