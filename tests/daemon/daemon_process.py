"""`janitor daemon` in a process of its own, heard by its log."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.sweep.sweeping import Place


@dataclass
class Process:
    """One that runs. `lines` are its log so far."""

    popen: "subprocess.Popen[str]"
    lines: list[dict[str, Any]] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("message") == event]

    def until(self, event: str, times: int = 1) -> dict[str, Any]:
        """The last of so many; a failure when they never come."""
        wait_until(lambda: len(self.of(event)) >= times or self.popen.poll() is not None)
        assert len(self.of(event)) >= times, self.told
        return self.of(event)[-1]

    def signal(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    def code(self, seconds: float = 30) -> int:
        """Its exit code, once it has ended and all of its log is here."""
        found = self.popen.wait(seconds)
        for thread in self.listeners:
            thread.join(seconds)
        return found

    @property
    def told(self) -> str:
        return "\n".join([*map(json.dumps, self.lines), *self.other])

    def said(self, severity: str) -> str:
        """The messages of one severity."""
        return "\n".join(str(line["message"]) for line in self.lines if line["severity"] == severity)

    def listen(self) -> None:
        self.listeners = [threading.Thread(target=self._listen, daemon=True)]
        for thread in self.listeners:
            thread.start()

    def _listen(self) -> None:
        assert self.popen.stderr
        for line in self.popen.stderr:
            if line.startswith("{"):
                self.lines.append(json.loads(line))
            else:
                self.other.append(line)


@contextmanager
def daemon(
    here: Place, *flags: str, policies: str | None, within: Sequence[str] = (), **environment: str
) -> Iterator[Process]:
    """Started in the place with this policy file, by the command `within`; killed at the end if it still runs."""
    if policies is not None:
        (here.folder / "policies.yaml").write_text(policies, encoding="utf-8")
    env: Mapping[str, str] = {**os.environ, **here.environment(), **environment}
    popen = subprocess.Popen(
        [*within, sys.executable, "-m", "janitor", "daemon", "--port", "0", *flags],
        cwd=here.folder, env=env, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    process = Process(popen)
    process.listen()
    try:
        yield process
    finally:
        popen.kill()
        process.code()
        assert popen.stderr
        popen.stderr.close()


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Until it holds; a failure when it never does."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.02)
