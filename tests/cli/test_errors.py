"""Every error is a message and an exit code; a traceback is for those who ask for it."""

from pathlib import Path

import pytest

from janitor.errors import (
    InterruptedSweepError,
    JanitorError,
    LedgerError,
    LockHeldError,
    ObservationError,
    PolicyFileError,
    UsageError,
)
from tests.cli.calling import Janitor, Sweeps


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError, 2),
        (PolicyFileError, 2),
        (LedgerError, 2),
        (ObservationError, 3),
        (InterruptedSweepError, 6),
        (LockHeldError, 7),
        (JanitorError, 1),
    ],
)
def test_each_error_ends_with_its_code_and_its_message_on_stderr(
    error: type[JanitorError], code: int, policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    sweeps.answer = error("first line\nsecond line")
    called = janitor("sweep")
    assert (called.code, called.out) == (code, "")
    assert called.err == "janitor: first line\njanitor: second line\n"


def test_a_bug_ends_with_one_and_a_hint_and_no_traceback(
    policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    sweeps.answer = ZeroDivisionError("by zero")
    called = janitor("sweep")
    assert (called.code, called.out) == (1, "")
    first, second = called.err.splitlines()
    assert first.startswith("janitor: this is a bug in janitor: ZeroDivisionError at janitor/cli/sweep.py:")
    assert second == "janitor: run it again with JANITOR_LOG_LEVEL=DEBUG for the traceback"


@pytest.mark.parametrize("level", ["DEBUG", "debug"])
def test_a_bug_shows_its_traceback_to_those_who_ask(
    level: str, policies: Path, janitor: Janitor, sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JANITOR_LOG_LEVEL", level)
    sweeps.answer = ZeroDivisionError("by zero")
    called = janitor("sweep")
    assert called.code == 1
    assert "/janitor/cli/app.py" in called.err
    assert "by zero" not in called.err


def test_a_message_from_outside_cannot_steer_the_terminal(
    policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    sweeps.answer = ObservationError("a\x1b[2Jb\u202ec")
    told = janitor("sweep").err
    assert "a\\x1b[2Jb\\u202ec" in told
    assert "\x1b" not in told


def test_a_command_that_does_not_exist_is_a_usage_error(janitor: Janitor) -> None:
    called = janitor("swep")
    assert (called.code, called.out) == (2, "")
    assert "swep" in called.err
