"""The JSON Schema says of every document what the reader says of its structure, and explains every key."""

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.errors import PolicyFileError
from janitor.policy.conditions import values
from janitor.policy.file import spelling
from janitor.policy.file.grammar import GRAMMAR, read_document
from janitor.policy.file.schema import DESCRIPTIONS, DRAFT, keys_of, policy_schema, schema_text
from janitor.policy.file.source import plain, read_source
from tests.docs.test_policies_page import BLOCKS, whole
from tests.laws.trying import law
from tests.policy.test_document_mistakes import POLICIES, SECTIONS, top

TOP = Path(__file__).parents[2]
SCHEMA = policy_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FILES = {
    **{f"docs/policies.md line {line}": whole(marked, block) for line, marked, block in BLOCKS},
    "policies.yaml": (TOP / "policies.yaml").read_text(encoding="utf-8"),
    "the demo's": (TOP / "janitor" / "demo" / "policies.yaml").read_text(encoding="utf-8"),
}


def raw(text: str) -> Any:
    return plain(read_source(text.encode(), "policies.yaml").root)


def alone(key: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """The schema of one key's values."""
    return jsonschema.Draft202012Validator({"$defs": SCHEMA["$defs"], **key})


def test_it_is_a_schema_of_the_draft_that_it_names() -> None:
    assert SCHEMA["$schema"] == DRAFT
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(schema_text()) == SCHEMA


@pytest.mark.parametrize("name", FILES)
def test_it_accepts_every_file_and_example_that_ships(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(raw(FILES[name]))] == []


@pytest.mark.parametrize(
    "text", [*map(top, SECTIONS), *(f"version: 1\npolicies:\n- {p}\n" for p in POLICIES)]
)
def test_it_refuses_of_the_mistakes_what_is_wrong_in_structure(text: str) -> None:
    """What must not stand together (combinations.py) is structure neither for it nor for the models."""
    try:
        document = raw(text)
    except PolicyFileError:
        return
    assert VALIDATOR.is_valid(document) is (read_document(document)[0] is not None)


ODD_VALUES = (
    "", "x", "x" * 513, "all", "72h", "0h", "24", "200y", "50%", "101%", "500 USD", "2GiB", "*", "-a", "A",
    "failed", "serving", "retired", True, False, 0, 1, 3, -1, 10**10, 1.5, [], ["a"], ["a", 1], [[]], {},
    {"a": "b"}, {"a*": "b"}, {"older_than": "1d"}, {"latest": 3}, {"latest": 0}, {"labels": {"env": 1}},
    [{"older_than": "1d"}], [{}], "my-project", "example.com:p", "europe-west1", "artifact.image", "run.service",
)  # fmt: skip
ODD_KEYS = (
    "x",
    "when",
    "keep",
    "name",
    "kind",
    "labels",
    "older_than",
    "tagged",
    "status",
    "unused",
    "any",
    "not",
)
# No pattern can say which of these there are.
ONLY_THE_READER_KNOWS = {"timezone", "cron"}


def places(node: Any) -> Iterator[Any]:
    """Every mapping and list within."""
    if isinstance(node, dict | list):
        yield node
        for each in node.values() if isinstance(node, dict) else node:
            yield from places(each)


def mutated(dice: Random, document: Any) -> Any:
    """The document with one to three values or keys put, replaced or taken out."""
    document = copy.deepcopy(document)
    for _ in range(dice.randint(1, 3)):
        place = dice.choice(list(places(document)))
        if isinstance(place, list) and not place:
            continue
        if isinstance(place, list):
            place[dice.randint(0, len(place)) :] = [copy.deepcopy(dice.choice(ODD_VALUES))]
            continue
        key = dice.choice([*place, *place, dice.choice(ODD_KEYS)] if place else ODD_KEYS)
        if key in ONLY_THE_READER_KNOWS:
            continue
        place[key] = copy.deepcopy(dice.choice(ODD_VALUES))
        if dice.randint(0, 3) == 0:
            del place[key]
    return document


@law
@given(st.randoms(use_true_random=False))
def test_it_accepts_exactly_the_structures_that_the_reader_accepts(dice: Random) -> None:
    document = mutated(dice, raw(FILES[dice.choice(list(FILES))]))
    assert VALIDATOR.is_valid(document) is (read_document(document)[0] is not None), document


MEASURES = {
    "duration": ("when.older_than", values.duration), "size": ("when.larger_than", values.size),
    "share": ("limits.max_share", spelling.share), "money": ("limits.max_monthly_value", spelling.money),
    "jitter": ("schedule.sweep.jitter", spelling.jitter),
}  # fmt: skip
NUMBERS = st.one_of(
    st.integers(0, 10**11).map(str), st.sampled_from([
        "1439", "1440", "23", "24", "36525", "36526", "876600", "876601", "52596000", "52596001", "5217", "5218",
        "99", "100", "100.0", "100.1", "0100", "101",
    ]), st.decimals(0, 10**6, places=3).map(str)
)  # fmt: skip


@law
@given(
    st.sampled_from(sorted(MEASURES)),
    st.sampled_from(["", "0", "00", "0000000"]),
    NUMBERS,
    st.sampled_from(["", " ", "  "]),
    st.sampled_from(["m", "h", "d", "w", "y", "", "%", "USD", "EUR", "B", "kB", "GiB", "TB"]),
)
def test_its_patterns_accept_exactly_the_measures_that_the_reader_accepts(
    which: str, zeros: str, number: str, blank: str, unit: str
) -> None:
    path, read = MEASURES[which]
    text = f"{zeros}{number}{blank}{unit}"
    key = next(key for found, _, key in keys_of(SCHEMA) if found == path)
    try:
        accepted: object = read(text)
    except ValueError:
        accepted = None
    assert alone(key).is_valid(text) is (accepted is not None), text


@pytest.mark.parametrize(
    ("text", "good"),
    [("0 3 * * *", True), ("@Daily", True), ("*/5 0-6/2 1,15 jan-jun MON", True), ("0 3 * *", False),
     ("0 3 * * * *", False), ("@reboot", False), ("0 3 * * $", False), ("", False)],
)  # fmt: skip
def test_it_accepts_cron_expressions_by_their_form(text: str, good: bool) -> None:
    key = next(key for path, _, key in keys_of(SCHEMA) if path == "schedule.sweep.cron")
    assert alone(key).is_valid(text) is good


def test_it_describes_every_key_in_a_line() -> None:
    for path, kind, key in keys_of(SCHEMA):
        assert 10 < len(key["description"]) < 140, (kind, path)
    used = {key["description"] for _, _, key in keys_of(SCHEMA)}
    assert [path for path, text in DESCRIPTIONS.items() if text not in used] == []


def test_it_knows_the_keys_of_each_kind_and_section_that_the_reader_knows() -> None:
    found: dict[str, set[str]] = {}
    for path, kind, _ in keys_of(SCHEMA):
        place, _, key = path.rpartition(".")
        found.setdefault(f"{kind} {place}".strip(), set()).add(key)
    expected = {"": set(GRAMMAR.top)} | {name: set(keys) for name, keys in GRAMMAR.sections.items()}
    for kind, keys in GRAMMAR.kinds.items():
        for place, names in (("policies", keys.policy), ("when", keys.when), ("keep", keys.keep)):
            if names:
                expected[f"{kind} {place}"] = set(names)
    assert found == expected


def test_no_default_that_it_offers_is_one_that_the_reader_refuses() -> None:
    for path, _, key in keys_of(SCHEMA):
        if "default" in key:
            assert not isinstance(key["default"], Decimal | dict | list), path
            assert alone(key).is_valid(key["default"]), path
