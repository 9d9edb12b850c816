"""Figures of savings out of the database: sums are read, and single savings only where a moment cuts a sum.

The answer is that of every deletion, one by one: a test compares both for any ledger.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, collate, func, select

from janitor.ledger.figures import CAME_BACK, POINTS, SAVERS, CameBack, Figures, Question, owner_shown
from janitor.ledger.savings import (
    NOTHING_AVOIDED,
    Account,
    Avoided,
    Deletion,
    Point,
    Saving,
    dollars,
    micros,
    moment_of,
)
from janitor.ledger.sums import AccountTally, Change, Stretch, Sums, changed, course_of, exactly, spread
from janitor.store.savings import (
    ALL,
    BLOCK,
    batches,
    hold_sums,
    stretch_columns,
    stretch_of,
    sum_up,
    sums_columns,
    sums_of,
)
from janitor.store.tables import intents, savings, savings_by_part, savings_by_sweep, savings_ended

# Rows that are in memory at once while many are read.
_ROWS = 1000
# A period in so few blocks of intents is searched for the largest savings row by row.
_FEW_BLOCKS = 3


def figures_of(db: Connection, question: Question) -> Figures:
    """The answer to a question on savings, after what is due was summed up."""
    hold_sums(db)
    with exactly():
        asked = _Asked(db, question)
        whole = _Whole(asked)
        period = _Parts(asked)
        names, came_back = _came_back(asked)
        return Figures(
            period.total(), whole.in_all(), _savers(asked, period.blocks), period.by(0), period.by(1),
            whole.course(), whole.avoided(), came_back, names,
        )  # fmt: skip


def projects_with_deletions(db: Connection, projects: Sequence[str]) -> frozenset[str]:
    """Those of these projects of which something was ever deleted."""
    sum_up(db)
    asked = select(savings_by_sweep.c.project).where(savings_by_sweep.c.project.in_(projects))
    return frozenset(db.execute(asked.distinct()).scalars())


class _One(NamedTuple):
    """A saving, and the sums that it is in."""

    sweep_id: str
    project: str
    part: int
    stretch: Stretch


class _Asked:
    """A question in microseconds, and the savings that sums alone cannot answer for."""

    def __init__(self, db: Connection, question: Question) -> None:
        self.db, self.projects, self.show_creator = db, question.projects, question.show_creator
        since = question.period.since
        self.since = None if since is None else micros(since)
        self.until = micros(question.period.until)
        self.horizon = question.horizon // timedelta(microseconds=1)
        lasted = savings.c.lasted
        self.irregular = (*self.savings(lasted > self.horizon), *self.savings(lasted <= 0))

    def savings(self, *where: Any) -> Iterator[_One]:
        """Those of the projects."""
        part = savings_by_part.c
        asked = select(intents.c.sweep_id, part.project, part.id, *stretch_columns()).select_from(ROWS)
        for sweep_id, project, id_, *row in stream(self.db, asked.where(*where, *self.of(part.project))):
            yield _One(sweep_id, project, id_, stretch_of(row))

    def of(self, project: Any) -> tuple[Any, ...]:
        """The condition that it is one of the projects, if any are asked for."""
        return (project.in_(self.projects),) if self.projects else ()

    def within(self, at: Any) -> tuple[Any, ...]:
        """The conditions that a moment is in the period."""
        return (at <= self.until,) if self.since is None else (at <= self.until, at > self.since)

    def tally(self) -> AccountTally:
        return AccountTally(self.until, self.horizon)


# Savings with the sums and intents that they are of.
ROWS = savings.join(savings_by_part, savings_by_part.c.id == savings.c.part_sums)
ROWS = ROWS.join(intents, intents.c.id == savings.c.intent_id)


def stream(db: Connection, asked: Any) -> Iterable[Any]:
    """The rows, a few in memory at once."""
    return db.execute(asked.execution_options(yield_per=_ROWS))


@dataclass(slots=True)
class _Sweep:
    """A sweep's deletions of one project, or of all: as sums, and one by one where a moment cuts the sums."""

    sweep_id: str
    project: str
    sums: Sums
    ones: list[Stretch] | None = None

    def is_cut(self, moments: Sequence[int]) -> bool:
        """Whether one of these moments, which are sorted, is between its first deletion and its last."""
        place = bisect_left(moments, self.sums.first_at)
        return place < len(moments) and moments[place] < self.sums.last_at

    def changes(self, horizon: int) -> Iterator[Change]:
        """When they begin to save, and when the horizon ends those that have not come back."""
        if self.ones is None:
            sums = self.sums
            yield Change(sums.first_at, sums.last_at, sums.usd, sums.usd_at)
            usd, at = sums.usd - sums.back_usd, sums.usd_at - sums.back_usd_at
            yield Change(sums.first_at + horizon, sums.last_at + horizon, -usd, -(at + usd * horizon))
        for one in self.ones or ():
            if one.usd:
                yield changed(one.deleted_at, one.usd)
                if one.back_at is None:
                    yield changed(one.deleted_at + horizon, -one.usd)

    def begun(self, until: int) -> tuple[int, int]:
        """How many save something that begin before a moment, and how many of these at an upper bound."""
        if self.ones is None:
            return (self.sums.paid, self.sums.paid_upper) if self.sums.first_at < until else (0, 0)
        paid = [one for one in self.ones if one.usd and one.deleted_at < until]
        return len(paid), sum(one.upper_bound for one in paid)

    def run_out(self, at: int, horizon: int) -> tuple[int, int]:
        """The same of those that the horizon had ended by a moment."""
        if self.ones is None:
            sums = self.sums
            over = sums.last_at + horizon <= at
            return (sums.paid - sums.back_paid, sums.paid_upper - sums.back_paid_upper) if over else (0, 0)
        ends = [one for one in self.ones if one.back_at is None and one.deleted_at + horizon <= at]
        paid = [one for one in ends if one.usd]
        return len(paid), sum(one.upper_bound for one in paid)


