"""The sweep's report at a terminal: a result becomes text on a console. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from rich.text import Text

from janitor.model.text import safe_text
from janitor.model.units import moment, show_estimate
from janitor.plan.plan import Kept
from janitor.policy.deciding.gaps import is_unseen_gap
from janitor.policy.deciding.grace import Waiting
from janitor.report.data.announcing import announces, newly_scheduled
from janitor.report.data.holders import off_line
from janitor.report.data.names import called, how_many, named, place, place_in_words
from janitor.report.data.notices import clock_line
from janitor.report.data.result import SweepResult, Totals, clock_refuses, is_announced
from janitor.report.data.rows import PolicyRows, rows_by_policy
from janitor.report.data.totals import was_applied
from janitor.report.reason_words import kept_in_words, kept_with_wire_name
from janitor.report.sweep_words import answer, not_deleted, remaining, scheduled
from janitor.report.terminal.failed_reads import incomplete
from janitor.report.terminal.scheduled import HOW_TO_KEEP, scheduled_table
from janitor.report.terminal.sweep_rows import policy_lines
from janitor.report.terminal.tables import console_for, dotted, indented, listed, print_lines
from janitor.report.words import owner_or_nobody

SHOWN = 20
ROWS_SHOWN = 50
_NAMES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class View:
    """How much to show. `next_commands` are what to type, in turn, to delete what a dry run shows."""

    show_all: bool = False
    next_commands: tuple[str, ...] = ("janitor sweep --apply",)


def write_table(result: SweepResult, totals: Totals, out: TextIO, view: View) -> None:
    """What makes the rest doubtful, what is or would be deleted, what remains and costs money; then each policy's
    deletions, what is kept, what is in grace, notices, and the next command.

    Only the line of the mode and the dates of grace hold a time of day: an unchanged world shows the same table
    tomorrow.
    """
    console = console_for(out)
    width = console.width
    policies = rows_by_policy(result, None if view.show_all else ROWS_SHOWN)
    print_lines(
        console,
        _doubts(result, width),
        _head(result, totals, policies, width),
        policy_lines(policies, width, was_applied(result)),
        _kept(result.plan.kept, view, width),
        grace_lines(result, view.show_all, width),
        _notices(result, width),
        _next(result, totals, view),
    )


def _line(text: str, style: str = "") -> Text:
    return Text(safe_text(text), style=style)


def _doubts(result: SweepResult, width: int) -> Iterator[Text]:
    """A wrong clock, uses that are not known, no workloads, failed reads and refusals: nothing below is to be read
    without them."""
    blocks = [
        list(lines)
        for lines in (
            _clock(result),
            _unseen(result, width),
            _holders_off(result, width),
            _gaps(result, width),
            _refusals(result, width),
        )
    ]
    for lines in filter(None, blocks):
        yield from lines
        yield Text()


def _clock(result: SweepResult) -> Iterator[Text]:
    if line := clock_line(result):
        yield _line(line, "bold red")


def _holders_off(result: SweepResult, width: int) -> Iterator[Text]:
    if line := off_line(result.holders):
        yield indented(line, width, 0, "yellow")


def _unseen(result: SweepResult, width: int) -> Iterator[Text]:
    for gap in filter(is_unseen_gap, result.plan.gaps):
        yield _line("NO WORKLOADS FOUND", "bold red")
        yield indented(gap.cause, width, style="red")


def _gaps(result: SweepResult, width: int) -> Iterator[Text]:
    gaps = [gap for gap in result.plan.gaps if not is_unseen_gap(gap)]
    return incomplete(gaps, width) if gaps else iter(())


def _refusals(result: SweepResult, width: int) -> Iterator[Text]:
    if not result.refusals:
        return
    so = "Nothing was deleted" if result.mode == "apply" else "An apply would delete nothing"
    yield _line(f"REFUSED: the plan exceeds its limits. {so}.", "bold red")
    for refusal in result.refusals:
        yield indented(f"{refusal.limit}: {refusal.message}", width, style="red")


def _head(result: SweepResult, totals: Totals, policies: list[PolicyRows], width: int) -> Iterator[Text]:
    yield dotted(answer(result, totals, policies), width, "bold")
    if was_applied(result) and (rest := not_deleted(totals)):
        yield _line(rest, "bold")
    if result.error:
        undone = "before its end" if result.interrupted else "at its end"
        text = f"Stopped {undone}: {result.error} The next sweep settles what was left open."
        yield indented(text, width, 0, "bold red")
    elif result.interrupted:
        yield _line("Interrupted: the next sweep continues with the rest.", "bold yellow")
    yield dotted(remaining(result), width)
    if line := scheduled(result):
        yield _line(line)
    what = "Apply" if result.mode == "apply" else "Dry run, nothing is deleted"
    yield _line(f"{what}. Read on {moment(result.plan.observed_at)}.", "dim")


def _kept(kept: tuple[Kept, ...], view: View, width: int) -> Iterator[Text]:
    """One line a kind, its reasons in words; the names below, where they were asked for."""
    if not kept:
        return
    yield Text()
    yield _line("Kept", "bold")
    for kind in dict.fromkeys(row.kind for row in kept):
        rows = sorted((r for r in kept if r.kind is kind), key=lambda r: (-r.count, r.reason.value))
        count = sum(row.count for row in rows)
        reasons = [f"{row.count:,} {kept_in_words(row.reason)}" for row in rows]
        yield listed(f"{how_many(kind, count)}:", reasons, width)
        for row in rows:
            yield from _kept_names(row, view)


def _kept_names(row: Kept, view: View) -> Iterator[Text]:
    shown = row.names if view.show_all else row.names[:_NAMES_SHOWN]
    why = kept_with_wire_name(row.reason)
    for name in shown:
        where = place_in_words(place(name, with_project=True))
        yield _line(f"    {why}: {called(row.kind, name)}  {where}")
    if len(shown) < len(row.names):
        more = len(row.names) - len(shown)
        yield _line(f"    … and {more:,} more {kept_in_words(row.reason)} (--all, or --format json)")


def grace_lines(result: SweepResult, show_all: bool, width: int) -> Iterator[Text]:
    """The soonest first, each with its date; nothing where nothing is in grace. What an apply schedules is shown in
    full where this is its announcement (R32)."""
    if not result.waiting:
        return
    told = (
        {each.name for each in newly_scheduled(result)} if announces(result) and not result.noted else set()
    )
    shown = [
        each for place, each in enumerate(result.waiting) if show_all or place < SHOWN or each.name in told
    ]
    yield Text()
    yield Text("Scheduled for deletion", style="bold")
    rows = [
        (
            named(each.kind, each.name),
            place_in_words(place(each.name, with_project=True)),
            _due(each, result.mode),
            each.policy,
            owner_or_nobody(each.owner),
            show_estimate(each.estimate),
        )
        for each in shown
    ]
    yield from scheduled_table("pending", "deletes on", rows, width, left=2)
    if len(shown) < len(result.waiting):
        yield Text(f"  … and {len(result.waiting) - len(shown):,} more (--all, or --format json)")
    yield indented(HOW_TO_KEEP, width, style="dim")


def _due(each: Waiting, mode: str) -> str:
    """What is not announced yet has no date."""
    if not is_announced(each, mode):
        return "after the first apply announces it"
    return f"{moment(each.due_at)} or later"


def _notices(result: SweepResult, width: int) -> Iterator[Text]:
    if result.notices:
        yield Text()
    said = off_line(result.holders)
    for notice in filter(lambda each: each != said, result.notices):
        yield indented(f"Note: {notice}", width, left=0, style="dim")


def _next(result: SweepResult, totals: Totals, view: View) -> Iterator[Text]:
    if not result.plan.actions or clock_refuses(result):
        return
    if result.refusals:
        yield Text()
        yield _line("To proceed: add the flags above, or select policies with --policy NAME.", "bold")
        return
    if not was_applied(result):
        advice = "To delete these"
    elif totals.drifted or totals.skipped or totals.failed or result.interrupted:
        advice = "To try the rest again"
    else:
        return
    yield Text()
    yield from _commands(advice, view.next_commands)


def _commands(advice: str, commands: tuple[str, ...]) -> Iterator[Text]:
    """One command on the line of the advice, several below it, each as it is typed."""
    if len(commands) == 1:
        yield _line(f"{advice}: {commands[0]}", "bold")
        return
    yield _line(f"{advice}:", "bold")
    for command in commands:
        yield _line(f"  {command}", "bold")
