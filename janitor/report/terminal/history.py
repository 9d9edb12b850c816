"""Past sweeps, and what one of them did, as a person reads them at a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TextIO

from rich.text import Text

from janitor.apply.outcomes import OutcomeKind
from janitor.ledger.history import PastAction, PastSweep
from janitor.model.text import many, safe_text, shorten
from janitor.model.units import show_age, show_estimate, show_size, show_usd
from janitor.report.data.names import called, place_of
from janitor.report.terminal.tables import STYLES, console_for, fitted, indented, print_lines, tabulated
from janitor.report.words import owned_by

ACTIONS_SHOWN = 500
_WORDS_SHOWN = 600
_OUTCOME, _MONEY = 12, 11
_GONE = frozenset({OutcomeKind.DELETED.value, OutcomeKind.ALREADY_GONE.value})
_STYLES: Mapping[str | None, str] = {kind.value: style for kind, style in STYLES.items()} | {
    None: "bold yellow"
}
_TITLES = ("when (UTC)", "examined", "planned", "deleted", "failed", "drifted", "$/month")
NO_SWEEPS = "No sweep is recorded. To look once, which deletes nothing: janitor sweep --dry-run"
_MONEY_NOTE = (
    "$/month: of the deleted resources; in brackets, of those that a dry run or a refused apply would delete. An image"
    " counts for at most its size, because images share layers."
)


def write_history_table(sweeps: Sequence[PastSweep], out: TextIO, hidden: int = 0) -> None:
    """A line of figures for each sweep in their order, and one of who began it and how it ended. `hidden` dry runs
    are not among them."""
    console = console_for(out)
    more = f"{many(hidden, 'dry run')} not shown: janitor history --all"
    if not sweeps:
        console.print(Text(f"No apply is recorded. {more}" if hidden else NO_SWEEPS), soft_wrap=True)
        return
    header, *lines = tabulated(_TITLES, [_cells(sweep) for sweep in sweeps], console.width, left=0)
    console.print(header, soft_wrap=True)
    followed = False
    for sweep, line in zip(sweeps, lines, strict=True):
        console.print(line, soft_wrap=True)
        style = "dim" if sweep.finished_at else "yellow"
        console.print(indented(_circumstances(sweep, followed), console.width, 2, style), soft_wrap=True)
        followed |= sweep.mode == "apply"
    console.print()
    console.print(indented(_MONEY_NOTE, console.width, 0, "dim"), soft_wrap=True)
    if hidden:
        console.print(Text(more, style="dim"), soft_wrap=True)
    console.print(Text("What one did, and why: janitor history SWEEP", style="dim"), soft_wrap=True)


def write_sweep_table(sweep: PastSweep, actions: Sequence[PastAction], hidden: int, out: TextIO) -> None:
    """The sweep's lines as in the list, then its actions: outcome, price, name; below it why, whose, the error.

    Those that did not go come first, then in the order in which they were begun; no more than a person reads.
    `hidden` is how many actions were left out, as they are of other projects.
    """
    console = console_for(out)
    width = console.width
    parts: list[Iterator[Text]] = [tabulated(_TITLES, [_cells(sweep)], width, left=0)]
    parts.append(iter([indented(_circumstances(sweep), width, 2, "dim"), Text()]))
    ranked = sorted(actions, key=lambda action: action.outcome in _GONE)
    parts.extend(_action(action, width) for action in ranked[:ACTIONS_SHOWN])
    parts.append(_ending(sweep, actions, hidden, width))
    print_lines(console, *parts)


def _cells(sweep: PastSweep) -> list[str]:
    totals = sweep.totals
    when = f"{sweep.started_at:%Y-%m-%d %H:%M}"
    counted = sweep.counted
    if totals is None and counted and (counted.begun or counted.drifted or counted.skipped):
        ends = (f"{number:,}" for number in (counted.deleted, counted.failed, counted.drifted))
        return [when, "–", "–", *ends, show_usd(counted.saves_usd_month)]
    if totals is None:
        return [when, *("–" for _ in _TITLES[1:])]
    figures = [f"{totals[key]:,}" for key in ("planned", "deleted", "failed", "drifted")]
    return [when, f"{sum(totals['examined'].values()):,}", *figures, _dollars(sweep.mode, totals)]


def _dollars(mode: str, totals: Mapping[str, Any]) -> str:
    """In brackets where nothing was deleted: the totals of a dry run, and of a plan that the guard refused,
    are of what would have been."""
    try:
        usd = Decimal(totals["saves_usd_month"])
    except (InvalidOperation, TypeError):
        return "–"
    would = mode != "apply" or (usd and not totals["deleted"])
    return f"({show_usd(usd)})" if would else show_usd(usd)


def _circumstances(sweep: PastSweep, followed: bool = False) -> str:
    """``20261123T030012Z-5c1f: apply by daemon on host:12, took 21s, exit code 0``.

    `followed`: an apply began later. Two never hold the lock at once, so one that has not ended never will.
    """
    began = f"{sweep.id}: {sweep.mode} by {sweep.origin} on {sweep.started_by}"
    if sweep.finished_at is None:
        dead = followed and sweep.mode == "apply"
        cause = "killed, or its database failed" if dead else "in progress, killed, or its database failed"
        left = sweep.counted.open if sweep.counted else 0
        return f"{began}, NOT ENDED: {cause}" + (
            f"; {many(left, 'deletion')} without an outcome" if left else ""
        )
    seconds = (sweep.finished_at - sweep.started_at).total_seconds()
    took = f"{seconds:.0f}s" if seconds < 120 else show_age(seconds)
    unpriced = sweep.totals["unpriced"] if sweep.totals else 0
    beside = f", {unpriced:,} unpriced" if unpriced else ""
    return f"{began}, took {took}, exit code {sweep.exit_code}{beside}"


def _action(action: PastAction, width: int) -> Iterator[Text]:
    outcome = action.outcome or "open"
    dollars = "–" if action.estimate is None else show_estimate(action.estimate)
    line = Text(f"  {outcome:<{_OUTCOME}}", style=_STYLES.get(action.outcome, ""))
    room = max(width - _OUTCOME - _MONEY - 6, 20)
    line.append(
        f"{dollars:>{_MONEY}}  {fitted(safe_text(called(action.kind, action.name)), room)}", "default"
    )
    yield line
    facts = [action.kind, place_of(action.name)]
    if action.policy:
        facts.append(f"{action.policy}: {action.reason}")
        facts.append(owned_by(action.owner))
    if action.size_bytes:
        facts.append(show_size(action.size_bytes))
    if action.settled_by:
        facts.append(f"settled by {action.settled_by}")
    facts.append(action.detail)
    yield _below("; ".join(fact for fact in facts if fact), width, "dim")
    if action.outcome is None:
        yield _below("what became of it is not known yet: the next apply settles it", width, "yellow")
    if action.error:
        yield _below(action.error, width, _STYLES.get(action.outcome, ""))


def _below(text: str, width: int, style: str) -> Text:
    return indented(shorten(safe_text(text), _WORDS_SHOWN), width, 6, style)


def _ending(sweep: PastSweep, actions: Sequence[PastAction], hidden: int, width: int) -> Iterator[Text]:
    if len(actions) > ACTIONS_SHOWN:
        yield Text(f"… and {len(actions) - ACTIONS_SHOWN:,} more (--format json)")
    if hidden:
        yield Text(f"… and {hidden:,} of other projects")
    elif not actions and sweep.mode == "dry-run":
        yield indented("A dry run deletes nothing: there are no actions to list.", width, 0)
    elif not actions:
        yield Text("It began no deletion.")
