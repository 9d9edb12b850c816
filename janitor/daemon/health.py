"""Whether the daemon is alive, and whether it is ready to sweep: what /healthz and /readyz answer."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from janitor.errors import JanitorError
from janitor.gcp.credentials import load_credentials
from janitor.model.text import safe_text, shorten
from janitor.runtime import in_background
from janitor.store.database import open_database

# None is good, else why it is not, in one line without secrets. Asked in the event loop of the HTTP thread.
Check = Callable[[], Awaitable[str | None]]

# How old the scheduler's last heartbeat may be, in seconds: it beats every few, but a sweep of a million
# images may hold its event loop for some twenty while it decides (docs/performance.md), more on a slow machine.
YOUNG = 120.0
# How long an answer is given again before the check is asked anew, and how long one is waited for, in seconds.
FRESH, PATIENCE = 10.0, 3.0
# How long the database may keep a probe's thread, and with it the end of the process, in seconds.
_DATABASE_PATIENCE = 2
_LONGEST_WHY = 300
# How often `tick` is called, and how much time one call counts at most, in seconds.
TICK, _LONGEST_TICK = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """Each check by its name, in a fixed order; None is good, else why it is not."""

    checks: Mapping[str, str | None]

    @property
    def is_ready(self) -> bool:
        """Whether all are good."""
        return all(why is None for why in self.checks.values())


class Health:
    """What is known of the daemon's state. `beat`, `tick`, `alive` and `policies_are` may be called from any thread,
    `readiness` from one event loop.

    `clock` is monotonic, in seconds. The daemon counts as alive from the start until `young` seconds
    without a beat have passed; its policies count as not good until it is told that they are.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        clock: Callable[[], float] = time.monotonic,
        young: float = YOUNG,
        fresh: float = FRESH,
        patience: float = PATIENCE,
    ) -> None:
        self._clock, self._young = clock, young
        self._lock = threading.Lock()
        self._silent, self._ticked = 0.0, clock()
        self._policies: str | None = "no policy file has been read yet"
        self._checks = {name: _Remembered(check, clock, fresh, patience) for name, check in checks.items()}

    def beat(self) -> None:
        """The scheduler turns."""
        with self._lock:
            self._silent = 0.0

    def tick(self) -> None:
        """Time passes. While the whole process stands still (a suspended machine, Cloud Run between two requests)
        nobody ticks, and the silence of that time does not count."""
        with self._lock:
            now = self._clock()
            self._silent += min(now - self._ticked, _LONGEST_TICK)
            self._ticked = now

    def alive(self) -> bool:
        """Whether the last heartbeat is younger than the bound."""
        return self.silent_for() < self._young

    def silent_for(self) -> float:
        """Seconds of a running process since the last heartbeat."""
        with self._lock:
            return self._silent

    def policies_are(self, good: bool, why: str = "") -> None:
        """Whether the policy file is good as it stands on the disk; `why` not, without secrets."""
        with self._lock:
            self._policies = None if good else why or "the policy file is invalid"

    async def readiness(self) -> Readiness:
        """Every check's answer, each at most as old as `fresh`; one that gives none in time is not good."""
        with self._lock:
            policies = self._policies
        names = list(self._checks)
        answers = await asyncio.gather(*(self._checks[name].answer() for name in names))
        found = {"policies": policies, **dict(zip(names, answers, strict=True))}
        return Readiness({name: None if why is None else _one_line(why) for name, why in found.items()})


class _Remembered:
    """A check's last answer. The check runs once at a time, however many ask, and is not cut off."""

    def __init__(self, check: Check, clock: Callable[[], float], fresh: float, patience: float) -> None:
        self._check, self._clock, self._fresh, self._patience = check, clock, fresh, patience
        self._answer: tuple[float, str | None] | None = None
        self._running: asyncio.Task[str | None] | None = None

    async def answer(self) -> str | None:
        """What it said last if that is young enough, else what it says now."""
        if self._answer and self._clock() - self._answer[0] < self._fresh:
            return self._answer[1]
        if self._running is None:
            self._running = asyncio.create_task(self._ask())
        done, _ = await asyncio.wait({self._running}, timeout=self._patience)
        if not done:
            return f"no answer within {self._patience:g} s"
        return done.pop().result()

    async def _ask(self) -> str | None:
        try:
            why = await self._check()
        except JanitorError as error:
            why = str(error)
        except Exception as error:  # a probe is answered, whatever happened; what a bug says may hold secrets
            why = f"it could not be checked ({type(error).__name__})"
        self._answer, self._running = (self._clock(), why), None
        return why


def database_answers(url: str | None) -> Check:
    """Opens the ledger's database as a sweep does (None: the default SQLite), asks it, and closes it."""

    async def check() -> str | None:
        database = await open_database(url, _DATABASE_PATIENCE)
        try:
            await database.run(lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one())
        finally:
            await database.close()
        return None

    return check


def credentials_found(load: Callable[[], Any] = load_credentials) -> Check:
    """Google takes the default credentials: they are loaded once, and again when they are not valid any more.

    `load` blocks, and raises ObservationError with the ways out. With the emulator there is nothing to find:
    leave this check out.
    """
    found: list[Any] = []

    async def check() -> str | None:
        if not (found and found[0].valid):
            found[:] = [await in_background(load)]
        return None

    return check


def _one_line(why: str) -> str:
    return shorten(safe_text(why.strip().partition("\n")[0]), _LONGEST_WHY) or "invalid"
