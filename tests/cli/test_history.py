"""`janitor history`: past sweeps, and one of them by the start of its id."""

import asyncio
import json
from pathlib import Path

import pytest

from janitor.ledger.entries import SweepStart
from janitor.runtime import now
from janitor.store.database import open_database
from janitor.store.ledger import SqlLedger
from tests.cli.calling import Janitor
from tests.cli.ledgers import FIRST, SECOND, written

DRY = "20261202T030000Z-cccc03"


@pytest.fixture(autouse=True)
def _ledger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, monkeypatch)


def test_lists_past_sweeps_the_newest_first(janitor: Janitor) -> None:
    called = janitor("history")
    assert (called.code, called.err) == (0, "")
    assert called.out.index(SECOND) < called.out.index(FIRST)
    assert "apply by daemon on host:1, took 9s, exit code 6" in called.out


def test_a_limit_bounds_the_list(janitor: Janitor) -> None:
    found = json.loads(janitor("history", "--limit", "1", "--format", "json").out)
    assert [row["sweep_id"] for row in found["sweeps"]] == [SECOND]
    assert janitor("history", "--limit", "0").code == 2


def test_dry_runs_are_listed_with_all_alone(janitor: Janitor, folder: Path) -> None:
    url = f"sqlite:///{folder}/janitor.db"

    async def looked() -> None:
        database = await open_database(url)
        await SqlLedger(database).begin(SweepStart(DRY, now(), "dry-run", "host:2"))
        await database.close()

    asyncio.run(looked())
    called = janitor("history")
    assert DRY not in called.out
    assert "1 dry run not shown: janitor history --all" in called.out
    listed = janitor("history", "--all").out
    assert listed.index(DRY) < listed.index(SECOND)
    assert "not shown" not in listed
    found = json.loads(janitor("history", "--all", "--format", "json").out)
    assert [row["sweep_id"] for row in found["sweeps"]] == [DRY, SECOND, FIRST]
    assert f"{DRY}: dry-run" in janitor("history", DRY[:12]).out


def test_the_start_of_an_id_is_enough(janitor: Janitor) -> None:
    called = janitor("history", "20261101T04")
    assert (called.code, called.err) == (0, "")
    assert SECOND in called.out
    assert "INTERNAL: oh" in called.out
    assert "stale-images: older-than; owner team-q; 1.0 kB; uploaded 30 days ago" in " ".join(
        called.out.split()
    )


def test_one_sweep_as_json_has_its_actions(janitor: Janitor) -> None:
    found = json.loads(janitor("history", FIRST, "--format", "json").out)
    assert found["sweep"]["sweep_id"] == FIRST
    assert [(row["outcome"], row["owner"]) for row in found["actions"]] == [("deleted", "team-p")]


@pytest.mark.parametrize("start", ["20261101", "2"])
def test_an_ambiguous_start_names_the_sweeps(start: str, janitor: Janitor) -> None:
    called = janitor("history", start)
    assert (called.code, called.out) == (2, "")
    assert FIRST in called.err
    assert SECOND in called.err


@pytest.mark.parametrize("start", ["1999", "", "%", "_0261101T03", "'; --"])
def test_an_unknown_sweep_is_an_error_that_says_where_they_are_listed(start: str, janitor: Janitor) -> None:
    called = janitor("history", start)
    assert (called.code, called.out) == (2, "")
    assert "janitor history lists them" in called.err


def test_a_project_narrows_the_actions_of_one_sweep(janitor: Janitor) -> None:
    found = json.loads(janitor("history", SECOND, "--project", "q", "--format", "json").out)
    assert [row["name"].split("/")[1] for row in found["actions"]] == ["q"]
    assert "… and 1 of other projects" in janitor("history", SECOND, "--project", "q").out


def test_a_project_without_a_sweep_is_said_to_change_nothing(janitor: Janitor) -> None:
    called = janitor("history", "--project", "q")
    assert called.code == 0
    assert FIRST in called.out
    assert "--project needs a sweep" in called.err


def test_a_policy_file_that_is_named_is_checked(janitor: Janitor) -> None:
    called = janitor("history", "--policies", "mine.yaml")
    assert (called.code, called.out) == (2, "")
    assert "mine.yaml: this file does not exist" in called.err


def test_out_is_written_whole_and_nothing_goes_to_stdout(janitor: Janitor, folder: Path) -> None:
    called = janitor("history", "--format", "json", "--out", "past.json")
    assert (called.code, called.out, called.err) == (0, "", "")
    assert len(json.loads((folder / "past.json").read_text())["sweeps"]) == 2


def test_a_ledger_that_cannot_be_used_is_an_error_that_names_it(
    janitor: Janitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JANITOR_DATABASE_URL", f"sqlite:///{folder}/nowhere/janitor.db")
    called = janitor("history")
    assert (called.code, called.out) == (2, "")
    assert "JANITOR_DATABASE_URL names the database" in called.err


def test_a_ledger_without_a_sweep_says_what_to_run(
    janitor: Janitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JANITOR_DATABASE_URL", f"sqlite:///{folder}/new.db")
    called = janitor("history")
    assert (called.code, called.err) == (0, "")
    assert "janitor sweep --dry-run" in called.out
