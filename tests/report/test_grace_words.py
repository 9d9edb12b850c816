"""What is in grace, in each rendering: of whom, until when, and how to keep it."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

from janitor.model.amounts import Amount, Priced
from janitor.model.kinds import Kind
from janitor.policy.deciding.grace import Waiting
from janitor.report.data.filters import notes_on_narrowing, snapshot_in
from janitor.report.data.result import SweepResult
from janitor.report.data.snapshot import WAITING, InGrace
from janitor.report.data.summary import Summary
from janitor.report.data.take_snapshot import take_snapshot
from janitor.report.html.render import render_html
from janitor.report.json.report import write_report_json
from janitor.report.markdown import write_report_markdown
from janitor.report.slack.report import report
from janitor.report.terminal.report import write_report_table
from tests.report.printing import table
from tests.report.samples import REGION, result
from tests.report.summaries import EMPTY, SMALL, snapshot

DUE = datetime(2026, 12, 1, 3, 5, tzinfo=UTC)
WEB, API = f"{REGION}/services/web", f"{REGION}/services/api"


def waiting(name: str = WEB, owner: str = "shop", is_new: bool = False, days: int = 0) -> Waiting:
    """A service in grace."""
    due = DUE + timedelta(days=days)
    return Waiting(
        Kind.SERVICE,
        name,
        "failed",
        owner,
        DUE - timedelta(days=7),
        due,
        "",
        is_new,
        False,
        0,
        Priced(Decimal("9.855"), "idle"),
    )


def swept(*each: Waiting, mode: str = "apply") -> SweepResult:
    """A sweep that deleted nothing, with this in grace."""
    return replace(result(), mode=mode, waiting=each)


def reported(*each: Waiting, mode: str = "apply") -> Summary:
    """A report that rests on such a sweep."""
    return replace(SMALL, snapshot=take_snapshot(swept(*each, mode=mode)))


def written(summary: Summary) -> tuple[str, str]:
    """As a table, and as Markdown."""
    text, markdown = StringIO(), StringIO()
    write_report_table(summary, text)
    write_report_markdown(summary, markdown)
    return text.getvalue(), markdown.getvalue()


def test_the_sweeps_table_says_until_when_a_thing_stays_and_how_to_keep_it() -> None:
    shown = table(swept(waiting()))
    assert "\nScheduled for deletion\n  pending      where " in shown
    assert "2026-12-01 03:05 UTC or later" in shown
    assert (
        "put the label janitor: keep on the service, job or repository, or run janitor keep NAME."
        in " ".join(shown.split())
    )
    assert "Nothing to delete yet: 1 resource is scheduled for deletion.\n" in shown
    assert "Scheduled for deletion" not in table(swept())


def test_money_in_grace_is_a_line_of_the_head_and_a_column() -> None:
    priced = waiting()._replace(estimate=Priced(Decimal("114.98"), ""))
    shown = table(replace(swept(priced), in_grace=Amount(1, usd_month=Decimal("114.98"))))
    assert "\nScheduled for deletion: 1 resource, $114.98/month\nApply. " in shown
    (row,) = [line for line in shown.splitlines() if line.startswith("  service web")]
    assert row.endswith("  $114.98")


def test_a_dry_run_gives_no_date_of_what_is_not_announced() -> None:
    shown = table(swept(waiting(is_new=True), mode="dry-run"))
    assert "2026-12-01" not in shown
    assert "after the first apply announces it" in shown
    assert "2026-12-01" in table(swept(waiting(is_new=False), mode="dry-run"))
    summary = reported(waiting(is_new=True), mode="dry-run")
    for text in (*written(summary), str(report(summary).blocks), render_html(summary)):
        assert "after the first apply announces it" in text
        assert "2026-12-01" not in text


def test_the_table_shows_the_soonest_and_counts_the_rest() -> None:
    many = [waiting(f"{WEB}-{number}", days=number) for number in range(25)]
    shown = table(swept(*many))
    assert "web-19" in shown
    assert "web-20" not in shown
    assert "… and 5 more" in shown


def test_a_name_that_keep_takes_is_whole_at_any_width() -> None:
    """R33."""
    long = f"{WEB}-that-previews-a-branch-with-a-very-long-name"
    for width in (60, 80, 100):
        lines = table(swept(waiting(long), waiting(WEB)), width=width).splitlines()
        start = lines.index("Scheduled for deletion")
        assert f"  service {long.rpartition('/')[2]}" in (line.rstrip() for line in lines[start:])
        assert "…" not in " ".join(lines[start : start + 5])


def test_the_snapshot_keeps_the_soonest_and_knows_how_many_there_are() -> None:
    many = [waiting(f"{WEB}-{number}", days=number) for number in range(WAITING + 7)]
    taken = take_snapshot(swept(*many))
    assert (len(taken.waiting), taken.waited) == (WAITING, WAITING + 7)
    assert taken.waiting[0] == InGrace(
        "run.service", f"{WEB}-0", "failed", "shop", DUE, True, 0, Priced(Decimal("9.855"), "idle")
    )


def test_every_report_says_it() -> None:
    summary = reported(waiting(), waiting(API, owner=""))
    for text in (*written(summary), render_html(summary)):
        assert "Scheduled for deletion" in text
        assert "on 2026-12-01 03:05 UTC or later" in text
        assert "janitor keep NAME" in text
    for text in (*written(SMALL), render_html(SMALL), *written(EMPTY)):
        assert "Scheduled for deletion" not in text


def test_as_json_it_is_whole() -> None:
    out = io.StringIO()
    write_report_json(reported(waiting()), out)
    found = json.loads(out.getvalue())["last_sweep"]
    assert found["waiting"] == [
        {
            "kind": "run.service", "name": WEB, "policy": "failed", "owner": "shop",
            "due_at": "2026-12-01T03:05:00Z", "announced": True, "size_bytes": 0,
            "estimate": {
                "usd_month": "9.855", "usd_month_rounded": 9.86, "basis": "idle", "upper_bound": False,
            },
        }
    ]  # fmt: skip
    assert found["waited"] == 1


def test_in_slack_each_is_named_with_its_owner_and_how_to_keep_it() -> None:
    said = str(report(reported(waiting(), waiting(API, owner=""))).blocks)
    assert "`service web` on 2026-12-01 03:05 UTC or later" in said
    assert "`shop`" in said
    assert "`service api`" in said
    assert "_unowned_" in said
    assert "janitor keep NAME" in said


def test_of_some_projects_only_what_is_theirs_is_said_and_what_is_not_known() -> None:
    rows = tuple(
        InGrace("run.service", f"projects/{project}/locations/l/services/s", "old", "", DUE, True)
        for project in "pq"
    )
    whole = snapshot(waiting=rows, waited=9)
    found = snapshot_in(whole, ("q",))
    assert (found.waiting, found.waited) == (rows[1:], 1)
    assert any("the 2 soonest of all projects" in line for line in notes_on_narrowing(whole, ("q",)))
