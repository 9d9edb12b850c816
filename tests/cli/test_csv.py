"""`--format csv` of each command that has it, as a shell reads it."""

import csv
import io
from pathlib import Path

import pytest

from janitor.errors import ObservationError
from janitor.report import spreadsheet
from tests.cli.calling import Janitor, Sweeps
from tests.cli.ledgers import SECOND, written
from tests.report.samples import REFUSAL, story


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_a_sweep_is_written_as_csv_whatever_its_exit_code(
    policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    for answer, code in ((story(), 0), (story(refusals=(REFUSAL,)), 4)):
        sweeps.answer = answer
        called = janitor("sweep", "--format", "csv")
        header, *lines = rows(called.out)
        assert (called.code, tuple(header), len(lines)) == (code, spreadsheet.SWEEP, 4)
    sweeps.answer = ObservationError("no credentials")
    called = janitor("sweep", "--format", "csv")
    assert (called.code, rows(called.out)) == (3, [list(spreadsheet.SWEEP)])
    assert "no credentials" in called.err


def test_report_and_history_are_written_as_csv(
    folder: Path, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(folder, monkeypatch)
    header, period, *_ = rows(janitor("report", "--since", "30d", "--format", "csv").out)
    assert tuple(header) == spreadsheet.REPORT
    assert period[2:5] == ["period", "", "2"]
    header, *sweeps = rows(janitor("history", "--format", "csv").out)
    assert (tuple(header), len(sweeps)) == (spreadsheet.PAST_SWEEPS, 2)
    out = folder / "actions.csv"
    assert janitor("history", SECOND, "--format", "csv", "--out", str(out)).code == 0
    header, *actions = rows(out.read_bytes().decode())
    assert (tuple(header), len(actions)) == (spreadsheet.PAST_ACTIONS, 2)
