"""What outputs say of a wrong clock (R30)."""

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO

from janitor.model.inventory import ClockReading
from janitor.report.data.notices import clock_line
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import exit_code, totals, was_applied
from janitor.report.json.sweep import write_json
from janitor.report.slack.messages import note
from tests.report.samples import AT, story

AHEAD = ClockReading(AT + timedelta(hours=2), AT)
UNKNOWN = ClockReading(AT, None)
RIGHT = ClockReading(AT + timedelta(minutes=5), AT)


def sweep(clock: ClockReading | None, mode: str = "apply") -> SweepResult:
    return replace(story(mode=mode), clock=clock)


def test_the_line_has_both_times_and_what_to_do() -> None:
    line = clock_line(sweep(AHEAD))
    assert line == (
        "CLOCK WRONG: this machine's clock shows 2026-11-24 06:00:00 UTC, Google's shows 2026-11-24 04:00:00 UTC."
        " Nothing was deleted. Set the clock (with NTP, for example), then run janitor again."
    )


def test_a_clock_that_is_right_is_not_spoken_of() -> None:
    assert clock_line(sweep(RIGHT)) is None
    assert clock_line(sweep(None)) is None


def test_slacks_note_says_both_times() -> None:
    said = json.dumps(note(sweep(AHEAD)).blocks)
    assert "06:00:00 UTC" in said
    assert "04:00:00 UTC" in said


def test_a_wrong_clock_ends_both_with_3_and_an_unknown_one_only_an_apply() -> None:
    codes = {
        (name, mode): exit_code(sweep(clock, mode))
        for name, clock in {"ahead": AHEAD, "unknown": UNKNOWN, "right": RIGHT}.items()
        for mode in ("apply", "dry-run")
    }
    assert codes == {
        ("ahead", "apply"): 3, ("ahead", "dry-run"): 3, ("unknown", "apply"): 3,
        ("unknown", "dry-run"): 0, ("right", "apply"): 0, ("right", "dry-run"): 0,
    }  # fmt: skip


def test_an_apply_with_a_wrong_clock_applied_nothing() -> None:
    assert not was_applied(sweep(AHEAD))
    assert not was_applied(sweep(UNKNOWN))
    assert was_applied(sweep(RIGHT))


def test_the_document_has_both_times() -> None:
    out = StringIO()
    result = sweep(AHEAD)
    write_json(result, totals(result), out)
    clock = json.loads(out.getvalue())["clock"]
    assert clock == {"here": "2026-11-24T06:00:00Z", "google": "2026-11-24T04:00:00Z", "may_delete": False}
