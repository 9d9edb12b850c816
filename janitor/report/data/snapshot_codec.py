"""The snapshot as JSON, as the ledger keeps it: what is written is read back the same, or not at all."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from janitor.apply.outcomes import OutcomeKind
from janitor.model.amounts import Amount, Estimate, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind, Status
from janitor.model.units import rfc3339
from janitor.report.data.snapshot import InGrace, Planned, Remaining, RunningService, Snapshot, Stored
from janitor.report.json.values import planned_as_json, running_as_json, stored_as_json, usd_as_json

SCHEMA_VERSION = 1
# A capped sum has fifty digits (totals.py); an absurd exponent would take gigabytes once written out.
_LONGEST_AMOUNT = 120

T = TypeVar("T")


def encode_snapshot(snapshot: Snapshot) -> str:
    """One line of ASCII: money as decimal strings, times in RFC 3339; the same snapshot, the same text."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "sweep_id": snapshot.sweep_id,
        "mode": snapshot.mode,
        "observed_at": rfc3339(snapshot.observed_at),
        "finished_at": rfc3339(snapshot.finished_at),
        "gaps": [[gap.project, gap.location, gap.kind, gap.cause, gap.repository] for gap in snapshot.gaps],
        "gapped": snapshot.gapped,
        "refusals": snapshot.refusals,
        "planned": _from_amount(snapshot.planned),
        "left": _from_amount(snapshot.left),
        "by_policy": [[name, _from_amount(sums)] for name, sums in snapshot.by_policy],
        "by_owner": [[name, _from_amount(sums)] for name, sums in snapshot.by_owner],
        "largest": [planned_as_json(row) for row in snapshot.largest],
        "troubles": [planned_as_json(row) for row in snapshot.troubles],
        "troubled": snapshot.troubled,
        "stored": _from_amount(snapshot.stored),
        "repositories": [stored_as_json(row) for row in snapshot.repositories],
        "running": _from_amount(snapshot.running),
        "services": [running_as_json(row) for row in snapshot.services],
        "kept": [[row.kind, row.reason, row.count] for row in snapshot.kept],
        "notices": snapshot.notices,
        "waiting": [
            [row.kind, row.name, row.policy, row.owner, rfc3339(row.due_at), row.announced]
            for row in snapshot.waiting
        ],
        "waited": snapshot.waited,
    }
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


def decode_snapshot(text: str) -> Snapshot:
    """What `encode_snapshot` wrote; ValueError for anything else, other versions included."""
    try:
        document = json.loads(text)
        if _count(document["schema_version"]) != SCHEMA_VERSION:
            raise ValueError(f"schema_version {document['schema_version']!r}")
        return _snapshot(document)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a snapshot of version {SCHEMA_VERSION}: {error}") from error


def _snapshot(document: dict[str, Any]) -> Snapshot:
    return Snapshot(
        sweep_id=_text(document["sweep_id"]),
        mode=_text(document["mode"]),
        observed_at=_time(document["observed_at"]),
        finished_at=_time(document["finished_at"]),
        gaps=_rows(document["gaps"], _gap),
        gapped=_count(document["gapped"]),
        refusals=_rows(document["refusals"], _refusal),
        planned=_read_amount(document["planned"]),
        left=_read_amount(document["left"]),
        by_policy=_rows(document["by_policy"], _named),
        by_owner=_rows(document["by_owner"], _named),
        largest=_rows(document["largest"], _planned),
        troubles=_rows(document["troubles"], _planned),
        troubled=_count(document["troubled"]),
        stored=_read_amount(document["stored"]),
        repositories=_rows(document["repositories"], _stored),
        running=_read_amount(document["running"]),
        services=_rows(document["services"], _running),
        kept=_rows(document["kept"], _remaining),
        notices=_rows(document["notices"], _text),
        # a snapshot of before there was grace knows of none
        waiting=_rows(document.get("waiting", []), _in_grace),
        waited=_count(document.get("waited", 0)),
    )


def _from_amount(amount: Amount) -> list[Any]:
    return [
        amount.count,
        amount.size_bytes,
        usd_as_json(amount.usd_month),
        amount.unpriced,
        amount.upper_bound,
    ]


def _read_amount(row: Any) -> Amount:
    count, size_bytes, usd_month, unpriced, upper_bound = _list(row)
    return Amount(
        _count(count), _count(size_bytes), _dollars(usd_month), _count(unpriced), _flag(upper_bound)
    )


def _planned(row: Any) -> Planned:
    return Planned(
        kind=Kind(row["kind"]).value,
        name=_text(row["name"]),
        policy=_text(row["policy"]),
        reason=_text(row["reason"]),
        detail=_text(row["detail"]),
        owner=_text(row["owner"]),
        size_bytes=_count(row["size_bytes"]),
        estimate=_estimate(row["estimate"]),
        outcome=OutcomeKind(row["outcome"]).value,
        error=_or_none(row["error"], _text),
    )


def _stored(row: Any) -> Stored:
    return Stored(
        name=_text(row["name"]),
        format=_text(row["format"]),
        owner=_text(row["owner"]),
        size_bytes=_count(row["size_bytes"]),
        estimate=_estimate(row["estimate"]),
    )


def _running(row: Any) -> RunningService:
    return RunningService(
        name=_text(row["name"]),
        owner=_text(row["owner"]),
        status=Status(row["status"]).value,
        estimate=_estimate(row["estimate"]),
        why=_text(row["why"]),
        since=_or_none(row["since"], _time),
    )


def _estimate(row: Any) -> Estimate:
    if "unpriced" in row:
        return Unpriced(_text(row["unpriced"]))
    return Priced(_dollars(row["usd_month"]), _text(row["basis"]), _flag(row["upper_bound"]))


def _gap(row: Any) -> Gap:
    project, location, kind, cause, repository = _list(row)
    return Gap(_text(project), _text(location), Kind(kind), _text(cause), _or_none(repository, _text))


def _refusal(row: Any) -> tuple[str, str]:
    limit, message = _list(row)
    return _text(limit), _text(message)


def _named(row: Any) -> tuple[str, Amount]:
    name, sums = _list(row)
    return _text(name), _read_amount(sums)


def _remaining(row: Any) -> Remaining:
    kind, reason, count = _list(row)
    return Remaining(_text(kind), _text(reason), _count(count))


def _in_grace(row: Any) -> InGrace:
    kind, name, policy, owner, due_at, announced = _list(row)
    who = _text(name), _text(policy), _text(owner)
    return InGrace(Kind(kind).value, *who, _time(due_at), _flag(announced))


def _rows(rows: Any, read: Callable[[Any], T]) -> tuple[T, ...]:
    return tuple(read(row) for row in _list(rows))


def _or_none(value: Any, read: Callable[[Any], T]) -> T | None:
    return None if value is None else read(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"no list: {value!r:.100}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"no text: {value!r:.100}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"neither true nor false: {value!r:.100}")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"no count: {value!r:.100}")
    return value


def _dollars(value: Any) -> Decimal:
    try:
        amount = Decimal(_text(value))
    except InvalidOperation:
        raise ValueError(f"no amount of money: {value!r:.100}") from None
    if not amount.is_finite() or amount < 0 or abs(amount.adjusted()) > _LONGEST_AMOUNT:
        raise ValueError(f"no amount of money: {value!r:.100}")
    return amount


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"no time zone: {value!r:.100}")
    return moment.astimezone(UTC)
