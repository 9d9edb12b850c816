"""Wiring of the daemon: settings become its HTTP server, its ledger, its Slack client and the sweep."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from janitor.daemon.daemon import Daemon
from janitor.daemon.health import Check, Health, credentials_found, database_answers
from janitor.daemon.http import serving
from janitor.daemon.metrics import Metrics
from janitor.daemon.own_cost import own_cost_facts
from janitor.daemon.page import KeptPage
from janitor.daemon.policy_watch import PolicyWatch
from janitor.daemon.ports import Ports
from janitor.daemon.schedule import ScheduleTimes
from janitor.daemon.sweeping import unless_stopped
from janitor.errors import LockHeldError
from janitor.ledger.history import Origin, PastSweep
from janitor.logs import Event, emit
from janitor.notify import posting
from janitor.policy.model import ReportOptions
from janitor.report.data.result import SweepResult
from janitor.report.data.summary import Summary
from janitor.report.data.totals import exit_code
from janitor.report.html.render import render_html
from janitor.report.load import history_at, load_summary, scope_of
from janitor.runtime import elapsed, now, stop_asked
from janitor.settings import Settings, SweepRequest
from janitor.sweep.wiring import swept

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WatchedPolicies:
    """The policy file of a daemon: `read` builds the request again, `path` is looked at, `first` was read."""

    read: Callable[[], SweepRequest]
    path: Path
    first: SweepRequest


def run_daemon(policies: WatchedPolicies, settings: Settings, host: str, port: int, sweep_now: bool) -> int:
    """Until a signal; the exit code. UsageError where the address cannot be had."""
    return asyncio.run(_run(policies, settings, host, port, sweep_now))


def run_once(request: SweepRequest, settings: Settings) -> int:
    """One sweep with its note, or the trouble that it came to; the exit code, or the sweep's own error."""
    return asyncio.run(_once(request, settings))


async def _run(policies: WatchedPolicies, settings: Settings, host: str, port: int, sweep_now: bool) -> int:
    watch = PolicyWatch(policies.read, policies.path, policies.first)
    metrics = Metrics()
    health = Health(_checks(settings))
    reports = _Reports(settings, metrics, lambda: watch.request)

    async def sweeper(request: SweepRequest, stop: asyncio.Event, origin: Origin) -> SweepResult:
        return await swept(request, settings, stop, origin, metrics.message_ended)

    async def costs() -> dict[str, object]:
        async with history_at(settings.ledger_url) as history:
            metrics.remember_successes(await history.last_done())
            return await own_cost_facts(settings, history, watch.request.policies)

    async def stamp() -> object:
        async with history_at(settings.ledger_url) as history:
            return watch.request.policies.digest, watch.request.policies_source, await history.state()

    async def make_page() -> str:
        return await reports.page(watch.request.policies.report)

    page = KeptPage(stamp, make_page, elapsed)

    messages = _Messages(settings, metrics)
    ports = Ports(sweeper, ScheduleTimes(), _Past(settings), reports, messages, health, metrics, costs, now)
    daemon = Daemon(watch, ports)
    with stop_asked() as stop, _hang_up(daemon.reload):
        return await daemon.run(stop, serving(host, port, health, metrics, page), sweep_now)


async def _once(request: SweepRequest, settings: Settings) -> int:
    messages = _Messages(settings, Metrics())
    with stop_asked() as stop:
        try:
            result = await swept(request, settings, stop, Origin.HAND)
        except Exception as error:
            if not isinstance(error, LockHeldError):
                await unless_stopped(messages.failed(error), stop)
            raise
        await unless_stopped(messages.note(request.policies.report, result), stop)
        if result.error:
            raise result.error
        return exit_code(result)


def _checks(settings: Settings) -> dict[str, Check]:
    checks = {"database": database_answers(settings.ledger_url)}
    return checks if settings.emulator_host else checks | {"credentials": credentials_found()}


@contextmanager
def _hang_up(reload: Callable[[], None]) -> Iterator[None]:
    """SIGHUP reads the policy file again."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


class _Past:
    """The ledger is opened for each question, so that a database that comes back is there again."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.ledger_url

    async def last_sweep(self, origin: Origin) -> PastSweep | None:
        async with history_at(self._url) as history:
            return await history.last_sweep(origin)

    async def last_reported(self) -> datetime | None:
        async with history_at(self._url) as history:
            return await history.last_reported()


@dataclass(frozen=True, slots=True)
class _Reports:
    settings: Settings
    metrics: Metrics
    request: Callable[[], SweepRequest]

    async def unposted(self) -> datetime | None:
        async with history_at(self.settings.ledger_url) as history:
            return await history.unposted()

    async def post(self, due: datetime, options: ReportOptions, failure: str | None) -> bool:
        summary = await self._summary(None, options, failure)
        emit(
            Event.REPORT_MADE,
            due=due,
            since=summary.period.since,
            until=summary.period.until,
            deleted=summary.saved.deleted.count,
            saves_usd_month=summary.saved.deleted.usd_month,
            saved_usd=summary.saved.saved_usd,
            troubles=len(summary.troubles),
        )
        async with history_at(self.settings.ledger_url) as history:
            return await posting.post_due_report(
                self.settings, summary, history, due, self.metrics.message_ended
            )

    async def page(self, options: ReportOptions) -> str:
        """Of the last week, whenever a report was posted."""
        return render_html(await self._summary(_WEEK, options, None))

    async def _summary(self, since: timedelta | None, options: ReportOptions, failure: str | None) -> Summary:
        return await load_summary(
            self.settings.ledger_url,
            since,
            now(),
            options.horizon,
            failure,
            show_creator=options.show_creator,
            asked=scope_of(self.request()),
        )


@dataclass(frozen=True, slots=True)
class _Messages:
    settings: Settings
    metrics: Metrics

    async def note(self, options: ReportOptions, result: SweepResult) -> None:
        await posting.post_note(self.settings, options, result, self.metrics.message_ended)

    async def failed(self, error: Exception) -> None:
        await self.trouble(f"The sweep failed: {error or type(error).__name__}")

    async def trouble(self, text: str) -> bool:
        return await posting.post_trouble(self.settings, text, self.metrics.message_ended)
