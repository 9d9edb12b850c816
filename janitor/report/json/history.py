"""Past sweeps as JSON documents (docs/operations.md)."""

from collections.abc import Sequence
from json import dumps
from typing import TextIO

from janitor.ledger.history import PastAction, PastSweep
from janitor.model.units import rfc3339
from janitor.report.json.values import Row, estimate_as_json, time_as_json

SCHEMA_VERSION = 1


def write_history_json(sweeps: Sequence[PastSweep], out: TextIO) -> None:
    """One document and a newline, pure ASCII; sweeps in their order."""
    document = {"schema_version": SCHEMA_VERSION, "sweeps": [sweep_as_json(sweep) for sweep in sweeps]}
    out.write(dumps(document, indent=1) + "\n")


def write_sweep_json(sweep: PastSweep, actions: Sequence[PastAction], out: TextIO) -> None:
    """The same of one sweep, with its actions in their order."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "sweep": sweep_as_json(sweep),
        "actions": [action_as_json(action) for action in actions],
    }
    out.write(dumps(document, indent=1) + "\n")


def sweep_as_json(sweep: PastSweep) -> Row:
    """One past sweep; what is only known at its end is None where it has none."""
    ended = sweep.finished_at
    return {
        "sweep_id": sweep.id,
        "started_at": rfc3339(sweep.started_at),
        "finished_at": time_as_json(ended),
        "seconds": None if ended is None else round((ended - sweep.started_at).total_seconds(), 3),
        "mode": sweep.mode,
        "origin": sweep.origin,
        "started_by": sweep.started_by,
        "plan_id": sweep.plan_id,
        "exit_code": sweep.exit_code,
        "totals": None if sweep.totals is None else dict(sweep.totals),
    }


def action_as_json(action: PastAction) -> Row:
    """One of its actions."""
    estimate = None if action.estimate is None else estimate_as_json(action.estimate)
    return {
        "kind": action.kind,
        "name": action.name,
        "policy": action.policy,
        "reason": action.reason,
        "detail": action.detail,
        "owner": action.owner,
        "size_bytes": action.size_bytes,
        "estimate": estimate,
        "outcome": action.outcome,
        "error": action.error,
        "at": rfc3339(action.at),
        "settled_by": action.settled_by or None,
    }
