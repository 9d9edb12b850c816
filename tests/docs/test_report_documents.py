"""What the page says of the report's and the history's JSON is what they hold."""

import io
import json
import re

from janitor.report.json.history import action_as_json, sweep_as_json
from janitor.report.json.report import write_report_json
from tests.docs.pages import between, text_of
from tests.report.pasts import action, sweep
from tests.report.summaries import SMALL

_PAGE = "docs/operations.md"


def _named(cells: list[str]) -> set[str]:
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


def _document() -> dict[str, object]:
    out = io.StringIO()
    write_report_json(SMALL, out)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def _exact(row: dict[str, object]) -> set[str]:
    """Its keys but for rounded dollars, of which the page says where they stand."""
    return {key for key in row if not key.endswith("_rounded")}


def _rows(name: str) -> list[list[str]]:
    lines = [line for line in between(text_of(_PAGE), name).splitlines() if line.startswith("|")]
    return [line.strip("|").split("|") for line in lines[2:]]


def test_the_page_lists_the_keys_of_the_report_in_their_order() -> None:
    listed = [key for first, _ in _rows("report-json") for key in re.findall(r"`(\w+)`", first)]
    assert listed == list(_document())


def test_the_page_names_every_key_within_the_report() -> None:
    named = _named([cell for row in _rows("report-json") for cell in row])
    document = _document()
    for part in ("period", "saved", "last_sweep"):
        found = document[part]
        assert isinstance(found, dict)
        assert _exact(found) <= named
    for part in ("troubles", "savers", "by_policy", "by_owner", "course"):
        rows = document[part]
        assert isinstance(rows, list)
        assert _exact(rows[0]) <= named


def test_the_page_says_that_dollars_are_rounded_beside_the_exact_ones() -> None:
    assert "`_rounded`" in text_of(_PAGE)


def test_the_page_names_every_key_of_a_past_sweep_and_its_actions() -> None:
    of_sweep, of_action = (_named([cells[1]]) for cells in _rows("history-json"))
    assert set(sweep_as_json(sweep())) <= of_sweep
    assert set(action_as_json(action())) <= of_action
