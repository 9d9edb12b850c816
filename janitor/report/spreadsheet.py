"""CSV for spreadsheets (RFC 4180): a sweep's deletions, the cost report, past sweeps. One header line, stable columns.

Names are Google's, whole. Dollars are plain numbers without a sign or separators. A text from outside never becomes a
formula. What is not known is an empty cell.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import TextIO

from janitor.ledger.history import PastAction, PastSweep
from janitor.ledger.savings import Account
from janitor.model.amounts import Estimate, Priced
from janitor.model.text import safe_text
from janitor.model.units import rfc3339
from janitor.report.data.result import SweepResult
from janitor.report.data.summary import Summary

Cell = str | int | bool | Decimal | datetime | None

_ACTION = ("kind", "project", "location", "name", "policy", "reason", "detail", "owner", "size_bytes", "usd_month",
           "upper_bound", "unpriced", "outcome", "error")  # fmt: skip
SWEEP = ("sweep_id", "mode", "observed_at", *_ACTION)
PAST_ACTIONS = ("sweep_id", "at", *_ACTION, "settled_by")
_TOTALS = ("planned", "deleted", "already_gone", "drifted", "skipped", "failed", "reclaimed_bytes")
PAST_SWEEPS = ("sweep_id", "started_at", "finished_at", "mode", "origin", "started_by", "plan_id", "exit_code", *_TOTALS,
               "saves_usd_month", "unpriced")  # fmt: skip
REPORT = ("since", "until", "part", "of", "deleted", "size_bytes", "estimated_usd_month", "realised_usd_month", "saved_usd",
          "avoided_usd", "came_back", "unpriced", "upper_bound")  # fmt: skip
# The signs that make a spreadsheet take a cell for a formula; some skip white space before them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Millionths of a dollar: what a month of a kilobyte costs is still seen.
_DOLLARS = Decimal("0.000001")


def write_sweep_csv(result: SweepResult, out: TextIO) -> None:
    """A row for each deletion, in the order of execution; then, where their names were asked for, for each resource
    that is kept, with the outcome ``kept``."""
    head: tuple[Cell, ...] = (result.sweep_id, result.mode, result.plan.observed_at)
    pairs = zip(result.plan.actions, result.outcomes, strict=True)
    rows = (
        (*head, action.kind.value, *_place(action.name), action.name, action.policy, action.reason.value, action.detail,
         action.owner, action.size_bytes, *_dollars(action.estimate), outcome.kind.value, outcome.error)
        for action, outcome in pairs
    )  # fmt: skip
    kept = (
        (*head, row.kind.value, *_place(name), name, None, row.reason.value, *(None,) * 6, "kept", None)
        for row in result.plan.kept
        for name in row.names
    )
    _write(SWEEP, chain(rows, kept), out)


def write_history_csv(sweeps: Iterable[PastSweep], out: TextIO) -> None:
    """A row for each past sweep. What is known only at its end is empty for one that has none."""
    rows = (
        (sweep.id, sweep.started_at, sweep.finished_at, sweep.mode, sweep.origin, sweep.started_by, sweep.plan_id,
         sweep.exit_code, *_totals(sweep.figures))
        for sweep in sweeps
    )  # fmt: skip
    _write(PAST_SWEEPS, rows, out)


def write_past_actions_csv(sweep: PastSweep, actions: Iterable[PastAction], out: TextIO) -> None:
    """A row for each deletion of one sweep, in the order in which they were begun."""
    rows = (
        (sweep.id, each.at, each.kind, *_place(each.name), each.name, each.policy, each.reason, each.detail, each.owner,
         each.size_bytes, *_dollars(each.estimate), each.outcome, each.error, each.settled_by)
        for each in actions
    )  # fmt: skip
    _write(PAST_ACTIONS, rows, out)


def write_report_csv(summary: Summary, out: TextIO) -> None:
    """Savings: a row for the period, one for all time, then one for each policy and for each owner ("" is nobody)
    of the period's deletions."""
    period = summary.period.since, summary.period.until
    parts: list[tuple[str, str, Account]] = [
        ("period", "", summary.saved),
        ("all-time", "", summary.in_all),
        *(("policy", name, account) for name, account in summary.by_policy),
        *(("owner", name, account) for name, account in summary.by_owner),
    ]
    rows = (
        (*((None, period[1]) if part == "all-time" else period), part, of, account.deleted.count,
         account.deleted.size_bytes, account.deleted.usd_month, account.realised_usd_month, account.saved_usd,
         summary.avoided.usd if part == "period" else None, account.came_back, account.deleted.unpriced, account.deleted.upper_bound)
        for part, of, account in parts
    )  # fmt: skip
    _write(REPORT, rows, out)


def _write(columns: Sequence[str], rows: Iterable[Sequence[Cell]], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])


def _cell(value: Cell) -> str | int:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return value
        case Decimal():
            return format(value.quantize(_DOLLARS), "f")
        case datetime():
            return rfc3339(value)
        case _:
            return _text(value)


def _text(value: str) -> str:
    """One line that no terminal obeys and no spreadsheet computes: an apostrophe makes it a text."""
    shown = safe_text(value)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def _place(name: str) -> tuple[str, str]:
    """Project and location of a resource name; empty for a name of another shape."""
    parts = name.split("/")
    return (parts[1], parts[3]) if len(parts) >= 6 and parts[0] == "projects" else ("", "")


def _dollars(estimate: Estimate | None) -> tuple[Decimal | None, bool | None, str | None]:
    """Dollars a month, whether they are an upper bound, and why there are none."""
    if estimate is None:
        return None, None, None
    if isinstance(estimate, Priced):
        return estimate.usd_month, estimate.upper_bound, None
    return None, None, estimate.why


def _totals(totals: Mapping[str, object]) -> tuple[Cell, ...]:
    counts = [totals.get(key) for key in (*_TOTALS, "unpriced")]
    known = [count if isinstance(count, int) else None for count in counts]
    saves = totals.get("saves_usd_month")
    return (*known[:-1], Decimal(saves) if isinstance(saves, str) else None, known[-1])
