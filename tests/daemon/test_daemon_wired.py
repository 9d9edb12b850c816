"""The whole daemon in this process, wired to an emulated Google, a ledger and a Slack on this machine."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from janitor.cli.daemon import _Reading
from janitor.daemon import wiring
from janitor.settings import load_settings
from tests.daemon.daemon_fakes import Events, until
from tests.notify.server import Mood, StandIn, slack_stand_in
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, Place, image, uri, world

FAILED = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@a")}"}}}}'
QUIET = world(image("a"), services=FAILED)
RARELY = POLICIES + 'schedule: {sweep: {cron: "0 3 29 2 *"}, report: {cron: "0 9 29 2 *"}}\n'


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Events:
    """Every event of janitor's, wherever it is written; and nothing ends this process."""
    events = Events()
    for module in (
        "sweep.wiring",
        "sweep.record",
        "notify.posting",
        "daemon.daemon",
        "daemon.jobs",
        "daemon.sweeping",
        "daemon.wiring",
    ):
        monkeypatch.setattr(f"janitor.{module}.emit", events)
    monkeypatch.setattr("janitor.runtime.AT_THE_LATEST", 3600)
    monkeypatch.setattr("janitor.daemon.jobs.FIRST", timedelta(milliseconds=100))
    monkeypatch.setattr("janitor.store.database._BUSY", 0.1)
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return events


@asynccontextmanager
async def daemon(here: Place, policies: str, sweep_now: bool = True) -> AsyncIterator[None]:
    """Runs until the block ends, and then hears SIGTERM."""
    (here.folder / "policies.yaml").write_text(policies, encoding="utf-8")
    settings = load_settings()
    reading = _Reading(settings, None, False, True, [], [])
    watched = wiring.WatchedPolicies(reading, reading.path, reading())
    task = asyncio.create_task(wiring._run(watched, settings, "127.0.0.1", 0, sweep_now))
    try:
        yield
    finally:
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)
        await task


def posted(slack: StandIn) -> list[str]:
    """The plain texts."""
    return [str(payload["text"]) for payload in slack.posted]


def seen(log: Events, name: str, times: int = 1) -> Any:
    return lambda: log.names.count(name) >= times


async def test_a_locked_ledger_is_told_once_and_the_sweep_is_made_when_it_is_free(
    place: Placing, log: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(QUIET)
    with slack_stand_in() as slack, closing(sqlite3.connect(here.folder / "ledger.db")) as other:
        monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", slack.webhook_url)
        other.execute("BEGIN EXCLUSIVE")
        async with daemon(here, RARELY):
            await until(seen(log, "sweep.failed", 2))
            assert here.changes == []
            other.rollback()
            await until(seen(log, "sweep.finished"))
            await until(seen(log, "note.posted"))
        told = posted(slack)
    assert len([text for text in told if "failed" in text]) == 1, told
    assert len(told) == 2
    assert [call for call in here.changes if call[0] == "DeleteService"] != []


async def test_a_report_that_slack_refused_is_posted_after_the_next_sweep_and_once(
    place: Placing, log: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(QUIET)
    refusals = [Mood(400, "invalid_blocks")]
    with slack_stand_in(*refusals) as slack:
        monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", slack.webhook_url)
        quiet = RARELY + "report: {note: never}\n"
        async with daemon(here, quiet):
            await until(seen(log, "sweep.finished"))
        # The daemon swept, and then a report came due while it was away.
        a_while_ago = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
        with closing(sqlite3.connect(here.folder / "ledger.db")) as ledger, ledger:
            ledger.execute(
                f"UPDATE sweeps SET started_at = '{a_while_ago - timedelta(minutes=1):%Y-%m-%d %H:%M:%S.%f}'"
            )
        daily = f"{a_while_ago:%M %H} * * *"
        async with daemon(here, quiet.replace("0 9 29 2 *", daily), sweep_now=False):
            await until(seen(log, "report.unposted"))
            assert posted(slack) == []
        async with daemon(here, quiet):
            await until(seen(log, "report.posted"))
        async with daemon(here, quiet):
            await until(seen(log, "sweep.finished", 4))
            await asyncio.sleep(0.3)
        assert len(posted(slack)) == 1
