"""Marks and opt-outs in the database: one mark of a thing stands, and each end is written down."""

from datetime import timedelta

from sqlalchemy import Connection, select

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.ledger.entries import Conclusion, SweepStart
from janitor.ledger.marks import OptOut, marks_of
from janitor.model.kinds import Kind
from janitor.policy.deciding.grace import Mark, Waiting
from janitor.store.database import Database
from janitor.store.ledger import SqlLedger
from janitor.store.marks import SqlMarks
from janitor.store.tables import marks
from tests.making import NOW

WEEK = timedelta(days=7)
SERVICE = "projects/p/locations/l/services/web"


def waiting(name: str, days: float = 7, state: str = "a", is_new: bool = True) -> Waiting:
    """A service in grace."""
    due = NOW + timedelta(days=days)
    return Waiting(Kind.SERVICE, name, "failed", "shop", NOW, due, state, is_new)


async def begun(database: Database, *sweeps: str) -> SqlMarks:
    """The marks of a ledger with these sweeps."""
    ledger = SqlLedger(database)
    for sweep in sweeps:
        await ledger.begin(SweepStart(sweep, NOW, "apply", "h:1"))
    return SqlMarks(database)


async def ends(database: Database) -> dict[str, list[str | None]]:
    """Name -> why each of its marks ended, None for one that stands."""

    def work(db: Connection) -> dict[str, list[str | None]]:
        found: dict[str, list[str | None]] = {}
        for name, why in db.execute(select(marks.c.name, marks.c.ended).order_by(marks.c.id)):
            found.setdefault(name, []).append(why)
        return found

    return await database.run(work)


async def test_new_marks_are_listed_the_soonest_first(database: Database) -> None:
    book = await begun(database, "s-1")
    await book.note_marks("s-1", [waiting("b", 7), waiting("c", 5), waiting("a", 7)], (), NOW)
    found = await book.marked()
    assert [each.name for each in found] == ["c", "a", "b"]
    assert (found[0].kind, found[0].policy, found[0].owner) == ("run.service", "failed", "shop")
    assert marks_of(found, []).marks["a"] == Mark(NOW, NOW + WEEK, "a")


async def test_a_mark_that_is_as_it_was_is_not_written_again(database: Database) -> None:
    book = await begun(database, "s-1", "s-2")
    await book.note_marks("s-1", [waiting("a")], (), NOW)
    await book.note_marks("s-2", [waiting("a", is_new=False)], (), NOW)
    assert await ends(database) == {"a": [None]}


async def test_a_changed_one_takes_the_place_of_the_old_and_a_lapsed_one_ends(database: Database) -> None:
    book = await begun(database, "s-1", "s-2")
    await book.note_marks("s-1", [waiting("a"), waiting("b"), waiting("c")], (), NOW)
    await book.note_marks("s-2", [waiting("a", 9, "b")], ["b"], NOW)
    assert await ends(database) == {"a": ["changed", None], "b": ["lapsed"], "c": [None]}
    assert [each.due_at for each in await book.marked()] == [NOW + WEEK, NOW + timedelta(days=9)]


async def test_many_lapse_at_once(database: Database) -> None:
    book = await begun(database, "s-1")
    names = [f"n{number}" for number in range(1201)]
    await book.note_marks("s-1", [waiting(name) for name in names], (), NOW)
    await book.note_marks("s-1", [], names[1:], NOW)
    assert [each.name for each in await book.marked()] == ["n0"]


async def test_the_marks_of_what_a_sweep_found_deleted_end(database: Database) -> None:
    book = await begun(database, "s-1", "s-2")
    await book.note_marks("s-1", [waiting(name) for name in "abc"], (), NOW)
    ended = [
        Conclusion(None, "run.service", name, Outcome(kind))
        for name, kind in zip(
            "abc", (OutcomeKind.DELETED, OutcomeKind.ALREADY_GONE, OutcomeKind.FAILED), strict=True
        )
    ]
    await SqlLedger(database).conclude("s-2", ended, NOW)
    await book.note_marks("s-2", [], (), NOW)
    assert await ends(database) == {"a": ["deleted"], "b": ["deleted"], "c": [None]}


async def test_an_opt_out_ends_the_mark_and_holds_until_its_time(database: Database) -> None:
    book = await begun(database, "s-1")
    await book.note_marks("s-1", [waiting("a"), waiting("b")], (), NOW)
    out = OptOut("a", NOW + WEEK, "ann@box", NOW)
    await book.opt_out(out)
    assert await ends(database) == {"a": ["opted-out"], "b": [None]}
    assert await book.opt_outs(NOW + WEEK - timedelta(seconds=1)) == [out]
    assert await book.opt_outs(NOW + WEEK) == []


async def test_what_was_opted_out_while_the_sweep_ran_gets_no_mark(database: Database) -> None:
    book = await begun(database, "s-1")
    held = f"{SERVICE}/revisions/web-1"
    for name, until in ((SERVICE, None), ("b", NOW + WEEK), ("c", NOW)):
        await book.opt_out(OptOut(name, until, "ann@box", NOW - WEEK))
    new = [waiting(name) for name in (SERVICE, held, "b", "c", "d")]
    await book.note_marks("s-1", new, (), NOW)
    assert [each.name for each in await book.marked()] == ["c", "d"]


async def test_the_last_word_on_a_thing_holds(database: Database) -> None:
    book = SqlMarks(database)
    for_good = OptOut("a", None, "ann@box", NOW)
    await book.opt_out(for_good)
    shorter = OptOut("a", NOW + WEEK, "bo@box", NOW)
    await book.opt_out(shorter)
    await book.opt_out(OptOut("b", None, "ann@box", NOW))
    assert [each.name for each in await book.opt_outs(NOW)] == ["a", "b"]
    assert (await book.opt_outs(NOW))[0] == shorter
    await book.end_opt_out("a", "ann@box", NOW)
    assert [each.name for each in await book.opt_outs(NOW)] == ["b"]
