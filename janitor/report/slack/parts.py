"""Parts of the Slack report: each a heading and rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from janitor.ledger.savings import Account
from janitor.model.amounts import Amount
from janitor.model.kinds import Kind
from janitor.model.text import many
from janitor.model.units import show_age, show_size
from janitor.report import sections
from janitor.report.cells import (
    CauseCell,
    Cell,
    CellRow,
    HistoryCell,
    MoneyCell,
    OwnerCell,
    ProblemCell,
    ResourceCell,
    plain,
)
from janitor.report.data.names import called, named, place, project_of
from janitor.report.data.snapshot import InGrace, RunningService, Snapshot
from janitor.report.data.summary import Summary
from janitor.report.slack.blocks import Part, Row, code, dollars, words
from janitor.report.words import ailing, due_in_words, held_in_use, trouble_heading

_NAMED = 3


def announced(row: Row, waiting: Sequence[InGrace]) -> Row:
    """The owner's row with what waits of it, the soonest first, and the way to keep one."""
    if not waiting:
        return row
    start = row.text if row.text.endswith("\n") else f"{row.text}\n"
    lines = [
        f"• {code(named(each.kind, each.name), _NAME)} {words(due_in_words(each.due_at, each.announced), _LABEL)} ({words(each.policy, _LABEL)})"
        for each in waiting[:_NAMED]
    ]
    if len(waiting) > _NAMED:
        lines.append(f"… and {len(waiting) - _NAMED:,} more: `janitor marks`")
    lines.append("to keep one: `janitor keep NAME --for 30d`")
    return replace(row, text=start + "\n".join(lines))


_NAME, _LABEL, _WHY, _WAY_OUT = 120, 80, 350, 300


def cell(value: Cell, width: int = _LABEL) -> str:
    """A cell in mrkdwn; texts of at most `width` characters."""
    match value:
        case ProblemCell(kind):
            return f":warning: *{trouble_heading(kind)}*"
        case ResourceCell():
            return code(plain(value), _NAME)
        case OwnerCell(label):
            return owner_name(label)
        case CauseCell(policy, reason, None):
            return f"{words(policy, width)}, {words(reason, width)}"
        case CauseCell(_, reason, detail):
            return ": ".join(words(text, width) for text in (reason, detail) if text)
        case MoneyCell(usd, upper_bound):
            return "unpriced" if usd is None else f"{dollars(usd, upper_bound)} a month"
        case HistoryCell(deleted_at):
            return f"deleted {deleted_at:%Y-%m-%d}"
        case _:
            return words(plain(value), width)


def troubles(summary: Summary) -> Part:
    """What is wrong, and what to do about it."""
    rows = tuple(Row(_trouble(row)) for row in sections.troubles(summary).rows)
    return Part("Needs you", rows, share=2600, most=6, style="apart")


def _trouble(row: CellRow) -> str:
    kind, about, what, way_out = row
    lines = [f"{cell(kind)}: {cell(about, _NAME)}", cell(what, _WHY), f"*To do:* {cell(way_out, _WAY_OUT)}"]
    return "\n".join(line for line in lines if line)


def savers(summary: Summary) -> Part:
    """The largest single savings."""
    rows = tuple(
        Row(f"{number}. {cell(name)}, {cell(usd)} ({cell(why)}; {cell(owner)}), {cell(history)}")
        for number, (name, why, owner, history, _, usd) in enumerate(sections.savers(summary).rows, 1)
    )
    return Part("Saves most", rows, share=1100)


def policies(summary: Summary) -> Part:
    """What each policy saved, and would."""
    coming = summary.snapshot.by_policy if summary.snapshot else ()
    rows = [
        _row(f"• {code(name, _LABEL)}: ", saved, next_)
        for name, saved, next_ in sections.divisions(summary.by_policy, coming)
    ]
    return Part("By policy", tuple(rows), share=1000, most=12)


