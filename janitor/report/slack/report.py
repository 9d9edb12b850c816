"""The cost report in Slack: about eight lines, and everything else in the thread below them. Rendering is pure."""

from collections.abc import Iterator
from decimal import Decimal

from janitor.model.text import many
from janitor.model.units import show_size
from janitor.report import sections
from janitor.report.cells import CauseCell, CellRow
from janitor.report.data.causes import error_in_short
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.summary import Summary
from janitor.report.data.troubles import Trouble, TroubleKind
from janitor.report.sections import Section, SectionName
from janitor.report.slack.blocks import (
    Message,
    code,
    dollars,
    header,
    link,
    thread,
    words,
)
from janitor.report.slack.blocks import sections as paragraphs
from janitor.report.slack.parts import cell, costs_something, details, owner_name
from janitor.report.words import (
    LEGEND,
    days_in_words,
    how_to_keep,
    idle_in_words,
    projects_in_words,
    trouble_heading,
)

_SHOWN = 3  # rows of one line
_ABOUT, _LINE, _NAME = 120, 260, 80
_TITLE = "Cloud cleanup"


def report(summary: Summary, page: str | None = None) -> Message:
    """A period's report, most important first; `page` is the address of the HTML report, where there is one.

    The details follow in `details`, for a bot, which can post a thread.
    """
    title = " · ".join(
        part for part in (_TITLE, projects_in_words(summary), days_in_words(summary.period)) if part
    )
    lines = [
        *_unknown_uses(summary.snapshot),
        _saved(summary),
        *_to_fix(summary),
        *_next(summary.snapshot),
        *_scheduled(summary.snapshot),
        *_how_to_keep(summary.snapshot),
        *_idle(summary.snapshot),
        *_failing(summary.snapshot),
        *_teams(summary),
        _rest(page),
    ]
    if any("≤" in each for each in lines):
        lines[-1] += f" · {LEGEND}"
    return Message(
        _text(summary), (header(title), *paragraphs(lines)), thread(details(summary), f"{_TITLE}, the report")
    )


def _unknown_uses(seen: Snapshot | None) -> Iterator[str]:
    if seen and seen.unknown_uses:
        yield words(seen.unknown_uses, _LINE)


def _text(summary: Summary) -> str:
    """The figures alone: what a telephone shows."""
    deleted = summary.saved.deleted
    text = f"{_TITLE}: nothing was deleted"
    if deleted.count:
        text = f"{_TITLE}: saved {_month(deleted.usd_month, deleted.upper_bound)} by {many(deleted.count, 'deletion')}"
    if seen := summary.snapshot:
        text += f"; next deletions: {seen.left.count:,}"
        if seen.in_grace.count:
            usd = (
                f", {_month(seen.in_grace.usd_month, seen.in_grace.upper_bound)}"
                if seen.in_grace.usd_month
                else ""
            )
            text += f"; scheduled: {seen.in_grace.count:,}{usd}"
    fixes = _own(summary)
    return text + (f". {len(fixes):,} to fix" if fixes else "")


def _month(usd: Decimal, upper_bound: bool = False) -> str:
    return f"{dollars(usd, upper_bound)}/month"


def _saved(summary: Summary) -> str:
    """The period first, then all time; dollars that are nothing are not said."""
    saved, whole, avoided = summary.saved.deleted, summary.in_all.deleted, summary.avoided
    size = f", {show_size(saved.size_bytes)}" if saved.size_bytes else ""
    period = "" if summary.period.since is None else " in this period"
    if not saved.count:
        parts = [f"*Nothing was deleted{period}*"]
    elif saved.usd_month:
        counted = f"{many(saved.count, 'resource')}{size}"
        parts = [f"*Saved {_month(saved.usd_month, saved.upper_bound)}{period}* ({counted})"]
    else:
        parts = [f"*Deleted {many(saved.count, 'resource')}{period}*{size}"]
    if period and whole.usd_month:
        parts.append(f"{_month(whole.usd_month, whole.upper_bound)} in total")
    if avoided.usd:
        parts.append(f"{dollars(avoided.usd, avoided.upper_bound)} avoided{period}")
    if saved.unpriced:
        parts.append(f"{saved.unpriced:,} without a price")
    return " · ".join(parts)


def _own(summary: Summary) -> list[Trouble]:
    """What somebody must fix; failing services have a line of their own."""
    return [each for each in summary.troubles if each.kind is not TroubleKind.FAILING]


