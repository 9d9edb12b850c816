"""Savings in the database: each confirmed deletion with its share and what was seen of it, and sums of many.

They are computed from intents, outcomes and sightings alone. Each write of an outcome or a sighting notes its sweep as
due in the same transaction; `sum_up` computes what is due, once, when a sweep is closed and before anything is read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, islice, pairwise
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from janitor.apply.outcomes import OutcomeKind
from janitor.ledger.name_keys import name_key
from janitor.ledger.savings import Deletion, micros
from janitor.ledger.savings import savings as shares
from janitor.ledger.sums import Stretch, Sums, exactly
from janitor.model.names import project_of
from janitor.store.tables import (
    intents,
    outcomes,
    savings,
    savings_by_part,
    savings_by_sweep,
    savings_due,
    savings_ended,
    sightings,
)

Value = TypeVar("Value")
# Intents whose sums by policy, owner and project are one row each: a report reads a row a block of each of these.
BLOCK = 8192
# The sums of all projects.
ALL = "*"
# Not by the index of outcomes, in which SQLite would read every deletion there is to find those of one sweep.
IS_DELETED = func.coalesce(outcomes.c.outcome, "") == OutcomeKind.DELETED.value
# What a later sweep found out had happened soon after its intent, not when somebody asked.
DELETED_AT = case((outcomes.c.sweep_id == intents.c.sweep_id, outcomes.c.at), else_=intents.c.at)
_GONE, _BACK = sightings.alias("gone"), sightings.alias("back")
# Deletions whose sums are computed at once, where no repository has more.
_CHUNK = 5000
# Values in one statement: SQLite before 3.32 took 999 at most.
_FEW = 500
# Any number that nobody else locks: the ASCII of "savings".
_SUMS_LOCK = 0x736176696E6773
# Digits before the point of a price that sorts as text.
_RANK_DIGITS = 20
_PART = ("block", "project", "kind", "policy", "owner")


def note_due(db: Connection, sweep_ids: Iterable[str]) -> None:
    """Outcomes or sightings of these sweeps were written: they are summed up before anything is read."""
    rows = [{"sweep_id": sweep_id} for sweep_id in sorted(set(sweep_ids))]
    if rows:
        db.execute(insert(savings_due), rows)


def sum_up(db: Connection) -> None:
    """Compute the savings and sums of all that is due; nothing where nothing is."""
    if db.scalar(select(savings_due.c.id).limit(1)) is None:
        return
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SUMS_LOCK})
    # read first: what is noted from here on is due next time
    due = db.execute(select(savings_due.c.id, savings_due.c.sweep_id)).all()
    with exactly():
        for sweep_id in sorted({row.sweep_id for row in due}):
            _add_deletions(db, sweep_id)
            _add_sightings(db, sweep_id)
    for batch in batches([row.id for row in due]):
        db.execute(delete(savings_due).where(savings_due.c.id.in_(batch)))


def hold_sums(db: Connection) -> None:
    """Sum up what is due; until the transaction ends no other process changes the sums, so that several statements read
    one state. SQLite has one transaction at a time."""
    sum_up(db)
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _SUMS_LOCK})


def sum_up_again(db: Connection) -> None:
    """Compute all savings and sums again."""
    for table in (savings, savings_by_sweep, savings_by_part, savings_ended, savings_due):
        db.execute(delete(table))
    writers = select(outcomes.c.sweep_id).union(select(sightings.c.sweep_id))
    note_due(db, db.execute(writers).scalars())
    sum_up(db)


def confirmed_deletions() -> Select[Any]:
    """The columns of a Deletion for all that Google confirmed, in no order; `deletion_of` reads a row."""
    rows = intents.join(outcomes, outcomes.c.intent_id == intents.c.id)
    rows = rows.outerjoin(_GONE, _of(_GONE, False)).outerjoin(_BACK, _of(_BACK, True))
    return (
        select(
            intents.c.id,
            intents.c.sweep_id,
            intents.c.kind,
            intents.c.name,
            intents.c.policy,
            intents.c.reason,
            intents.c.owner,
            intents.c.size_bytes,
            intents.c.usd_month,
            intents.c.upper_bound,
            intents.c.group_name,
            intents.c.group_bytes,
            DELETED_AT.label("deleted_at"),
            _GONE.c.at.label("gone_at"),
            _BACK.c.at.label("back_at"),
        )
        .select_from(rows)
        .where(IS_DELETED)
    )


def deletion_of(row: Any) -> Deletion:
    """A row of `confirmed_deletions`."""
    found = Deletion(*row)
    return found if row[8] is None else found._replace(usd_month=Decimal(row[8]))


def stretch_columns() -> tuple[Any, ...]:
    """The columns of a Stretch; `stretch_of` reads them."""
    one = savings.c
    return one.deleted_at, one.size_bytes, one.usd, one.upper_bound, one.gone_at, one.back_at


def stretch_of(row: Sequence[Any]) -> Stretch:
    """The values of `stretch_columns`."""
    at, size_bytes, usd, upper_bound, gone_at, back_at = row
    return Stretch(at, size_bytes, None if usd is None else Decimal(usd), upper_bound, gone_at, back_at)


def sums_columns(table: Table) -> tuple[Any, ...]:
    """The columns of a Sums; `sums_of` reads them."""
    return tuple(table.c[name] for name in (*Sums.NUMBERS, *Sums.DOLLARS))


def sums_of(row: Sequence[Any]) -> Sums:
    """The values of `sums_columns`."""
    numbers = len(Sums.NUMBERS)
    return Sums(*row[:numbers], *map(Decimal, row[numbers:]))


def batches(values: Iterable[Value]) -> Iterator[list[Value]]:
    """These in parts that one statement takes."""
    left = iter(values)
    while part := list(islice(left, _FEW)):
        yield part


def _of(seen: Any, there: bool) -> Any:
    return and_(seen.c.intent_id == intents.c.id, seen.c.there.is_(there))


class _Place(NamedTuple):
    """The sums that a saving is in."""

    sweep_id: str
    block: int
    project: str
    kind: str
    policy: str
    owner: str


@dataclass(slots=True)
class _Saving:
    """A saving as it was and as it is to be; `before` None is a new one."""

    intent: int
    key: bytes
    place: _Place
    before: Stretch | None
    after: Stretch


@dataclass(slots=True)
class _Chunk:
    """Savings that change together, by intent."""

    changed: dict[int, _Saving] = field(default_factory=dict)

    def was(self, row: Row[Any]) -> _Saving:
        """One that is in the database; a row of `_known`."""
        found = self.changed.get(row.intent_id)
        if found is None:
            stretch = stretch_of(row[-6:])
            place = _Place(row.sweep_id, row.block, row.project, row.kind, row.policy, row.owner)
            found = _Saving(row.intent_id, row.name_key, place, stretch, stretch)
            self.changed[row.intent_id] = found
        return found

    def add(self, deletion: Deletion) -> None:
        """A new one, uncapped as yet."""
        place = _Place(
            deletion.sweep_id, deletion.intent // BLOCK, project_of(deletion.name), deletion.kind,
            deletion.policy, deletion.owner,
        )  # fmt: skip
        gone, back = deletion.gone_at, deletion.back_at
        stretch = Stretch(
            micros(deletion.deleted_at), deletion.size_bytes, deletion.usd_month, deletion.upper_bound,
            None if gone is None else micros(gone), None if back is None else micros(back),
        )  # fmt: skip
        key = name_key(deletion.kind, deletion.name)
        self.changed[deletion.intent] = _Saving(deletion.intent, key, place, None, stretch)

    def write(self, db: Connection) -> None:
        """The savings, and the differences of all sums that they are in."""
        changed = [each for each in self.changed.values() if each.before != each.after]
        if changed:
            _write(db, changed)


def _add_deletions(db: Connection, sweep_id: str) -> None:
    """Those whose outcome this sweep wrote and that are not there yet."""
    is_new = outcomes.c.sweep_id == sweep_id, ~exists().where(savings.c.intent_id == intents.c.id)
    asked = confirmed_deletions().where(*is_new)
    rows = db.execute(asked.order_by(intents.c.sweep_id, intents.c.group_name, intents.c.id)).all()
    new: list[Deletion] = []
    # what shares a cap is computed together
    for _, same in groupby(map(deletion_of, rows), key=lambda each: (each.sweep_id, each.group)):
        new.extend(same)
        if len(new) >= _CHUNK:
            _add(db, new)
            new = []
    _add(db, new)


def _add(db: Connection, new: Sequence[Deletion]) -> None:
    chunk = _Chunk()
    for deletion in new:
        chunk.add(deletion)
    for sweep_id in sorted({each.sweep_id for each in new}):
        _share(db, chunk, [each for each in new if each.sweep_id == sweep_id])
    _end_by_the_next(db, chunk)
    chunk.write(db)


def _share(db: Connection, chunk: _Chunk, new: Sequence[Deletion]) -> None:
    """What each may count of its repository's cap, and what those of the same sweep before may (R25)."""
    groups = {each.group for each in new if each.is_capped}
    found = {each.intent: each for each in new if each.group in groups}
    there = select(savings_by_sweep.c.id).where(savings_by_sweep.c.sweep_id == new[0].sweep_id)
    for batch in batches(sorted(groups)) if db.execute(there).first() else ():
        same = intents.c.sweep_id == new[0].sweep_id, intents.c.group_name.in_(batch)
        found |= {row.id: deletion_of(row) for row in db.execute(confirmed_deletions().where(*same))}
    for some in batches(intent for intent in found if intent not in chunk.changed):
        for row in db.execute(_known().where(savings.c.intent_id.in_(some))):
            chunk.was(row)
    for share in shares(sorted(found.values(), key=lambda each: (each.deleted_at, each.intent))):
        # one that another sweep settled, and that is due itself, is not there yet
        if saving := chunk.changed.get(share.deletion.intent):
            size_bytes = share.deletion.size_bytes if share.size_bytes is None else share.size_bytes
            saving.after = saving.after._replace(usd=share.usd_month, size_bytes=size_bytes)


