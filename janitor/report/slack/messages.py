"""Messages for Slack: the cost report, the note after a sweep, the daemon's own trouble. Rendering is pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from janitor.apply.outcomes import OutcomeKind
from janitor.ledger.savings import Account
from janitor.model.text import many
from janitor.model.units import moment, show_size
from janitor.report.data.names import how_many, short_name
from janitor.report.data.notices import clock_line
from janitor.report.data.result import SweepResult, Totals
from janitor.report.data.summary import Summary
from janitor.report.data.totals import totals, was_applied
from janitor.report.slack.announcement import announcement, in_short
from janitor.report.slack.blocks import (
    ROOM,
    Block,
    Message,
    Part,
    Row,
    code,
    columns,
    context,
    dollars,
    header,
    laid_out,
    section,
    sections,
    size,
    thread,
    verbatim,
    words,
)
from janitor.report.slack.parts import (
    coming,
    foot,
    kept,
    owners,
    policies,
    saved_text,
    savers,
    services,
    troubles,
    would_text,
)

_LINE, _LINES = 300, 8
_NAMED, _NOTE = 3, 9500
_TROUBLE = (OutcomeKind.FAILED, OutcomeKind.DRIFTED, OutcomeKind.SKIPPED)


def report(summary: Summary) -> Message:
    """A period's report, most important first; what one message does not take, its details do."""
    figures = [_figures(summary), section(_next(summary))]
    top = [header(_title(summary)), context(_period(summary))]
    parts = [each(summary) for each in (troubles, savers, policies, owners, services, kept, foot)]
    pages, left = laid_out(parts, ROOM - size(top) - size(figures))
    more = [part for part in (*left, coming(summary.snapshot)) if part.rows]
    return Message(
        _text(summary), (*top, *pages[0], *figures, *chain(*pages[1:])), thread(more, "janitor's report")
    )


def _title(summary: Summary) -> str:
    since = f"{summary.period.since:%Y-%m-%d} to " if summary.period.since else "until "
    return f"janitor's report, {since}{summary.period.until:%Y-%m-%d}"


def _period(summary: Summary) -> str:
    since = f"since {moment(summary.period.since)}, " if summary.period.since else ""
    return f"{since}until {moment(summary.period.until)}"


def _figures(summary: Summary) -> Block:
    in_all = f"*Saved in all*\n{_account(summary.in_all)}"
    if summary.period.since is None:
        return columns(in_all)
    since = f"*Saved since {summary.period.since:%Y-%m-%d}*\n{_account(summary.saved)}"
    return columns(since, in_all)


def _account(account: Account) -> str:
    if not account.deleted.count:
        return "$0.00: nothing was deleted"
    realised = dollars(account.realised_usd_month, account.deleted.upper_bound)
    to_date = dollars(account.saved_usd, account.deleted.upper_bound)
    return f"{saved_text(account)}\n{realised} a month of it realised\n{to_date} to date"


def _next(summary: Summary) -> str:
    """Never worded as a saving: it would be one."""
    snapshot = summary.snapshot
    if snapshot is None:
        return "*The next sweep:* not known, as there was none yet"
    if not snapshot.left.count:
        return "*The next sweep* would delete nothing"
    but = "; a limit refuses that" if snapshot.refusals else ""
    return f"*The next sweep* would delete {would_text(snapshot.left)}{but}"


def _text(summary: Summary) -> str:
    """The figures alone: what a telephone shows."""
    deleted, snapshot = summary.saved.deleted, summary.snapshot
    since = f" since {summary.period.since:%Y-%m-%d}" if summary.period.since else ""
    text = f"janitor saved nothing{since}"
    if deleted.count:
        usd = dollars(deleted.usd_month, deleted.upper_bound)
        text = f"janitor saved {usd} a month{since}, by {many(deleted.count, 'deletion')}"
    if snapshot and snapshot.left.count:
        usd = dollars(snapshot.left.usd_month, snapshot.left.upper_bound)
        text += f"; the next sweep would save {usd} a month, by {many(snapshot.left.count, 'deletion')}"
    troubles_ = f". {many(len(summary.troubles), 'thing')} to look at" if summary.troubles else ""
    return text + troubles_


def note(result: SweepResult) -> Message:
    """What one sweep did, in short."""
    counts = totals(result)
    scheduled = in_short(result)
    head = f"janitor {_deeds(result, counts)}{f'; {scheduled}' if scheduled else ''}"
    lines = [f"*{head}*", *_clock(result), *_kinds(result), *_ends(counts)]
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
    small = context(f"{words(result.mode, 20)}, {moment(result.finished_at)}; all of it: {history}")
    # announced deletions come first: whatever does not fit follows in the thread
    parts.insert(0, announcement(result))
    pages, left = laid_out(parts, _NOTE)
    more = [part for part in left if part.title == parts[0].title]
    return Message(
        head,
        (*sections(lines), *chain(*pages), small),
        thread(more, "Scheduled for deletion") if more else (),
    )


def _clock(result: SweepResult) -> Iterator[str]:
    if line := clock_line(result):
        yield line  # nothing in it comes from outside


def _deeds(result: SweepResult, counts: Totals) -> str:
    saves = counts.saves
    usd = f"{dollars(saves.usd_month, saves.upper_bound)} a month"
    unpriced = f" ({saves.unpriced:,} without a price)" if saves.unpriced else ""
    what = show_size(saves.size_bytes)
    if not was_applied(result):
        return f"would delete {many(counts.planned, 'thing')} ({what}) and save {usd}{unpriced}"
    if not counts.deleted:
        return "deleted nothing"
    return f"deleted {many(counts.deleted, 'thing')} ({what}), which saves {usd}{unpriced}"


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
        where = f"{gap.kind.value} in {gap.project}, {gap.location}"
        where += f", {gap.repository}" if gap.repository else ""
        yield f"• {words(where, 150)}: {words(gap.cause, _LINE)}"


def trouble(text: str) -> Message:
    """Something is wrong with janitor itself, in its own words; what follows the first line, such as
    FILE:LINE:COLUMN, is shown as it stands."""
    lines = [line for line in text.splitlines() if line.strip()] or ["it does not say what"]
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
