"""What is announced to go, in its owner's block of the report in Slack."""

from collections.abc import Sequence
from dataclasses import replace

from janitor.report.grace_words import goes, what
from janitor.report.slack.blocks import Row
from janitor.report.slack.text import code, words
from janitor.report.snapshot import InGrace

_NAMED, _NAME, _LABEL = 3, 120, 80


def announced(row: Row, waiting: Sequence[InGrace]) -> Row:
    """The owner's row with what waits of it, the soonest first, and the way to keep one."""
    if not waiting:
        return row
    start = row.text if row.text.endswith("\n") else f"{row.text}\n"
    lines = [
        f"• {code(what(each), _NAME)} {words(goes(each), _LABEL)} ({words(each.policy, _LABEL)})"
        for each in waiting[:_NAMED]
    ]
    if len(waiting) > _NAMED:
        lines.append(f"… and {len(waiting) - _NAMED:,} more: `janitor marks`")
    lines.append("to keep one: `janitor keep NAME --for 30d`")
    return replace(row, text=start + "\n".join(lines))
