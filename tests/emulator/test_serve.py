"""The command: two lines, then it serves until it is told to stop."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.emulator.asking import WORLD

COMMAND = [sys.executable, "-m", "janitor", "emulator", "--world"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_prints_what_to_set_and_stops_at_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(WORLD, encoding="utf-8")
    with subprocess.Popen([*COMMAND, str(world)], stdout=subprocess.PIPE, text=True) as emulator:
        assert emulator.stdout
        host, http = (emulator.stdout.readline().strip() for _ in range(2))
        assert host.startswith("JANITOR_EMULATOR_HOST=127.0.0.1:")
        url = http.removeprefix("JANITOR_EMULATOR_HTTP=")
        assert httpx2.get(f"{url}/v1/projects/shop/locations").status_code == 200
        emulator.send_signal(number)
        assert emulator.stdout.read() == ""
        assert emulator.wait(timeout=20) == 0


def test_a_wrong_world_is_a_usage_error_that_names_the_line(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text("projects:\n  p:\n    runs: {}\n", encoding="utf-8")
    done = subprocess.run([*COMMAND, str(world)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"{world}:3:" in done.stderr.replace("\n", "")
    assert not done.stdout
