"""The daemon: what is due when, in one event loop, until it is told to stop."""

import asyncio
import gc
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import Any, assert_never, get_args

from janitor.daemon.jobs import Jobs
from janitor.daemon.policy_watch import PolicyWatch, Rejected, Reloaded
from janitor.daemon.ports import Ports, Run
from janitor.daemon.schedule import missed
from janitor.daemon.sweeping import Sweeping, unless_stopped
from janitor.error_facts import named
from janitor.errors import InterruptedSweepError, LedgerError
from janitor.logs import Event, emit
from janitor.policy.model import Cron, Schedule

BEAT_EVERY, LOOK_EVERY, ASK_AGAIN_EVERY = 5, 2, 30  # seconds
# A run that begins this long after its time was slept through.
LATE = timedelta(minutes=1)
# From the signal until what is not done is cancelled, in seconds; an apply may need nearly all of it (R23).
PATIENCE = 7.7
# How long it may take to find out what the daemon itself costs, in seconds.
PRICING = 10
_RUNS: tuple[Run, ...] = get_args(Run)
_SWEEP, _REPORT = _RUNS
_RETRY, _MISSED, _RELOAD = "retry", "missed", "reload"


class Daemon:
    """Sweeps and reports by the schedule of the policy file that `watch` holds."""

    def __init__(self, watch: PolicyWatch, ports: Ports) -> None:
        self._watch, self._ports = watch, ports
        self._jobs = Jobs(self._submitted, self._skipped, lambda: self._ports.clock(), ports.elapsed)
        self._sweeping = Sweeping(ports, lambda: watch.request, self._again, self._forget, self._jobs.aside)
        self._born = self._began = ports.clock()
        self._report_due = self._began

    async def run(self, stop: asyncio.Event, http: AbstractContextManager[int], sweep_now: bool) -> int:
        """Until `stop` is set; the exit code: 0, or 6 where a sweep was stopped with work undone.

        `http` answers probes meanwhile, and gives its port. UsageError where its address cannot be had.
        """
        with ExitStack() as answering:
            port = answering.enter_context(http)
            self._ports.pulse.policies_are(True)
            await unless_stopped(self._begin(port, sweep_now), stop)
            await stop.wait()
            closing = asyncio.create_task(asyncio.to_thread(answering.pop_all().close))
            await self._end()
            await closing
        code = InterruptedSweepError.exit_code if self._sweeping.interrupted else 0
        emit(Event.DAEMON_STOPPED, exit_code=code)
        return code

    def reload(self) -> None:
        """Read the policy file again, at once (SIGHUP)."""
        self._jobs.once(_RELOAD, self._reload)

    async def _begin(self, port: int, sweep_now: bool) -> None:
        """Say what runs here, and start. The scheduler takes what is late before anything else."""
        request = self._watch.request
        facts = await self._costs()
        # What came due until now is made up; the schedules say what is due from now on.
        self._began = self._ports.clock()
        self._add_jobs(request.policies.schedule)
        self._jobs.start()
        emit(
            Event.DAEMON_STARTED,
            port=port,
            policies=request.policies_source,
            mode="apply" if request.apply else "dry-run",
            next_sweep=self._jobs.next(_SWEEP),
            next_report=self._jobs.next(_REPORT),
            **facts,
        )
        if sweep_now:
            self._jobs.hurry(_SWEEP, self._ports.clock())
        await self._make_up(sweep_now)

    async def _costs(self) -> dict[str, object]:
        try:
            return dict(await asyncio.wait_for(self._ports.costs(), PRICING))
        except Exception as error:  # a price is not worth the daemon
            return {"own_cost": f"not known ({named(error)})"}

    def _add_jobs(self, schedule: Schedule) -> None:
        async def beat() -> None:
            self._ports.pulse.beat()

        self._jobs.every("heartbeat", BEAT_EVERY, beat)
        self._jobs.every("policies", LOOK_EVERY, self._look)
        self._jobs.add(_SWEEP, self._sweep, self._trigger(_SWEEP, schedule), self._began)
        self._jobs.add(_REPORT, self._report, self._trigger(_REPORT, schedule), self._began)

    def _trigger(self, run: Run, schedule: Schedule) -> Any:
        cron, jitter = _times(run, schedule)
        return self._ports.times.trigger(cron, schedule.timezone, jitter)

    async def _sweep(self) -> None:
        await self._sweeping.sweep()
        _let_go()

    async def _report(self) -> None:
        await self._sweeping.report(self._report_due)
        _let_go()

    def _submitted(self, name: str, due: datetime, scheduled: bool) -> None:
        if name == _REPORT:
            self._report_due = due
        if scheduled and name in _RUNS and self._ports.clock() - due > LATE:
            emit(Event.RUN_CAUGHT_UP, run=name, due=due)

    def _skipped(self, name: str, due: datetime) -> None:
        for run in _RUNS:
            if name == run:
                self._ports.counters.run_skipped(run)
                emit(Event.RUN_SKIPPED, run=run, due=due, why="the previous one is still running")

    def _again(self, after: timedelta) -> datetime:
        """A sweep then, unless the schedule has one before; when it will be."""
        at, regular = self._ports.clock() + after, self._jobs.next(_SWEEP)
        if regular and regular <= at:
            return regular
        self._jobs.once(_RETRY, self._sweep_now, after)
        return at

    def _forget(self) -> None:
        self._jobs.drop(_RETRY)

    async def _sweep_now(self) -> None:
        self._jobs.hurry(_SWEEP, self._ports.clock())

    async def _make_up(self, sweep_now: bool = False) -> None:
        """What came due while no daemon ran; asked again later where the ledger does not answer."""
        schedule = self._watch.request.policies.schedule
        try:
            found = await missed(self._ports.past, self._ports.times, schedule, self._born, self._began)
        except LedgerError:
            self._jobs.every(_MISSED, ASK_AGAIN_EVERY, self._make_up)
            return
        self._jobs.drop(_MISSED)
        for run, due in found.items():
            if not (run == _SWEEP and sweep_now):
                emit(Event.RUN_CAUGHT_UP, run=run, due=due)
                self._jobs.hurry(run, due)

    async def _look(self) -> None:
        if found := await self._watch.look():
            self._tell(found)

    async def _reload(self) -> None:
        self._tell(await self._watch.reload())

    async def _trouble(self, text: str) -> None:
        await self._ports.messages.trouble(text)

    def _tell(self, found: Reloaded | Rejected) -> None:
        self._ports.counters.policies_read(isinstance(found, Reloaded))
        match found:
            case Reloaded(before, after):
                self._ports.pulse.policies_are(True)
                self._reschedule(before.policies.schedule, after.policies.schedule)
                emit(
                    Event.POLICIES_RELOADED,
                    policies=after.policies_source,
                    digest=after.policies.digest,
                    changed=found.changed,
                    mode="apply" if after.apply else "dry-run",
                    next_sweep=self._jobs.next(_SWEEP),
                    next_report=self._jobs.next(_REPORT),
                )
            case Rejected(message, is_news):
                self._ports.pulse.policies_are(False, message)
                emit(Event.POLICIES_REFUSED, error=message)
                if is_news:
                    text = f"The policy file is invalid; the last valid one remains in force.\n{message}"
                    self._jobs.aside("trouble", partial(self._trouble, text))
            case _:
                assert_never(found)

    def _reschedule(self, before: Schedule, after: Schedule) -> None:
        """Only what is due at other times now: nothing else is shifted or made twice."""
        for run in _RUNS:
            if (_times(run, before), before.timezone) != (_times(run, after), after.timezone):
                self._jobs.retime(run, self._trigger(run, after))

    async def _end(self) -> None:
        """No new work; what is under way ends in order, or is cut off when it takes too long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        self._jobs.begin_no_more()
        await asyncio.wait({asyncio.create_task(self._sweeping.stopped())}, timeout=PATIENCE)
        await self._jobs.end(until - loop.time())


def _times(run: Run, schedule: Schedule) -> tuple[Cron, timedelta]:
    match run:
        case "sweep":
            return schedule.sweep, schedule.jitter
        case "report":
            return schedule.report, timedelta(0)


def _let_go() -> None:
    """A sweep freezes what it makes, for a process that ends with it: here its cycles must go."""
    gc.unfreeze()
    gc.collect()
