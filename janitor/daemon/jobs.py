"""The daemon's jobs in APScheduler: each once at a time, none lost, and each failure and skip told."""

import asyncio
import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED
from apscheduler.events import JobExecutionEvent as Ended
from apscheduler.events import JobSubmissionEvent as Submitted
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from janitor.daemon.ports import Work
from janitor.logs import Event, emit


class Jobs:
    """Named pieces of work, each with its times.

    `submitted` hears that one begins, with the time at which it was due, the last one where several were
    missed; `skipped` that one came due while it was under way. Both are called before the work goes on.
    """

    def __init__(
        self, submitted: Callable[[str, datetime], None], skipped: Callable[[str, datetime], None]
    ) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()
        self._ending = False
        self._scheduler = _scheduler()
        self._scheduler.add_listener(lambda event: submitted(*_which(event)), EVENT_JOB_SUBMITTED)
        self._scheduler.add_listener(lambda event: skipped(*_which(event)), EVENT_JOB_MAX_INSTANCES)
        self._scheduler.add_listener(_failed, EVENT_JOB_ERROR)
        # What the listeners tell need not be told twice.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)

    def start(self) -> None:
        """Within a running loop."""
        self._scheduler.start()

    def add(self, name: str, work: Work, trigger: BaseTrigger) -> None:
        """Do `work` at the trigger's times; one of that name is replaced."""
        self._scheduler.add_job(self._guarded(work), trigger, id=name, name=name, replace_existing=True)

    def every(self, name: str, seconds: float, work: Work) -> None:
        """Do it again and again."""
        self.add(name, work, IntervalTrigger(seconds=seconds, timezone="UTC"))  # type: ignore[no-untyped-call]

    def once(self, name: str, work: Work, at: datetime | None = None) -> None:
        """Do it one time, now if no time is given."""
        self.add(name, work, DateTrigger(at, timezone="UTC"))  # type: ignore[no-untyped-call]

    def drop(self, name: str) -> None:
        """No more of it; none of that name is no error."""
        with suppress(JobLookupError):
            self._scheduler.remove_job(name)

    def hurry(self, name: str, due: datetime) -> None:
        """Do it now, as the one that was due at `due`; its next times are as ever."""
        self._scheduler.modify_job(name, next_run_time=due)

    def retime(self, name: str, trigger: BaseTrigger) -> None:
        """Other times from now on."""
        self._scheduler.reschedule_job(name, trigger=trigger)

    def next(self, name: str) -> datetime | None:
        """When it is due next, in UTC."""
        job = self._scheduler.get_job(name)
        return job.next_run_time.astimezone(UTC) if job and job.next_run_time else None

    def aside(self, name: str, work: Work) -> None:
        """Do it now, beside the jobs; within a running loop."""
        task = asyncio.create_task(_told(name, self._guarded(work)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def begin_no_more(self) -> None:
        """From here on nothing starts."""
        self._ending = True
        if self._scheduler.running:
            self._scheduler.pause()

    async def end(self, seconds: float) -> None:
        """Wait this long for what is under way and what that begins, then cancel it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._under_way and (left := until - loop.time()) > 0:
            await asyncio.wait(self._under_way, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # that comes to pass in the loop's next round

    def _guarded(self, work: Work) -> Work:
        async def job() -> None:
            task = asyncio.current_task()
            assert task is not None
            self._under_way.add(task)
            try:
                await work()
            except asyncio.CancelledError:
                if not self._ending:
                    raise
            finally:
                self._under_way.discard(task)

        return job


def _scheduler() -> Any:
    """APScheduler has no types. A run that is late is made, however late; of many that were missed, one."""
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    return AsyncIOScheduler(timezone="UTC", job_defaults=defaults)  # type: ignore[no-untyped-call]


async def _told(name: str, work: Work) -> None:
    try:
        await work()
    except Exception as error:
        _tell(name, error, "".join(traceback.format_tb(error.__traceback__)))


def _which(event: Submitted) -> tuple[str, datetime]:
    return event.job_id, event.scheduled_run_times[-1].astimezone(UTC)


def _failed(event: Ended) -> None:
    _tell(event.job_id, event.exception, event.traceback)


def _tell(name: str, error: BaseException, lines: str) -> None:
    """A bug; the job's next time is as ever."""
    emit(Event.RUN_FAILED, run=name, error=f"{type(error).__name__}: {error}", traceback=lines)
