"""Running a program in a process of its own, and what the kernel says it took."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """One run. Seconds of wall clock and of CPU (user and system, all threads); peak memory in bytes."""

    wall: float
    cpu: float
    rss: int
    output: str


def run(command: Sequence[str], env: Mapping[str, str]) -> Cost:
    """Run a command to its end; SystemExit with what it said on stderr unless it ended with 0.

    The peak is ru_maxrss of the child alone (os.wait4), which Linux counts in KiB and macOS in bytes. A
    child begins with its parent's peak, so this process must stay small: it imports no client.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        begin = time.perf_counter()
        child = subprocess.Popen(list(command), stdout=out, stderr=said, env=dict(env))
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            sys.exit(
                f"{' '.join(command)} ended with {child.returncode}\n{said.read().decode(errors='replace')}"
            )
        out.seek(0)
        text = out.read().decode()
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, text)


def clean_environment(folder: str) -> dict[str, str]:
    """The environment of every child: nothing of a person's own setup, and bytecode kept in `folder`.

    `make` turns the writing of bytecode off; an installed program has its own, so a run here must too.
    """
    own = ("JANITOR_", "GOOGLE_", "CLOUDSDK_", "K_SERVICE", "CLOUD_RUN_", "PYTHONDONTWRITE")
    env = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    return env | {
        "PYTHONPYCACHEPREFIX": f"{folder}/bytecode",
        "XDG_STATE_HOME": f"{folder}/state",
        "XDG_CACHE_HOME": f"{folder}/cache",
        "JANITOR_LOG_LEVEL": "ERROR",
    }
