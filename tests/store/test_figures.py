"""The database's sums of savings are those of every deletion one by one, for any ledger and any question."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import make_url

from janitor.ledger.figures import Figures, Period, Question
from janitor.ledger.savings import Avoided, Deletion, Point
from janitor.store import figures, savings
from janitor.store.database import open_database
from janitor.store.figures import figures_of
from janitor.store.savings import sum_up, sum_up_again
from janitor.store.tables import metadata
from janitor.store.tables import savings as savings_table
from tests.ledger import model
from tests.making import NOW
from tests.store.books import all_deletions, write_deletion, write_sighting

HOUR = timedelta(hours=1)
SWEEPS = ("s-1", "s-2", "s-3")
PROJECTS = ("p", "q")
CAPS = {"r": 1000, "s": 10, "t": 0, "unbilled": None}

# Few moments, so that they often are the same, and the first in the middle of a microsecond's neighbours.
moments = st.integers(0, 30).map(lambda hours: NOW + hours * HOUR)
edges = st.builds(lambda at, by: at + by * timedelta(microseconds=1), moments, st.integers(-1, 1))
prices = (
    st.none()
    | st.sampled_from([Decimal(0), Decimal("1.0"), Decimal("0.10") / 3, Decimal("12345.678")])
    | st.decimals(0, 10_000, places=30)
)
horizons = st.integers(1, 40).map(lambda hours: hours * HOUR) | st.just(365 * 24 * HOUR)


@st.composite
def deletions(draw: st.DrawFn) -> Deletion:
    project, group = draw(st.sampled_from(PROJECTS)), draw(st.sampled_from(["", *CAPS]))
    place = f"projects/{project}/locations/l/repositories/{group}"
    found = Deletion(
        0, draw(st.sampled_from(SWEEPS)), draw(st.sampled_from(["artifact.image", "artifact.repository", "run.service"])),
        f"{place}/{draw(st.sampled_from('abc'))}", draw(st.sampled_from(["old", "stale"])), "unused",
        draw(st.sampled_from(["", "web", "a@x", "b@x"])), draw(st.integers(0, 3000)), draw(prices), draw(st.booleans()),
        place if group else "", CAPS.get(group), NOW,
    )  # fmt: skip
    # most sweeps are apart, as they are under a lock
    begun = 10 * SWEEPS.index(found.sweep_id) if draw(st.integers(0, 5)) else draw(st.integers(0, 30))
    return found._replace(deleted_at=NOW + (begun + draw(st.integers(0, 2))) * HOUR)


class Deleted(NamedTuple):
    deletion: Deletion
    settled_by: str | None


class Seen(NamedTuple):
    which: int
    there: bool
    at: datetime
    by: str


class SumUp(NamedTuple):
    """A report or the close of a sweep, in the middle of what others write."""


deleted = st.builds(Deleted, deletions(), st.none() | st.sampled_from(SWEEPS))
seen = st.builds(Seen, st.integers(0, 30), st.booleans(), moments, st.sampled_from(SWEEPS))
happened_then = deleted | deleted | seen | st.just(SumUp())
happenings = st.lists(happened_then, max_size=8) | st.lists(happened_then, min_size=10, max_size=30)
questions = st.builds(
    Question,
    st.builds(Period, st.none() | edges, edges),
    horizons,
    st.sampled_from([(), ("p",), ("q", "p"), ("elsewhere",)]),
    st.booleans(),
)


def write(db: Connection, happened: list[Any]) -> None:
    written: list[int] = []
    for each in happened:
        match each:
            case Deleted(deletion, settled_by):
                written.append(write_deletion(db, deletion, settled_by))
            case Seen(which, there, at, by) if written:
                write_sighting(db, written[which % len(written)], there, at, by)
            case SumUp():
                sum_up(db)


@contextmanager
def small_parts() -> Iterator[None]:
    """Blocks of two intents and statements of two values, so that a small ledger has many."""
    with ExitStack() as stack:
        for module, name, value in (
            (savings, "BLOCK", 2), (figures, "BLOCK", 2), (savings, "_CHUNK", 3), (savings, "_FEW", 2),
            (figures, "_FEW_BLOCKS", 2), (figures, "SAVERS", 3), (model, "SAVERS", 3), (figures, "POINTS", 9),
            (model, "POINTS", 9), (figures, "CAME_BACK", 2), (model, "CAME_BACK", 2),
        ):  # fmt: skip
            stack.enter_context(patch.object(module, name, value))
        yield


@pytest.fixture(scope="module")
def engine(server: str | None) -> Iterator[Engine]:
    """Tables that each example fills and rolls back."""
    made = create_engine("sqlite://" if server is None else make_url(server))
    if server is None:
        event.listen(made, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
        event.listen(made, "begin", lambda db: db.exec_driver_sql("BEGIN"))
    with made.begin() as db:
        metadata.create_all(db)
    yield made
    made.dispose()


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as db, db.begin() as transaction:
        yield db
        transaction.rollback()


LONG = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@LONG
@given(happened=happenings, asked=st.lists(questions, min_size=1, max_size=4))
def test_sums_are_those_of_every_deletion_one_by_one(
    engine: Engine, happened: list[Any], asked: list[Question]
) -> None:
    with small_parts(), rolled_back(engine) as db:
        write(db, happened)
        for question in asked:
            expected = model.figures(all_deletions(db), question)
            assert figures_of(db, question) == expected


@LONG
@given(happened=happenings, question=questions)
def test_sums_that_grew_are_those_that_are_computed_at_once(
    engine: Engine, happened: list[Any], question: Question
) -> None:
    with small_parts(), rolled_back(engine) as db:
        write(db, happened)
        grown, rows = figures_of(db, question), all_savings(db)
        sum_up_again(db)
        assert (figures_of(db, question), all_savings(db)) == (grown, rows)


def all_savings(db: Connection) -> list[tuple[Any, ...]]:
    columns = (column for column in savings_table.c if column.name != "part_sums")
    return [tuple(row) for row in db.execute(select(*columns).order_by(savings_table.c.intent_id))]


async def test_figures_are_of_one_state_while_another_process_sums_up(url: str) -> None:
    """The other process records that the first deletion came back, and a second one, between two reads of a report."""
    opened = await open_database(url)
    other = await open_database(url)
    first, second = (
        Deletion(
            0, "s-1", "run.service", f"projects/p/locations/l/services/{name}", "old", "unused", "", 1, Decimal(10), False,
            "", None, at,
        )
        for name, at in (("a", NOW), ("b", NOW + 2 * HOUR))
    )  # fmt: skip
    question = Question(Period(NOW - HOUR, NOW + 100 * HOUR), 365 * 24 * HOUR)
    known = await opened.run(lambda db: write_deletion(db, first))
    before = await opened.run(lambda db: figures_of(db, question))
    begun: list[Future[None]] = []

    def happens(db: Connection) -> None:
        write_sighting(db, known, True, NOW + HOUR, "s-2")
        write_deletion(db, second)
        sum_up(db)

    def interrupted(db: Connection) -> Figures:
        def after(reader: Connection, _cursor: object, statement: str, *_: object) -> None:
            if reader is db and "FROM savings_by_sweep" in statement and not begun:
                begun.append(pool.submit(asyncio.run, other.run(happens)))
                wait(begun, timeout=1)

        event.listen(db.engine, "after_cursor_execute", after)
        return figures_of(db, question)

    with ThreadPoolExecutor() as pool:
        found = await opened.run(interrupted)
        begun[0].result()
    assert found == before
    after = await opened.run(lambda db: figures_of(db, question))
    assert after.in_all.deleted.count == after.saved.deleted.count == 2
    await opened.close()
    await other.close()


SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
# One dollar for each second, in months of 730 hours.
A_DOLLAR_A_SECOND = Decimal(730 * 3600)
YEAR = timedelta(days=365)
EITHER_SIDE = (-SECOND, -MICROSECOND, timedelta(0), MICROSECOND, SECOND)


def gone(name: str, at: timedelta, sweep_id: str = "s-1", upper_bound: bool = False) -> Deletion:
    """A service of a project, which saves one dollar a second from a time after NOW."""
    return Deletion(
        0, sweep_id, "run.service", f"projects/p/locations/l/services/{name}", "old", "unused", "web", 0,
        A_DOLLAR_A_SECOND, upper_bound, "", None, NOW + at,
    )  # fmt: skip


def write_earlier(db: Connection) -> None:
    """A sweep before those of a test: what it deleted cost nothing, and it has the first moment of the course."""
    write_deletion(db, gone("earlier", 0 * HOUR, "s-0")._replace(usd_month=Decimal(0), policy="stale"))


def answer(
    db: Connection, until: timedelta, since: timedelta | None = None, horizon: timedelta = YEAR
) -> Figures:
    """The figures of a period after NOW, which are the model's, and the same of the only project."""
    period = Period(None if since is None else NOW + since, NOW + until)
    found = figures_of(db, Question(period, horizon))
    assert found == figures_of(db, Question(period, horizon, ("p",)))
    assert found == model.figures(all_deletions(db), Question(period, horizon))
    return found


