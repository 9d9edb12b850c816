"""`janitor daemon` as typed: flags over environment over file, read anew with the file."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from janitor.daemon.wiring import WatchedPolicies
from janitor.errors import UsageError
from janitor.settings import Settings, SweepRequest
from tests.cli.calling import POLICIES, Janitor
from tests.cli.conftest import folder, janitor

__all__ = ["folder", "janitor"]


@dataclass
class Daemons:
    """Stands where the daemon stands, and notes what is asked of it."""

    watched: list[WatchedPolicies] = field(default_factory=list)
    at: list[tuple[str, int, bool]] = field(default_factory=list)
    once: list[SweepRequest] = field(default_factory=list)

    def run(
        self, policies: WatchedPolicies, settings: Settings, host: str, port: int, sweep_now: bool
    ) -> int:
        self.watched.append(policies)
        self.at.append((host, port, sweep_now))
        return 0

    def run_once(self, request: SweepRequest, settings: Settings) -> int:
        self.once.append(request)
        return 4


@pytest.fixture
def daemons(monkeypatch: pytest.MonkeyPatch) -> Daemons:
    """Nobody runs."""
    daemons = Daemons()
    monkeypatch.setattr("janitor.daemon.wiring.run_daemon", daemons.run)
    monkeypatch.setattr("janitor.daemon.wiring.run_once", daemons.run_once)
    return daemons


@pytest.fixture
def file(folder: Path) -> Path:
    """A policy file that says apply."""
    path = folder / "policies.yaml"
    path.write_text(POLICIES + "mode: apply\n")
    return path


def test_it_does_what_the_file_says_on_the_address_that_is_the_default(
    janitor: Janitor, daemons: Daemons, file: Path
) -> None:
    called = janitor("daemon")
    assert (called.code, called.out) == (0, "")
    assert daemons.at == [("127.0.0.1", 8080, False)]
    assert daemons.watched[0].first.apply


def test_flags_win_over_the_environment_and_that_over_the_file(
    janitor: Janitor, daemons: Daemons, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JANITOR_MODE", "dry-run")
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("JANITOR_HOST", "0.0.0.0")
    janitor("daemon", "--now")
    janitor(
        "daemon",
        "--apply",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--limit",
        "max_deletions=7",
        "--project",
        "q",
    )
    assert daemons.at == [("0.0.0.0", 9000, True), ("127.0.0.1", 0, False)]
    first, second = (watched.first for watched in daemons.watched)
    assert (first.apply, second.apply) == (False, True)
    assert (second.limits.max_deletions, second.projects) == (7, ("q",))


def test_once_exits_with_the_code_of_its_sweep(janitor: Janitor, daemons: Daemons, file: Path) -> None:
    assert janitor("daemon", "--once").code == 4
    assert (len(daemons.once), daemons.watched) == (1, [])


@pytest.mark.parametrize(
    "flags", [["--dry-run", "--apply"], ["--limit", "max_deletion=7"], ["--policies", "gone.yaml"]]
)
def test_what_cannot_be_meant_is_refused_at_the_start(
    janitor: Janitor, daemons: Daemons, file: Path, flags: list[str]
) -> None:
    assert janitor("daemon", *flags).code == 2
    assert daemons.watched == []


def test_each_reading_takes_the_mode_and_the_limits_of_the_file_as_it_is_then(
    janitor: Janitor, daemons: Daemons, file: Path
) -> None:
    janitor("daemon", "--limit", "max_share=10%")
    file.write_text(POLICIES + "limits: {max_deletions: 3}\n")
    again = daemons.watched[0].read()
    assert (again.apply, again.limits.max_deletions) == (False, 3)
    assert again.limits.max_share == daemons.watched[0].first.limits.max_share


def test_the_shipped_default_stands_in_until_there_is_a_file_and_never_after(
    janitor: Janitor, daemons: Daemons, folder: Path
) -> None:
    called = janitor("daemon")
    assert "shipped default" in called.err
    (watched,) = daemons.watched
    assert (watched.first.shipped_policies, watched.path) == (True, Path("policies.yaml"))
    assert watched.read().shipped_policies
    watched.path.write_text(POLICIES)
    assert not watched.read().shipped_policies
    watched.path.unlink()
    with pytest.raises(UsageError, match="this file does not exist"):
        watched.read()


def test_it_warns_of_a_ledger_that_cloud_run_discards(
    janitor: Janitor, daemons: Daemons, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Cloud Run discards" not in janitor("daemon").err
    monkeypatch.setenv("K_SERVICE", "janitor")
    assert "Cloud Run discards" in janitor("daemon").err
    monkeypatch.setenv("JANITOR_DATABASE_URL", "postgresql://u@h/d")
    assert "Cloud Run discards" not in janitor("daemon").err
