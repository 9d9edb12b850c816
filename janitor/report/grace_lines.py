"""What a sweep keeps for now because it is in grace, as lines of its table."""

from collections.abc import Iterator

from rich.text import Text

from janitor.policy.deciding.grace import Waiting
from janitor.report.columns import tabulated
from janitor.report.layout import indented
from janitor.report.result import SweepResult, is_announced
from janitor.report.rows import name_as_people_say, noun, place
from janitor.report.times import moment
from janitor.report.wording import owner_or_nobody

SHOWN = 20
HOW_TO_KEEP = "To keep one: janitor keep NAME, for good, or janitor keep NAME --for 30d"
_TITLES = ("kept for now", "where", "goes", "policy", "owner")


def grace_lines(result: SweepResult, show_all: bool, width: int) -> Iterator[Text]:
    """The soonest first, each with its date; nothing where nothing is in grace."""
    if not result.waiting:
        return
    shown = result.waiting if show_all else result.waiting[:SHOWN]
    yield Text()
    yield Text("In grace", style="bold")
    rows = [
        (
            f"{noun(each.kind, 1)} {name_as_people_say(each.kind, each.name)}",
            place(each.name, with_project=True),
            _goes(each, result.mode),
            each.policy,
            owner_or_nobody(each.owner),
        )
        for each in shown
    ]
    yield from tabulated(_TITLES, rows, width, texts=len(_TITLES))
    if len(shown) < len(result.waiting):
        yield Text(f"  … and {len(result.waiting) - len(shown):,} more (--all, or --format json)")
    yield indented(HOW_TO_KEEP, width, style="dim")


def _goes(each: Waiting, mode: str) -> str:
    """What is not announced yet has no date."""
    if not is_announced(each, mode):
        return "once an apply has announced it"
    return f"on {moment(each.due_at)} or later"
