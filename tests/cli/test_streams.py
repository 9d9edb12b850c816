"""What becomes of a sweep whose streams are closed, full, or read by nobody: nothing but its words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# A sweep that logs, reports progress, opens a file, and ends applied in part.
_SWEEP = """\
import os
from contextlib import suppress
import janitor.sweep.wiring
from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.cli import main
from janitor.logs import Event, emit
from tests.report.samples import SERVICE, result

def swept(request, settings, show):
    with open("ledger", "w") as ledger:
        with suppress(OSError):
            os.write(2, b"a library speaks\\n")
        for _ in range(100):
            emit(Event.ACTION_FAILED, name="x" * 1000)
        ledger.write("whole")
    return result(SERVICE, mode="apply", outcomes=(Outcome(OutcomeKind.FAILED, "no"),))

janitor.sweep.wiring.run_sweep = swept
main()
"""
ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a line of shell in which $SWEEP is the sweep; stdout is the file `out`."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("JANITOR_", "PYTHON"))}
    env |= {
        "PYTHONPATH": str(ROOT),
        "PYTHON": sys.executable,
        "CODE": _SWEEP,
        "JANITOR_LOG_FORMAT": "console",
    }
    line = command.replace("$SWEEP", '"$PYTHON" -c "$CODE" sweep --dry-run --project p')
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=env, text=True, capture_output=True, check=False
    )


@pytest.mark.parametrize("stderr", ["2>&-", pytest.param("2>/dev/full", marks=needs_full)])
def test_a_log_that_nobody_can_take_ends_no_sweep(stderr: str, tmp_path: Path) -> None:
    done = shell(f"$SWEEP --format json {stderr}", tmp_path)
    assert done.returncode == 6
    assert json.loads(done.stdout)["totals"]["failed"] == 1


def test_a_reader_of_the_log_that_goes_away_ends_no_sweep(tmp_path: Path) -> None:
    """As in ``janitor sweep --apply 2>&1 >report | head``."""
    done = shell("{ $SWEEP --format json; echo $? >code; } 2>&1 >out | true", tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "code").read_text() == "6\n"
    assert json.loads((tmp_path / "out").read_text())["totals"]["failed"] == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_s_number_is_no_other_file_s(closed: str, tmp_path: Path) -> None:
    """Else what a library writes to number 2 would stand in the ledger."""
    assert shell(f"$SWEEP {closed}", tmp_path).returncode == 6
    assert (tmp_path / "ledger").read_text() == "whole"


@needs_full
@pytest.mark.parametrize("words", ["--format json", "--format table", "--out /dev/full"])
def test_results_that_do_not_fit_are_told_and_are_no_bug(words: str, tmp_path: Path) -> None:
    done = shell(f"$SWEEP {words} >/dev/full", tmp_path)
    where = "/dev/full" if "--out" in words else "stdout"
    assert done.returncode == 2
    assert done.stderr.endswith(
        f"janitor: {where}: cannot be written (No space left on device): fix this, or name another file\n"
    )


@needs_full
def test_what_a_command_prints_and_does_not_fit_is_told_too(tmp_path: Path) -> None:
    done = shell('"$PYTHON" -m janitor --version >/dev/full', tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "janitor: stdout: cannot be written (No space left on device)\n",
    )


def test_a_terminal_that_knows_no_ellipsis_still_gets_its_report(tmp_path: Path) -> None:
    done = shell("PYTHONIOENCODING=ascii $SWEEP --format table", tmp_path)
    assert done.returncode == 6
    assert "\\xb7" in done.stdout
    assert "Traceback" not in done.stderr
