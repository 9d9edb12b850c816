"""Without Slack the sweep's own output announces (R32): what was not shown is not announced."""

import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from janitor.store.marks import SqlMarks
from tests.sweep.conftest import Placing
from tests.sweep.stepping import FAILED, WEB, WEEK, Days, applied, listed, said
from tests.sweep.sweeping import Place, world

BOTH = WEEK.replace(
    "policies:",
    "limits: {max_share: 100%}\npolicies:\n  - {name: at-once, kind: run.service, when: {name: old, status: failed,"
    " older_than: 60d}}",
)
TWO = FAILED[:-1] + ", old: {updated: 90d ago, state: failed, image: docker.io/library/old}}"
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


def janitor(here: Place, *words: str, **streams: object) -> "subprocess.Popen[bytes]":
    """`janitor sweep --apply` in a process of its own, with the clock of this machine."""
    (here.folder / "policies.yaml").write_text(WEEK, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "janitor", "sweep", "--apply", "--quiet", *words],
        cwd=here.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        **streams,  # type: ignore[call-overload]
    )  # fmt: skip


def test_the_sweep_s_output_is_the_announcement(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    (row,) = here.sweep("--apply", policies=WEEK).document["grace"]
    assert row["announced"] is True
    (mark,) = listed()["marks"]
    assert mark["due_at"] == row["due_at"]


@pytest.mark.parametrize("fmt", ["json", "table", "csv"])
def test_all_of_it_was_printed_before_a_mark_is_written(
    fmt: str, place: Placing, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(world(services=TWO))
    printed: list[str] = []
    note_marks = SqlMarks.note_marks

    async def noting(self: SqlMarks, *facts: object) -> None:
        printed.append(sys.stdout.getvalue())  # type: ignore[attr-defined]
        await note_marks(self, *facts)  # type: ignore[arg-type]

    monkeypatch.setattr(SqlMarks, "note_marks", noting)
    swept = here.sweep("--apply", policies=BOTH, fmt=fmt)
    assert printed == [swept.out]
    assert [mark["name"] for mark in listed()["marks"]] == [WEB]


def test_a_file_is_whole_before_a_mark_is_written(
    place: Placing, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(world(services=FAILED))
    found: list[dict[str, object]] = []
    note_marks = SqlMarks.note_marks

    async def noting(self: SqlMarks, *facts: object) -> None:
        found.append(json.loads((here.folder / "sweep.json").read_text(encoding="utf-8")))
        await note_marks(self, *facts)  # type: ignore[arg-type]

    monkeypatch.setattr(SqlMarks, "note_marks", noting)
    assert here.sweep("--apply", "--out", "sweep.json", policies=WEEK).code == 0
    (document,) = found
    assert [row["name"] for row in document["grace"]] == [WEB]  # type: ignore[attr-defined]


def many(count: int) -> str:
    """The world of so many services that are scheduled, named ``old-000`` and so on."""
    services = (
        f"old-{number:03}: {{updated: 90d ago, state: failed, image: docker.io/library/web}}"
        for number in range(count)
    )
    return world(services=f"{{{', '.join(services)}}}")


@pytest.mark.parametrize("fmt", ["table", "csv"])
def test_each_mark_is_of_a_deletion_that_was_shown(
    fmt: str, place: Placing, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a table shows of what is not new, and a format that has no rows of scheduled deletions. A terminal shows
    no event below a warning."""
    monkeypatch.setenv("JANITOR_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("COLUMNS", "200")
    here = place(many(60))
    swept = here.sweep("--apply", policies=WEEK, fmt=fmt)
    marks = {mark["name"].rpartition("/")[2] for mark in listed()["marks"]}
    told = swept.out if fmt == "table" else swept.err
    assert len(marks) == 60
    assert [name for name in sorted(marks) if name not in told] == []
    again = here.sweep("--apply", policies=WEEK, fmt=fmt)
    assert "deletion.scheduled" not in again.err
    assert "old-059" not in again.out


def test_a_sweep_that_is_killed_before_its_output_is_read_has_announced_nothing(place: Placing) -> None:
    """Nobody reads the pipe, and the output is longer than what a pipe holds."""
    here = place(many(150))
    with janitor(here, "--format", "json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as sweep:
        assert sweep.stdout
        begun = sweep.stdout.read(1)  # it writes, and waits for its reader
        sweep.send_signal(signal.SIGKILL)
    assert begun == b"{"
    assert listed()["marks"] == []


def test_a_reader_that_closes_the_output_was_told_nothing(place: Placing) -> None:
    here = place(world(services=FAILED))
    reading, writing = os.pipe()
    os.close(reading)
    with janitor(here, stdout=writing, stderr=subprocess.PIPE) as sweep:
        os.close(writing)
        _, err = sweep.communicate()
    assert sweep.returncode == 0
    assert b"Its reader closed the output of the sweep before the end" in err
    assert listed()["marks"] == []
    report = json.loads(said("report", "--format", "json")[1])
    (trouble,) = (each for each in report["troubles"] if each["kind"] == "unannounced")
    assert "the announcement was not accepted" in trouble["what"]


@needs_full
def test_what_cannot_be_written_is_not_announced_and_what_was_deleted_is_recorded(
    place: Placing, days: Days
) -> None:
    here = place(world(services=TWO))
    swept = here.sweep("--apply", "--out", "/dev/full", policies=BOTH)
    assert swept.code == 2
    assert "/dev/full: cannot be written" in swept.err
    assert listed()["marks"] == []
    history = json.loads(said("history", "--format", "json")[1])
    assert history["sweeps"][0]["exit_code"] == 2
    assert history["sweeps"][0]["totals"]["deleted"] == 1
    days.pass_by(days=30)
    assert applied(here, BOTH) == []
    (mark,) = listed()["marks"]
    assert datetime.fromisoformat(mark["announced_at"]) >= days.now().replace(hour=0, minute=0, second=0)


def test_the_daemon_s_log_names_what_it_schedules(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED.replace("state: failed", "state: failed, labels: {team: shop}")))
    (here.folder / "policies.yaml").write_text(WEEK, encoding="utf-8")
    code, _, err = said("daemon", "--once", "--apply")
    assert code == 0
    events = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    (told,) = (event for event in events if event["message"] == "deletion.scheduled")
    (mark,) = listed()["marks"]
    assert (told["name"], told["owner"], told["policy"]) == (WEB, "shop", "failed")
    assert datetime.fromisoformat(told["due_at"]) == datetime.fromisoformat(mark["due_at"])
    assert "janitor keep NAME" in told["keep"]