def seconds(span: timedelta) -> Decimal:
    return span // MICROSECOND / Decimal(1_000_000)


@pytest.mark.parametrize("by", EITHER_SIDE)
def test_a_resource_that_came_back_after_the_horizon_saved_until_the_horizon(
    engine: Engine, by: timedelta
) -> None:
    with rolled_back(engine) as db:
        write_sighting(db, write_deletion(db, gone("a", 0 * HOUR)), True, NOW + 10 * HOUR + by, "s-2")
        whole = answer(db, 20 * HOUR, horizon=10 * HOUR)
        rest = answer(db, 20 * HOUR, since=10 * HOUR, horizon=10 * HOUR)
    saved = min(36_000 + seconds(by), Decimal(36_000))
    assert (whole.in_all.saved_usd, whole.saved.saved_usd) == (saved, saved)
    assert whole.course[-1] == Point(NOW + 20 * HOUR, saved, Decimal(0))
    assert whole.avoided == Avoided(saved, 1)
    assert rest.avoided == Avoided()


@pytest.mark.parametrize("by", EITHER_SIDE)
def test_a_resource_that_was_seen_before_its_deletion_saved_nothing(engine: Engine, by: timedelta) -> None:
    with rolled_back(engine) as db:
        write_sighting(db, write_deletion(db, gone("a", 2 * HOUR)), True, NOW + 2 * HOUR + by, "s-2")
        found = answer(db, 20 * HOUR)
    saved = max(seconds(by), Decimal(0))
    assert (found.in_all.saved_usd, found.saved.saved_usd) == (saved, saved)
    assert found.avoided == Avoided(saved, int(saved > 0))


