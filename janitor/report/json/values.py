"""What the documents for programs and the ledger's snapshot write alike, as values that `json` writes.

Keys and their order never depend on the data; dollars are decimal strings, times RFC 3339.
"""

from datetime import datetime
from decimal import Decimal

from janitor.model.amounts import Estimate, Priced
from janitor.model.inventory import Gap
from janitor.model.units import rfc3339
from janitor.policy.deciding.gaps import blocked_kinds
from janitor.report.data.snapshot import Planned, RunningService, Stored

Row = dict[str, object]


def usd_as_json(usd: Decimal) -> str:
    """Every digit, and no exponent."""
    return format(usd, "f")


def time_as_json(at: datetime | None) -> str | None:
    """None is a time that is not known, or has not come."""
    return None if at is None else rfc3339(at)


def estimate_as_json(estimate: Estimate) -> Row:
    """Dollars, or why there are none."""
    if not isinstance(estimate, Priced):
        return {"unpriced": estimate.why}
    return {
        "usd_month": usd_as_json(estimate.usd_month),
        "basis": estimate.basis,
        "upper_bound": estimate.upper_bound,
    }


def gap_as_json(gap: Gap) -> Row:
    """The repository only where it is one's own gap. `blocks` are the kinds of which it keeps some."""
    row: Row = {
        "project": gap.project,
        "location": gap.location,
        "kind": gap.kind.value,
        "cause": gap.cause,
        "blocks": [kind.value for kind in blocked_kinds(gap)],
    }
    return row if gap.repository is None else row | {"repository": gap.repository}


def planned_as_json(row: Planned) -> Row:
    """One action of a plan."""
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


def stored_as_json(row: Stored) -> Row:
    """A repository that stands."""
    return {
        "name": row.name,
        "format": row.format,
        "owner": row.owner,
        "size_bytes": row.size_bytes,
        "estimate": estimate_as_json(row.estimate),
    }


def running_as_json(row: RunningService) -> Row:
    """A service that stands."""
    return {
        "name": row.name,
        "owner": row.owner,
        "status": row.status,
        "estimate": estimate_as_json(row.estimate),
        "why": row.why,
        "since": time_as_json(row.since),
    }
