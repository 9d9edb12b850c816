"""Messages on stderr: JSON where nobody watches, text on a terminal, and never the text of a library's error."""

import json
import subprocess
import sys
import warnings
from typing import Any

import pytest

from janitor.cli import app, messages
from janitor.cli.app import run
from janitor.errors import LedgerError

SECRET = "xoxb-marker"


def entries(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    "arguments",
    [
        ["sweep", "--nope"],
        ["sweep", "--apply", "--dry-run"],
        ["nothing"],
        ["validate", "/nowhere/policies.yaml"],
        ["history", "--limit", "x"],
        ["daemon", "--port", "99999"],
    ],
)
def test_errors_are_not_json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The case of that name: each error is one JSON line of severity ERROR, usage errors too."""
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    (entry,) = entries(err)
    assert out == ""
    assert (entry["severity"], entry["exit_code"]) == ("ERROR", 2)
    assert set(entry) >= {"severity", "message", "time"}


def test_on_a_terminal_an_error_is_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(messages, "is_json", lambda: False)
    monkeypatch.setattr(app, "is_json", lambda: False)
    assert run(["validate", "/nowhere/policies.yaml"]) == 2
    assert capsys.readouterr().err.startswith("janitor: /nowhere/policies.yaml: ")
    assert run(["sweep", "--nope"]) == 2
    assert "No such option: --nope" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "json_"), [("json", True), ("console", False), ('"console"\n', False), ("x", True)]
)
def test_the_format_may_be_asked_for(monkeypatch: pytest.MonkeyPatch, asked: str, json_: bool) -> None:
    monkeypatch.setenv("JANITOR_LOG_FORMAT", asked)
    assert messages.is_json() is json_


@pytest.mark.parametrize("level", ["DEBUG", ""])
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_bug_is_told_by_type_and_place_and_no_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: str, form: str
) -> None:
    def broken(*_: object) -> None:
        raise KeyError(SECRET) from RuntimeError(SECRET)

    monkeypatch.setenv("JANITOR_LOG_LEVEL", level)
    monkeypatch.setenv("JANITOR_LOG_FORMAT", form)
    monkeypatch.setattr("janitor.settings.load_settings", broken)
    assert run(["history"]) == 1
    err = capsys.readouterr().err
    assert "this is a bug in janitor: KeyError at janitor/cli/history.py:" in err
    assert ("RuntimeError" in err) is (level == "DEBUG")
    assert SECRET not in err


def test_what_the_system_refuses_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(24, SECRET, SECRET)

    monkeypatch.setattr("janitor.settings.load_settings", full)
    assert run(["history"]) == 2
    err = capsys.readouterr().err
    assert "Too many open files" in err
    assert SECRET not in err


PROGRAM = """
import sys, threading, warnings
from janitor.cli.messages import watch_interpreter
watch_interpreter()
warnings.warn("a constant text of the library")
warnings.warn("put together: " + sys.argv[1])
def fail():
    raise ValueError(sys.argv[1])
thread = threading.Thread(target=fail)
thread.start()
thread.join()
class Dying:
    def __del__(self):
        raise ValueError(sys.argv[1])
del_me = Dying()
del del_me
fail()
"""


def test_warnings_are_not_json(tmp_path: Any) -> None:
    """The case of that name: Python's warnings and uncaught errors are JSON lines, and quote nothing."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    ended = subprocess.run([sys.executable, str(program), SECRET], capture_output=True, text=True, timeout=60)
    told = entries(ended.stderr)
    assert ended.returncode == 1
    assert [entry["severity"] for entry in told] == ["WARNING", "WARNING", "ERROR", "WARNING", "ERROR"]
    assert told[0]["message"].endswith("a constant text of the library")
    assert told[1]["message"].endswith("not shown")
    assert SECRET not in ended.stderr


def test_the_warning_of_google_auth_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.auth import _default

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", messages._warned)
        from google.auth import _cloud_sdk

        class Person:
            client_id = _cloud_sdk.CLOUD_SDK_CLIENT_ID

        _default._warn_about_problematic_credentials(Person())
    (entry,) = entries(capsys.readouterr().err)
    assert "quota project" in entry["message"]
    assert "google/auth/_default.py" in entry["message"]


def test_an_error_of_janitors_own_is_told_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(*_: object) -> None:
        raise LedgerError('The ledger in "x" cannot be used.\nWay out.')

    monkeypatch.setattr("janitor.settings.load_settings", away)
    assert run(["history"]) == 2
    (entry,) = entries(capsys.readouterr().err)
    assert entry["message"] == 'The ledger in "x" cannot be used.\nWay out.'
