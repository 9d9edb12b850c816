"""The soak: the daemon sweeping every second for two minutes, with faults, and what it keeps of it.

The emulator runs in this process, so that the world can go wrong and grow; the daemon in another,
which says each second what it holds (bench/soaking.py).
"""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.table import MIB

SECONDS = 120
WARM_UP = 30
_POLICIES = """\
version: 1
mode: apply
scope: {projects: [p]}
limits: {max_deletions: 1000, max_share: 100%}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
  - {name: stale, kind: artifact.image, when: {older_than: 7d}}
"""
_BROKEN = _POLICIES.replace("older_than: 24h", "older_then: 24h")
_WORLD = """\
operations: {delay: 5ms}
projects:
  p:
    locations: [us-central1, europe-west1]
    artifact_locations: [us-central1]
    run: {us-central1: {services: {web: {image: "us-central1-docker.pkg.dev/p/r/app:live"}}}}
    artifact_registry:
      us-central1: {repositories: {r: {images: [{package: app, digest: live, tags: [live], uploaded: 1d ago}]}}}
"""
# What a team leaves behind in one second.
_MORE = """\
projects:
  p:
    run: {{us-central1: {{services: {{bad-{n}: {{image: "us-central1-docker.pkg.dev/p/r/app:live", updated: 3d ago, state: failed}}}}}}}}
"""
# One fault after another, each for a few seconds.
_FAULTS = (
    "- {rpc: ListServices, error: {code: RESOURCE_EXHAUSTED}, times: 3}",
    "- {rpc: List*, error: {code: UNAVAILABLE}, times: 4}",
    "- {rpc: ListRevisions, location: europe-west1, error: {code: PERMISSION_DENIED}}",
    "- {rpc: DeleteService, error: {code: RESOURCE_EXHAUSTED}, times: 2}",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the daemon holds at one moment: counts, and resident bytes."""

    second: int
    tasks: int
    threads: int
    files: int
    sockets: int
    rss: int


@dataclass(frozen=True, slots=True)
class Soaked:
    """How it went. `twice` are names that the ledger or Google saw deleted more than once."""

    samples: list[Sample]
    sweeps: int
    failed_sweeps: int
    made: int
    deleted: int
    twice: list[str]
    unrecorded: list[str]
    exit_code: int


def soak(folder: Path, env: Mapping[str, str], seconds: int = SECONDS) -> Soaked:
    """Let it run; SystemExit where it dies before its time."""
    from janitor.emulator import Emulator

    policies, ledger = folder / "policies.yaml", folder / "ledger.db"
    policies.write_text(_POLICIES, encoding="utf-8")
    port = _free_port()
    with Emulator.from_text(_WORLD) as google:
        own = {
            "JANITOR_EMULATOR_HOST": google.host, "JANITOR_EMULATOR_HTTP": google.http, "PORT": str(port),
            "JANITOR_DATABASE_URL": f"sqlite:///{ledger}", "JANITOR_POLICIES": str(policies),
        }  # fmt: skip
        with _daemon({**env, **own}) as daemon:
            daemon.began()
            made = _trouble(google, daemon.process, policies, ledger, port, seconds)
            daemon.process.send_signal(signal.SIGTERM)
            code = daemon.process.wait(timeout=30)
        deletes = [name for rpc, name in google.calls if rpc == "DeleteService"]
        left = set(google.world.names("services"))
    return _reckoned(daemon.samples, ledger, deletes, left, made, code)


class _Daemon:
    """The process, and the samples that it has printed so far."""

    def __init__(self, env: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "bench.soaking"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(env))
        self.samples: list[Sample] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.samples.append(Sample(**json.loads(line)))

    def began(self) -> None:
        """Wait for its first line: before that it would not know SIGHUP."""
        until = time.monotonic() + 60
        while not self.samples and self.process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)

    def ended(self) -> None:
        """Wait for its last line."""
        self._reader.join(timeout=10)


@contextmanager
def _daemon(env: Mapping[str, str]) -> Iterator[_Daemon]:
    daemon = _Daemon(env)
    try:
        yield daemon
        daemon.ended()
    finally:
        daemon.process.kill()
        daemon.process.wait()


def _trouble(
    google: Any, process: "subprocess.Popen[str]", policies: Path, ledger: Path, port: int, seconds: int
) -> int:
    """A second at a time: more to delete, and every few seconds another fault; how much was made."""
    from janitor.emulator.world import merge

    control, until, second = google.control, time.monotonic() + seconds, 0
    while time.monotonic() < until:
        if process.poll() is not None:
            sys.exit(f"the daemon ended by itself with {process.returncode} after {second} s")
        control.now(lambda world, n=second: merge(world, _MORE.format(n=n)))
        if second % 8 == 3:
            control.clear_trouble()
            control.trouble(_FAULTS[second // 8 % len(_FAULTS)])
        if second % 8 == 7:
            control.clear_trouble()
        if second % 20 in (5, 9):
            policies.write_text(_BROKEN if second % 20 == 5 else _POLICIES, encoding="utf-8")
            process.send_signal(signal.SIGHUP)
        if second % 15 == 12:
            threading.Thread(target=_lock, args=(ledger, 2.0), daemon=True).start()
        _ask(port, ("/healthz", "/readyz", "/metrics", "/")[second % 4])
        time.sleep(1)
        second += 1
    control.clear_trouble()
    policies.write_text(_POLICIES, encoding="utf-8")
    time.sleep(5)
    return second


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ask(port: int, path: str) -> None:
    """As a probe does; an answer of 503 is one, too."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
        pass


def _lock(ledger: Path, seconds: float) -> None:
    """Nobody else writes to the ledger for a while."""
    other = sqlite3.connect(ledger, timeout=5, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("ROLLBACK")
    finally:
        other.close()


def _reckoned(
    samples: list[Sample], ledger: Path, deletes: list[str], left: set[str], made: int, code: int
) -> Soaked:
    with sqlite3.connect(ledger) as books:
        recorded = Counter(
            name for (name,) in books.execute("SELECT name FROM outcomes WHERE outcome = 'deleted'")
        )
        ended, failed = books.execute(
            "SELECT count(*), count(*) FILTER (WHERE exit_code IS NULL) FROM sweeps"
        ).fetchone()
    books.close()
    gone = {name for name in deletes if name not in left}
    return Soaked(
        samples, ended, failed, made, len(recorded),
        sorted(name for name, times in recorded.items() if times > 1),
        sorted(gone ^ recorded.keys()), code,
    )  # fmt: skip


def show_soak(soaked: Soaked) -> str:
    """What it held after the warm-up and at the end; growth is the difference of the two halves' means."""
    warm = [sample for sample in soaked.samples if sample.second >= WARM_UP]
    if len(warm) < 4:
        return "soak: too few samples to say anything"
    halves = warm[: len(warm) // 2], warm[len(warm) // 2 :]
    lines = [f"{'soak':38}{'first half':>12}{'second half':>12}{'most':>8}"]
    for key in ("tasks", "threads", "files", "sockets"):
        first, second = (sum(getattr(each, key) for each in half) / len(half) for half in halves)
        most = max(getattr(each, key) for each in warm)
        lines.append(f"  {key:36}{first:>12.1f}{second:>12.1f}{most:>8}")
    first, second = (sum(each.rss for each in half) / len(half) / MIB for half in halves)
    lines.append(
        f"  {'RSS, MiB':36}{first:>12.1f}{second:>12.1f}{max(each.rss for each in warm) / MIB:>8.1f}"
    )
    lines.append(
        f"  {soaked.sweeps} sweeps ({soaked.failed_sweeps} without an end), {soaked.made} services made,"
        f" {soaked.deleted} deleted; in the ledger twice: {len(soaked.twice)}; with Google and the ledger at odds:"
        f" {len(soaked.unrecorded)}; ended with {soaked.exit_code}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    import tempfile

    from bench.measure import clean_environment

    with tempfile.TemporaryDirectory(prefix="janitor-soak-") as place:
        print(show_soak(soak(Path(place), clean_environment(place), int(os.environ.get("SOAK", SECONDS)))))