def _to_fix(summary: Summary) -> Iterator[str]:
    fixes = _own(summary)
    if not fixes:
        return
    shown = [
        f"{trouble_heading(each.kind)}: {words(each.about, _ABOUT)}. To do: {words(each.way_out, _LINE)}"
        for each in fixes[:_SHOWN]
    ]
    more = [f"… and {len(fixes) - _SHOWN:,} more"] if len(fixes) > _SHOWN else []
    start = f":warning: *{len(fixes):,} to fix:*"
    if len(shown) == 1:
        yield f"{start} {shown[0]}"
    else:
        yield "\n".join([start, *(f"• {each}" for each in shown), *more])


def _next(snapshot: Snapshot | None) -> Iterator[str]:
    """Never worded as a saving: nothing of it has happened."""
    if snapshot is None:
        yield "*Next deletions:* not known, as there was no sweep yet"
        return
    left = snapshot.left
    if not left.count:
        yield "*Next deletions:* none"
        return
    usd = f", {_month(left.usd_month, left.upper_bound)}" if left.usd_month else ""
    but = "; a limit refuses them" if snapshot.refusals else ""
    yield _listed(f"*Next deletions:* {many(left.count, 'resource')}{usd}{but}", sections.planned(snapshot))


def _scheduled(snapshot: Snapshot | None) -> Iterator[str]:
    if snapshot is None or not snapshot.waiting:
        return
    grace = snapshot.in_grace
    usd = f", {_month(grace.usd_month, grace.upper_bound)}" if grace.usd_month else ""
    found = sections.in_grace(snapshot)
    yield _listed(f"*{found.title}:* {many(found.whole.count, 'resource')}{usd}", found)


def _listed(start: str, section: Section) -> str:
    """The line, and the first rows that cost something."""
    rows = [row for row in section.rows if costs_something(row)][:_SHOWN]
    return "\n".join([start, *(f"• {_row(section, row)}" for row in rows)])


def _how_to_keep(snapshot: Snapshot | None) -> Iterator[str]:
    if snapshot and (snapshot.left.count or snapshot.waiting):
        yield how_to_keep("`")


def _row(section: Section, row: CellRow) -> str:
    """Name and dollars, whose it is, and when it is due."""
    if section.name is SectionName.GRACE:
        name, due, _, owner, usd = row
        return f"{cell(name)} {cell(due)}, {cell(usd)}, {cell(owner)}"
    name, cause, owner, _, usd = row
    number = f" ({cause.number})" if isinstance(cause, CauseCell) and cause.number else ""
    return f"{cell(name)}{number} {cell(usd)}, {cell(owner)}"


def _idle(snapshot: Snapshot | None) -> Iterator[str]:
    """What stands idle and costs something."""
    if snapshot is None or not snapshot.running.usd_month:
        return
    what, _, figures = idle_in_words(snapshot).partition(": ")
    rows = sections.idle(snapshot).rows[:_SHOWN]
    named = ", ".join(f"{cell(name)} {cell(usd)}" for name, _, _, usd in rows)
    yield f"*{what}:* {figures}: {named}"


def _failing(snapshot: Snapshot | None) -> Iterator[str]:
    """Which fail, for how long, whose they are, and the first error."""
    rows = sections.failing(snapshot).rows if snapshot else ()
    if snapshot is None or not rows:
        return
    named = [f"{cell(name)} {cell(status)} ({cell(owner)})" for name, status, owner, *_ in rows[:_SHOWN]]
    more = [f"{len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
    errors = {error_in_short(row.why) for row in snapshot.failing}
    only = f": {words(next(iter(errors))[1], _LINE)}" if len(errors) == 1 and any(next(iter(errors))) else ""
    yield f"*Failing:* {' · '.join([*named, *more])}{only}"


def _teams(summary: Summary) -> Iterator[str]:
    """Who saved most."""
    saved = [(owner, each.deleted) for owner, each in summary.by_owner if each.deleted.usd_month]
    if saved:
        named = (
            f"{owner_name(owner)} {_month(each.usd_month, each.upper_bound)}"
            for owner, each in saved[:_SHOWN]
        )
        yield f"*Top teams:* {' · '.join(named)}"


def _rest(page: str | None) -> str:
    return (
        link(page, "Full report") if page else f"Full report: {code('janitor report --format html', _NAME)}"
    )
