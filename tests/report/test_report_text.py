"""The report at a terminal: trouble first, every figure, a plan never a saving, nothing that steers."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from rich.cells import cell_len

from janitor.ledger.figures import Figures, Period
from janitor.ledger.history import Basis, SweepScope
from janitor.ledger.savings import Account
from janitor.model.amounts import Amount
from janitor.report.data.scope import ReportScope
from janitor.report.data.snapshot import RunningService
from janitor.report.data.summary import Summary, summarise
from janitor.report.terminal.report import write_report_table
from tests.report.printing import GOLDEN
from tests.report.summaries import (
    EMPTY,
    REGION,
    SINCE,
    SMALL,
    SWEPT,
    UNTIL,
    deletion,
    large,
    planned,
    snapshot,
    usd,
)


def table(summary: Summary, width: int = 80) -> str:
    """The whole report, as a terminal of that width gets it."""
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        write_report_table(summary, out)
    return out.getvalue()


@pytest.mark.parametrize(("name", "summary"), [("report-empty", EMPTY), ("report-small", SMALL)])
def test_the_table_is_the_one_that_was_reviewed(name: str, summary: Summary) -> None:
    assert table(summary) == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = table(large(3000), width).splitlines()
    words = [line for line in lines if " " in line.strip()]  # one long word is never cut
    assert max(map(cell_len, words)) <= width


def test_wide_characters_count_as_the_two_columns_that_they_take() -> None:
    text = "사용하지 않는 저장소를 지우면 " * 20
    summary = replace(SMALL, foot=(text,), by_owner=((text, SMALL.saved),))
    assert max(map(cell_len, table(summary).splitlines())) <= 80


def test_nothing_from_outside_steers_the_terminal() -> None:
    text = table(large(3000))
    assert all(character.isprintable() for line in text.splitlines() for character in line)


def test_ten_thousand_deletions_are_a_short_report() -> None:
    text = table(large(10_000))
    assert len(text.splitlines()) < 400
    assert "… and 9,995 more resources (--format json, or html)" in text  # of what would go


def test_trouble_comes_before_every_figure() -> None:
    text = table(SMALL)
    assert text.index("ACTION NEEDED") < text.index("PERMISSION_DENIED") < text.index("Saved")


def test_where_nothing_was_deleted_a_plan_is_no_saving() -> None:
    left = Amount(1, 200_000_000, Decimal("0.02"))
    summary = replace(EMPTY, snapshot=snapshot(left=left, planned=left, largest=(planned(1),)))
    text = table(summary, 120)
    assert "Nothing was deleted yet, so nothing is saved yet." in text
    assert "The next sweep would delete 1 resource (200.0 MB) and save $0.02/month." in text
    figures = text.partition("Note:")[0]
    assert "avoided" not in figures
    assert "saves" not in figures


def test_what_has_no_price_is_in_no_sum() -> None:
    left = Amount(3, 0, Decimal("0.02"), unpriced=2)
    text = table(replace(SMALL, snapshot=snapshot(left=left)), 120)
    assert "and save $0.02/month; 2 have no known price." in text
    alone = Amount(2, 0, unpriced=2)
    text = table(replace(SMALL, snapshot=snapshot(left=alone, by_policy=(("old", alone),))))
    assert "The next sweep would delete 2 resources of no known price." in text
    assert next(line for line in text.splitlines() if line.startswith("  old")).split()[-2:] == [
        "2",
        "unpriced",
    ]


def test_the_period_stands_beside_all_time_and_not_where_it_is_all_time() -> None:
    assert f"since {SINCE:%Y-%m-%d %H:%M} UTC" in table(SMALL)
    whole = table(replace(SMALL, period=Period(None, UNTIL)))
    assert whole.startswith("janitor report, all time, to 23 Nov 2026 09:00 UTC")
    assert "since 20" not in whole


def test_what_came_back_and_what_is_unpriced_is_counted_only_where_there_is_any() -> None:
    assert "  came back" not in table(SMALL)
    assert "unpriced, in no sum" not in table(SMALL)
    account = Account(Amount(5, 10, Decimal(1), 1), Decimal(1), Decimal(1), came_back=2)
    lines = table(replace(SMALL, saved=account, in_all=account)).splitlines()
    assert [line.split()[-1] for line in lines if line.startswith(("  came back", "  unpriced,"))] == [
        "1",
        "2",
    ]


def test_a_saver_says_what_is_known_of_it_since() -> None:
    gone, unseen = SMALL.savers
    back = replace(gone, deletion=deletion(9, back_at=UNTIL - timedelta(days=1)))
    later = replace(gone, deletion=deletion(9, gone_at=None, back_at=UNTIL + timedelta(days=1)))
    text = table(replace(SMALL, savers=(gone, unseen, back, later)), 200)
    assert text.count("; confirmed") == 1
    assert text.count("not confirmed yet") == 2  # what is learnt after the period's end is not told
    assert text.count("came back by 2026-11-22 09:00 UTC") == 1


def test_a_failed_service_is_shown_with_googles_words_and_for_how_long() -> None:
    text = table(SMALL, 200)
    assert "billing, failed for 26h" in text
    assert "HEALTH_CHECK_CONTAINER_ERROR: The user-provided container failed to start" in text
    assert SMALL.snapshot
    (failed,) = (row for row in SMALL.snapshot.services if row.status == "failed")
    unknown = snapshot(services=(replace(failed, since=None, why=""),), observed_at=SWEPT)
    text = table(replace(SMALL, snapshot=unknown), 200)
    assert "billing, failed, since when is not known" in text
    assert "Google does not say why" in text


def test_an_owner_is_nobody_where_no_label_says_so() -> None:
    lines = table(SMALL).partition("By owner")[2].splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["unowned", "web"]


def test_the_foot_says_what_the_figures_rest_on() -> None:
    assert all(line in " ".join(table(SMALL, 400).split()) for line in SMALL.foot)


def test_the_scope_of_the_figures_is_said_first() -> None:
    """R31: the policy file and the projects."""
    found = SweepScope("policies.yaml", "sha256:0123456789abcdef", ("p", "q"))
    scope = ReportScope(found, Basis("s-1", SWEPT, "dry-run", found))
    lines = table(replace(SMALL, scope=scope), 120).splitlines()
    assert lines[1] == "next sweep, storage and services: policies.yaml (sha256:0123456789ab), projects p, q"
    assert (
        "of policies.yaml (sha256:0123456789ab), projects p, q"
        in summarise(Figures(), SMALL.snapshot, Period(None, UNTIL), timedelta(days=1), scope=scope).foot[-1]
    )


def test_services_that_fail_for_one_cause_are_listed_above_it() -> None:
    said = (
        "REVISION_FAILED: Revision '{}-1' is not ready and cannot serve traffic. Not on PORT. See {}'s log."
    )
    services = tuple(
        RunningService(f"{REGION}/services/{name}", "", "failed", usd("0"), said.format(name, name), SWEPT)
        for name in ("a", "b")
    )
    text = table(replace(EMPTY, snapshot=snapshot(services=services)))
    assert text.count("REVISION_FAILED") == 1
    assert text.index("  a, failed for") < text.index("  b, failed for") < text.index("REVISION_FAILED")
    assert "    REVISION_FAILED: Not on PORT (2 of these)\n" in text
