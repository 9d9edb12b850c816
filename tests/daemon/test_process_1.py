"""The daemon as process 1 of a pid namespace, where the kernel ignores every signal without a handler (signal(7))."""

import os
import signal
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.daemon.daemon_process import daemon, wait_until
from tests.daemon.test_daemon_process import QUIET, RARELY
from tests.sweep.conftest import Placing

IN_A_NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


@cache
def has_namespaces() -> bool:
    try:
        return subprocess.run([*IN_A_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not has_namespaces(), reason="needs unshare and the right to make pid namespaces (root)"
    ),
]


def process_1(unshare: int) -> int:
    """The process that is number 1 inside, by its number outside."""
    (inside,) = Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split()
    assert Path(f"/proc/{inside}/status").read_text().split("NSpid:")[1].split("\n")[0].split()[-1] == "1"
    return int(inside)


@pytest.mark.parametrize("observing", [False, True], ids=["idle", "observing"])
def test_sigterm_ends_process_1(place: Placing, observing: bool) -> None:
    here = place(QUIET.replace("trouble: []", "trouble: [{rpc: ListServices, hang: true}]"))
    asked: Callable[[], bool] = lambda: "ListServices" in [rpc for rpc, _ in here.google.calls]  # noqa: E731
    flags = ("--now", "--apply") if observing else ()
    with daemon(here, *flags, policies=RARELY, within=IN_A_NAMESPACE) as process:
        process.until("daemon.started")
        if observing:
            wait_until(asked)
        os.kill(process_1(process.popen.pid), signal.SIGTERM)
        assert process.code() == (6 if observing else 0), process.told
    assert here.changes == []
