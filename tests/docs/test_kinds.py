"""docs/kinds.md is what the code says of its kinds."""

import re

from janitor.kinds.table import KINDS
from janitor.policy.file.grammar import GRAMMAR
from tests.docs.kinds import PAGE, tables, written
from tests.docs.pages import between, text_of


def test_the_page_lists_every_kind_as_the_code_describes_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- {name}:begin -->" in page for name in tables())
    assert page == written(), "write the tables anew: python -m tests.docs.kinds"


def test_every_kind_that_a_policy_may_name_is_registered_and_no_other() -> None:
    assert {kind.value for kind in KINDS} == set(GRAMMAR.kinds)


def test_the_glossary_says_of_the_same_kinds_that_they_stand_in_policies() -> None:
    rows = [row.split("|") for row in between(text_of("docs/glossary.md"), "kinds").splitlines()]
    said = {row[1].strip(" `") for row in rows if len(row) > 3 and row[3].strip() == "yes"}
    assert said == {kind.value for kind in KINDS}


def test_the_page_of_policies_counts_ages_from_what_each_kind_says() -> None:
    section = text_of("docs/policies.md").partition("### What ages count from")[2].partition("\n### ")[0]
    told = dict(re.findall(r"^\| `([\w.]+)` \| (.*?) \|$", section, re.MULTILINE))
    assert told == {kind.value: spec.ages_from for kind, spec in KINDS.items()}
