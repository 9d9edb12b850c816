"""An empty folder, an environment that says nothing, and no log settings left behind."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.cli.calling import POLICIES, Janitor, Sweeps, caller

_OURS = ("JANITOR_", "K_SERVICE", "CLOUD_RUN_", "GOOGLE_", "CLOUDSDK_")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory, empty."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        monkeypatch.delenv(name)
    # as on a terminal: tests/cli/test_messages.py is about the other form
    monkeypatch.setenv("JANITOR_LOG_FORMAT", "console")
    yield tmp_path
    structlog.reset_defaults()


@pytest.fixture
def policies(folder: Path) -> Path:
    """A policies.yaml in the working directory."""
    path = folder / "policies.yaml"
    path.write_text(POLICIES)
    return path


@pytest.fixture
def janitor(folder: Path, capfd: pytest.CaptureFixture[str]) -> Janitor:
    """Calls the command line in an empty folder."""
    return caller(capfd)


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> Sweeps:
    """What is asked of the sweep, which does nothing."""
    sweeps = Sweeps()
    monkeypatch.setattr("janitor.sweep.wiring.run_sweep", sweeps)
    return sweeps