def owners(summary: Summary) -> Part:
    """Each owner's own block: what was saved, what would go next, and what is announced with its dates."""
    coming = summary.snapshot.by_owner if summary.snapshot else ()
    waiting = by_owner(summary.snapshot.waiting if summary.snapshot else ())
    rows = [
        announced(_row(f"{owner_name(name)}\n", saved, next_), waiting.pop(name, ()))
        for name, saved, next_ in sections.divisions(summary.by_owner, coming)
    ]
    rows += [announced(Row(f"{owner_name(name)}\n"), held) for name, held in waiting.items()]
    return Part("By owner", tuple(rows), share=2300, most=15, style="apart")


def by_owner(rows: Sequence[InGrace]) -> dict[str, list[InGrace]]:
    """Each owner's own, in the order of the rows."""
    found: dict[str, list[InGrace]] = {}
    for row in rows:
        found.setdefault(row.owner, []).append(row)
    return found


def owner_name(owner: str) -> str:
    """What no label names is unowned."""
    return code(owner, _LABEL) if owner.strip() else "_unowned_"


def _row(start: str, saved: Account, coming: Amount) -> Row:
    texts = []
    if saved.deleted.count:
        texts.append(f"saved {saved_text(saved)}")
    if coming.count:
        texts.append(f"the next sweep would delete {would_text(coming)}")
    return Row(start + "; ".join(texts), saved.deleted.usd_month, saved.deleted.upper_bound)


def saved_text(account: Account) -> str:
    """``≤ $0.26 a month by 3 deletions, 2.8 GB``, and what is to be said of some."""
    deleted = account.deleted
    usd = dollars(deleted.usd_month, deleted.upper_bound)
    text = f"{usd} a month by {many(deleted.count, 'deletion')}"
    if deleted.size_bytes:
        text += f", {show_size(deleted.size_bytes)}"
    if deleted.unpriced:
        text += f" ({deleted.unpriced:,} without a price)"
    return text + (f"; {account.came_back:,} came back" if account.came_back else "")


def would_text(sums: Amount) -> str:
    """``2 things (290.0 MB) and save ≤ $0.02 a month``."""
    usd = dollars(sums.usd_month, sums.upper_bound)
    unpriced = f" ({sums.unpriced:,} without a price)" if sums.unpriced else ""
    return f"{many(sums.count, 'thing')} ({show_size(sums.size_bytes)}) and save {usd} a month{unpriced}"


def services(summary: Summary) -> Part:
    """Which failed, for how long, and why in Google's words."""
    rows = ailing(summary.snapshot) if summary.snapshot else ()
    projects = {project_of(each.name) for each in rows}
    lines = tuple(Row(_service(each, summary.period.until, len(projects) > 1)) for each in rows)
    return Part("Services that failed", lines, share=1600, most=8)


def _service(service: RunningService, now: datetime, with_project: bool) -> str:
    where = words(place(service.name, with_project), _LABEL)
    state = f"{service.status}{_for(service.since, now)}"
    text = f"• {code(called(Kind.SERVICE.value, service.name), _NAME)} in {where} ({owner_name(service.owner)}), {state}"
    return f"{text}: {words(service.why, _WHY)}" if service.why else text


def _for(since: datetime | None, now: datetime) -> str:
    if since is None:
        return ""
    return f" for {show_age(max(now - since, timedelta(0)).total_seconds())}"


def kept(summary: Summary) -> Part:
    """What stays because it is in use, in one line."""
    held = held_in_use(summary.snapshot) if summary.snapshot else ""
    if not held:
        return Part("", (), share=0)
    return Part("", (Row(f"*Kept because in use:* {words(held, _WHY)}"),), share=300)


def foot(summary: Summary) -> Part:
    """What the figures rest on."""
    rows = tuple(Row(words(line, _WHY)) for line in summary.foot if line.strip())
    return Part("", rows, share=1500, style="small")


def coming(snapshot: Snapshot | None) -> Part:
    """What the next sweep would delete, the costliest first; only ever in a thread."""
    rows = tuple(
        Row(f"• {cell(name)}, {cell(usd)} ({cell(why)}; {cell(owner)})")
        for name, why, owner, _, usd in (sections.planned(snapshot).rows if snapshot else ())
    )
    return Part("The next sweep would delete, the costliest first", rows, share=1000)
