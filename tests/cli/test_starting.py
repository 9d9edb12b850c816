"""A signal while a command starts: no traceback, and the exit code that is documented (R23)."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc says whether a signal is caught")
COMMANDS = {
    "sweep --dry-run": 6,
    "sweep --apply": 6,
    "daemon": 0,
    "daemon --once": 6,
    "validate": 6,
    "report": 6,
}


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for the signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(mask, 16) & (1 << (number - 1)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_signal_during_the_start_ends_it_quickly_without_a_traceback(
    tmp_path: Path, command: str, number: signal.Signals
) -> None:
    """From the moment at which janitor's first line has run: the imports take most of a second."""
    env = os.environ | {"JANITOR_EMULATOR_HOST": "127.0.0.1:9", "JANITOR_EMULATOR_HTTP": "http://127.0.0.1:9"}
    process = subprocess.Popen(
        [sys.executable, "-m", "janitor", *command.split()],
        cwd=tmp_path, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        # a shell starts what it puts into the background with SIGINT ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        while process.poll() is None and not catches(process.pid, signal.SIGTERM):
            time.sleep(0.001)
        process.send_signal(number)
        out, err = process.communicate(timeout=8)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (COMMANDS[command], "", "")


def test_a_signal_leaves_no_half_written_file(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from janitor.cli.starting import end_on_signals
end_on_signals(["report"])
from janitor.cli.output import results_to
with results_to(Path(sys.argv[1])) as out:
    out.write("half")
    out.flush()
    os.kill(os.getpid(), signal.SIGTERM)
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "report.txt")], check=False)
    assert done.returncode == 6
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_the_parent_ignores_stays_ignored(tmp_path: Path) -> None:
    program = """
import signal
from janitor.cli.starting import end_on_signals
signal.signal(signal.SIGINT, signal.SIG_IGN)
end_on_signals(["report"])
assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
