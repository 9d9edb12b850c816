"""The cases `clock-set-back` and `clock-leaps-a-year`: a daemon whose clock is put right while it runs (R30)."""

import time
from pathlib import Path

import pytest

from tests.daemon.daemon_process import Process, daemon, wait_until
from tests.daemon.faketime import WallClock
from tests.daemon.test_daemon_process import FAILED, asked
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, image, world

EACH_MINUTE = POLICIES + 'schedule: {timezone: UTC, sweep: {cron: "* * * * *"}}\n'
WORLD = world(image("a"), services=FAILED, more="clock: now")
pytestmark = pytest.mark.slow


def figures(process: Process) -> tuple[int, float]:
    """The most memory that it has ever held, in kB, and the seconds of processor time that it has used."""
    folder = Path(f"/proc/{process.popen.pid}")
    peak = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM"))
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return int(peak.split()[1]), (int(fields[11]) + int(fields[12])) / 100


def test_clock_set_back(place: Placing, tmp_path: Path) -> None:
    clock = WallClock(tmp_path, "+1d")
    with daemon(place(WORLD), "--dry-run", policies=EACH_MINUTE, **clock.environment) as process:
        wait_until(lambda: bool(process.of("sweep.finished")), 90)
        assert process.of("clock.doubted"), "a day ahead of Google"
        clock.set("+0d")
        before = len(process.of("sweep.finished"))
        wait_until(lambda: len(process.of("sweep.finished")) > before, 90)
        assert len(process.of("clock.doubted")) == before, "the sweep by the new clock doubts nothing"
        (tmp_path / "policies.yaml").write_text(EACH_MINUTE + "# changed\n")
        process.until("policies.reloaded")
        assert asked(process, "/healthz")[0] == 200


@pytest.mark.parametrize("start", ["-365d", "-20000d"])
def test_clock_leaps_a_year(place: Placing, tmp_path: Path, start: str) -> None:
    """From a year ago, and from 1972."""
    clock = WallClock(tmp_path, start)
    with daemon(place(WORLD), "--dry-run", policies=EACH_MINUTE, **clock.environment) as process:
        wait_until(lambda: bool(process.of("sweep.finished")), 90)
        peak, used = figures(process)
        clock.set("+0d")
        time.sleep(15)
        higher, more = figures(process)
        assert higher < peak + 50_000, "kB: no missed beat is listed"
        assert more < used + 10, "seconds of processor time"
        caught_up = [line for line in process.of("run.caught_up") if line["run"] == "sweep"]
        assert len(caught_up) <= 1
        assert asked(process, "/healthz")[0] == 200
