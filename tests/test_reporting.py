"""The summary as it is read out of a ledger."""

from datetime import timedelta
from pathlib import Path

import pytest

from janitor.errors import LedgerError
from janitor.ledger.entries import Conclusion, SweepEnd, SweepStart
from janitor.report.data.snapshot_codec import encode_snapshot
from janitor.report.data.troubles import TroubleKind
from janitor.report.load import history_at, load_summary
from janitor.runtime import now
from janitor.store.database import open_database
from janitor.store.ledger import SqlLedger
from tests.report.summaries import YEAR, planned, snapshot
from tests.store.recording import action
from tests.store.test_ledger import DELETED

CREATOR = "maker@example.com"


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """A ledger with one deletion, yesterday, of what is its creator's, as is what would go next."""
    address = f"sqlite:///{tmp_path}/janitor.db"
    database = await open_database(address)
    ledger, at = SqlLedger(database), now() - timedelta(days=1)
    await ledger.begin(SweepStart("s-1", at, "apply", "host:1"))
    mine = action("a")._replace(owner=CREATOR)
    (intent,) = await ledger.intend("s-1", [mine], {}, at)
    await ledger.conclude("s-1", [Conclusion(intent, mine.kind.value, mine.name, DELETED)], at)
    seen = encode_snapshot(snapshot(observed_at=at, finished_at=at, largest=(planned(1, owner=CREATOR),)))
    await ledger.finish(SweepEnd("s-1", at, "sha256:1", "sha256:2", 0, "{}", seen))
    await database.close()
    return address


async def test_a_creators_address_is_only_there_where_it_is_asked_for(url: str) -> None:
    until = now()
    shown = await load_summary(url, None, until, YEAR)
    assert [owner for owner, _ in shown.by_owner] == [CREATOR]
    hidden = await load_summary(url, None, until, YEAR, show_creator=False)
    assert [owner for owner, _ in hidden.by_owner] == [""]
    assert CREATOR not in repr(hidden)
    assert hidden.saved == shown.saved


async def test_the_period_begins_so_long_ago_or_at_a_time_or_where_the_last_report_ended(url: str) -> None:
    until = now()
    assert (await load_summary(url, None, until, YEAR)).period.since is None
    assert (await load_summary(url, timedelta(days=7), until, YEAR)).period.since == until - timedelta(days=7)
    hour_ago = until - timedelta(hours=1)
    assert (await load_summary(url, hour_ago, until, YEAR)).saved.deleted.count == 0
    async with history_at(url) as history:
        await history.claim_post(hour_ago, hour_ago, hour_ago)
        await history.close_post(hour_ago, True, hour_ago)
    reported = await load_summary(url, None, until, YEAR)
    assert (reported.period.since, reported.saved.deleted.count, reported.in_all.deleted.count) == (
        hour_ago,
        0,
        1,
    )


async def test_why_the_sweep_could_not_be_made_is_the_first_trouble(url: str) -> None:
    summary = await load_summary(url, None, now(), YEAR, "no credentials")
    assert summary.troubles[0].kind is TroubleKind.SWEEP_FAILED
    assert summary.troubles[0].what == "no credentials"


async def test_a_database_that_is_away_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError):
        await load_summary(f"sqlite:///{tmp_path}/nowhere/janitor.db", None, now(), YEAR)
