"""Reports: each is posted by one, once, whoever dies on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from janitor.errors import LedgerError
from janitor.store.database import Database, open_database
from janitor.store.history import SqlHistory
from tests.making import NOW

WEEK = timedelta(days=7)
DUE, NEXT = NOW, NOW + WEEK


@pytest.fixture
def history(database: Database) -> SqlHistory:
    return SqlHistory(database)


@pytest.fixture
async def others(url: str) -> AsyncIterator[list[SqlHistory]]:
    """Eight processes' worth of connections to the same database."""
    opened = [await open_database(url) for _ in range(8)]
    yield [SqlHistory(each) for each in opened]
    for each in opened:
        await each.close()


async def claimed(history: SqlHistory, due: datetime = DUE) -> bool:
    return await history.claim_post(due, due, due)


async def test_a_report_is_claimed_once(history: SqlHistory) -> None:
    assert await claimed(history)
    assert not await claimed(history)
    assert await claimed(history, NEXT)


async def test_of_many_at_once_one_gets_the_claim(others: list[SqlHistory]) -> None:
    assert sum(await asyncio.gather(*(claimed(each) for each in others))) == 1
    await others[3].close_post(DUE, False, NOW)
    assert sum(await asyncio.gather(*(claimed(each) for each in others))) == 1


async def test_a_claim_that_was_never_closed_counts_as_posted(history: SqlHistory) -> None:
    assert await claimed(history)
    assert await history.last_reported() == DUE
    assert await history.unposted() is None
    assert not await claimed(history)


async def test_what_was_posted_is_never_claimed_again(history: SqlHistory) -> None:
    await claimed(history)
    await history.close_post(DUE, True, NOW)
    assert not await claimed(history)
    assert await history.last_reported() == DUE
    assert await history.unposted() is None


async def test_what_could_not_be_posted_is_claimed_again_with_a_new_end(history: SqlHistory) -> None:
    await claimed(history)
    await history.close_post(DUE, False, NOW)
    assert await history.last_reported() is None
    assert await history.unposted() == DUE
    assert await history.claim_post(DUE, DUE + timedelta(hours=2), DUE + timedelta(hours=2))
    assert await history.unposted() is None
    await history.close_post(DUE, True, NOW)
    assert await history.last_reported() == DUE + timedelta(hours=2)


async def test_what_could_not_be_posted_is_let_be_once_a_later_one_was(history: SqlHistory) -> None:
    await claimed(history)
    await history.close_post(DUE, False, NOW)
    await claimed(history, NEXT)
    await history.close_post(NEXT, True, NOW)
    assert await history.unposted() is None
    assert await history.last_reported() == NEXT


async def test_the_last_that_could_not_be_posted_is_the_one_that_is_owed(history: SqlHistory) -> None:
    for due in (DUE, NEXT):
        await claimed(history, due)
        await history.close_post(due, due == DUE, NOW)
    assert await history.unposted() == NEXT
    assert await history.last_reported() == DUE


@pytest.mark.parametrize("posted", [True, False])
async def test_nobody_closes_what_is_not_open(history: SqlHistory, posted: bool) -> None:
    with pytest.raises(LedgerError, match="no open report"):
        await history.close_post(DUE, posted, NOW)
    await claimed(history)
    await history.close_post(DUE, True, NOW)
    with pytest.raises(LedgerError, match="no open report"):
        await history.close_post(DUE, posted, NOW)
    assert not await claimed(history)
