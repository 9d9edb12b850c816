"""CSV: one header line, the columns that the page lists, full names, plain dollars, and no formula from outside."""

import csv
import io
import re

import pytest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Unpriced
from janitor.report import spreadsheet
from janitor.report.spreadsheet import (
    write_history_csv,
    write_past_actions_csv,
    write_report_csv,
    write_sweep_csv,
)
from tests.docs.pages import between, text_of
from tests.report.pasts import ACTIONS, DRY_RUN, KILLED, sweep
from tests.report.samples import SERVICE, image, result, story
from tests.report.summaries import EMPTY, SMALL

SWEEPS = [sweep(), DRY_RUN, KILLED]


def read(text: str) -> list[dict[str, str]]:
    """The rows, as a spreadsheet reads them; every line ends as RFC 4180 says and is as long as the first."""
    assert text.endswith("\r\n")
    assert not re.search(r"[^\r]\n", text)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def swept(of: object) -> list[dict[str, str]]:
    out = io.StringIO()
    write_sweep_csv(of, out)  # type: ignore[arg-type]
    return read(out.getvalue())


def test_a_sweep_is_a_row_for_each_deletion_in_the_order_of_execution() -> None:
    whole = story()
    rows = swept(whole)
    assert [row["name"] for row in rows] == [action.name for action in whole.plan.actions]
    first = rows[0]
    assert (first["sweep_id"], first["mode"], first["kind"]) == ("s1", "dry-run", "run.service")
    assert (first["project"], first["location"]) == ("xai-community", "asia-northeast3")
    assert first["outcome"] == "planned"
    assert first["size_bytes"] == "0"


def test_dollars_are_plain_numbers_and_what_has_no_price_is_empty_and_says_why() -> None:
    priced, unknown = swept(result(image(1), image(2, estimate=Unpriced("no price for moon-1"))))
    assert priced["usd_month"] == "0.018626"
    assert (priced["upper_bound"], priced["unpriced"]) == ("true", "")
    assert (unknown["usd_month"], unknown["upper_bound"]) == ("", "")
    assert unknown["unpriced"] == "no price for moon-1"


@pytest.mark.parametrize(
    "text",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "=1,2", '="x"', "=1\n=2"],
)
def test_no_text_from_outside_is_a_formula(text: str) -> None:
    outcome = Outcome(OutcomeKind.FAILED, text)
    hostile = SERVICE._replace(detail=text, owner=text, policy=text)
    (row,) = swept(result(hostile, mode="apply", outcomes=(outcome,)))
    for column in ("detail", "owner", "policy", "error"):
        assert row[column].startswith("'")
        assert row[column].isprintable()


def test_text_with_commas_and_quotes_comes_back_as_it_was() -> None:
    text = 'a, "b"; c'
    (row,) = swept(result(SERVICE._replace(detail=text)))
    assert row["detail"] == text


def test_nothing_is_the_header_alone() -> None:
    assert swept(result()) == []


def test_past_sweeps_and_one_with_its_actions() -> None:
    out = io.StringIO()
    write_history_csv(SWEEPS, out)
    rows = read(out.getvalue())
    assert [row["sweep_id"] for row in rows] == [each.id for each in SWEEPS]
    assert [row["saves_usd_month"] for row in rows] == ["0.214204", "0.214204", ""]
    assert [row["exit_code"] for row in rows] == ["6", "0", ""]
    out = io.StringIO()
    write_past_actions_csv(SWEEPS[0], ACTIONS, out)
    rows = read(out.getvalue())
    assert [row["name"] for row in rows] == [action.name for action in ACTIONS]
    assert {row["sweep_id"] for row in rows} == {SWEEPS[0].id}


@pytest.mark.parametrize("summary", [EMPTY, SMALL], ids=["nothing", "the story"])
def test_a_report_is_its_period_all_time_and_each_policy_and_owner(summary: object) -> None:
    out = io.StringIO()
    write_report_csv(summary, out)  # type: ignore[arg-type]
    rows = read(out.getvalue())
    assert [row["part"] for row in rows[:2]] == ["period", "all-time"]
    known = [("policy", name) for name, _ in summary.by_policy]  # type: ignore[attr-defined]
    known += [("owner", name) for name, _ in summary.by_owner]  # type: ignore[attr-defined]
    assert [(row["part"], row["of"]) for row in rows[2:]] == known
    assert all(re.fullmatch(r"\d+\.\d{6}", row["saved_usd"]) for row in rows)


def test_the_page_lists_the_columns_of_each() -> None:
    lines = between(text_of("docs/cli.md"), "csv").strip().splitlines()[2:]
    listed = [tuple(re.findall(r"`(\w+)`", line.split("|")[2])) for line in lines]
    assert listed == [
        spreadsheet.SWEEP,
        spreadsheet.REPORT,
        spreadsheet.PAST_SWEEPS,
        spreadsheet.PAST_ACTIONS,
    ]
