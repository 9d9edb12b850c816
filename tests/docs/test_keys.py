"""docs/policies.md and the JSON Schema say the same of the same keys."""

import re

from janitor.policy.file.grammar import GRAMMAR
from tests.docs.keys import BEGIN, PAGE, table, written
from tests.docs.pages import text_of


def test_the_page_lists_every_key_as_the_schema_describes_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert BEGIN in page
    assert len(table().splitlines()) > 40
    assert page == written(), "write the table anew: python -m tests.docs.keys"


def test_the_table_of_kinds_names_the_keys_of_each() -> None:
    page = text_of("docs/policies.md")
    header = re.search(r"^\| kind \| keys of `when` beside (.*?) \|", page, re.MULTILINE)
    assert header
    everywhere = set(re.findall(r"`(\w+)`", header[1]))
    for kind, keys in GRAMMAR.kinds.items():
        row = re.search(rf"^\| `{re.escape(kind)}`[^|]*\|([^|]*)\|([^|]*)\|$", page, re.MULTILINE)
        assert row, kind
        when, keep = (set(re.findall(r"`(\w+)`", cell)) for cell in row.groups())
        assert when == set(keys.when) - everywhere, kind
        assert everywhere <= set(keys.when), kind
        assert keep == set(keys.keep), kind
