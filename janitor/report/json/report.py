"""The report as a JSON document (docs/operations.md): every figure of a summary, nothing rounded."""

from json import dumps
from typing import TextIO

from janitor.ledger.savings import Account, Point, Saving
from janitor.model.amounts import Amount
from janitor.report.data.snapshot import InGrace, Snapshot
from janitor.report.data.summary import Summary
from janitor.report.data.troubles import Trouble
from janitor.report.json.values import (
    Row,
    gap_as_json,
    planned_as_json,
    running_as_json,
    stored_as_json,
    time_as_json,
    usd_as_json,
)

SCHEMA_VERSION = 1


def write_report_json(summary: Summary, out: TextIO) -> None:
    """One document and a newline, pure ASCII. Keys and their order never depend on the data.

    Dollars are decimal strings, times RFC 3339, durations whole seconds.
    """
    out.write(dumps(report_as_json(summary), indent=1) + "\n")


def report_as_json(summary: Summary) -> Row:
    """The document as values that `json` writes."""
    return {
        "schema_version": SCHEMA_VERSION,
        "period": {"since": time_as_json(summary.period.since), "until": time_as_json(summary.period.until)},
        "horizon_seconds": int(summary.horizon.total_seconds()),
        "troubles": [_trouble(trouble) for trouble in summary.troubles],
        "saved": _account(summary.saved),
        "in_all": _account(summary.in_all),
        "savers": [_saver(saving) for saving in summary.savers],
        "by_policy": [{"policy": name, **_account(account)} for name, account in summary.by_policy],
        "by_owner": [{"owner": name, **_account(account)} for name, account in summary.by_owner],
        "course": [_point(point) for point in summary.course],
        "last_sweep": None if summary.snapshot is None else _snapshot(summary.snapshot),
        "foot": list(summary.foot),
    }


def _trouble(trouble: Trouble) -> Row:
    return {
        "kind": trouble.kind.value,
        "about": trouble.about,
        "what": trouble.what,
        "way_out": trouble.way_out,
    }


def _account(account: Account) -> Row:
    return {
        "deleted": account.deleted.count,
        "size_bytes": account.deleted.size_bytes,
        "estimated_usd_month": usd_as_json(account.deleted.usd_month),
        "realised_usd_month": usd_as_json(account.realised_usd_month),
        "saved_usd": usd_as_json(account.saved_usd),
        "came_back": account.came_back,
        "unpriced": account.deleted.unpriced,
        "upper_bound": account.deleted.upper_bound,
    }


def _saver(saving: Saving) -> Row:
    deletion = saving.deletion
    return {
        "kind": deletion.kind,
        "name": deletion.name,
        "policy": deletion.policy,
        "reason": deletion.reason,
        "owner": deletion.owner,
        "size_bytes": deletion.size_bytes,
        "usd_month": None if saving.usd_month is None else usd_as_json(saving.usd_month),
        "upper_bound": deletion.upper_bound,
        "sweep_id": deletion.sweep_id,
        "deleted_at": time_as_json(deletion.deleted_at),
        "gone_at": time_as_json(deletion.gone_at),
        "back_at": time_as_json(deletion.back_at),
    }


def _point(point: Point) -> Row:
    return {
        "at": time_as_json(point.at),
        "saved_usd": usd_as_json(point.saved_usd),
        "usd_month": usd_as_json(point.usd_month),
    }


def _snapshot(snapshot: Snapshot) -> Row:
    return {
        "sweep_id": snapshot.sweep_id,
        "mode": snapshot.mode,
        "observed_at": time_as_json(snapshot.observed_at),
        "finished_at": time_as_json(snapshot.finished_at),
        "gaps": [gap_as_json(gap) for gap in snapshot.gaps],
        "gapped": snapshot.gapped,
        "refusals": [{"limit": limit, "message": message} for limit, message in snapshot.refusals],
        "planned": _amount(snapshot.planned),
        "left": _amount(snapshot.left),
        "left_by_policy": [{"policy": name, **_amount(sums)} for name, sums in snapshot.by_policy],
        "left_by_owner": [{"owner": name, **_amount(sums)} for name, sums in snapshot.by_owner],
        "largest": [planned_as_json(row) for row in snapshot.largest],
        "troubles": [planned_as_json(row) for row in snapshot.troubles],
        "troubled": snapshot.troubled,
        "stored": _amount(snapshot.stored),
        "repositories": [stored_as_json(row) for row in snapshot.repositories],
        "running": _amount(snapshot.running),
        "services": [running_as_json(row) for row in snapshot.services],
        "kept": [{"kind": row.kind, "reason": row.reason, "count": row.count} for row in snapshot.kept],
        "notices": list(snapshot.notices),
        "waiting": [_in_grace(row) for row in snapshot.waiting],
        "waited": snapshot.waited,
    }


def _in_grace(row: InGrace) -> Row:
    return {
        "kind": row.kind,
        "name": row.name,
        "policy": row.policy,
        "owner": row.owner,
        "due_at": time_as_json(row.due_at),
        "announced": row.announced,
    }


def _amount(amount: Amount) -> Row:
    return {
        "count": amount.count,
        "size_bytes": amount.size_bytes,
        "usd_month": usd_as_json(amount.usd_month),
        "unpriced": amount.unpriced,
        "upper_bound": amount.upper_bound,
    }