class _Whole:
    """All deletions until the end of the period: their account, its course, and what was avoided in the period."""

    def __init__(self, asked: _Asked) -> None:
        self._asked = asked
        self._sweeps = list(self._read())
        self._ends = self._read_ends()
        self._one_by_one([each for each in self._sweeps if each.sums.last_at > asked.until])
        self._moments = self._chart()
        at = sorted({*self._moments, asked.until, *(() if asked.since is None else (asked.since,))})
        # a deletion at the end of the period is in the account, and has not begun to save
        cuts = sorted({*at, *(moment - asked.horizon for moment in at), asked.until - 1})
        news = (each for each in self._sweeps if not each.sums.is_known_at(asked.until))
        self._one_by_one([*news, *(each for each in self._sweeps if each.is_cut(cuts))])
        self._course = course_of(self._changes(), at)

    def _read(self) -> Iterator[_Sweep]:
        asked, table = self._asked, savings_by_sweep
        mine = table.c.project.in_(asked.projects or (ALL,)), table.c.first_at <= asked.until
        columns = table.c.sweep_id, table.c.project, *sums_columns(table)
        for sweep_id, project, *row in stream(asked.db, select(*columns).where(*mine)):
            yield _Sweep(sweep_id, project, sums_of(row))

    def _read_ends(self) -> dict[int, tuple[int, int, int, Decimal]]:
        """For each moment at which something came back: how many, how many of them saved something, how many of these
        at an upper bound, and their dollars a month."""
        table, found = savings_ended, dict[int, tuple[int, int, int, Decimal]]()
        columns = table.c.back_at, table.c.count, table.c.paid, table.c.paid_upper, table.c.usd
        mine = table.c.project.in_(self._asked.projects or (ALL,)), table.c.back_at <= self._asked.until
        for at, count, paid, upper, usd in stream(self._asked.db, select(*columns).where(*mine)):
            before = found.get(at, (0, 0, 0, Decimal(0)))
            found[at] = before[0] + count, before[1] + paid, before[2] + upper, before[3] + Decimal(usd)
        return found

    def _one_by_one(self, sweeps: Sequence[_Sweep]) -> None:
        """Read the single savings of these, until the end of the period."""
        of_all = not self._asked.projects
        by_key = {(each.sweep_id, each.project): each for each in sweeps if each.ones is None}
        for each in by_key.values():
            each.ones = []
        begun = savings.c.deleted_at <= self._asked.until
        for batch in batches(sorted({sweep_id for sweep_id, _ in by_key})):
            for one in self._asked.savings(intents.c.sweep_id.in_(batch), begun):
                if sweep := by_key.get((one.sweep_id, ALL if of_all else one.project)):
                    assert sweep.ones is not None
                    sweep.ones.append(one.stretch)

    def _chart(self) -> tuple[int, ...]:
        """The first deletion (the period's beginning, if that is earlier), each moment at which what is saved changed,
        and the period's end. Of more than `POINTS`, as many that are evenly spread over the changes."""
        if not self._sweeps:
            return ()
        asked, last = self._asked, dict[str, int]()
        for each in self._sweeps:
            end = each.sums.last_at if each.ones is None else max(one.deleted_at for one in each.ones)
            last[each.sweep_id] = max(end, last.get(each.sweep_id, end))
        first = min(each.sums.first_at for each in self._sweeps)
        start = first if asked.since is None else min(first, asked.since)
        changes = {*last.values(), *(at + asked.horizon for at in last.values()), *self._backs()}
        return tuple(spread(start, changes, asked.until, POINTS))

    def _backs(self) -> Iterator[int]:
        """When something came back that was deleted until the period's end."""
        later = Counter(
            one.stretch.back_at for one in self._asked.irregular if one.stretch.deleted_at > self._asked.until
        )
        return (at for at, end in self._ends.items() if end[0] > later[at])

    def _changes(self) -> Iterator[Change]:
        horizon = self._asked.horizon
        for sweep in self._sweeps:
            yield from sweep.changes(horizon)
        for at, end in self._ends.items():
            yield changed(at, -end[3])
        for _, _, _, one in self._asked.irregular:
            if one.usd and one.back_at is not None:
                yield changed(one.back_at, one.usd)
                yield changed(one.end(horizon), -one.usd)

    def in_all(self) -> Account:
        tally = self._asked.tally()
        summed = set()
        for sweep in self._sweeps:
            if sweep.ones is None:
                tally.add(sweep.sums)
                summed.add((sweep.sweep_id, sweep.project))
            for one in sweep.ones or ():
                tally.add_one(one)
        for each in self._asked.irregular:
            if (each.sweep_id, each.project if self._asked.projects else ALL) in summed:
                tally.correct(each.stretch)
        return tally.account()

    def course(self) -> tuple[Point, ...]:
        found = ((at, *self._course[at]) for at in self._moments)
        return tuple(Point(moment_of(at), dollars(saved), usd) for at, saved, usd in found)

    def avoided(self) -> Avoided:
        asked = self._asked
        if asked.since is not None and asked.since >= asked.until:
            return NOTHING_AVOIDED
        saved = self._course[asked.until][0]
        if asked.since is not None:
            saved -= self._course[asked.since][0]
        count, upper = self._counted()
        return Avoided(dollars(saved), count, upper > 0)

    def _counted(self) -> tuple[int, int]:
        """How many saved something in the period, and how many of these at an upper bound."""
        asked, counts = self._asked, [(0, 0)]
        counts += [sweep.begun(asked.until) for sweep in self._sweeps]
        since = asked.since
        if since is not None:
            over = [sweep.run_out(since, asked.horizon) for sweep in self._sweeps]
            over += [(paid, upper) for at, (_, paid, upper, _) in self._ends.items() if at <= since]
            counts += [(-paid, -upper) for paid, upper in over]
        for _, _, _, one in asked.irregular:
            if one.usd and one.back_at is not None:
                by = self._runs(one) - self._is_counted(one)
                counts.append((by, by * one.upper_bound))
        return sum(count for count, _ in counts), sum(upper for _, upper in counts)

    def _runs(self, one: Stretch) -> bool:
        """Whether it saves for some time within the period."""
        since, end = self._asked.since, one.end(self._asked.horizon)
        start = one.deleted_at if since is None else max(one.deleted_at, since)
        return min(end, self._asked.until) > start

    def _is_counted(self, one: Stretch) -> int:
        """What the counts of beginnings and ends come to for one that is not regular."""
        since = self._asked.since
        assert one.back_at is not None
        return (one.deleted_at < self._asked.until) - (since is not None and one.back_at <= since)


