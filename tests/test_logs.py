"""Log lines: Cloud Logging's on a machine, harmless on a terminal, and nothing under its level."""

import json
import logging
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import structlog

from janitor.apply.outcomes import OutcomeKind
from janitor.logs import Event, configure_logs, emit, level_of
from tests.docs.pages import between, text_of

Capture = pytest.CaptureFixture[str]


def lines(capture: Capture) -> list[dict[str, Any]]:
    """The JSON lines on stderr; stdout, which is for results, holds nothing."""
    written = capture.readouterr()
    assert written.out == ""
    return [json.loads(line) for line in written.err.splitlines()]


def test_a_line_has_the_keys_that_cloud_logging_reads_and_then_its_facts(capsys: Capture) -> None:
    """cloud.google.com/logging/docs/structured-logging: severity, message, time."""
    configure_logs("INFO", "json")
    emit(Event.GAP_FOUND, project="shop", location="us-west1", cause="403 denied")
    (line,) = lines(capsys)
    assert list(line) == ["severity", "message", "time", "project", "location", "cause"]
    assert (line["severity"], line["message"]) == ("WARNING", "gap.found")
    assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
    assert line["time"].endswith("Z")


@pytest.mark.parametrize("event", Event)
def test_each_event_is_written_with_its_severity_which_the_page_on_operations_tells(
    event: Event, capsys: Capture
) -> None:
    configure_logs("DEBUG", "json")
    emit(event)
    (line,) = lines(capsys)
    assert line["message"] == event.value
    assert line["severity"] == logging.getLevelName(level_of(event))
    rows = between(text_of("docs/operations.md"), "events").splitlines()
    told = [row.split("|")[2].strip() for row in rows if row.startswith(f"| `{event.value}` |")]
    assert told == ["as the library says" if event is Event.LIBRARY_LOGGED else line["severity"]]


def test_money_times_and_names_are_written_as_programs_read_them(capsys: Capture) -> None:
    configure_logs("INFO", "json")
    seoul = datetime(2026, 11, 24, 13, tzinfo=timezone(timedelta(hours=9)))
    emit(
        Event.ACTION_DELETED, usd=Decimal("1E-9"), big=Decimal("1E+3"), at=seoul,
        noon=datetime(2026, 11, 24, 12, tzinfo=UTC), outcome=OutcomeKind.ALREADY_GONE, size=5, error=None,
        names=("a", "b"),
    )  # fmt: skip
    (line,) = lines(capsys)
    assert (line["usd"], line["big"]) == ("0.000000001", "1000")
    assert (line["at"], line["noon"]) == ("2026-11-24T04:00:00Z", "2026-11-24T12:00:00Z")
    assert (line["outcome"], line["size"], line["error"]) == ("already-gone", 5, None)
    assert line["names"] == ["a", "b"]


