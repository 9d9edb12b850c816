"""The report as a JSON document (docs/operations.md): every figure of a summary, nothing rounded."""

from collections.abc import Iterable
from typing import TextIO

from janitor.ledger.savings import Account, Saving
from janitor.model.amounts import Amount
from janitor.report.data.scope import ReportScope
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.summary import Summary
from janitor.report.json.history import in_grace_row
from janitor.report.json.serialiser import Row, Shapes, as_json, fields_of, write_document

SCHEMA_VERSION = 1


def write_report_json(summary: Summary, out: TextIO) -> None:
    """One document and a newline, pure ASCII. Keys and their order never depend on the data."""
    write_document(SCHEMA_VERSION, as_json(summary, _SHAPES), out)


def _summary(summary: Summary) -> Row:
    return {
        "period": summary.period,
        "horizon_seconds": summary.horizon,
        "troubles": summary.troubles,
        "saved": summary.saved,
        "in_all": summary.in_all,
        "savers": summary.savers,
        "by_policy": _divided("policy", summary.by_policy),
        "by_owner": _divided("owner", summary.by_owner),
        "course": summary.course,
        "last_sweep": summary.snapshot,
        "foot": summary.foot,
        "scope": _scope(summary.scope),
        "avoided": summary.avoided,
        "came_back": summary.came_back,
        "came_back_names": summary.came_back_names,
        "in_grace": None if summary.snapshot is None else in_grace_row(summary.snapshot.in_grace),
        "ran_without_errors": summary.ran_without_errors,
    }


def _scope(scope: ReportScope) -> Row:
    """What was asked for, and the sweep that `last_sweep` is of; null where none fits."""
    basis = scope.basis
    return {
        "asked": scope.asked,
        "basis": None
        if basis is None
        else {"sweep_id": basis.sweep_id, "started_at": basis.started_at, "mode": basis.mode}
        | fields_of(basis.scope),
    }


def _account(account: Account) -> Row:
    deleted = account.deleted
    return {
        "deleted": deleted.count,
        "size_bytes": deleted.size_bytes,
        "estimated_usd_month": deleted.usd_month,
        "realised_usd_month": account.realised_usd_month,
        "saved_usd": account.saved_usd,
        "came_back": account.came_back,
        "unpriced": deleted.unpriced,
        "upper_bound": deleted.upper_bound,
    }


def _divided(part: str, rows: Iterable[tuple[str, Account | Amount]]) -> list[Row]:
    return [
        {part: name} | (_account(sums) if isinstance(sums, Account) else fields_of(sums))
        for name, sums in rows
    ]


def _saver(saving: Saving) -> Row:
    deletion = saving.deletion
    return {
        "kind": deletion.kind,
        "name": deletion.name,
        "policy": deletion.policy,
        "reason": deletion.reason,
        "owner": deletion.owner,
        "size_bytes": deletion.size_bytes,
        "usd_month": saving.usd_month,
        "upper_bound": deletion.upper_bound,
        "sweep_id": deletion.sweep_id,
        "deleted_at": deletion.deleted_at,
        "gone_at": deletion.gone_at,
        "back_at": deletion.back_at,
    }


def _snapshot(snapshot: Snapshot) -> Row:
    row = fields_of(snapshot) | {
        "refusals": [{"limit": limit, "message": message} for limit, message in snapshot.refusals],
        "by_policy": _divided("policy", snapshot.by_policy),
        "by_owner": _divided("owner", snapshot.by_owner),
    }
    return {f"left_{key}" if key in ("by_policy", "by_owner") else key: value for key, value in row.items()}


_SHAPES: Shapes = {Summary: _summary, Account: _account, Saving: _saver, Snapshot: _snapshot}
