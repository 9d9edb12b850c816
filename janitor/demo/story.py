"""Telling the story: the commands that a person would type, run for real against the emulator."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from janitor.errors import JanitorError

JANITOR = (sys.executable, "-m", "janitor")
# Whatever of a person's own setup must not leak into the story, nor the story into it.
_OWN = ("JANITOR_", "GOOGLE_", "CLOUDSDK_", "K_SERVICE", "CLOUD_RUN_")
_BEGINNING = """\
A Cloud Run service, xai-community in asia-northeast3, failed to deploy twice: its container never
listened on PORT. It and 2.3 GB of images have been lying there since. Around it lives a small
team's month: a web service and its forty images, previews, tools, a nightly job.

Google is emulated on this machine; its prices are the list prices of 24 September 2026.
"""


def tell() -> None:
    """Run the story's commands one after another; JanitorError when one of them fails."""
    print(_BEGINNING)
    with tempfile.TemporaryDirectory(prefix="janitor-demo-") as folder, _emulated(Path(folder)) as env:
        (Path(folder) / "policies.yaml").write_text(_text("policies.yaml"), encoding="utf-8")
        for title, command in (
            ("What would go, and why?", ("sweep", "--dry-run")),
            ("Exactly that, and nothing else:", ("sweep", "--apply")),
            ("And the morning after:", ("sweep", "--dry-run")),
        ):
            _run(title, command, Path(folder), env)


def _run(title: str, command: tuple[str, ...], folder: Path, env: dict[str, str]) -> None:
    print(f"{title}\n\n$ janitor {' '.join(command)}", flush=True)
    done = subprocess.run([*JANITOR, *command, "--quiet"], cwd=folder, env=env, check=False)
    print(flush=True)
    if done.returncode:
        raise JanitorError(f"the demo's `janitor {' '.join(command)}` ended with {done.returncode}")


@contextmanager
def _emulated(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which janitor speaks to the demo's world, and keeps its books in `folder`."""
    world = folder / "world.yaml"
    world.write_text(_text("world.yaml"), encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if not key.startswith(_OWN)}
    env |= {
        "JANITOR_LOG_LEVEL": "ERROR",
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "JANITOR_DATABASE_URL": f"sqlite:///{folder / 'ledger.db'}",
    }
    command = [*JANITOR, "emulator", "--world", str(world), "--port", "0", "--http-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as emulator:
        try:
            lines = [emulator.stdout.readline() if emulator.stdout else "" for _ in range(2)]
            yield env | dict(_variable(line) for line in lines)
        finally:
            emulator.terminate()


def _variable(line: str) -> tuple[str, str]:
    name, separator, value = line.strip().partition("=")
    if not separator:
        raise JanitorError("the demo's emulator did not start; what it said stands above")
    return name, value


def _text(name: str) -> str:
    return (files("janitor.demo") / name).read_text(encoding="utf-8")
