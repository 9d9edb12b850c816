"""The model of the savings rules: every deletion one by one, as docs/savings.md says it. The database sums up
instead (janitor/store/figures.py), and must come to the same."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from heapq import nsmallest
from operator import itemgetter

from janitor.ledger.figures import CAME_BACK, POINTS, SAVERS, CameBack, Figures, Period, Question, owner_shown
from janitor.ledger.savings import DIGITS, Account, Avoided, Deletion, Point, Saving, dollars, micros, savings
from janitor.model.amounts import Amount
from janitor.model.names import project_of

MICROSECOND = timedelta(microseconds=1)


def figures(deletions: Iterable[Deletion], question: Question) -> Figures:
    """The answer to a question, out of all deletions, in any order."""
    found = [
        each._replace(owner=owner_shown(each.owner, question.show_creator))
        for each in ended_by_the_next(deletions)
        if not question.projects or project_of(each.name) in question.projects
    ]
    period, horizon = question.period, question.horizon
    until = period.until
    # A sweep's deletions are capped together, wherever the period ends.
    known = [saving for saving in savings(found) if saving.deletion.deleted_at <= until]
    recent = [saving for saving in known if period.holds(saving.deletion.deleted_at)]
    came_back = _came_back(known, period)
    return Figures(
        account(recent, until, horizon),
        account(known, until, horizon),
        tuple(map(_alike, _savers(recent, until))),
        _divided(recent, lambda deletion: deletion.policy, until, horizon),
        _divided(recent, lambda deletion: deletion.owner, until, horizon),
        course(known, _moments(known, period, horizon), horizon),
        avoided(known, period.since, until, horizon),
        came_back[:CAME_BACK],
        len(came_back),
    )


def _alike(saving: Saving) -> Saving:
    """Without the share of bytes where that is all of them."""
    return replace(saving, size_bytes=None) if saving.size_bytes == saving.deletion.size_bytes else saving


def ended_by_the_next(found: Iterable[Deletion]) -> tuple[Deletion, ...]:
    """`found` in any order, the oldest first; a resource that is deleted again came back before that."""
    oldest_first = sorted(found, key=lambda each: (each.deleted_at, each.intent))
    again: dict[tuple[str, str], datetime] = {}
    for place in range(len(oldest_first) - 1, -1, -1):
        each = oldest_first[place]
        key = each.kind, each.name
        later = again.get(key)
        if later is not None and (each.back_at is None or each.back_at > later):
            oldest_first[place] = each._replace(back_at=later)
        again[key] = each.deleted_at
    return tuple(oldest_first)


def account(savings: Iterable[Saving], now: datetime, horizon: timedelta) -> Account:
    """The sums of these at `now`: what was seen of them later is not known yet."""
    deleted = size_bytes = came_back = unpriced = 0
    estimated = realised = saved = Decimal(0)
    upper_bound = False
    with localcontext(prec=DIGITS):
        for each in savings:
            deletion, price = each.deletion, each.usd_month
            deleted += 1
            size_bytes += deletion.size_bytes if each.size_bytes is None else each.size_bytes
            is_back = deletion.back_at is not None and deletion.back_at <= now
            came_back += is_back
            if price is None:
                unpriced += 1
                continue
            upper_bound |= deletion.upper_bound
            estimated += price
            if not is_back and deletion.gone_at is not None and deletion.gone_at <= now:
                realised += price
            start, end = _span(deletion, horizon)
            saved += price * max(min(end, micros(now)) - start, 0)
        amount = Amount(deleted, size_bytes, estimated, unpriced, upper_bound)
        return Account(amount, realised, dollars(saved), came_back)


def avoided(
    savings: Iterable[Saving], since: datetime | None, until: datetime, horizon: timedelta
) -> Avoided:
    """The sum of price by the part of the period in which the saving ran; `since` None is from the beginning."""
    first, last = None if since is None else micros(since), micros(until)
    total, count, upper_bound = Decimal(0), 0, False
    with localcontext(prec=DIGITS):
        for each in savings:
            start, end = _span(each.deletion, horizon)
            ran = min(end, last) - (start if first is None else max(start, first))
            if each.usd_month and ran > 0:
                total += each.usd_month * ran
                count += 1
                upper_bound |= each.deletion.upper_bound
        return Avoided(dollars(total), count, upper_bound)


def course(savings: Iterable[Saving], at: Iterable[datetime], horizon: timedelta) -> tuple[Point, ...]:
    """The account at each of these moments, in their order; they need not be sorted.

    A line of what begins and ends is walked once: many savings and many moments cost their sum.
    """
    moments = list(at)
    points: dict[datetime, Point] = {}
    # saved at t is the sum of price x (t - begin) less that of price x (t - end): rate x t - before
    rate = before = Decimal(0)
    with localcontext(prec=DIGITS):
        changes = iter(_changes(savings, horizon))
        change = next(changes, None)
        for moment in sorted(moments):
            now = micros(moment)
            while change is not None and change[0] <= now:
                rate, before = rate + change[1], before + change[1] * change[0]
                change = next(changes, None)
            points[moment] = Point(moment, dollars(rate * now - before), rate)
    return tuple(points[moment] for moment in moments)


def _changes(savings: Iterable[Saving], horizon: timedelta) -> list[tuple[int, Decimal]]:
    """When the rate changes, oldest first, and by how much."""
    changes: list[tuple[int, Decimal]] = []
    for each in savings:
        if each.usd_month:
            start, end = _span(each.deletion, horizon)
            changes += [(start, each.usd_month), (end, -each.usd_month)]
    return sorted(changes, key=itemgetter(0))


def _divided(
    recent: Sequence[Saving], part: Callable[[Deletion], str], until: datetime, horizon: timedelta
) -> tuple[tuple[str, Account], ...]:
    parts: dict[str, list[Saving]] = {}
    for saving in recent:
        parts.setdefault(part(saving.deletion), []).append(saving)
    rows = [(name, account(held, until, horizon)) for name, held in parts.items()]
    return tuple(sorted(rows, key=lambda row: (row[1].deleted.usd_month.copy_negate(), row[0])))


def _savers(recent: Sequence[Saving], until: datetime) -> tuple[Saving, ...]:
    """The largest; of two alike the earlier one, then by name."""
    lasting = (
        (
            saving.usd_month.copy_negate(),
            saving.deletion.deleted_at,
            saving.deletion.name,
            saving.deletion.intent,
            saving,
        )
        for saving in recent
        if saving.usd_month and not _is_back(saving.deletion, until)
    )
    return tuple(row[-1] for row in nsmallest(SAVERS, lasting, key=lambda row: row[:-1]))


def _is_back(deletion: Deletion, until: datetime) -> bool:
    return deletion.back_at is not None and deletion.back_at <= until


def _came_back(known: Sequence[Saving], period: Period) -> tuple[CameBack, ...]:
    """One row for each name of a kind; the most often first, then the latest, then by name and kind."""
    times: dict[tuple[str, str], list[Saving]] = {}
    for saving in known:
        gone = saving.deletion
        if gone.back_at is not None and period.holds(gone.back_at):
            times.setdefault((gone.kind, gone.name), []).append(saving)
    rows = [_returned(held) for held in times.values()]
    return tuple(sorted(rows, key=lambda row: (-row.times, -row.back_at.timestamp(), row.name, row.kind)))


def _returned(held: Sequence[Saving]) -> CameBack:
    last = max(held, key=lambda saving: saving.deletion.deleted_at)
    gone = last.deletion
    backs = [saving.deletion.back_at for saving in held if saving.deletion.back_at]
    return CameBack(
        gone.kind, gone.name, gone.policy, gone.owner, len(held), gone.deleted_at, max(backs),
        last.usd_month, gone.upper_bound,
    )  # fmt: skip


def _moments(known: Sequence[Saving], period: Period, horizon: timedelta) -> list[datetime]:
    """The first deletion (the period's beginning, if that is earlier), each moment at which what is saved changed,
    and the period's end. Of more than `POINTS`, as many that are evenly spread over the changes."""
    if not known:
        return []
    first = min(saving.deletion.deleted_at for saving in known)
    start = first if period.since is None else min(first, period.since)
    changes = sorted(at for at in _change_times(known, horizon) if start < at < period.until)
    most = POINTS - 2
    if len(changes) > most:
        changes = [changes[step * (len(changes) - 1) // (most - 1)] for step in range(most)]
    return sorted({start, *changes, period.until})


def _change_times(known: Sequence[Saving], horizon: timedelta) -> set[datetime]:
    """When a sweep had deleted what it did, when that counts no longer, and when something came back."""
    swept: dict[str, datetime] = {}
    backs = set[datetime]()
    for gone in (saving.deletion for saving in known):
        swept[gone.sweep_id] = max(swept.get(gone.sweep_id, gone.deleted_at), gone.deleted_at)
        if gone.back_at is not None:
            backs.add(gone.back_at)
    return {*swept.values(), *(at + horizon for at in swept.values()), *backs}


def _span(deletion: Deletion, horizon: timedelta) -> tuple[int, int]:
    """From when to when it saves, in microseconds; never the other way round."""
    start = micros(deletion.deleted_at)
    end = start + horizon // MICROSECOND
    if deletion.back_at is not None:
        end = min(end, micros(deletion.back_at))
    return start, max(start, end)
