"""What was missed while no daemon ran: the ledger's last run against the last time that was due."""

from datetime import UTC, datetime, timedelta

import pytest

from janitor.daemon.schedule import ScheduleTimes, missed
from janitor.errors import LedgerError
from janitor.ledger.history import Origin
from janitor.policy.model import Schedule
from tests.daemon.daemon_fakes import Memory, past

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)  # a Wednesday
NIGHT = NOW.replace(hour=3)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def found(memory: Memory, born: datetime = NOW) -> dict[str, datetime]:
    """Every night at three, Mondays at nine."""
    return {**await missed(memory, ScheduleTimes(), Schedule(), born, NOW)}


async def test_nothing_is_made_up_for_on_the_very_first_start() -> None:
    assert await found(Memory()) == {}
    assert await found(Memory(reported=MONDAY - timedelta(days=70))) == {}


async def test_what_comes_due_while_the_daemon_gets_ready_is_not_lost_on_its_first_start() -> None:
    assert await found(Memory(), born=NIGHT - timedelta(seconds=5)) == {"sweep": NIGHT}


async def test_of_many_missed_nights_only_the_last_is_made_up_for() -> None:
    memory = Memory({Origin.DAEMON: past(NOW - timedelta(days=30))}, reported=NOW)
    assert await found(memory) == {"sweep": NIGHT}


async def test_what_ran_at_its_time_is_not_missed() -> None:
    memory = Memory({Origin.DAEMON: past(NIGHT + timedelta(seconds=1))}, reported=MONDAY)
    assert await found(memory) == {}


async def test_a_sweep_by_hand_replaces_no_night() -> None:
    """Those of other origins are not asked for."""
    memory = Memory({Origin.DAEMON: past(NIGHT - timedelta(days=1)), Origin.HAND: past(NOW)}, reported=MONDAY)
    assert await found(memory) == {"sweep": NIGHT}


async def test_a_report_is_missed_by_what_was_posted_last() -> None:
    memory = Memory({Origin.DAEMON: past(NIGHT)}, reported=MONDAY - timedelta(days=7))
    assert await found(memory) == {"report": MONDAY}


async def test_the_first_report_is_missed_if_a_daemon_ran_before_it_was_due() -> None:
    memory = Memory({Origin.DAEMON: past(MONDAY - timedelta(hours=6))})
    assert (await found(memory))["report"] == MONDAY


async def test_a_report_that_was_made_for_nobody_is_not_made_again_at_each_start() -> None:
    memory = Memory(
        {Origin.DAEMON: past(MONDAY - timedelta(hours=6)), Origin.REPORT: past(MONDAY + timedelta(minutes=1))}
    )
    assert "report" not in await found(memory)


async def test_a_ledger_that_does_not_answer_is_no_first_start() -> None:
    with pytest.raises(LedgerError):
        await found(Memory(away=LedgerError("away")))