def test_a_hostile_fact_stays_inside_its_own_line(capsys: Capture) -> None:
    configure_logs("INFO", "json")
    hostile = 'x\n{"severity": "ERROR"}\r\x1b[2J\ud800'
    emit(Event.GAP_FOUND, cause=hostile)
    written = capsys.readouterr().err
    assert written.isascii()
    assert written.count("\n") == 1
    assert json.loads(written)["cause"] == hostile


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_color_holds_for_log_lines_too(
    no_color: str, coloured: bool, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """no-color.org: the variable counts where it is set and not empty."""
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    configure_logs("INFO", "console")
    emit(Event.GAP_FOUND, cause="denied")
    assert ("\x1b[" in capsys.readouterr().err) is coloured


IN_THE_TABLE = (
    Event.GAP_FOUND, Event.EXPRESSION_FAILED, Event.LABEL_UNREADABLE, Event.PRICES_FELL_BACK, Event.PLAN_REFUSED,
    Event.CLOCK_DOUBTED,
)  # fmt: skip


@pytest.mark.parametrize("event", IN_THE_TABLE)
@pytest.mark.parametrize(
    ("level", "terminal", "table", "logged"),
    [
        (None, True, True, False),
        (None, True, False, True),
        (None, False, True, True),
        ("WARNING", True, True, True),
    ],
)
def test_what_a_terminal_shows_in_the_table_is_not_logged_there_too(
    event: Event, level: str | None, terminal: bool, table: bool, logged: bool,
    capsys: Capture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    configure_logs(level, None, table)
    emit(event, text="x")
    emit(Event.ACTION_FAILED, error="x")
    written = capsys.readouterr().err
    assert (event.value in written) is logged
    assert "action.failed" in written


def test_a_terminal_is_sent_no_control_character_of_anyone_else_s(capsys: Capture) -> None:
    configure_logs("INFO", "console")
    emit(Event.GAP_FOUND, cause="a\x1b[2Jb\nfake line\x07\u202e", names=["c\x1b]0;d"])
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert written.removesuffix("\n").isprintable()
    for shown in ("gap.found", r"\x1b[2Jb fake line", r"\u202e", r"c\x1b]0;d"):
        assert shown in written.replace("\\\\", "\\")


def test_a_terminal_shows_money_plainly_and_keeps_numbers_as_they_are(capsys: Capture) -> None:
    configure_logs("INFO", "console")
    emit(Event.SWEEP_FINISHED, saves_usd_month=Decimal("1E-7"), deleted=3, error=None)
    written = capsys.readouterr().err
    for shown in ("0.0000001", "deleted=3", "error=None"):
        assert shown in written


@pytest.mark.parametrize(
    ("level", "written"),
    [
        ("DEBUG", ["action.intended", "action.deleted", "gap.found", "action.failed"]),
        ("INFO", ["action.deleted", "gap.found", "action.failed"]),
        ("WARNING", ["gap.found", "action.failed"]),
        ("ERROR", ["action.failed"]),
    ],
)
def test_nothing_below_the_level_is_written(level: str, written: list[str], capsys: Capture) -> None:
    configure_logs(level, "json")
    for event in (Event.ACTION_INTENDED, Event.ACTION_DELETED, Event.GAP_FOUND, Event.ACTION_FAILED):
        emit(event)
    assert [line["message"] for line in lines(capsys)] == written


def test_where_stderr_is_no_terminal_lines_are_json_without_being_told(capsys: Capture) -> None:
    configure_logs()
    emit(Event.SWEEP_STARTED)
    assert lines(capsys)[0]["message"] == "sweep.started"


@pytest.mark.parametrize("written", [{"level": "INFO"}, {}])
def test_a_terminal_shows_what_went_wrong_and_the_rest_where_it_is_asked_for(
    written: dict[str, str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says what was done; on a terminal it stands right below."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    configure_logs(**written)
    emit(Event.SWEEP_FINISHED)
    emit(Event.ACTION_FAILED)
    shown = capsys.readouterr().err
    assert "action.failed" in shown
    assert ("sweep.finished" in shown) == bool(written)


def test_an_event_before_anything_is_configured_is_written_all_the_same(capsys: Capture) -> None:
    structlog.reset_defaults()
    emit(Event.SWEEP_STARTED)
    assert lines(capsys)[0]["message"] == "sweep.started"


def test_what_a_library_logs_is_one_event_of_the_same_form(capsys: Capture) -> None:
    configure_logs("INFO", "json")
    logging.getLogger("urllib3.pool").warning("retry %d of %s", 2, "token")
    logging.getLogger("urllib3.pool").warning("retry of " + "to" + "ken")
    line, other = lines(capsys)
    assert other["text"] == "not shown"
    assert (line["severity"], line["message"]) == ("WARNING", "library.logged")
    assert (line["logger"], line["text"]) == ("urllib3.pool", "retry %d of %s")


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_libraries_are_heard_from_warnings_on_even_where_events_are_debugged(
    level: str, capsys: Capture
) -> None:
    """What they say below that may hold headers, and with them credentials."""
    configure_logs(level, "json")
    for tell in (logging.getLogger("httpx2").debug, logging.getLogger("httpx2").info):
        tell("Authorization: Bearer abc")
    assert lines(capsys) == []


def test_a_library_that_logs_wrongly_is_written_down_and_ends_no_sweep(capsys: Capture) -> None:
    configure_logs("INFO", "json")
    logging.getLogger("odd").warning("%d things", "no number")
    logging.getLogger("odd").log(35, "a level of its own")
    logging.getLogger("odd").critical("all is lost")
    assert [(line["severity"], line["text"]) for line in lines(capsys)] == [
        ("WARNING", "%d things"),
        ("WARNING", "a level of its own"),
        ("CRITICAL", "all is lost"),
    ]


def test_a_library_cannot_steer_the_terminal(capsys: Capture) -> None:
    configure_logs("INFO", "console")
    logging.getLogger("odd\x1b").error("gone\x1b[2J\nnext")
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert written.removesuffix("\n").isprintable()