def _end_by_the_next(db: Connection, chunk: _Chunk) -> None:
    """A resource that was deleted again had come back by then."""
    by_key: dict[bytes, list[_Saving]] = {}
    for each in chunk.changed.values():
        if each.before is None:
            by_key.setdefault(each.key, []).append(each)
    if not by_key:
        return
    first = min(each.after.deleted_at for same in by_key.values() for each in same)
    # the others of a name ended before the first of these began
    ends_later = or_(savings.c.back_at.is_(None), savings.c.back_at > first, savings.c.deleted_at >= first)
    for batch in batches(sorted(by_key)):
        for row in db.execute(_known().where(savings.c.name_key.in_(batch), ends_later)):
            by_key[row.name_key].append(chunk.was(row))
    for same in by_key.values():
        same.sort(key=lambda each: (each.after.deleted_at, each.intent))
        for each, later in pairwise(same):
            again = later.after.deleted_at
            if each.after.back_at is None or each.after.back_at > again:
                each.after = each.after._replace(back_at=again)


def _add_sightings(db: Connection, sweep_id: str) -> None:
    """What this sweep saw of the savings that are there; the first sighting holds."""
    news = or_(sightings.c.there, savings.c.gone_at.is_(None))
    asked = select(sightings.c.intent_id, sightings.c.there, sightings.c.at)
    asked = asked.join(savings, savings.c.intent_id == sightings.c.intent_id)
    seen = db.execute(asked.where(sightings.c.sweep_id == sweep_id, news)).all()
    for start in range(0, len(seen), _CHUNK):
        chunk, rows = _Chunk(), seen[start : start + _CHUNK]
        for batch in batches([row.intent_id for row in rows]):
            for row in db.execute(_known().where(savings.c.intent_id.in_(batch))):
                chunk.was(row)
        for intent, there, at in rows:
            saving, moment = chunk.changed[intent], micros(at)
            back = saving.after.back_at
            if not there:
                saving.after = saving.after._replace(gone_at=moment)
            elif back is None or moment < back:
                saving.after = saving.after._replace(back_at=moment)
        chunk.write(db)


