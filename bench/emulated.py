"""The emulator in a process of its own, for as long as it is measured against."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def emulated(world: Path, env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The two variables that lead to it; SystemExit when it does not start."""
    command = [sys.executable, "-m", "janitor", "emulator", "--world", str(world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(env)) as emulator:
        try:
            lines = [emulator.stdout.readline() if emulator.stdout else "" for _ in range(2)]
            variables = dict(line.strip().partition("=")[::2] for line in lines)
            if set(variables) != {"JANITOR_EMULATOR_HOST", "JANITOR_EMULATOR_HTTP"}:
                sys.exit("the emulator did not start; what it said stands above")
            yield variables
        finally:
            emulator.terminate()
