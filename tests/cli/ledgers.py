"""A ledger in the test's folder, written as a sweep writes it."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.ledger.entries import Conclusion, SweepEnd, SweepStart
from janitor.ledger.history import Origin
from janitor.plan.plan import Action
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.snapshot_codec import encode_snapshot
from janitor.runtime import now
from janitor.store.database import Database, open_database
from janitor.store.ledger import SqlLedger
from tests.report.summaries import SMALL
from tests.store.empty import write_empty_ledger
from tests.store.recording import action

TOTALS = (
    '{"examined": {"artifact.image": 40}, "planned": 2, "deleted": 1, "already_gone": 0, "drifted": 0,'
    ' "skipped": 0, "failed": 1, "reclaimed_bytes": 1000, "saves_usd_month": "0.0000000931", "unpriced": 0}'
)
FIRST, SECOND = "20261101T030000Z-aaaa01", "20261101T040000Z-bbbb02"


def in_project(project: str, label: str) -> Action:
    """The deletion of an image in another project."""
    old, deletion = "projects/p/", action(label)
    return deletion._replace(
        name=deletion.name.replace(old, f"projects/{project}/"),
        group=deletion.group.replace(old, f"projects/{project}/"),
        owner=f"team-{project}",
    )


def written(path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot | None = SMALL.snapshot) -> None:
    """Two applies of the last days: one deleted an image of project p, the other one of project q and
    failed with one of p. The environment names the ledger."""
    url = write_empty_ledger(path / "janitor.db")
    monkeypatch.setenv("JANITOR_DATABASE_URL", url)
    asyncio.run(_write(url, snapshot))


async def _write(url: str, snapshot: Snapshot | None) -> None:
    database = await open_database(url)
    try:
        text = None if snapshot is None else encode_snapshot(snapshot)
        await _sweep(database, FIRST, now() - timedelta(days=9), [in_project("p", "a")], None)
        await _sweep(
            database, SECOND, now() - timedelta(days=2), [in_project("q", "b"), in_project("p", "c")], text
        )
    finally:
        await database.close()


async def _sweep(
    database: Database, sweep_id: str, at: datetime, actions: list[Action], text: str | None
) -> None:
    ledger = SqlLedger(database)
    await ledger.begin(SweepStart(sweep_id, at, "apply", "host:1", Origin.DAEMON))
    ids = await ledger.intend(sweep_id, actions, {}, at)
    ends = [Outcome(OutcomeKind.DELETED), Outcome(OutcomeKind.FAILED, "INTERNAL: oh")]
    conclusions = [
        Conclusion(intent, each.kind.value, each.name, end)
        for intent, each, end in zip(ids, actions, ends, strict=False)
    ]
    await ledger.conclude(sweep_id, conclusions, at)
    await ledger.finish(
        SweepEnd(sweep_id, at + timedelta(seconds=9), "sha256:1", "sha256:2", 6, TOTALS, text)
    )
