"""Telling the story: the commands that a person would type, run for real against the emulator."""

import os
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from janitor.demo.slack import slack_on_this_machine
from janitor.errors import JanitorError

JANITOR = (sys.executable, "-m", "janitor")
# Whatever of a person's own setup must not leak into the story, nor the story into it.
_OWN = ("JANITOR_", "GOOGLE_", "CLOUDSDK_", "K_SERVICE", "CLOUD_RUN_")
_BY_HAND = ("sweep", "--apply", "--policy", "failed-services", "--policy", "abandoned-repositories")
_BEGINNING = """\
The Cloud Run service xai-community in asia-northeast3 failed to deploy twice: its container never
listened on PORT. The service and 2.3 GB of images are still there. The project also has a web
service with forty images, a forgotten preview, tools and a nightly job.

An emulator on this machine answers in place of Google Cloud. It uses the list prices of
24 September 2026.
"""


def tell() -> None:
    """Run the story's commands one after another; JanitorError when one of them fails."""
    print(_BEGINNING)
    with tempfile.TemporaryDirectory(prefix="janitor-demo-") as folder, _emulated(Path(folder)) as env:
        (Path(folder) / "policies.yaml").write_text(_text("policies.yaml"), encoding="utf-8")
        place = _Place(Path(folder), env)
        place.run("Show what the policies would delete:", "sweep", "--dry-run")
        place.run("Show who uses an old image:", "explain", "web/web:r14")
        place.run("Delete the failed service and its repository:", *_BY_HAND)
        with _slack() as (url, posted):
            slack = _Place(place.folder, env | {"JANITOR_SLACK_WEBHOOK_URL": url})
            slack.watch("The daemon deletes the rest and posts a note to Slack:", posted)
            place.run("The next dry run:", "sweep", "--dry-run")
            slack.run("The cost report in Slack:", "report", "--slack")
        page = new_page()
        place.run(
            "The cost report as a page:",
            "report",
            "--format",
            "html",
            "--since",
            "7d",
            "--out",
            str(page),
        )
        print(f"The page: {page.as_uri()}")


def new_page() -> Path:
    """A path for the HTML report, in a new folder that only this user can open: /tmp is shared with others."""
    return Path(tempfile.mkdtemp(prefix="janitor-report-")) / "janitor-report.html"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the commands run: their folder and environment."""

    folder: Path
    env: Mapping[str, str]

    def run(self, title: str, command: str, *flags: str) -> None:
        """One command to its end."""
        self._say(title, command, *flags)
        quiet = ("--quiet",) if command == "sweep" else ()
        done = subprocess.run([*JANITOR, command, *flags, *quiet], cwd=self.folder, env=self.env, check=False)
        print(flush=True)
        self._check(done.returncode, command, *flags)

    def watch(self, title: str, posted: threading.Event) -> None:
        """The daemon, until it has posted a message; then it is told to stop."""
        command = ("daemon", "--now", "--apply", "--port", "0")
        self._say(title, *command[:3])
        with subprocess.Popen([*JANITOR, *command], cwd=self.folder, env=self.env) as daemon:
            posted.wait(timeout=60)
            daemon.terminate()
        print(flush=True)
        self._check(daemon.returncode, *command)
        if not posted.is_set():
            raise JanitorError("the demo's daemon posted nothing to Slack; its output is above")

    def _say(self, title: str, *words: str) -> None:
        print(f"{title}\n\n$ janitor {shlex.join(words)}", flush=True)

    def _check(self, code: int, *words: str) -> None:
        if code:
            raise JanitorError(f"the demo's `janitor {shlex.join(words)}` ended with {code}")


@contextmanager
def _slack() -> Iterator[tuple[str, threading.Event]]:
    """A Slack that prints what it is sent: its URL, and whether it was sent anything yet."""
    posted = threading.Event()

    def show(message: str) -> None:
        print(message, flush=True)
        posted.set()

    with slack_on_this_machine(show) as url:
        yield url, posted


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
