"""What the ledger holds as JSON documents: past sweeps, scheduled deletions and opt-outs (docs/operations.md)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TextIO

from janitor.ledger.history import PastAction, PastSweep
from janitor.ledger.marks import Marked, OptOut
from janitor.model.amounts import Amount
from janitor.model.units import cents
from janitor.report.json.serialiser import Row, as_json, fields_of, write_document

SCHEMA_VERSION = 1


def in_grace_row(amount: Amount) -> Row:
    """What scheduled deletions cost, for every document that shows it."""
    return {
        "count": amount.count,
        "usd_month": amount.usd_month,
        "unpriced": amount.unpriced,
        "upper_bound": amount.upper_bound,
    }


def write_history_json(sweeps: Sequence[PastSweep], out: TextIO) -> None:
    """One document and a newline, pure ASCII; sweeps in their order."""
    write_document(SCHEMA_VERSION, {"sweeps": [sweep_as_json(sweep) for sweep in sweeps]}, out)


def write_sweep_json(sweep: PastSweep, actions: Sequence[PastAction], out: TextIO) -> None:
    """The same of one sweep, with its actions in their order."""
    body: Row = {"sweep": sweep_as_json(sweep), "actions": [action_as_json(action) for action in actions]}
    write_document(SCHEMA_VERSION, body, out)


def write_marks_json(marked: Sequence[Marked], opt_outs: Sequence[OptOut], out: TextIO) -> None:
    """Marks, the soonest first, then what is opted out; `until` null is permanent."""
    body = {"marks": [_mark(each) for each in marked], "opted_out": opt_outs}
    write_document(SCHEMA_VERSION, as_json(body), out)


def sweep_as_json(sweep: PastSweep) -> Row:
    """One past sweep; what is only known at its end is None where it has none."""
    ended = sweep.finished_at
    row: Row = {
        "sweep_id": sweep.id,
        "started_at": sweep.started_at,
        "finished_at": ended,
        "seconds": None,
        "mode": sweep.mode,
        "origin": sweep.origin,
        "started_by": sweep.started_by,
        "plan_id": sweep.plan_id,
        "exit_code": sweep.exit_code,
        **fields_of(sweep.scope),
    }
    seconds = None if ended is None else round((ended - sweep.started_at).total_seconds(), 3)
    totals = None if sweep.totals is None else _totals(sweep.totals)
    written: Row = as_json(row)
    return written | {"seconds": seconds, "totals": totals, "counted": as_json(sweep.counted)}


def _totals(totals: Mapping[str, object]) -> Row:
    """As they are recorded; the ledger of an earlier version has no rounded dollars."""
    exact, key = totals.get("saves_usd_month"), "saves_usd_month_rounded"
    return {**totals, key: cents(Decimal(exact))} if isinstance(exact, str) else dict(totals)


def action_as_json(action: PastAction) -> Row:
    """One of its actions."""
    row: Row = as_json(fields_of(action) | {"settled_by": action.settled_by or None})
    return row


def _mark(mark: Marked) -> Row:
    return {key: value for key, value in mark._asdict().items() if key != "state"}