class _Parts:
    """The deletions of the period: their accounts by policy and by owner."""

    def __init__(self, asked: _Asked) -> None:
        self._asked = asked
        self._tallies: dict[tuple[str, str], AccountTally] = {}
        self.blocks: tuple[int, int] | None = None
        cut = self._add_sums()
        for block in sorted({block for block, _ in cut.values()}):
            self._add_ones(block, cut)

    def _add_sums(self) -> dict[int, tuple[int, AccountTally]]:
        """Add all that is in the period as a whole; the block and tally of what is cut, by the id of its sums."""
        asked, part = self._asked, savings_by_part.c
        cut, summed = dict[int, tuple[int, AccountTally]](), dict[int, AccountTally]()
        mine = part.first_at <= asked.until, *(() if asked.since is None else (part.last_at > asked.since,))
        columns = part.id, part.block, part.policy, part.owner, *sums_columns(savings_by_part)
        rows = select(*columns).where(*mine, *asked.of(part.project))
        for id_, block, policy, owner, *row in stream(asked.db, rows):
            key = policy, owner_shown(owner, asked.show_creator)
            tally = self._tallies.get(key)
            if tally is None:
                tally = self._tallies[key] = asked.tally()
            first, last = self.blocks or (block, block)
            self.blocks = min(first, block), max(last, block)
            sums = sums_of(row)
            if tally.takes(sums) and (asked.since is None or sums.first_at > asked.since):
                tally.add(sums)
                summed[id_] = tally
            else:
                cut[id_] = block, tally
        for each in asked.irregular:
            if each.part in summed:
                summed[each.part].correct(each.stretch)
        return cut

    def _add_ones(self, block: int, cut: Mapping[int, tuple[int, AccountTally]]) -> None:
        one = savings.c
        mine = one.intent_id >= block * BLOCK, one.intent_id < (block + 1) * BLOCK
        asked = select(one.part_sums, *stretch_columns()).where(*mine, *self._asked.within(one.deleted_at))
        for part, *row in stream(self._asked.db, asked):
            if part in cut:
                cut[part][1].add_one(stretch_of(row))

    def total(self) -> Account:
        """The account of all of them."""
        return self._sum(self._tallies.values())

    def by(self, place: int) -> tuple[tuple[str, Account], ...]:
        """By policy (0) or by owner (1): the costliest a month first, then by name. One without deletions is not there."""
        parts: dict[str, list[AccountTally]] = {}
        for key, tally in self._tallies.items():
            parts.setdefault(key[place], []).append(tally)
        rows = [(name, self._sum(tallies)) for name, tallies in parts.items()]
        there = (row for row in rows if row[1].deleted.count)
        return tuple(sorted(there, key=lambda row: (row[1].deleted.usd_month.copy_negate(), row[0])))

    def _sum(self, tallies: Iterable[AccountTally]) -> Account:
        whole = self._asked.tally()
        for tally in tallies:
            whole.merge(tally)
        return whole.account()


