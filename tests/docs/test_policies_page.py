"""docs/policies.md: every example loads, and its lists are the code's."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from janitor.kinds.table import KINDS
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.policy.file.document import parse_policies
from janitor.policy.file.schema import keys_of, policy_schema
from janitor.policy.file.source import plain, read_source
from janitor.policy.warnings import warnings
from janitor.policytest.file import read_tests
from janitor.policytest.run import rehearse

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs" / "policies.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = [
    (TEXT.count("\n", 0, found.start()) + 1, found[1].strip(), found[2])
    for found in re.finditer(r"^```yaml([^\n]*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    if found[1].strip() != "tests"
]
TESTS = re.findall(r"^```yaml tests\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def whole(marked: str, block: str) -> str:
    """A block as a whole file, as its mark says."""
    if marked == "policies":
        return f"version: 1\npolicies:\n{block}"
    if marked == "sections":
        return f"version: 1\npolicies: [{{name: a, kind: run.service, when: {{status: failed}}}}]\n{block}"
    assert not marked, f"a block is marked {marked!r}: policies, sections or nothing"
    return block


@pytest.mark.parametrize(("line", "marked", "block"), BLOCKS, ids=[f"line-{line}" for line, _, _ in BLOCKS])
def test_every_example_of_the_page_loads(line: int, marked: str, block: str) -> None:
    policies = parse_policies(
        whole(marked, block).encode(), f"{PAGE.name} line {line}", lambda _: b"us-docker.pkg.dev/p/r/app:1\n"
    )
    assert policies.policies


def test_the_page_has_examples_of_every_kind_and_mark() -> None:
    assert {marked for _, marked, _ in BLOCKS} == {"", "policies", "sections"}
    for kind in KINDS:
        assert any(f"kind: {kind.value}" in block for _, _, block in BLOCKS)


def said(document: Any, path: str = "") -> set[str]:
    """Each key of a file as the schema calls it: within policies, and what is nested under any, all and not."""
    found: set[str] = set()
    for part in document if isinstance(document, list) else [document]:
        for key, value in part.items() if isinstance(part, dict) else ():
            found.add(f"{path}.{key}".removeprefix("."))
            if key in ("any", "all", "not"):
                found |= said(value, path)
            else:
                own = path == "policies" and key in ("when", "keep")
                found |= said(value, key if own else f"{path}.{key}".removeprefix("."))
    return found


def test_every_key_has_an_example_that_loads() -> None:
    read = [plain(read_source(whole(marked, block).encode(), "page").root) for _, marked, block in BLOCKS]
    shown = set().union(*map(said, read))
    assert {path for path, _, _ in keys_of(policy_schema())} - shown == set()
    assert "when.no_such_key" not in shown


@pytest.mark.parametrize(("line", "marked", "block"), BLOCKS, ids=[f"line-{line}" for line, _, _ in BLOCKS])
def test_no_example_of_the_page_needs_a_warning(line: int, marked: str, block: str) -> None:
    data = whole(marked, block).encode()
    policies = parse_policies(data, PAGE.name, lambda _: b"us-docker.pkg.dev/p/r/app:1\n")
    assert warnings(data, f"{PAGE.name} line {line}", policies, NOW) == ()


@pytest.mark.parametrize(("which", "reasons"), [("delete", DeleteReason), ("keep", KeepReason)])
def test_the_page_lists_the_reasons_in_the_order_that_wins(
    which: str, reasons: type[DeleteReason] | type[KeepReason]
) -> None:
    found = re.search(rf"<!-- {which} reasons -->(.*?)<!-- end -->", TEXT)
    assert found
    assert re.findall(r"`([^`]+)`", found[1]) == [reason.value for reason in reasons]


def test_the_example_of_tests_passes_with_the_example_at_the_top_of_the_page() -> None:
    policies = parse_policies(BLOCKS[0][2].encode(), PAGE.name, lambda _: b"")
    assert TESTS
    for text in TESTS:
        now, cases = read_tests(text.encode(), PAGE.name, policies)
        found = [rehearse(case, policies, now) for case in cases]
        assert [outcome.differences for outcome in found if outcome.differences] == []
