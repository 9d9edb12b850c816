"""Policy test file: read into test cases, or every mistake in it by line and column."""

from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches

from janitor.model.reasons import DeleteReason, KeepReason
from janitor.model.text import show
from janitor.policy.deciding.projects import literal_projects
from janitor.policy.file.source import Node, Position, Problem, SequenceNode, read_source, refusal
from janitor.policy.model import Policies
from janitor.policytest.fields import Fields, Place, one_of, text, timestamp
from janitor.policytest.model import (
    DescribedResource,
    ExpectDeleted,
    ExpectKept,
    GoesWith,
    PolicyTest,
    Verdict,
)
from janitor.policytest.registry import name_repositories, read_repositories
from janitor.policytest.workloads import read_workloads

PROJECT, LOCATION = "my-project", "us-central1"
# Ages count from here, so that a test says the same on every day.
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read_tests(data: bytes, source: str, policies: Policies) -> tuple[datetime, tuple[PolicyTest, ...]]:
    """The time that the tests play at, and the tests; `source` names the file in messages.

    What names no project and location stands in the first of the policy file's scope. PolicyFileError
    holds every mistake of the file, a line each.
    """
    tree = read_source(data, source)
    problems = list(tree.problems)
    top = Fields(tree.root, problems, "the file")
    if top.node("version") is None or top.read("version", _version, 0) != 1:
        top.mistaken(top.at, "begin the file with `version: 1`, the version that this janitor reads")
    now = top.read("now", timestamp, NOW)
    tests = top.node("tests")
    if not isinstance(tests, SequenceNode) or not tests.items:
        top.mistaken(
            top.at, "give at least one test under `tests:`, such as - {name: …, services: …, expect: …}"
        )
    items = tests.items if isinstance(tests, SequenceNode) else ()
    cases = tuple(_case(item, problems, now, policies) for item in items)
    top.done()
    if problems:
        raise refusal(source, problems)
    return now, cases


def _version(node: Node) -> int:
    value = getattr(node, "value", None)
    return value if type(value) is int else 0


def _case(node: Node, problems: list[Problem], now: datetime, policies: Policies) -> PolicyTest:
    fields = Fields(node, problems, "the test")
    name = fields.read("name", text, "")
    if not name:
        fields.mistaken(
            fields.at,
            "name is missing: say what the test checks, such as `name: previews are deleted after a week`",
        )
    scope = policies.scope
    place = Place((*literal_projects(scope), PROJECT)[0], (*(scope.locations or ()), LOCATION)[0], now)
    name_repositories(fields, place)
    workloads = read_workloads(fields, place)
    repositories = read_repositories(fields, place)
    expected: dict[str, Verdict] = {}
    if fields.node("expect") is None:
        fields.mistaken(
            fields.at,
            "expect is missing: write the expected decisions, such as `expect: {web: {keep: serving}}`",
        )
    for written, at, below in fields.entries("expect"):
        thing = _thing(written, at, below, place.things)
        verdict = _verdict(below, policies)
        if thing and verdict:
            expected[thing.full] = verdict
    fields.done()
    return PolicyTest(name, node.at.line, workloads, repositories, place.things, expected, tuple(place.uses))


def _thing(
    written: str, at: Position, fields: Fields, things: Mapping[str, DescribedResource]
) -> DescribedResource | None:
    """The one thing of that name."""
    found = [thing for thing in things.values() if written in thing.names]
    if len(found) == 1:
        return found[0]
    if found:
        ways = " or ".join(thing.names[1] for thing in found)
        fields.mistaken(at, f"{show(written)} is {len(found)} resources here: write {ways}")
    else:
        near = get_close_matches(written, [thing.short for thing in things.values()], n=1)
        hint = f": did you mean {near[0]}?" if near else ": use a name from above"
        fields.mistaken(at, f"no resource in this test is called {show(written)}{hint}")
    return None


def _verdict(fields: Fields, policies: Policies) -> Verdict | None:
    said = [key for key in ("delete", "keep", "with") if fields.node(key) is not None]
    found: Verdict | None = None
    if len(said) != 1:
        fields.mistaken(
            fields.at, "write one of {delete: POLICY, reason: REASON}, {keep: REASON} and {with: NAME}"
        )
    elif said == ["delete"]:
        policy = fields.read("delete", one_of(*(each.name for each in policies.policies)), "")
        reason = fields.read("reason", one_of(*DeleteReason), "")
        found = ExpectDeleted(policy, DeleteReason(reason) if reason else None)
    elif said == ["keep"]:
        kept = fields.read("keep", one_of(*KeepReason), "")
        found = ExpectKept(KeepReason(kept)) if kept else None
    else:
        found = GoesWith(fields.read("with", text, ""))
    fields.node("reason")
    fields.done()
    return found
