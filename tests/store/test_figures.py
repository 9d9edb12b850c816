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
from janitor.ledger.savings import Deletion
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
horizons = st.integers(0, 40).map(lambda hours: hours * HOUR) | st.just(365 * 24 * HOUR)


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
