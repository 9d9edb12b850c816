"""`janitor report`: which period, which format, and where the words go."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from janitor.errors import SlackError
from janitor.report.data.summary import Summary
from janitor.runtime import now
from janitor.settings import Settings
from tests.cli.calling import Janitor
from tests.cli.ledgers import written

HOOK = "https://hooks.slack.example/services/T0/B0/secret"


@pytest.fixture
def ledger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger of two applies, in an empty folder."""
    written(folder, monkeypatch)
    return folder


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Summary, bool]]:
    """What is posted to Slack, which is set up, and whether it is written down."""
    sent: list[tuple[Summary, bool]] = []

    async def post(settings: Settings, summary: Summary, posts: object = None) -> None:
        sent.append((summary, posts is not None))

    monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", HOOK)
    monkeypatch.setattr("janitor.notify.posting.post_report", post)
    return sent


def document(janitor: Janitor, *words: str) -> dict[str, Any]:
    called = janitor("report", "--format", "json", *words)
    assert (called.code, called.err) == (0, "")
    found: dict[str, Any] = json.loads(called.out)
    return found


def test_a_ledger_without_a_sweep_says_what_to_run_and_is_no_error(
    janitor: Janitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JANITOR_DATABASE_URL", f"sqlite:///{folder}/new.db")
    called = janitor("report")
    assert (called.code, called.err) == (0, "")
    assert "run janitor sweep --dry-run, which deletes nothing" in called.out
    assert "Nothing was deleted yet, so nothing is saved yet." in called.out


def test_the_default_is_the_table(ledger: Path, janitor: Janitor) -> None:
    called = janitor("report")
    assert (called.code, called.err) == (0, "")
    assert called.out.startswith("janitor report, all time, to ")


@pytest.mark.parametrize(
    ("form", "start"),
    [("table", "janitor report"), ("json", "{"), ("markdown", "# "), ("html", "<!doctype html>")],
)
def test_each_format_is_one_document_on_stdout(form: str, start: str, ledger: Path, janitor: Janitor) -> None:
    called = janitor("report", "--format", form)
    assert (called.code, called.err) == (0, "")
    assert called.out.lower().startswith(start)
    assert called.out.endswith("\n")


def test_without_since_it_begins_at_the_beginning_until_one_is_posted(
    ledger: Path, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert document(janitor)["saved"]["deleted"] == 2
    day = now() - timedelta(days=5)

    async def reported(_history: object) -> object:
        return day

    monkeypatch.setattr("janitor.store.history.SqlHistory.last_reported", reported)
    found = document(janitor)
    assert (found["saved"]["deleted"], found["in_all"]["deleted"]) == (1, 2)


@pytest.mark.parametrize(("since", "deleted"), [("4d", 1), ("2w", 2), ("90m", 0)])
def test_since_is_how_far_back(since: str, deleted: int, ledger: Path, janitor: Janitor) -> None:
    found = document(janitor, "--since", since)
    assert (found["saved"]["deleted"], found["in_all"]["deleted"]) == (deleted, 2)


def test_since_may_be_a_day(ledger: Path, janitor: Janitor) -> None:
    day = f"{now() - timedelta(days=5):%Y-%m-%d}"
    found = document(janitor, "--since", day)
    assert found["period"]["since"] == f"{day}T00:00:00Z"
    assert found["saved"]["deleted"] == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--since", "soon"], "--since 'soon' is not a duration"),
        (["--since", "2999-01-01"], "--since 2999-01-01 is not in the past"),
        (["--dry-run"], "--dry-run needs --slack"),
        (["--slack", "--dry-run", "--format", "html"], "leave out --format html"),
        (["--slack"], "JANITOR_SLACK_WEBHOOK_URL, or JANITOR_SLACK_BOT_TOKEN with JANITOR_SLACK_CHANNEL"),
        (["--project", "UPPER"], "--project UPPER"),
        (["--policies", "mine.yaml"], "mine.yaml: this file does not exist"),
        (["--format", "xml"], "xml"),
    ],
)
def test_a_flag_that_is_wrong_is_a_usage_error(
    words: list[str], told: str, ledger: Path, janitor: Janitor
) -> None:
    called = janitor("report", *words)
    assert (called.code, called.out) == (2, "")
    assert told in " ".join(called.err.split())


def test_a_ledger_that_cannot_be_used_is_an_error_that_names_it(
    janitor: Janitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "janitor.db").write_text("this is no database, and long enough to be looked at as one" * 20)
    monkeypatch.setenv("JANITOR_DATABASE_URL", f"sqlite:///{folder}/janitor.db")
    called = janitor("report")
    assert (called.code, called.out) == (2, "")
    assert "JANITOR_DATABASE_URL names the database" in called.err
    monkeypatch.setenv("JANITOR_DATABASE_URL", f"sqlite:///{folder}/nowhere/janitor.db")
    assert janitor("report").code == 2


