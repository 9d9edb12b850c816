"""What the daemon needs from outside. `wiring.py` fulfils these, tests do so with fakes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from janitor.ledger.history import Origin, PastSweep
from janitor.policy.model import Cron, ReportOptions
from janitor.report.data.result import SweepResult
from janitor.runtime import elapsed
from janitor.settings import Mode, SweepRequest

Run = Literal["sweep", "report"]
Work = Callable[[], Awaitable[None]]
# Facts of the event daemon.started: what running this costs, and what it has saved.
Costs = Callable[[], Awaitable[Mapping[str, object]]]


class Sweeper(Protocol):
    """One sweep. `stop` ends it in order: InterruptedSweepError before there is a plan, a result after."""

    async def __call__(self, request: SweepRequest, stop: asyncio.Event, origin: Origin) -> SweepResult: ...


class Times(Protocol):
    """When something is due, as a trigger of APScheduler's, and as a question about the past."""

    def trigger(self, cron: Cron, timezone: str, jitter: timedelta) -> Any:
        """Times to come."""

    def latest(self, cron: Cron, timezone: str, after: datetime, until: datetime) -> datetime | None:
        """The last time that was due after `after` and not after `until`."""


class Past(Protocol):
    """What the ledger remembers; LedgerError where the database cannot be used."""

    async def last_sweep(self, origin: Origin) -> PastSweep | None:
        """The last one that was begun by it."""

    async def last_reported(self) -> datetime | None:
        """The end of the period of the last report that was posted."""


class Reports(Protocol):
    """The cost report."""

    async def unposted(self) -> datetime | None:
        """When the last report was due that could not be posted; LedgerError."""

    async def post(self, due: datetime, options: ReportOptions, failure: str | None) -> bool:
        """Whether it needs no second attempt: it was posted, also by another process, or Slack is not set up.

        `failure` is why the dry run that it should rest on could not be made. LedgerError.
        """


class Messages(Protocol):
    """What is told by Slack beside the report; what Slack does not take is logged there."""

    async def note(self, options: ReportOptions, result: SweepResult) -> None:
        """A short note after a sweep, if the options want one."""

    async def trouble(self, text: str) -> bool:
        """Whether it was posted, or there is nobody to post it to."""


class Pulse(Protocol):
    """Who answers probes."""

    def beat(self) -> None:
        """The scheduler turns."""

    def policies_are(self, good: bool, why: str = "") -> None:
        """Whether the policy file is good as it stands on the disk."""


class Counters(Protocol):
    """Who counts."""

    def sweep_ended(self, result: SweepResult) -> None: ...

    def sweep_failed(self, error: BaseException, mode: Mode) -> None: ...

    def run_skipped(self, run: Run) -> None: ...

    def policies_read(self, good: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them. `clock` is the wall clock, which may be set; `elapsed` are seconds by one that is not."""

    sweeper: Sweeper
    times: Times
    past: Past
    reports: Reports
    messages: Messages
    pulse: Pulse
    counters: Counters
    costs: Costs
    clock: Callable[[], datetime]
    elapsed: Callable[[], float] = elapsed
