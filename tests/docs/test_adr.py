"""Decisions are numbered, whole, listed, and speak of code that is there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, text_of

RECORDS = sorted((ROOT / "docs" / "adr").glob("*.md"))
_each = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)


def test_the_numbers_run_from_one_without_a_hole() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@_each
def test_each_has_its_number_and_its_four_parts(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert text.startswith(f"# {record.name[:4]}: ")
    parts = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Consequences", "Sources"]


@_each
def test_each_fits_a_page(record: Path) -> None:
    assert len(record.read_text(encoding="utf-8").splitlines()) <= 70


@_each
def test_each_is_listed_in_the_architecture(record: Path) -> None:
    assert f"(adr/{record.name})" in text_of("docs/architecture.md")


@_each
def test_the_code_that_it_names_is_there(record: Path) -> None:
    named = re.findall(r"`((?:janitor|policy|plan|kinds|apply|cost|report|store|gcp)/[\w/]*(?:\.py)?)`",
                       record.read_text(encoding="utf-8"))  # fmt: skip
    missing = [path for path in named if not any((ROOT / top / path).exists() for top in ("", "janitor"))]
    assert missing == []


def test_each_function_that_unknown_deletes_less_points_at_is_there() -> None:
    page = text_of("docs/adr/0006-unknown-deletes-less.md")
    pointed = re.findall(r"`(\w+/\w+\.py)`, `([\w.]+)` \|", page)
    assert len(pointed) > 8
    for path, name in pointed:
        assert re.search(rf"\b{name.rpartition('.')[2]}\b", text_of(f"janitor/{path}")), (path, name)