def test_a_snapshot_of_another_version_is_an_error_with_a_way_out(
    ledger: Path, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def later(_history: object, _sweep_id: str) -> str:
        return '{"schema_version": 99}'

    monkeypatch.setattr("janitor.store.history.SqlHistory.snapshot_of", later)
    called = janitor("report")
    assert (called.code, called.out) == (2, "")
    assert "janitor sweep --dry-run" in called.err


def test_the_horizon_is_the_policy_files(ledger: Path, janitor: Janitor, policies: Path) -> None:
    assert document(janitor)["horizon_seconds"] == 365 * 86400
    policies.write_text(policies.read_text() + "report: {horizon: 30d}\n")
    assert document(janitor)["horizon_seconds"] == 30 * 86400


def test_a_project_narrows_it_to_what_is_of_it(ledger: Path, janitor: Janitor) -> None:
    found = document(janitor, "--project", "q")
    assert [row["owner"] for row in found["by_owner"]] == ["team-q"]
    assert found["in_all"]["deleted"] == 1
    assert found["last_sweep"]["repositories"] == []
    assert found["foot"][0].startswith("only project q; ")
    assert document(janitor, "--project", "q", "--project", "p")["in_all"]["deleted"] == 2


def test_out_is_written_whole_and_nothing_goes_to_stdout(ledger: Path, janitor: Janitor) -> None:
    called = janitor("report", "--format", "html", "--out", "report.html")
    assert (called.code, called.out, called.err) == (0, "", "")
    assert (ledger / "report.html").read_text().rstrip().endswith("</html>")


def test_out_into_a_folder_that_is_not_there_is_told_before_anything_is_posted(
    ledger: Path, janitor: Janitor, posted: list[tuple[Summary, bool]]
) -> None:
    called = janitor("report", "--slack", "--out", "nowhere/report.txt")
    assert (called.code, posted) == (2, [])
    assert "nowhere/report.txt: cannot be written" in called.err


def test_slack_posts_and_writes_it_down_and_says_so_in_a_plain_line(
    ledger: Path, janitor: Janitor, posted: list[tuple[Summary, bool]]
) -> None:
    called = janitor("report", "--slack")
    assert (called.code, called.out, called.err) == (0, "posted to Slack\n", "")
    ((summary, recorded),) = posted
    assert (summary.in_all.deleted.count, recorded) == (2, True)


def test_beside_a_report_for_programs_that_line_is_a_message_on_stderr(
    ledger: Path, janitor: Janitor, posted: list[tuple[Summary, bool]]
) -> None:
    called = janitor("report", "--slack", "--format", "json")
    assert json.loads(called.out)["schema_version"] == 1
    assert called.err == "janitor: posted to Slack\n"
    called = janitor("report", "--slack", "--format", "json", "--out", "report.json")
    assert (called.out, called.err) == ("posted to Slack\n", "")
    assert len(posted) == 2


def test_a_post_of_one_project_is_not_written_down_as_the_periods_report(
    ledger: Path, janitor: Janitor, posted: list[tuple[Summary, bool]]
) -> None:
    assert janitor("report", "--slack", "--project", "q").code == 0
    assert [recorded for _, recorded in posted] == [False]


def test_slack_with_a_format_writes_the_report_too(
    ledger: Path, janitor: Janitor, posted: list[tuple[Summary, bool]]
) -> None:
    called = janitor("report", "--slack", "--format", "json")
    assert json.loads(called.out)["schema_version"] == 1
    assert len(posted) == 1


def test_what_slack_does_not_take_is_an_error_that_holds_no_secret(
    ledger: Path, janitor: Janitor, posted: list[tuple[Summary, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise SlackError("Slack did not take the report: invalid_blocks")

    monkeypatch.setattr("janitor.notify.posting.post_report", refused)
    called = janitor("report", "--slack")
    assert (called.code, called.out) == (2, "")
    assert called.err == "janitor: Slack did not take the report: invalid_blocks\n"


def test_slack_dry_run_prints_what_would_be_posted_and_posts_nothing(
    ledger: Path, janitor: Janitor, posted: list[tuple[Summary, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "janitor.notify.posting.payload_json", lambda _settings, _summary: '{"text": "saved"}'
    )
    called = janitor("report", "--slack", "--dry-run")
    assert (called.code, called.out, called.err, posted) == (0, '{"text": "saved"}\n', "", [])
    monkeypatch.delenv("JANITOR_SLACK_WEBHOOK_URL")
    assert janitor("report", "--slack", "--dry-run").code == 0  # a preview needs no Slack


def test_a_disk_that_is_thrown_away_is_warned_of(
    janitor: Janitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R24."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("K_SERVICE", "janitor")
    for words in (["report"], ["history"]):
        called = janitor(*words)
        assert called.code == 0
        assert "JANITOR_DATABASE_URL is not set" in called.err
