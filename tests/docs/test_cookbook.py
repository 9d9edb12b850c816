"""docs/cookbook.md: every recipe loads, passes its tests, fits the schema, and has nothing to be warned of."""

import re
from datetime import UTC, datetime

import jsonschema
import pytest

from janitor.policy.file.document import parse_policies
from janitor.policy.file.schema import policy_schema
from janitor.policy.file.source import plain, read_source
from janitor.policy.warnings import warnings
from janitor.policytest.file import read_tests
from janitor.policytest.model import ExpectDeleted, ExpectKept
from janitor.policytest.results import as_text
from janitor.policytest.run import rehearse
from tests.docs.pages import text_of

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RECIPES = {
    section.partition("\n")[0]: section
    for section in re.split(r"^## ", text_of("docs/cookbook.md"), flags=re.MULTILINE)[1:]
}


def block(section: str, mark: str) -> str:
    found = re.findall(rf"^```yaml {mark}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, mark
    return f"version: 1\n{mark}:\n{found[0]}"


def test_there_are_seventeen_recipes() -> None:
    assert len(RECIPES) == 17


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_does_what_its_tests_say(name: str) -> None:
    data = block(RECIPES[name], "policies").encode()
    policies = parse_policies(data, "cookbook", lambda _: b"")
    now, cases = read_tests(block(RECIPES[name], "tests").encode(), "cookbook", policies)
    found = [rehearse(case, policies, now) for case in cases]
    assert not any(outcome.differences for outcome in found), as_text(found, "cookbook")
    expected = [verdict for case in cases for verdict in case.expected.values()]
    acts = {verdict.policy for verdict in expected if isinstance(verdict, ExpectDeleted)}
    assert {policy.name for policy in policies.policies if not policy.grace} == acts
    assert any(isinstance(verdict, ExpectKept) for verdict in expected)


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_fits_the_schema_and_needs_no_warning(name: str) -> None:
    data = block(RECIPES[name], "policies").encode()
    document = plain(read_source(data, "cookbook").root)
    assert [
        each.message for each in jsonschema.Draft202012Validator(policy_schema()).iter_errors(document)
    ] == []
    assert warnings(data, "cookbook", parse_policies(data, "cookbook", lambda _: b""), NOW) == ()
