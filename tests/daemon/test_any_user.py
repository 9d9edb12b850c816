"""janitor as any user of group 0, without a home and without an entry in passwd, as OpenShift runs images."""

import json
import os
from pathlib import Path

import pytest

from tests.daemon.other_user import UID, needs_root, run
from tests.daemon.test_daemon_process import QUIET, RARELY
from tests.sweep.conftest import Placing

HOMES = {"unset": None, "read-only": "/", "missing": "/nonexistent"}
pytestmark = needs_root


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
