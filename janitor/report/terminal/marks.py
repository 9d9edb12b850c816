"""What is announced and who opted out of what, out of the ledger: `janitor marks`."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TextIO

from rich.text import Text

from janitor.ledger.marks import Marked, OptOut
from janitor.model.units import moment
from janitor.report.data.names import named, place_of
from janitor.report.terminal.sweep import HOW_TO_KEEP
from janitor.report.terminal.tables import console_for, indented, print_lines, tabulated
from janitor.report.words import owner_or_nobody

_MARKS = ("announced", "where", "goes on, or later", "announced on", "policy", "owner")
_OPT_OUTS = ("kept", "where", "until", "by", "since")


def write_marks_table(marked: Sequence[Marked], opt_outs: Sequence[OptOut], out: TextIO) -> None:
    """Marks, the soonest first, then what is opted out. The same rows, the same text."""
    console = console_for(out)
    print_lines(console, _marks(marked, console.width), _opted_out(opt_outs, console.width))


def _marks(marked: Sequence[Marked], width: int) -> Iterator[Text]:
    if not marked:
        yield Text("Nothing is announced.")
        return
    rows = [
        (
            named(each.kind, each.name),
            place_of(each.name),
            moment(each.due_at),
            moment(each.announced_at),
            each.policy,
            owner_or_nobody(each.owner),
        )
        for each in marked
    ]
    yield from tabulated(_MARKS, rows, width, left=0, texts=len(_MARKS))
    yield Text()
    yield indented(HOW_TO_KEEP, width, left=0, style="dim")


def _opted_out(opt_outs: Sequence[OptOut], width: int) -> Iterator[Text]:
    if not opt_outs:
        return
    yield Text()
    rows = [
        (_short(each.name), place_of(each.name), _until(each.until), each.by, moment(each.at))
        for each in opt_outs
    ]
    yield from tabulated(_OPT_OUTS, rows, width, left=0, texts=len(_OPT_OUTS))
    yield Text()
    yield indented("To let policies speak of one again: janitor keep NAME --end", width, left=0, style="dim")


def _until(until: datetime | None) -> str:
    return "for good" if until is None else moment(until)


def _short(name: str) -> str:
    """Below its place, for an opt-out may be of any kind."""
    return "/".join(name.split("/")[5::2])