def _known() -> Select[Any]:
    """Savings that are there, as `_Chunk.was` reads them."""
    part = savings_by_part.c
    columns = (
        savings.c.intent_id, savings.c.name_key, intents.c.sweep_id, part.block, part.project, part.kind,
        part.policy, part.owner, *stretch_columns(),
    )  # fmt: skip
    rows = savings.join(savings_by_part, part.id == savings.c.part_sums)
    return select(*columns).select_from(rows.join(intents, intents.c.id == savings.c.intent_id))


class _Sheet:
    """The rows of a table of sums that are about to change. `key` are its columns beside its id and its sums."""

    def __init__(
        self, db: Connection, table: Table, key: Sequence[str], column: str, values: set[Any]
    ) -> None:
        self._db, self._table, self._key = db, table, key
        self.ids: dict[tuple[Any, ...], int] = {}
        self._sums: dict[tuple[Any, ...], Sums] = {}
        asked = select(table.c.id, *(table.c[name] for name in key), *sums_columns(table))
        for batch in batches(sorted(values)):
            for id_, *row in db.execute(asked.where(table.c[column].in_(batch))):
                place = tuple(row[: len(key)])
                self.ids[place], self._sums[place] = id_, sums_of(row[len(key) :])
        self._touched: dict[tuple[Any, ...], None] = {}

    def change(self, place: tuple[Any, ...], saving: _Saving) -> None:
        sums = self._sums.get(place)
        if sums is None:
            sums = self._sums[place] = Sums()
        self._touched[place] = None
        if saving.before:
            sums.change(saving.before, -1)
        sums.change(saving.after, 1)

    def write(self) -> None:
        """Afterwards `ids` has all that was changed."""
        new = [place for place in self._touched if place not in self.ids]
        if new:
            rows = [dict(zip(self._key, place, strict=True)) | self._row(place) for place in new]
            added = insert(self._table).returning(self._table.c.id, sort_by_parameter_order=True)
            self.ids |= zip(new, self._db.execute(added, rows).scalars(), strict=True)
        old = [{"of": self.ids[place]} | self._row(place) for place in self._touched.keys() - set(new)]
        if old:
            self._db.execute(update(self._table).where(self._table.c.id == bindparam("of")), old)

    def _row(self, place: tuple[Any, ...]) -> dict[str, Any]:
        sums = self._sums[place]
        numbers = {name: getattr(sums, name) for name in Sums.NUMBERS}
        return numbers | {name: format(getattr(sums, name), "f") for name in Sums.DOLLARS}


