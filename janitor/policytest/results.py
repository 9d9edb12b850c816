"""Results of policy tests, as text and as JSON."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from janitor.policytest.model import (
    Difference,
    ExpectDeleted,
    ExpectKept,
    GoesWith,
    PolicyTestResult,
    Verdict,
)

SCHEMA_VERSION = 1


def as_text(outcomes: Sequence[PolicyTestResult], source: str) -> str:
    """A line a test; below one that failed, what was expected and what was found."""
    lines = [line for outcome in outcomes for line in _told(outcome, source)]
    failed = sum(bool(outcome.differences) for outcome in outcomes)
    count = f"{len(outcomes)} {'test' if len(outcomes) == 1 else 'tests'}"
    lines.append(f"{count}: {len(outcomes) - failed} passed, {failed} failed")
    return "\n".join(lines) + "\n"


def as_json(outcomes: Sequence[PolicyTestResult], source: str, policies: str) -> str:
    """One document; `schema_version` changes when a key of it does."""
    failed = sum(bool(outcome.differences) for outcome in outcomes)
    document = {
        "schema_version": SCHEMA_VERSION,
        "policies": policies,
        "tests_file": source,
        "passed": len(outcomes) - failed,
        "failed": failed,
        "tests": [
            {
                "name": outcome.case.name,
                "line": outcome.case.line,
                "passed": not outcome.differences,
                "differences": [_difference(each) for each in outcome.differences],
            }
            for outcome in outcomes
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _told(outcome: PolicyTestResult, source: str) -> Iterator[str]:
    case = outcome.case
    if not outcome.differences:
        yield f"passed  {case.name}"
        return
    yield f"FAILED  {case.name} ({source}:{case.line})"
    width = max(len(each.thing.short) for each in outcome.differences)
    for each in outcome.differences:
        expected = each.expected if each.expected else "nothing: it is not in expect"
        yield f"  {each.thing.short:{width}}  expected  {expected}"
        yield f"  {'':{width}}  found     {each.found}"


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "resource": difference.thing.short,
        "kind": difference.thing.kind.value,
        "name": difference.thing.full,
        "expected": difference.expected and _verdict(difference.expected),
        "found": _verdict(difference.found),
    }


def _verdict(verdict: Verdict) -> dict[str, str]:
    match verdict:
        case ExpectDeleted(policy, reason):
            return {"delete": policy} | ({"reason": reason.value} if reason else {})
        case ExpectKept(reason):
            return {"keep": reason.value}
        case GoesWith(holder):
            return {"with": holder}
