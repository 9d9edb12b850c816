"""The daemon's world of fakes, its events heard."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.daemon_fakes import Events, World
from tests.sweep.conftest import place

__all__ = ["place"]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Fakes all round, one policy file."""
    events = Events()
    for module in ("daemon", "jobs", "sweeping"):
        monkeypatch.setattr(f"janitor.daemon.{module}.emit", events)
    # Walking all that the tests of a process hold takes longer than any of these tests.
    monkeypatch.setattr("janitor.daemon.daemon._let_go", lambda: None)
    return World(tmp_path, events)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may read: pytest closes its own to all but the user who runs it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
