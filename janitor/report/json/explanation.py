"""An explanation, or a list of what is kept, as a JSON document (docs/explain.md)."""

from typing import TextIO

from janitor.model.inventory import Gap
from janitor.policy.deciding.gaps import blocked_kinds
from janitor.report.data.explanation import Asked, Explanation, KeptList, PolicyAnswer
from janitor.report.json.serialiser import Row, Shapes, as_json, fields_of, write_document

SCHEMA_VERSION = 1


def write_explanation_json(found: Explanation, out: TextIO) -> None:
    """One document and a newline, pure ASCII; keys and their order never depend on the data."""
    body = fields_of(found) | {"contains": dict(found.contains)}
    write_document(SCHEMA_VERSION, as_json(body, _SHAPES), out)


def write_kept_json(found: KeptList, out: TextIO) -> None:
    """The same for a list."""
    body: Row = {
        "reason": found.reason,
        "observed_at": found.observed_at,
        "kept": found.rows,
        "rests_on": found.rests_on,
        "gaps": found.gaps,
        "unknown_uses": found.unknown_uses,
    }
    write_document(SCHEMA_VERSION, as_json(body, _SHAPES), out)


def _policy(policy: PolicyAnswer) -> Row:
    return {
        "policy": policy.name,
        "matches": policy.matches,
        "deletes": policy.deletes,
        "when": policy.asked,
        "keep": policy.keep,
    }


def _asked(asked: Asked) -> Row:
    row: Row = {"asks": asked.asks, "has": asked.has, "holds": asked.holds}
    return row | {"parts": asked.parts} if asked.parts else row


def _gap(gap: Gap) -> Row:
    return fields_of(gap) | {"blocks": blocked_kinds(gap)}


_SHAPES: Shapes = {PolicyAnswer: _policy, Asked: _asked, Gap: _gap}