_INTENT = (
    intents.c.id, intents.c.sweep_id, intents.c.kind, intents.c.name, intents.c.policy, intents.c.reason,
    intents.c.owner, intents.c.size_bytes, intents.c.usd_month, intents.c.upper_bound, intents.c.group_name,
    intents.c.group_bytes,
)  # fmt: skip


def _saving_of(row: Sequence[Any], show_creator: bool) -> Saving:
    """A row of the columns of `_INTENT` and of a Stretch."""
    found, one = Deletion(*(*row[:12], moment_of(row[12]))), stretch_of(row[12:])
    gone, back = one.gone_at, one.back_at
    deletion = found._replace(
        owner=owner_shown(found.owner, show_creator),
        usd_month=None if row[8] is None else Decimal(row[8]),
        gone_at=None if gone is None else moment_of(gone),
        back_at=None if back is None else moment_of(back),
    )
    return Saving(deletion, one.usd, None if one.size_bytes == found.size_bytes else one.size_bytes)


def _savers(asked: _Asked, blocks: tuple[int, int] | None) -> tuple[Saving, ...]:
    """The largest that have not come back; of two alike the earlier one, then by name."""
    if blocks is None:
        return ()
    one, (first, last) = savings.c, blocks
    by_rank: Any = one.usd_rank
    mine = [one.usd_rank.is_not(None), *asked.within(one.deleted_at), *asked.of(savings_by_part.c.project)]
    if last - first < _FEW_BLOCKS:
        mine += [one.intent_id >= first * BLOCK, one.intent_id < (last + 1) * BLOCK]
        by_rank = func.coalesce(
            one.usd_rank, ""
        )  # not in the order of the index, which is that of all deletions
    order = by_rank.desc(), one.deleted_at, by_codepoint(asked.db, intents.c.name), one.intent_id
    columns = select(*_INTENT, *stretch_columns()).select_from(ROWS).where(*mine)
    found = [
        _saving_of(row, asked.show_creator)
        for still in (one.back_at.is_(None), one.back_at > asked.until)
        for row in asked.db.execute(columns.where(still).order_by(*order).limit(SAVERS))
    ]
    found.sort(
        key=lambda each: (
            (each.usd_month or Decimal(0)).copy_negate(),
            each.deletion.deleted_at,
            each.deletion.name,
        )
    )
    return tuple(found[:SAVERS])


