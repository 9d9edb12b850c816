"""The demo's world, swept for real against the emulator: what its reports and tables are before and after."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JANITOR = (sys.executable, "-m", "janitor")
_OWN = ("JANITOR_", "GOOGLE_", "CLOUDSDK_", "K_SERVICE", "CLOUD_RUN_")


@dataclass(frozen=True, slots=True)
class World:
    """Where commands run: a folder with the demo's policies, and an environment that leads to the emulator."""

    folder: Path
    env: Mapping[str, str]

    def run(self, *words: str, **more: str) -> str:
        """What a command prints; AssertionError with what it said if it ends with anything but 0."""
        done = subprocess.run(
            [*JANITOR, *words],
            cwd=self.folder,
            env={**self.env, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def page(self, name: str) -> Path:
        """The HTML report of the last seven days, as a file."""
        path = self.folder / f"{name}.html"
        self.run("report", "--format", "html", "--since", "7d", "--out", str(path))
        return path


@contextmanager
def demo_world(folder: Path) -> Iterator[World]:
    """The emulator with the demo's world, until the block ends."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    env |= {
        "JANITOR_LOG_LEVEL": "ERROR",
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "JANITOR_DATABASE_URL": f"sqlite:///{folder / 'ledger.db'}",
        "PYTHONPATH": str(ROOT),
    }
    (folder / "policies.yaml").write_bytes((ROOT / "janitor" / "demo" / "policies.yaml").read_bytes())
    world = ROOT / "janitor" / "demo" / "world.yaml"
    command = [*JANITOR, "emulator", "--world", str(world), "--port", "0", "--http-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as emulator:
        try:
            assert emulator.stdout
            lines = [emulator.stdout.readline().strip() for _ in range(2)]
            yield World(
                folder,
                env | {name: value for name, _, value in (line.partition("=") for line in lines)},
            )
        finally:
            emulator.terminate()
