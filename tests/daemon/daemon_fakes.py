"""The daemon among fakes: sweeps that are only asked for, a ledger in memory, nobody to tell."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from apscheduler.triggers.base import BaseTrigger

from janitor.daemon.daemon import Daemon
from janitor.daemon.policy_watch import PolicyWatch
from janitor.daemon.ports import Ports, Run
from janitor.ledger.history import Origin, PastSweep
from janitor.logs import Event
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Cron, ReportOptions
from janitor.report.data.result import SweepResult
from janitor.settings import SweepRequest
from tests.report.samples import story

FILE = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
"""
NEVER = datetime(2999, 1, 1, tzinfo=UTC)
Answer = SweepResult | Exception | Callable[[asyncio.Event], Awaitable[SweepResult]]


def request(text: str = FILE, apply: bool = True) -> SweepRequest:
    """What a policy file asks for."""
    policies = parse_policies(text.encode(), "policies.yaml", lambda name: b"")
    return SweepRequest(policies, "policies.yaml", apply, policies.limits)


def past(started_at: datetime, origin: Origin = Origin.DAEMON) -> PastSweep:
    """A sweep that was begun then."""
    return PastSweep("s", started_at, "apply", "host:1", origin.value, None, None, None, None)


@dataclass
class Sweeps:
    """Answers in turn, the last one again and again."""

    answers: list[Answer]
    asked: list[tuple[SweepRequest, Origin]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def __call__(self, request: SweepRequest, stop: asyncio.Event, origin: Origin) -> SweepResult:
        self.asked.append((request, origin))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if isinstance(answer, Exception):
                raise answer
            return answer if isinstance(answer, SweepResult) else await answer(stop)
        finally:
            self.at_once -= 1

    @property
    def origins(self) -> list[Origin]:
        return [origin for _, origin in self.asked]


class _Trigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    def __init__(self, at: datetime) -> None:
        self._at = at

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Once at the time given, though it may have passed just now, and then never again."""
        return self._at if previous is None or self._at > previous else NEVER


@dataclass
class Clockwork:
    """Nothing comes by itself but what `due` says: cron text -> the time to come. `before`: what was due."""

    due: dict[str, datetime] = field(default_factory=dict)
    before: dict[str, datetime] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def trigger(self, cron: Cron, timezone: str, jitter: timedelta) -> Any:
        self.made.append(cron.text)
        return _Trigger(self.due.get(cron.text, NEVER))

    def latest(self, cron: Cron, timezone: str, after: datetime, until: datetime) -> datetime | None:
        due = self.before.get(cron.text)
        return due if due and after < due <= until else None


@dataclass
class Memory:
    """A ledger; `away` is raised by whatever is asked."""

    last: dict[Origin, PastSweep] = field(default_factory=dict)
    reported: datetime | None = None
    away: Exception | None = None

    async def last_sweep(self, origin: Origin) -> PastSweep | None:
        if self.away:
            raise self.away
        return self.last.get(origin)

    async def last_reported(self) -> datetime | None:
        return self.reported


@dataclass
class Reports:
    """Slack takes the report when its turn in `takes` says so (once it is empty: always)."""

    takes: list[bool | Exception] = field(default_factory=list)
    posted: list[tuple[datetime, str | None]] = field(default_factory=list)
    left: datetime | None = None

    async def unposted(self) -> datetime | None:
        return self.left

    async def post(self, due: datetime, options: ReportOptions, failure: str | None) -> bool:
        self.posted.append((due, failure))
        taken = self.takes.pop(0) if self.takes else True
        if isinstance(taken, Exception):
            raise taken
        if taken:
            self.left = None
        return taken


@dataclass
class Messages:
    """Hears what is told."""

    takes: bool = True
    notes: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    async def note(self, options: ReportOptions, result: SweepResult) -> None:
        self.notes.append(result.sweep_id)

    async def trouble(self, text: str) -> bool:
        self.troubles.append(text)
        return self.takes


@dataclass
class Vitals:
    """Hears of beats and policies."""

    beats: int = 0
    policies: list[bool] = field(default_factory=list)

    def beat(self) -> None:
        self.beats += 1

    def policies_are(self, good: bool, why: str = "") -> None:
        self.policies.append(good)


@dataclass
class Counted:
    """Counts as text."""

    all: list[str] = field(default_factory=list)

    def sweep_ended(self, result: SweepResult) -> None:
        self.all.append("ended")

    def sweep_failed(self, error: BaseException, mode: Literal["dry-run", "apply"]) -> None:
        self.all.append(f"failed {mode}")

    def run_skipped(self, run: Run) -> None:
        self.all.append(f"skipped {run}")

    def policies_read(self, good: bool) -> None:
        self.all.append(f"policies {'good' if good else 'refused'}")


@dataclass
class Events:
    """What was logged, in order."""

    all: list[tuple[Event, Mapping[str, object]]] = field(default_factory=list)

    def __call__(self, event: Event, **facts: object) -> None:
        self.all.append((event, facts))

    def of(self, event: Event) -> list[Mapping[str, object]]:
        return [facts for each, facts in self.all if each is event]

    @property
    def names(self) -> list[str]:
        return [event.value for event, _ in self.all]


@dataclass
class World:
    """All of the daemon's ports as fakes, and one policy file in `folder`."""

    folder: Path
    events: Events
    sweeps: Sweeps = field(default_factory=lambda: Sweeps([story()]))
    times: Clockwork = field(default_factory=Clockwork)
    memory: Memory = field(default_factory=Memory)
    reports: Reports = field(default_factory=Reports)
    messages: Messages = field(default_factory=Messages)
    vitals: Vitals = field(default_factory=Vitals)
    counted: Counted = field(default_factory=Counted)
    costs: Callable[[], Awaitable[Mapping[str, object]]] | None = None
    now: datetime | None = None

    @property
    def ports(self) -> Ports:
        return Ports(
            self.sweeps, self.times, self.memory, self.reports, self.messages, self.vitals, self.counted,
            self.costs or _free, lambda: self.now or datetime.now(UTC),
        )  # fmt: skip

    @property
    def file(self) -> Path:
        return self.folder / "policies.yaml"

    def watch(self) -> PolicyWatch:
        if not self.file.exists():
            self.file.write_text(FILE)
        return PolicyWatch(self.read, self.file, self.read())

    def read(self) -> SweepRequest:
        from janitor.store.policy_file import load_policies

        policies = load_policies(self.file)
        return replace(request(), policies=policies, apply=True)

    def daemon(self) -> Daemon:
        return Daemon(self.watch(), self.ports)


async def _free() -> Mapping[str, object]:
    return {"own_cost": "nothing"}


@contextmanager
def no_http() -> Iterator[int]:
    """Nobody answers."""
    yield 0


async def until(holds: Callable[[], bool]) -> None:
    """Until it holds; a failure when it never does."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.005)
