"""Sweeping in the daemon: one sweep at a time, what follows it, and stopping in time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from janitor.daemon.jobs import Backoff
from janitor.daemon.ports import Ports, Work
from janitor.error_facts import facts, named, trace
from janitor.errors import InterruptedSweepError, LedgerError, LockHeldError
from janitor.ledger.history import Origin
from janitor.logs import Event, emit
from janitor.report.data.notices import clock_line
from janitor.report.data.result import SweepResult
from janitor.settings import SweepRequest


async def unless_stopped(work: Awaitable[None], stop: asyncio.Event) -> None:
    """Until it is done, or cut off by the stop; what it raises is raised."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        cut_off = task.cancel()
    await asyncio.wait({task})
    if not (cut_off and task.cancelled()):
        task.result()


class Sweeping:
    """What the jobs `sweep` and `report` do.

    `request` is what is in force just then; `again` asks for a sweep after a while and says when the
    next one will be; `forget` takes that back. `aside` does what may take long, such as a Slack that does
    not answer, beside the jobs: no sweep is skipped for it.
    """

    def __init__(
        self,
        ports: Ports,
        request: Callable[[], SweepRequest],
        again: Callable[[timedelta], datetime],
        forget: Callable[[], None],
        aside: Callable[[str, Work], None],
    ) -> None:
        self._ports, self._request, self._again, self._forget = ports, request, again, forget
        self._aside = aside
        self._turn = asyncio.Lock()
        self._stopping = False
        self._stop: asyncio.Event | None = None
        self._backoff = Backoff()
        self._owed: datetime | None = None
        self.interrupted = False

    async def stopped(self) -> None:
        """Start nothing more, and return when the sweep that is under way has ended in order."""
        self._stopping = True
        if self._stop:
            self._stop.set()
        async with self._turn:
            pass

    async def sweep(self) -> None:
        """One sweep; aside its note, or what went wrong, and a report that could not be posted before."""
        self._forget()
        request = self._request()
        end = await self._in_turn(request, Origin.DAEMON)
        match end:
            case None:
                return
            case LockHeldError():
                self._ports.counters.run_skipped("sweep")
                emit(Event.RUN_SKIPPED, run="sweep", why=str(end))
            case Exception():
                self._count(end, request)
                self._come_back(end)
            case SweepResult():
                await asyncio.to_thread(self._ports.counters.sweep_ended, end)
                if end.error:
                    self._log(end.error, request)
                    self._come_back(end.error)
                else:
                    self._backoff.succeeded()
                self._aside("note", partial(self._after, request, end))

    async def report(self, due: datetime) -> None:
        """A dry run, so that what the next sweep would delete is of today; then the report, in any case."""
        request = replace(self._request(), apply=False)
        end = await self._in_turn(request, Origin.REPORT)
        match end:
            case None:
                return
            case Exception():
                self._count(end, request)
                await self._post(due, facts(end))
            case SweepResult():
                await asyncio.to_thread(self._ports.counters.sweep_ended, end)
                await self._post(due, clock_line(end))

    async def _in_turn(self, request: SweepRequest, origin: Origin) -> SweepResult | Exception | None:
        """How the sweep ended, once those before it have; None where the daemon is to stop."""
        async with self._turn:
            if self._stopping:
                return None
            # The sweep's own: a lost lock sets it too, and that must not stop the daemon.
            self._stop = asyncio.Event()
            try:
                end: SweepResult | Exception = await self._ports.sweeper(request, self._stop, origin)
            except Exception as error:
                end = error
            except asyncio.CancelledError:
                self.interrupted = True
                raise
            finally:
                self._stop = None
            if not self._stopping:
                return end
            self.interrupted |= isinstance(end, InterruptedSweepError) or (
                isinstance(end, SweepResult) and end.interrupted
            )
            return end if not isinstance(end, InterruptedSweepError) else None

    async def _after(self, request: SweepRequest, result: SweepResult) -> None:
        await self._ports.messages.note(request.policies.report, result)
        await self._post_what_is_owed()

    def _come_back(self, error: Exception) -> None:
        """Try it again after a while, and tell of it once."""
        at = self._again(self._backoff.failed())
        emit(Event.RUN_BACKED_OFF, run="sweep", failures=self._backoff.failures, until=at)
        if self._backoff.is_news(error):
            text = f"The sweep failed: {facts(error)}\nIt is tried again at {at:%H:%M} UTC."
            self._aside("trouble", partial(self._tell, text))

    async def _tell(self, text: str) -> None:
        """What Slack does not take is news again."""
        if not await self._ports.messages.trouble(text):
            self._backoff.untold()

    def _count(self, error: Exception, request: SweepRequest) -> None:
        self._ports.counters.sweep_failed(error, "apply" if request.apply else "dry-run")
        self._log(error, request)

    def _log(self, error: Exception, request: SweepRequest) -> None:
        emit(
            Event.SWEEP_FAILED,
            error=named(error),
            mode="apply" if request.apply else "dry-run",
            traceback=trace(error),
        )

    async def _post_what_is_owed(self) -> None:
        """The report that could not be posted when it was due."""
        try:
            due = self._owed or await self._ports.reports.unposted()
        except LedgerError:
            return  # the sweep has said so; the next run asks again
        if due:
            await self._post(due, None)

    async def _post(self, due: datetime, failure: str | None) -> None:
        try:
            posted = await self._ports.reports.post(due, self._request().policies.report, failure)
        except Exception as error:
            emit(Event.REPORT_UNPOSTED, due=due, why=named(error))
            posted = False
        self._owed = None if posted else due