@pytest.mark.parametrize("by", EITHER_SIDE)
def test_what_came_back_is_in_the_course_if_it_was_deleted_by_the_end_of_the_period(
    engine: Engine, by: timedelta
) -> None:
    with rolled_back(engine) as db:
        write_deletion(db, gone("a", 1 * HOUR))
        deleted = write_deletion(db, gone("b", 4 * HOUR + by, "s-2"))
        write_sighting(db, deleted, True, NOW + 3 * HOUR, "s-3")
        found = answer(db, 4 * HOUR)
    back = {3 * HOUR, 4 * HOUR + by} if by <= timedelta(0) else set()
    assert {point.at - NOW for point in found.course} == {1 * HOUR, 4 * HOUR} | back


def test_a_moment_at_which_one_of_two_came_back_within_the_period_is_in_the_course(engine: Engine) -> None:
    with rolled_back(engine) as db:
        for deletion in (gone("a", 1 * HOUR), gone("b", 4 * HOUR + SECOND, "s-2")):
            write_sighting(db, write_deletion(db, deletion), True, NOW + 3 * HOUR, "s-3")
        found = answer(db, 4 * HOUR)
    assert found.course == (
        Point(NOW + 1 * HOUR, Decimal(0), A_DOLLAR_A_SECOND),
        Point(NOW + 3 * HOUR, Decimal(7200), Decimal(0)),
        Point(NOW + 4 * HOUR, Decimal(7200), Decimal(0)),
    )


@pytest.mark.parametrize("before", [3 * HOUR, SECOND, MICROSECOND])
@pytest.mark.parametrize("by", EITHER_SIDE)
def test_of_a_sweep_that_the_end_of_a_period_cuts_the_deletions_before_it_save(
    engine: Engine, before: timedelta, by: timedelta
) -> None:
    """The last deletion is at 4 hours; the period ends about then."""
    with rolled_back(engine) as db:
        write_earlier(db)
        write_deletion(db, gone("a", 4 * HOUR - before))
        write_deletion(db, gone("b", 4 * HOUR, upper_bound=True))
        found = answer(db, 4 * HOUR + by)
    first, last = before + by, by
    ran = [span for span in (first, last) if span > timedelta(0)]
    assert found.in_all.deleted.count == 1 + (first >= timedelta(0)) + (last >= timedelta(0))
    assert found.avoided == Avoided(seconds(sum(ran, timedelta(0))), len(ran), last > timedelta(0))


@pytest.mark.parametrize(
    ("since", "usd", "count"),
    [
        (4 * HOUR - SECOND, 3602, 2),
        (4 * HOUR, 3600, 1),
        (4 * HOUR + SECOND, 3599, 1),
        (5 * HOUR - SECOND, 1, 1),
        (5 * HOUR, 0, 0),
        (5 * HOUR + SECOND, 0, 0),
    ],
)
def test_of_a_sweep_that_the_horizon_cuts_what_still_saves_in_the_period_counts(
    engine: Engine, since: timedelta, usd: int, count: int
) -> None:
    """Deleted at 1 and 2 hours, and with a horizon of three they save until 4 and 5."""
    with rolled_back(engine) as db:
        write_earlier(db)
        write_deletion(db, gone("a", 1 * HOUR))
        write_deletion(db, gone("b", 2 * HOUR))
        found = answer(db, 10 * HOUR, since=since, horizon=3 * HOUR)
    assert found.avoided == Avoided(Decimal(usd), count)


