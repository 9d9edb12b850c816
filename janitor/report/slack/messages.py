"""Messages for Slack: the note after a sweep, and the daemon's own trouble. Rendering is pure."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import chain

from janitor.apply.outcomes import OutcomeKind
from janitor.model.text import many
from janitor.model.units import moment, show_size
from janitor.policy.deciding.grace import Waiting
from janitor.report.data.holders import off_line
from janitor.report.data.names import how_many, kind_in_words, short_name
from janitor.report.data.notices import clock_line
from janitor.report.data.result import SweepResult, Totals
from janitor.report.data.totals import totals, was_applied
from janitor.report.slack.announcement import (
    Announced,
    announced_rows,
    announcement,
    in_short,
    next_message,
)
from janitor.report.slack.blocks import (
    ROOM,
    Message,
    Part,
    Row,
    code,
    context,
    dollars,
    laid_out,
    section,
    sections,
    size,
    verbatim,
    words,
)

_LINE, _LINES = 300, 8
_NAMED, _NOTE = 3, 9500
_TROUBLE = (OutcomeKind.FAILED, OutcomeKind.DRIFTED, OutcomeKind.SKIPPED)


def note(result: SweepResult) -> Message:
    """What one sweep did, in short."""
    return _note(result, "`janitor marks`")[0]


def announcing_note(result: SweepResult) -> tuple[Message, tuple[Waiting, ...]]:
    """The note as the first message of an announcement, and the scheduled deletions that it names: perhaps none."""
    return _note(result, "in the next message")


def more_announced(result: SweepResult, announced: Set[str]) -> tuple[Message, tuple[Waiting, ...]]:
    """A further message of an announcement, and those that it names, one at least. `announced` are the names that were
    told before; not all of them were."""
    rows = announced_rows(result, announced)
    message, shown = next_message(rows, len(announced))
    return message, _deletions(rows[:shown])


def _note(result: SweepResult, where: str) -> tuple[Message, tuple[Waiting, ...]]:
    """The note, and which of the scheduled deletions it names: `where` the others are."""
    counts = totals(result)
    scheduled = in_short(result)
    head = f"janitor {_deeds(result, counts)}{f'; {scheduled}' if scheduled else ''}"
    lines = [f"*{head}*", *_clock(result), *_unknown_uses(result), *_kinds(result), *_ends(counts)]
    if result.error:
        lines.append(f"It was stopped: {words(str(result.error), _LINE)}")
    elif result.interrupted:
        lines.append("A signal ended it with work undone.")
    history = f"janitor history {words(result.sweep_id, 60)}"
    parts = [
        Part(title, tuple(map(Row, rows)), share=3000, most=_NAMED, where=history)
        for title, rows in (
            ("Refused by a limit", _refusals(result)),
            ("Not deleted", _failures(result)),
            ("Could not be read", _gaps(result)),
        )
    ]
    small = context(f"{words(result.mode, 20)}, {moment(result.finished_at)}; details: {history}")
    announced = announced_rows(result)
    pages, left = laid_out([announcement(result, announced, where), *parts], _NOTE)
    more = next((len(part.rows) for part in left if part.where == where), 0)
    return (
        Message(head, (*sections(lines), *chain(*pages), small)),
        _deletions(announced[: len(announced) - more]),
    )


def _deletions(rows: Sequence[Announced]) -> tuple[Waiting, ...]:
    return tuple(each for row in rows for each in row.deletions)


def _clock(result: SweepResult) -> Iterator[str]:
    if line := clock_line(result):
        yield line  # nothing in it comes from outside


def _unknown_uses(result: SweepResult) -> Iterator[str]:
    if line := off_line(result.holders):
        yield words(line, _LINE)


def _deeds(result: SweepResult, counts: Totals) -> str:
    saves = counts.saves
    usd = f"{dollars(saves.usd_month, saves.upper_bound)}/month"
    unpriced = f" ({saves.unpriced:,} without a price)" if saves.unpriced else ""
    what = f" ({show_size(saves.size_bytes)})" if saves.size_bytes else ""
    if not was_applied(result):
        return f"would delete {many(counts.planned, 'resource')}{what} and save {usd}{unpriced}"
    if not counts.deleted:
        return "deleted nothing"
    return f"deleted {many(counts.deleted, 'resource')}{what} and saves {usd}{unpriced}"


def _kinds(result: SweepResult) -> Iterator[str]:
    gone = Counter(
        action.kind
        for action, end in zip(result.plan.actions, result.outcomes, strict=True)
        if end.kind is OutcomeKind.DELETED
    )
    if gone:
        yield ", ".join(how_many(kind, count) for kind, count in gone.most_common())


def _ends(counts: Totals) -> Iterator[str]:
    ends = {
        "failed": counts.failed,
        "changed since the plan and left alone": counts.drifted,
        "not tried": counts.skipped,
        "already gone": counts.already_gone,
    }
    if any(ends.values()):
        yield ", ".join(f"{number:,} {end}" for end, number in ends.items() if number)


def _refusals(result: SweepResult) -> Iterator[str]:
    return (f"• {words(each.limit, 40)}: {words(each.message, _LINE)}" for each in result.refusals)


def _failures(result: SweepResult) -> Iterator[str]:
    rows = [
        (action, end)
        for action, end in zip(result.plan.actions, result.outcomes, strict=True)
        if end.kind in _TROUBLE
    ]
    rows.sort(key=lambda row: _TROUBLE.index(row[1].kind))
    for action, end in rows:
        yield f"• {code(short_name(action), 120)} {end.kind.value}: {words(end.error or '', _LINE)}"


def _gaps(result: SweepResult) -> Iterator[str]:
    for gap in result.plan.gaps:
        where = f"{kind_in_words(gap.kind, 2)} in {gap.project}, {gap.location}"
        where += f", {gap.repository}" if gap.repository else ""
        yield f"• {words(where, 150)}: {words(gap.cause, _LINE)}"


def trouble(text: str) -> Message:
    """Something is wrong with janitor itself, in its own words; what follows the first line, such as
    FILE:LINE:COLUMN, is shown as it is."""
    lines = [line for line in text.splitlines() if line.strip()] or ["it does not say which"]
    head = f"janitor is in trouble: {words(lines[0], _LINE)}"
    block = section(head)
    for number in range(1, min(len(lines), _LINES) + 1):
        longer = section(_told(lines, number))
        if size([longer]) > ROOM:
            break
        block = longer
    return Message(head, (block,))


def _told(lines: Sequence[str], number: int) -> str:
    shown = [f":warning: *janitor is in trouble*: {words(lines[0], _LINE)}"]
    if rest := [verbatim(line, _LINE) for line in lines[1:number]]:
        shown.append("\n".join(["```", *rest, "```"]))
    if len(lines) > number:
        shown.append(f"… and {len(lines) - number:,} lines more in its log")
    return "\n".join(shown)