def _write(db: Connection, changed: Sequence[_Saving]) -> None:
    sweep_ids, blocks = {each.place.sweep_id for each in changed}, {each.place.block for each in changed}
    by_sweep = _Sheet(db, savings_by_sweep, ("project", "sweep_id"), "sweep_id", sweep_ids)
    by_part = _Sheet(db, savings_by_part, _PART, "block", blocks)
    for each in changed:
        place = each.place
        by_sweep.change((ALL, place.sweep_id), each)
        by_sweep.change((place.project, place.sweep_id), each)
        by_part.change(place[1:], each)
    by_sweep.write()
    by_part.write()
    _write_ends(db, changed)
    new = [
        _row(each)
        | {"intent_id": each.intent, "name_key": each.key, "part_sums": by_part.ids[each.place[1:]]}
        for each in changed
        if each.before is None
    ]
    if new:
        db.execute(insert(savings), new)
    old = [_row(each) | {"of": each.intent} for each in changed if each.before]
    if old:
        db.execute(update(savings).where(savings.c.intent_id == bindparam("of")), old)


def _row(saving: _Saving) -> dict[str, Any]:
    one = saving.after
    return one._asdict() | {
        "usd": None if one.usd is None else format(one.usd, "f"),
        "usd_rank": rank(one.usd) if one.usd else None,
        "lasted": None if one.back_at is None else one.back_at - one.deleted_at,
    }


def rank(usd: Decimal) -> str:
    """A price as text that sorts as prices do, and is the same for equal prices."""
    whole, _, part = format(usd, "f").partition(".")
    return f"{whole:0>{_RANK_DIGITS}}.{part.rstrip('0')}"


def _write_ends(db: Connection, changed: Sequence[_Saving]) -> None:
    """Add up what came back at each moment."""
    ends: dict[tuple[str, int], list[Any]] = {}
    for each in changed:
        for one, by in ((each.before, -1), (each.after, 1)):
            if one is None or one.back_at is None:
                continue
            paid = bool(one.usd)
            for project in (ALL, each.place.project):
                end = ends.setdefault((project, one.back_at), [0, 0, 0, Decimal(0)])
                end[0] += by
                end[1] += by * paid
                end[2] += by * (paid and one.upper_bound)
                end[3] += by * (one.usd or 0)
    table = savings_ended
    for batch in batches(sorted({back_at for _, back_at in ends})):
        for project, back_at, *row in db.execute(select(table).where(table.c.back_at.in_(batch))):
            before = (*row[:3], Decimal(row[3]))
            end = ends.get((project, back_at), [0, 0, 0, Decimal(0)])
            ends[project, back_at] = [one + other for one, other in zip(before, end, strict=True)]
        db.execute(delete(table).where(table.c.back_at.in_(batch)))
    rows = [
        {
            "project": project,
            "back_at": back_at,
            "count": n,
            "paid": paid,
            "paid_upper": upper,
            "usd": format(usd, "f"),
        }
        for (project, back_at), (n, paid, upper, usd) in ends.items()
        if n
    ]
    if rows:
        db.execute(insert(table), rows)
