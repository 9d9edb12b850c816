"""Results on stdout or in a whole file, everything else on stderr; a reader may go away."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from janitor.cli.output import results_to
from janitor.cli.progress import showing
from janitor.errors import UsageError
from janitor.report.data.totals import totals
from janitor.report.terminal.sweep import View, write_table
from tests.cli.calling import Janitor, Sweeps
from tests.report.samples import story

_BROKEN = """\
import sys
from janitor.cli.app import run
from tests.cli.calling import Sweeps
from tests.report.samples import image, result
import janitor.sweep.wiring
janitor.sweep.wiring.run_sweep = Sweeps(result(*map(image, range(5000))))
sys.exit(run(["sweep", "--dry-run", "--project", "p", *sys.argv[1:]]))
"""
ROOT = Path(__file__).parents[2]


def test_results_go_to_stdout_and_all_else_to_stderr(folder: Path, janitor: Janitor, sweeps: Sweeps) -> None:
    called = janitor("sweep", "--dry-run", "--format", "json")
    assert json.loads(called.out)["sweep_id"] == "s1"
    assert "shipped default" in called.err


def test_out_writes_the_file_and_nothing_to_stdout(policies: Path, janitor: Janitor, sweeps: Sweeps) -> None:
    called = janitor("sweep", "--format", "json", "--out", "sweep.json")
    assert (called.code, called.out) == (0, "")
    assert json.loads((policies.parent / "sweep.json").read_text())["sweep_id"] == "s1"


def test_out_into_a_folder_that_is_not_there_is_told_before_the_sweep(
    policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    called = janitor("sweep", "--apply", "--out", "nowhere/sweep.json")
    assert (called.code, called.out, sweeps.asked) == (2, "", [])
    assert "nowhere/sweep.json: cannot be written (No such file or directory)" in called.err


def test_out_that_is_a_folder_is_told_before_the_sweep(
    policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    (policies.parent / "here").mkdir()
    called = janitor("sweep", "--apply", "--out", "here")
    assert (called.code, sweeps.asked) == (2, [])
    assert "here: cannot be written (Is a directory)" in called.err


def test_a_file_is_replaced_only_once_all_of_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "sweep.json"
    path.write_text("yesterday")
    with results_to(path) as out:
        out.write("today")
        out.flush()
        assert path.read_text() == "yesterday"
    assert path.read_text() == "today"
    assert list(tmp_path.iterdir()) == [path]


def test_a_sweep_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(
    policies: Path, janitor: Janitor, sweeps: Sweeps
) -> None:
    path = policies.parent / "sweep.json"
    path.write_text("yesterday")
    sweeps.answer = UsageError("no project is set")
    assert janitor("sweep", "--out", "sweep.json").code == 2
    assert path.read_text() == "yesterday"
    assert sorted(each.name for each in policies.parent.iterdir()) == ["policies.yaml", "sweep.json"]


def test_a_new_file_has_the_rights_that_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with results_to(tmp_path / "sweep.json") as out:
            out.write("{}")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "sweep.json").stat().st_mode) == 0o640


def test_a_device_is_written_to_and_not_replaced() -> None:
    with results_to(Path(os.devnull)) as out:
        out.write("{}")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.parametrize("words", [["--format", "json"], ["--all"]])
def test_a_reader_that_goes_away_is_no_error(words: list[str], tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", _BROKEN, *words], cwd=tmp_path, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as done:  # fmt: skip
        assert done.stdout is not None
        assert done.stderr is not None
        assert done.stdout.readline()
        done.stdout.close()
        told = done.stderr.read()
        code = done.wait()
    assert code == 0
    assert "Broken" not in told
    assert "Traceback" not in told


def test_a_reader_that_goes_away_does_not_hide_that_the_plan_was_refused(tmp_path: Path) -> None:
    refused = _BROKEN.replace("range(5000))", "range(5000)), refusals=(REFUSAL,)").replace(
        "import image", "import REFUSAL, image"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", refused, "--format", "json"], cwd=tmp_path, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as done:  # fmt: skip
        assert done.stdout is not None
        assert done.stdout.readline()
        done.stdout.close()
        assert done.wait() == 4


def test_quiet_has_no_progress_at_all() -> None:
    with showing(quiet=True) as progress:
        assert progress is None


def test_progress_goes_to_stderr_and_cannot_steer_it(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JANITOR_LOG_FORMAT", "console")
    monkeypatch.setattr("janitor.cli.progress._EVERY_SECONDS", 0.0)
    with showing(quiet=False) as progress:
        assert progress is not None
        progress("repositories\x1b[2J", 1200, 4000)
        progress("deletions", 3, 0)
    out, err = capfd.readouterr()
    assert out == ""
    seen = "repositories\\x1b[2J: 1,200 of 4,000"
    assert err == f"janitor: {seen}\njanitor: {seen}, deletions: 3\n"


def test_progress_off_a_terminal_says_no_more_than_a_line_every_few_seconds(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with showing(quiet=False) as progress:
        assert progress is not None
        for done in range(100):
            progress("repositories", done, 100)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS", "TTY_COMPATIBLE"])
@pytest.mark.parametrize("exists", [False, True])
def test_colours_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, exists: bool
) -> None:
    """The case: FORCE_COLOR for a whole pipeline, as is usual; what --out writes is read by others."""
    monkeypatch.setenv(variable, "1")
    file = tmp_path / "plan.txt"
    if exists:
        file.write_text("before")
    result = story()
    with results_to(file) as out:
        write_table(result, totals(result), out, View())
    assert "failed-services" in file.read_text() or "Would delete" in file.read_text()
    assert "\x1b" not in file.read_text()
