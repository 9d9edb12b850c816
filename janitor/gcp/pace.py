"""The pace of calls that one quota counts, shared by all workers (R53)."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

# Google's quotas count the calls of a minute.
MINUTE = 60.0
# Quotas are per minute: a longer pause than this is a mistake, and would hold up the sweep for hours.
LONGEST_SILENCE = 600.0
# Calls answered within the same tenth of a second are counted together.
_TICK = 0.1
# A caller that waits looks again this often, so that an end of the sweep is noticed.
_LOOK = 0.5
# Calls without an answer may be a tenth of those answered: what a used up quota refuses at once stays few.
_FEW, _SHARE_UNANSWERED = 16, 0.1
# After a refusal the allowance returns to the known ceiling within ten seconds. Ten minutes later the ceiling itself
# rises every minute, by a twentieth at first and then by twice as much each time.
_GROWTH, _HOLD, _STEP = 1 / 20, 600.0, 1 / 20


@dataclass(frozen=True, slots=True)
class Quota:
    """What Google allows in a minute as documented, how many calls may be sent at once, and the lowest allowance that
    a refusal may teach."""

    per_minute: int
    at_once: float
    lowest: int


def never() -> bool:
    """Nothing ends the wait."""
    return False


@dataclass(slots=True)
class Pace:
    """How many calls of one quota are sent, and when. All times are in seconds.

    A caller takes a turn (`turn`), sends its calls, and says that they were answered (`answered`), refused by
    RESOURCE_EXHAUSTED (`refused`) or never sent (`unused`); each call ends in exactly one of the three. Turns are
    given in the order in which they are asked for. A call that must not wait is counted (`count`).

    The pace keeps four promises:
    - No minute has more calls than `allowed`. A call counts from its turn until a minute after its answer, so that
      this holds by the server's clock too.
    - Turns are `60 / allowed` apart, except for `quota.at_once` after a silence.
    - No turn is given before the time that Google asked for by RetryInfo, for at most `LONGEST_SILENCE`.
    - `allowed` starts at the documented quota. A refusal halves it, and remembers what Google let through in the last
      minute as the ceiling, up to which `allowed` increases again, by the same amount each second. Refusals of calls
      that were sent before the last halving are one refusal.
    """

    quota: Quota
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
    allowed: float = 0.0
    refusals: int = 0
    _ceiling: float = 0.0
    _unanswered: int = 0
    _answered: int = 0
    _minute: deque[list[float]] = field(default_factory=deque)
    _in_minute: float = 0.0
    _next: float = float("-inf")
    _silent_until: float = float("-inf")
    _grown_at: float = 0.0
    _refused_at: float = float("-inf")
    _in_a_row: int = 0
    _rises_at: float = 0.0
    _step: float = _STEP
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.allowed = self._ceiling = float(self.quota.per_minute)
        self._grown_at = self.clock()

    async def turn(self, calls: int = 1, over: Callable[[], bool] = never) -> bool:
        """Wait until so many calls may be sent; False, and none is counted, once `over` says that it is too late."""
        async with self._line:
            return await self._taken(calls, over)

    def count(self, calls: int = 1) -> None:
        """Count calls that are sent at once, whatever the pace is; the turns that follow wait the longer."""
        self._grow(self.clock())
        self._take(calls)

    def answered(self, calls: int = 1) -> None:
        """These calls were answered, and Google counts them."""
        now = self.clock()
        self._unanswered -= calls
        self._answered += calls
        self._in_a_row = 0
        self._note(now, calls)
        self._ceiling = min(float(self.quota.per_minute), max(self._ceiling, self._in_minute))

    def unused(self, calls: int = 1) -> None:
        """These calls were not sent, or refused: Google does not count them."""
        self._unanswered -= calls

    def refused(self, sent_at: float, asked: float = 0.0) -> None:
        """A call sent at `sent_at` was refused because the quota is used up; Google asks to wait `asked` seconds."""
        now = self.clock()
        self.refusals += 1
        asked = min(asked, LONGEST_SILENCE)
        self._silent_until = max(self._silent_until, now + asked)
        if sent_at <= self._refused_at:
            return
        self._forget(now)
        self._refused_at, self._rises_at, self._step = now, now + _HOLD, _STEP
        self._ceiling = max(float(self.quota.lowest), min(self._ceiling, self._in_minute))
        self.allowed = max(1.0, min(self.allowed / 2, self._ceiling))
        self._grown_at = now
        if not asked:
            self._silent_until = max(self._silent_until, now + min(MINUTE, 2.0**self._in_a_row))
        self._in_a_row += 1

    @property
    def is_silent(self) -> bool:
        """Whether Google refused a call a moment ago, so that nothing of this quota should be sent now."""
        return self.clock() < self._silent_until

    async def _taken(self, calls: int, over: Callable[[], bool]) -> bool:
        while not over():
            now = self.clock()
            wait = self._wait(now, calls)
            if wait <= 0:
                self._take(calls)
                return True
            await self.sleep(min(wait, _LOOK))
        return False

    def _take(self, calls: int) -> None:
        start = max(self._next, self.clock() - self._saved * MINUTE / self.allowed)
        self._next = start + calls * MINUTE / self.allowed
        self._unanswered += calls

    @property
    def _saved(self) -> float:
        """How many calls may follow one another at once after a silence, besides the first."""
        return max(0.0, self.quota.at_once * self.allowed / self.quota.per_minute - 1)

    def _wait(self, now: float, calls: int) -> float:
        """How long so many calls have to wait at least; 0: they may be sent now."""
        self._grow(now)
        self._forget(now)
        if self._unanswered and self._unanswered + calls > max(_FEW, self._answered * _SHARE_UNANSWERED):
            return _TICK / 4
        counted = self._in_minute + self._unanswered
        full = counted > 0 and counted + calls > self.allowed
        leaves = self._minute[0][0] + _TICK + MINUTE if self._minute else now + _TICK
        return max(self._silent_until - now, self._next - now, leaves - now if full else 0.0)

    def _note(self, now: float, calls: int) -> None:
        self._forget(now)
        tick = now // _TICK * _TICK
        if self._minute and self._minute[-1][0] == tick:
            self._minute[-1][1] += calls
        else:
            self._minute.append([tick, calls])
        self._in_minute += calls

    def _forget(self, now: float) -> None:
        """Drop what was answered more than a minute ago."""
        while self._minute and self._minute[0][0] + _TICK + MINUTE <= now:
            self._in_minute -= self._minute.popleft()[1]

    def _grow(self, now: float) -> None:
        while self._ceiling < self.quota.per_minute and now >= self._rises_at:
            self._ceiling = min(float(self.quota.per_minute), self._ceiling * (1 + self._step) + 1)
            self._step *= 2
            self._rises_at += MINUTE
        more = (now - self._grown_at) * self._ceiling * _GROWTH
        self.allowed, self._grown_at = min(self._ceiling, self.allowed + more), now
