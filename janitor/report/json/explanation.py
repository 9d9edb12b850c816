"""An explanation, or a list of what is kept, as a JSON document (docs/explain.md)."""

from json import dumps
from typing import TextIO

from janitor.model.inventory import Gap
from janitor.model.units import rfc3339
from janitor.policy.deciding.gaps import blocked_kinds
from janitor.report.data.explanation import Asked, Explanation, KeptList, PolicyAnswer

SCHEMA_VERSION = 1
Row = dict[str, object]


def write_explanation_json(found: Explanation, out: TextIO) -> None:
    """One document and a newline, pure ASCII; keys and their order never depend on the data."""
    verdict = found.verdict
    document: Row = {
        "schema_version": SCHEMA_VERSION,
        "kind": found.kind.value,
        "name": found.name,
        "uri": found.uri,
        "observed_at": rfc3339(found.observed_at),
        "verdict": {
            "fate": verdict.fate.value,
            "policy": verdict.policy,
            "reason": verdict.reason,
            "detail": verdict.detail,
            "container": verdict.container,
        },
        "policies": [_policy(policy) for policy in found.policies],
        "guards": [
            {
                "reason": guard.reason.value,
                "holds": guard.holds,
                "details": list(guard.details),
                "waived_by": list(guard.waived_by),
            }
            for guard in found.guards
        ],
        "users": [{"name": user.name, "how": user.how, "goes_by": user.goes_by} for user in found.users],
        "follows": list(found.follows),
        "contains": {kind.value: count for kind, count in found.contains},
        "after": list(found.after),
        "changes": list(found.changes),
        "rests_on": list(found.rests_on),
        "gaps": [_gap(gap) for gap in found.gaps],
        "notices": list(found.notices),
    }
    out.write(dumps(document, indent=1) + "\n")


def write_kept_json(found: KeptList, out: TextIO) -> None:
    """The same for a list."""
    document: Row = {
        "schema_version": SCHEMA_VERSION,
        "reason": found.reason.value,
        "observed_at": rfc3339(found.observed_at),
        "kept": [{"kind": row.kind.value, "name": row.name, "users": list(row.users)} for row in found.rows],
        "rests_on": list(found.rests_on),
        "gaps": [_gap(gap) for gap in found.gaps],
    }
    out.write(dumps(document, indent=1) + "\n")


def _policy(policy: PolicyAnswer) -> Row:
    keep = policy.keep
    return {
        "policy": policy.name,
        "matches": policy.matches,
        "deletes": policy.deletes,
        "when": [_asked(each) for each in policy.asked],
        "keep": None
        if keep is None
        else {
            "asks": keep.asks,
            "speaks": keep.speaks,
            "reason": keep.reason.value if keep.reason else None,
            "rank": keep.rank,
            "of": keep.of,
            "rank_by_update": keep.rank_by_update,
        },
    }


def _asked(asked: Asked) -> Row:
    row: Row = {"asks": asked.asks, "has": asked.has, "holds": asked.holds}
    return row | {"parts": [_asked(part) for part in asked.parts]} if asked.parts else row


def _gap(gap: Gap) -> Row:
    return {
        "project": gap.project,
        "location": gap.location,
        "kind": gap.kind.value,
        "cause": gap.cause,
        "repository": gap.repository,
        "blocks": [kind.value for kind in blocked_kinds(gap)],
    }
