"""Announcement in Slack: each newly scheduled deletion with its owner, its date, its dollars, and how to keep it."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from janitor.kinds.table import KINDS, kind_noun
from janitor.model.amounts import Amount, Priced
from janitor.model.text import many
from janitor.model.units import moment
from janitor.policy.deciding.grace import Waiting, holders
from janitor.report.data.announcing import newly_scheduled
from janitor.report.data.names import called, named, place
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import in_grace_sum
from janitor.report.slack.blocks import Message, Part, Row, code, dollars, full_page, words
from janitor.report.words import how_to_keep

_NAME, _LABEL, _PART = 120, 80, 70
# As many names as fit into one paragraph beside what they have in common.
_TOGETHER = 20
_SHARE = 7000
# What stands before it is the name of the row.
_LAST_PART = re.compile("[/@]")


class Announced(NamedTuple):
    """A row, and the deletions that it announces."""

    row: Row
    deletions: tuple[Waiting, ...]


def announced_rows(result: SweepResult, before: Set[str] = frozenset()) -> list[Announced]:
    """What an apply announces, but for the names that were announced `before`, the soonest first. What one package,
    service or job holds and is due at the same time is one row, which names each."""
    new = newly_scheduled(result) if result.mode == "apply" else ()
    billed = _billed(result)
    return [
        Announced(_row(held, billed), held)
        for held in _together([each for each in new if each.name not in before])
    ]


def announcement(result: SweepResult, rows: Sequence[Announced], where: str) -> Part:
    """The rows of a sweep below their number, dollars and how to keep one. Empty where there are none."""
    amount = in_grace_sum([each for row in rows for each in row.deletions], _billed(result))
    return _part(rows, f"Scheduled for deletion: {amount.count:,}{_money(amount)}", where)


def next_message(rows: Sequence[Announced], before: int) -> tuple[Message, int]:
    """A further message with the first of these rows, after `before` deletions that were announced already; and of how
    many rows it is, one at least."""
    total = before + sum(row.row.count for row in rows)
    shown = _on_page(rows)
    last = before + sum(row.row.count for row in rows[:shown])
    title = f"Scheduled for deletion, {before + 1:,} to {last:,} of {total:,}"
    page, _ = full_page([_part(rows[:shown], title, "")])
    return Message(title, tuple(page)), shown


def _on_page(rows: Sequence[Announced]) -> int:
    longest = f"Scheduled for deletion, {10**12:,} to {10**12:,} of {10**12:,}"
    _, left = full_page([_part(rows, longest, "")])
    shown = len(rows) - (len(left[0].rows) if left else 0)
    assert shown, "a row is far shorter than a message"
    return shown


def in_short(result: SweepResult) -> str:
    """``2 deletions scheduled, $114.98/month``; empty where the sweep announces nothing."""
    new = newly_scheduled(result) if result.mode == "apply" else ()
    usd = _money(in_grace_sum(new, _billed(result)))
    return f"{many(len(new), 'deletion')} scheduled{usd}" if new else ""


def _billed(result: SweepResult) -> Mapping[str, int]:
    """What Google bills for each repository (R25)."""
    return {row.name: row.size_bytes for row in result.standing.repositories} if result.standing else {}


def _part(rows: Sequence[Announced], title: str, where: str) -> Part:
    shown = [each.row for each in rows]
    if shown:
        first = shown[0]
        shown[0] = Row(f"{how_to_keep('`')}\n{first.text}", first.usd_month, first.upper_bound, first.count)
    return Part(title, tuple(shown), share=_SHARE, where=where)


def _together(new: Sequence[Waiting]) -> Iterator[tuple[Waiting, ...]]:
    groups: dict[object, list[Waiting]] = {}
    for each in new:
        alike = each.kind, _holder(each), each.policy, each.owner, each.due_at
        groups.setdefault(alike if KINDS[each.kind].grouped else each.name, []).append(each)
    for held in groups.values():
        for start in range(0, len(held), _TOGETHER):
            yield tuple(held[start : start + _TOGETHER])


def _holder(each: Waiting) -> str:
    return next(holders(each.name), "")


def _money(amount: Amount) -> str:
    if amount.has_no_price:
        return ""
    unpriced = f" and {amount.unpriced:,} unpriced" if amount.unpriced else ""
    return f", {dollars(amount.usd_month, amount.upper_bound)}/month{unpriced}"


def _row(held: Sequence[Waiting], billed: Mapping[str, int]) -> Row:
    first = held[0]
    amount = in_grace_sum(held, billed)
    usd = _money(amount) or ", unpriced"
    owner = f"owner {code(first.owner, _LABEL)}" if first.owner.strip() else "_unowned_"
    policy = f"policy {words(first.policy, _LABEL)}"
    due = f"deletes on *{moment(first.due_at)}* or later"
    text = f"• {_what(held)}{_where(first)}, {owner}, {due}{usd} ({policy})"
    if len(held) > 1:
        text += f": {', '.join(_one(each) for each in held)}"
    priced = None if amount.has_no_price else amount.usd_month
    return Row(text, priced, amount.upper_bound, len(held))


def _what(held: Sequence[Waiting]) -> str:
    first = held[0]
    parent = KINDS[first.kind].parent
    if len(held) == 1 or parent is None:
        return code(named(first.kind, first.name), _NAME)
    holder = code(called(parent, _holder(first)), _NAME)
    return f"{len(held):,} {kind_noun(first.kind, len(held))} of {holder}"


def _where(each: Waiting) -> str:
    where = words(place(each.name, with_project=True), _LABEL)
    return f" in {where}" if where else ""


def _one(each: Waiting) -> str:
    """A name that `janitor keep` accepts, and its dollars."""
    name = code(_LAST_PART.split(called(each.kind, each.name))[-1], _PART)
    if not isinstance(each.estimate, Priced):
        return f"{name} unpriced"
    return f"{name} {dollars(each.estimate.usd_month, each.estimate.upper_bound)}"
