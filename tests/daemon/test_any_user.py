"""janitor as any user of group 0, without a home and without an entry in passwd, as OpenShift runs images."""

import json
import os
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import janitor
from tests.daemon.test_daemon_process import QUIET, RARELY
from tests.sweep.conftest import Placing

UID = 1_000_650_000
HOMES = {"unset": None, "read-only": "/", "missing": "/nonexistent"}
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run janitor as another user")


@cache
def interpreter() -> tuple[str, str]:
    """A Python that the other user can run janitor with, and its PYTHONPATH."""
    path = os.pathsep.join([*site.getsitepackages(), str(Path(janitor.__file__).parent.parent)])
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            tried = subprocess.run(
                [python, "-c", "import janitor.cli.app, pydantic_core, sqlalchemy, grpc"],
                cwd="/", env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, check=False,
                user=UID, group=0, extra_groups=[],
            )  # fmt: skip
        except OSError:
            continue
        if tried.returncode == 0:
            return python, path
    pytest.skip(f"no Python on this machine can run janitor as uid {UID}")


def run(home: str | None, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    python, path = interpreter()
    variables = {"PATH": os.defpath, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(
        [python, "-m", "janitor", *arguments],
        cwd="/", env=variables if home is None else {**variables, "HOME": home}, capture_output=True, text=True,
        check=False, timeout=120, user=UID, group=0, extra_groups=[],
    )  # fmt: skip


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may read: pytest closes its own to all but the user who runs it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.parametrize("home", HOMES.values(), ids=HOMES)
def test_without_a_home_that_can_be_written_history_says_how_to_name_the_ledger(home: str | None) -> None:
    done = run(home, "history")
    assert done.returncode == 2
    (line,) = map(json.loads, done.stderr.splitlines())
    assert line["severity"] == "ERROR"
    assert "JANITOR_DATABASE_URL" in line["message"]
    assert "XDG_STATE_HOME" in line["message"]
    assert ("HOME is not set" in line["message"]) is (home is None)


@pytest.mark.slow
@pytest.mark.parametrize("home", HOMES.values(), ids=HOMES)
def test_any_user_of_group_0_applies_with_a_ledger_that_group_0_may_write(
    home: str | None, place: Placing, open_folder: Path
) -> None:
    here = place(QUIET)
    policies, ledger = open_folder / "policies.yaml", open_folder / "written"
    policies.write_text(RARELY)
    ledger.mkdir()
    os.chown(ledger, 0, 0)
    ledger.chmod(0o770)
    known = {"JANITOR_EMULATOR_HOST": here.google.host, "JANITOR_EMULATOR_HTTP": here.google.http}

    looked = run(home, "sweep", "--dry-run", "--policies", str(policies), **known)
    assert looked.returncode == 0, looked.stderr
    assert "sweep.unrecorded" in looked.stderr
    assert here.changes == []

    url = f"sqlite:///{ledger / 'ledger.db'}"
    applied = run(
        home, "daemon", "--once", "--apply", "--policies", str(policies), JANITOR_DATABASE_URL=url, **known
    )
    assert applied.returncode == 0, applied.stderr
    assert here.changes
    written = [path for path in open_folder.rglob("*") if path.stat().st_uid == UID]
    assert {path.parent for path in written} == {ledger}