@pytest.mark.parametrize("by", EITHER_SIDE)
def test_a_deletion_at_the_first_moment_of_a_period_is_of_the_period_before(
    engine: Engine, by: timedelta
) -> None:
    """It is the first of its policy's deletions; the last is within."""
    with rolled_back(engine) as db:
        write_earlier(db)
        write_deletion(db, gone("a", 2 * HOUR + by))
        write_deletion(db, gone("b", 3 * HOUR))
        before, after = answer(db, 2 * HOUR), answer(db, 3 * HOUR, since=2 * HOUR)
    within = by > timedelta(0)
    assert (before.saved.deleted.count, after.saved.deleted.count) == (2 - within, 1 + within)
    assert after.by_policy == (("old", after.saved),)
    assert after.saved.saved_usd == (3600 - seconds(by) if within else 0)
    assert after.avoided == Avoided(3600 - max(seconds(by), Decimal(0)), 1)


@pytest.mark.parametrize("by", EITHER_SIDE)
def test_what_was_seen_after_the_period_is_not_known_in_it(engine: Engine, by: timedelta) -> None:
    with rolled_back(engine) as db:
        write_earlier(db)
        for name, there in (("a", True), ("b", False)):
            deleted = write_deletion(db, gone(name, 1 * HOUR))
            write_sighting(db, deleted, there, NOW + 4 * HOUR + by, "s-2")
        found = answer(db, 4 * HOUR)
    is_known = by <= timedelta(0)
    assert found.in_all == found.saved
    assert found.in_all.came_back == found.came_back_names == is_known
    assert found.in_all.realised_usd_month == (A_DOLLAR_A_SECOND if is_known else 0)
    assert found.in_all.saved_usd == 6 * 3600 + min(seconds(by), Decimal(0))


@pytest.mark.parametrize("is_seen_first", [True, False])
@pytest.mark.parametrize("by", EITHER_SIDE)
def test_a_resource_that_a_later_sweep_deleted_again_had_come_back_by_then(
    engine: Engine, by: timedelta, is_seen_first: bool
) -> None:
    """A third sweep says that it saw it about the moment of the second deletion."""
    with rolled_back(engine) as db:
        first = write_deletion(db, gone("a", 1 * HOUR))
        sum_up(db)
        if is_seen_first:
            write_sighting(db, first, True, NOW + 3 * HOUR + by, "s-3")
            sum_up(db)
        write_deletion(db, gone("a", 3 * HOUR, "s-2"))
        sum_up(db)
        if not is_seen_first:
            write_sighting(db, first, True, NOW + 3 * HOUR + by, "s-3")
        found = answer(db, 4 * HOUR)
    ended = min(3 * HOUR + by, 3 * HOUR)
    assert found.in_all.saved_usd == seconds(ended - 1 * HOUR) + 3600
    assert [row.back_at for row in found.came_back] == [NOW + ended]


@pytest.mark.parametrize(
    ("by", "intents", "saved"),
    [
        (-SECOND, (1, 2), 3600),
        (-MICROSECOND, (2, 1), 3600),
        (timedelta(0), (1, 2), 3600),
        (timedelta(0), (2, 1), 0),
        (MICROSECOND, (1, 2), Decimal("0.000001")),
        (SECOND, (2, 1), 1),
    ],
)
def test_a_deletion_that_is_confirmed_late_ends_with_the_next_one_that_is_known(
    engine: Engine, by: timedelta, intents: tuple[int, int], saved: Decimal
) -> None:
    """The one that is known was seen before it was deleted, which is after a clock was set back. The other one of
    its name is at 3 hours; of two at once the later intent is the next."""
    known, late = intents
    with rolled_back(engine) as db:
        deletion = gone("a", 3 * HOUR + by)
        write_sighting(db, write_deletion(db, deletion, known={"id": known}), True, NOW + 2 * HOUR, "s-2")
        sum_up(db)
        write_deletion(db, gone("a", 3 * HOUR, "s-2"), "s-3", known={"id": late})
        found = answer(db, 4 * HOUR)
    assert found.in_all.saved_usd == saved
    assert found.in_all.came_back == 1 + (saved < 3600)
