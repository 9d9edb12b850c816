"""The report as a JSON document (docs/operations.md): every figure of a summary, nothing rounded."""

from datetime import datetime
from decimal import Decimal
from json import dumps
from typing import TextIO

from janitor.ledger.savings import Account, Point, Saving
from janitor.model.inventory import Gap
from janitor.model.money import Estimate, Priced
from janitor.report.machine import rfc3339
from janitor.report.snapshot import InGrace, Planned, Running, Snapshot, Stored, Sums
from janitor.report.summary import Summary
from janitor.report.troubles import Trouble

SCHEMA_VERSION = 1

Row = dict[str, object]


def write_report_json(summary: Summary, out: TextIO) -> None:
    """One document and a newline, pure ASCII. Keys and their order never depend on the data.

    Dollars are decimal strings, times RFC 3339, durations whole seconds.
    """
    out.write(dumps(report_as_json(summary), indent=1) + "\n")


def report_as_json(summary: Summary) -> Row:
    """The document as values that `json` writes."""
    return {
        "schema_version": SCHEMA_VERSION,
        "period": {"since": _time(summary.period.since), "until": _time(summary.period.until)},
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


def estimate_as_json(estimate: Estimate) -> Row:
    """As the sweep's document has it: dollars, or why there are none."""
    if not isinstance(estimate, Priced):
        return {"unpriced": estimate.why}
    return {
        "usd_month": _usd(estimate.usd_month),
        "basis": estimate.basis,
        "upper_bound": estimate.upper_bound,
    }


def _usd(usd: Decimal) -> str:
    return format(usd, "f")


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def _trouble(trouble: Trouble) -> Row:
    return {
        "kind": trouble.kind.value,
        "about": trouble.about,
        "what": trouble.what,
        "way_out": trouble.way_out,
    }


def _account(account: Account) -> Row:
    return {
        "deleted": account.deleted,
        "size_bytes": account.size_bytes,
        "estimated_usd_month": _usd(account.estimated_usd_month),
        "realised_usd_month": _usd(account.realised_usd_month),
        "saved_usd": _usd(account.saved_usd),
        "came_back": account.came_back,
        "unpriced": account.unpriced,
        "upper_bound": account.upper_bound,
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
        "usd_month": None if saving.usd_month is None else _usd(saving.usd_month),
        "upper_bound": deletion.upper_bound,
        "sweep_id": deletion.sweep_id,
        "deleted_at": _time(deletion.deleted_at),
        "gone_at": _time(deletion.gone_at),
        "back_at": _time(deletion.back_at),
    }


def _point(point: Point) -> Row:
    return {
        "at": _time(point.at),
        "saved_usd": _usd(point.saved_usd),
        "usd_month": _usd(point.usd_month),
    }


def _snapshot(snapshot: Snapshot) -> Row:
    return {
        "sweep_id": snapshot.sweep_id,
        "mode": snapshot.mode,
        "observed_at": _time(snapshot.observed_at),
        "finished_at": _time(snapshot.finished_at),
        "gaps": [_gap(gap) for gap in snapshot.gaps],
        "gapped": snapshot.gapped,
        "refusals": [{"limit": limit, "message": message} for limit, message in snapshot.refusals],
        "planned": _sums(snapshot.planned),
        "left": _sums(snapshot.left),
        "left_by_policy": [{"policy": name, **_sums(sums)} for name, sums in snapshot.by_policy],
        "left_by_owner": [{"owner": name, **_sums(sums)} for name, sums in snapshot.by_owner],
        "largest": [_planned(row) for row in snapshot.largest],
        "troubles": [_planned(row) for row in snapshot.troubles],
        "troubled": snapshot.troubled,
        "stored": _sums(snapshot.stored),
        "repositories": [_stored(row) for row in snapshot.repositories],
        "running": _sums(snapshot.running),
        "services": [_running(row) for row in snapshot.services],
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
        "due_at": _time(row.due_at),
        "announced": row.announced,
    }


def _gap(gap: Gap) -> Row:
    row: Row = {
        "project": gap.project,
        "location": gap.location,
        "kind": gap.kind.value,
        "cause": gap.cause,
    }
    return row if gap.repository is None else row | {"repository": gap.repository}


def _sums(sums: Sums) -> Row:
    return {
        "count": sums.count,
        "size_bytes": sums.size_bytes,
        "usd_month": _usd(sums.usd_month),
        "unpriced": sums.unpriced,
        "upper_bound": sums.upper_bound,
    }


def _planned(row: Planned) -> Row:
    return {
        "kind": row.kind,
        "name": row.name,
        "policy": row.policy,
        "reason": row.reason,
        "detail": row.detail,
        "owner": row.owner,
        "size_bytes": row.size_bytes,
        "estimate": estimate_as_json(row.estimate),
        "outcome": row.outcome,
        "error": row.error,
    }


def _stored(row: Stored) -> Row:
    return {
        "name": row.name,
        "format": row.format,
        "owner": row.owner,
        "size_bytes": row.size_bytes,
        "estimate": estimate_as_json(row.estimate),
    }


def _running(row: Running) -> Row:
    return {
        "name": row.name,
        "owner": row.owner,
        "status": row.status,
        "estimate": estimate_as_json(row.estimate),
        "why": row.why,
        "since": _time(row.since),
    }
