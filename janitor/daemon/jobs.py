"""Jobs of the daemon: each runs once at a time, none is lost, failures are retried after a backoff."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from apscheduler.triggers.base import BaseTrigger

from janitor.daemon.ports import Work
from janitor.daemon.schedule import Due
from janitor.error_facts import named, trace
from janitor.logs import Event, emit

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
_VARYING = re.compile(r"[0-9a-f]*\d[0-9a-f]*", re.IGNORECASE)


class Backoff:
    """A row of failures, which a success ends."""

    def __init__(self) -> None:
        self.failures = 0
        self._told: str | None = None

    def failed(self) -> timedelta:
        """How long to wait now: a minute, then twice as long each time, an hour at most."""
        self.failures += 1
        doublings = min(self.failures - 1, 10)
        return min(FIRST * (1 << doublings), LONGEST)

    def succeeded(self) -> None:
        """Whatever comes next is news."""
        self.failures, self._told = 0, None

    def is_news(self, error: Exception) -> bool:
        """Whether it is another failure than the last that was news; ids and numbers make none."""
        before, self._told = self._told, _likeness(error)
        return before != self._told

    def untold(self) -> None:
        """Nobody heard of the last news."""
        self._told = None


def _likeness(error: Exception) -> str:
    return f"{type(error).__name__}: {_VARYING.sub('#', str(error))}"


# How long it may take until a clock that was set is noticed, in seconds.
LOOK_AFTER = 1.0


class Submitted(Protocol):
    """Hears that a job begins, the time at which it was due, and whether its own schedule said so."""

    def __call__(self, name: str, due: datetime, scheduled: bool) -> None: ...


@dataclass(slots=True)
class _Job:
    """`due`: by a schedule; `at`: by `elapsed`, and then again after `every` seconds if that is given."""

    name: str
    work: Work
    due: Due | None = None
    at: float | None = None
    every: float | None = None
    task: "asyncio.Task[None] | None" = None

    @property
    def runs(self) -> bool:
        return self.task is not None and not self.task.done()


class Jobs:
    """Named pieces of work, each with its times.

    `submitted` hears that one begins, `skipped` that one came due while it was under way. `clock` is the wall
    clock, `elapsed` seconds by a clock that is never set.
    """

    def __init__(
        self,
        submitted: Submitted,
        skipped: Callable[[str, datetime], None],
        clock: Callable[[], datetime],
        elapsed: Callable[[], float],
    ) -> None:
        self._submitted, self._skipped = submitted, skipped
        self._clock, self._elapsed = clock, elapsed
        self._jobs: dict[str, _Job] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._ending = False
        self._changed = asyncio.Event()
        self._turning: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Within a running loop."""
        self._turning = asyncio.create_task(self._turn())

    def add(self, name: str, work: Work, trigger: BaseTrigger, since: datetime) -> None:
        """Do `work` at the trigger's times after `since`; one of that name is replaced."""
        self._set(_Job(name, work, due=Due(trigger, since)))

    def every(self, name: str, seconds: float, work: Work) -> None:
        """Do it again and again, for the first time after so many seconds."""
        self._set(_Job(name, work, at=self._elapsed() + seconds, every=seconds))

    def once(self, name: str, work: Work, after: timedelta = timedelta(0)) -> None:
        """Do it one time."""
        self._set(_Job(name, work, at=self._elapsed() + after.total_seconds()))

    def drop(self, name: str) -> None:
        """No more of it; none of that name is no error."""
        self._jobs.pop(name, None)

    def hurry(self, name: str, due: datetime) -> None:
        """Do it now, as the one that was due at `due`; its next times are as ever."""
        job = self._jobs[name]
        missed = job.due.at(self._clock()) if job.due else None
        self._begin(job, missed or due, scheduled=False)

    def retime(self, name: str, trigger: BaseTrigger) -> None:
        """Other times from now on."""
        self._jobs[name].due = Due(trigger, self._clock())
        self._changed.set()

    def next(self, name: str) -> datetime | None:
        """When it is due next, in UTC."""
        job = self._jobs.get(name)
        if job is None:
            return None
        return job.due.next if job.due else self._clock() + timedelta(seconds=self._left(job))

    def aside(self, name: str, work: Work) -> None:
        """Do it now, beside the jobs; within a running loop."""
        self._run(name, work)

    def begin_no_more(self) -> None:
        """From here on nothing starts."""
        self._ending = True
        if self._turning:
            self._turning.cancel()

    async def end(self, seconds: float) -> None:
        """Wait this long for what is under way and what that begins, then cancel it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._under_way and (left := until - loop.time()) > 0:
            await asyncio.wait(self._under_way, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def look(self) -> None:
        """Begin what is due now."""
        now = self._clock()
        for job in list(self._jobs.values()):
            if job.due:
                if due := job.due.at(now):
                    self._begin(job, due, scheduled=True)
            elif self._left(job) <= 0:
                self._again(job)
                self._begin(job, now, scheduled=True)

    async def _turn(self) -> None:
        while True:
            pause = LOOK_AFTER
            try:
                self.look()
                pause = self._pause()
            except Exception as error:  # the heartbeat and the other jobs go on
                _tell("schedule", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)
            self._changed.clear()

    def _set(self, job: _Job) -> None:
        self._jobs[job.name] = job
        self._changed.set()

    def _again(self, job: _Job) -> None:
        """The next time of what is due after seconds. However late it is, none is made up."""
        if job.every is None:
            self.drop(job.name)
        else:
            job.at = self._elapsed() + job.every

    def _begin(self, job: _Job, due: datetime, scheduled: bool) -> None:
        if self._ending:
            return
        if job.runs:
            self._skipped(job.name, due)
            return
        self._submitted(job.name, due, scheduled)
        job.task = self._run(job.name, job.work)

    def _run(self, name: str, work: Work) -> "asyncio.Task[None]":
        task = asyncio.create_task(self._told(name, work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _told(self, name: str, work: Work) -> None:
        """What it raises is a bug; the job's next time is as ever."""
        try:
            await work()
        except asyncio.CancelledError:
            if not self._ending:
                raise
        except Exception as error:
            _tell(name, error)

    def _left(self, job: _Job) -> float:
        """Seconds until it is due by `elapsed`."""
        assert job.at is not None
        return job.at - self._elapsed()

    def _pause(self) -> float:
        """Seconds until something is due, if no clock is set, or until the next look."""
        now = self._clock()
        left = [
            (job.due.next - now).total_seconds() if job.due else self._left(job)
            for job in self._jobs.values()
        ]
        return max(0.0, min([LOOK_AFTER, *left]))


def _tell(name: str, error: Exception) -> None:
    emit(Event.RUN_FAILED, run=name, error=named(error), traceback=trace(error))