def _came_back(asked: _Asked) -> tuple[int, tuple[CameBack, ...]]:
    """How many names came back in the period, and the first of them."""
    one = savings.c
    rows: Any = savings
    if asked.projects:
        rows = savings.join(savings_by_part, savings_by_part.c.id == one.part_sums)
    in_period = *asked.within(one.back_at), one.deleted_at <= asked.until
    names = (
        select(
            one.name_key,
            func.count().label("times"),
            func.max(one.back_at).label("back"),
            func.max(one.deleted_at).label("deleted"),
        )
        .select_from(rows)
        .where(*in_period, *asked.of(savings_by_part.c.project))
        .group_by(one.name_key)
        .subquery()
    )
    # those alike the last one that is shown have its place, and are told apart by name
    order = names.c.times.desc(), names.c.back.desc()
    placed = select(
        names, func.rank().over(order_by=order).label("place"), func.count().over().label("total")
    ).subquery()
    last = and_(one.name_key == placed.c.name_key, one.deleted_at == placed.c.deleted, *in_period)
    of = placed.join(savings, last).join(intents, intents.c.id == one.intent_id)
    found = (
        select(placed.c.name_key, placed.c.times, placed.c.back, placed.c.total, *_INTENT, *stretch_columns())
        .select_from(of)
        .where(placed.c.place <= CAME_BACK)
        .order_by(
            placed.c.times.desc(),
            placed.c.back.desc(),
            by_codepoint(asked.db, intents.c.name),
            intents.c.kind,
            intents.c.id,
        )
    )
    total = 0
    by_name: dict[bytes, CameBack] = {}
    for key, often, back_at, names_in_all, *row in stream(asked.db, found):
        total = names_in_all
        if key not in by_name and len(by_name) == CAME_BACK:
            break
        by_name.setdefault(key, _returned(_saving_of(row, asked.show_creator), often, moment_of(back_at)))
    return total, tuple(by_name.values())


def _returned(last: Saving, times: int, back_at: datetime) -> CameBack:
    gone = last.deletion
    return CameBack(
        gone.kind, gone.name, gone.policy, gone.owner, times, gone.deleted_at, back_at, last.usd_month,
        gone.upper_bound,
    )  # fmt: skip


def by_codepoint(db: Connection, column: Any) -> Any:
    """The column in the order in which Python sorts text."""
    return collate(column, "C") if db.dialect.name == "postgresql" else column
