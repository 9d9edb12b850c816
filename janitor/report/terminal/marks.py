"""Scheduled deletions and opt-outs from the ledger as tables: `janitor marks`."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TextIO

from rich.text import Text

from janitor.ledger.marks import Marked, OptOut
from janitor.model.units import moment, show_estimate
from janitor.report.data.names import named, place_of
from janitor.report.data.totals import in_grace_sum
from janitor.report.terminal.scheduled import HOW_TO_KEEP, scheduled_table, with_whole_names
from janitor.report.terminal.tables import console_for, indented, print_lines
from janitor.report.words import amount_per_month, owner_or_nobody

_OPT_OUTS = ("opted out", "where", "until", "by", "since")


def write_marks_table(marked: Sequence[Marked], opt_outs: Sequence[OptOut], out: TextIO) -> None:
    """Scheduled deletions with their prices, the soonest first, then opt-outs. The same rows, the same text."""
    console = console_for(out)
    print_lines(console, _marks(marked, console.width), _opted_out(opt_outs, console.width))


def _marks(marked: Sequence[Marked], width: int) -> Iterator[Text]:
    if not marked:
        yield Text("No deletion is scheduled.")
        return
    rows = [
        (
            named(each.kind, each.name),
            place_of(each.name),
            moment(each.due_at),
            each.policy,
            owner_or_nobody(each.owner),
            show_estimate(each.estimate),
        )
        for each in marked
    ]
    yield Text(f"Scheduled for deletion: {len(marked):,}, {amount_per_month(in_grace_sum(marked, {}))}")
    yield Text()
    yield from scheduled_table("scheduled", "deletes on, or later", rows, width, left=0)
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
    yield from with_whole_names(_OPT_OUTS, rows, width, left=0, texts=len(_OPT_OUTS), most=(0, 2, 3))
    yield Text()
    yield indented("To end an opt-out: janitor keep NAME --end", width, left=0, style="dim")


def _until(until: datetime | None) -> str:
    return "permanent" if until is None else moment(until)


def _short(name: str) -> str:
    """Below its place, for an opt-out may be of any kind."""
    return "/".join(name.split("/")[5::2])
