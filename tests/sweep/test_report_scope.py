"""Whose next sweep a report speaks of (R31): narrowed sweeps and other policy files between change nothing."""

import json
from typing import Any

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.stepping import said
from tests.sweep.sweeping import POLICIES, Place, image, world

JOBS = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: jobs, kind: run.job, when: {older_than: 60d}}
"""
OLD = "{web: {updated: 30d ago, state: failed, image: docker.io/library/web}}"


def swept(here: Place) -> None:
    """A dry run of the whole policy file, of which the report speaks."""
    assert here.sweep("--dry-run").code == 0


def reported(here: Place, *flags: str) -> dict[str, Any]:
    """The report by the policy file of the tests."""
    (here.folder / "policies.yaml").write_text(POLICIES, encoding="utf-8")
    code, out, err = said("report", "--format", "json", *flags)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def planned(report: dict[str, Any]) -> list[str]:
    return sorted(row["name"].rpartition("/")[2][:12] for row in report["last_sweep"]["largest"])


@pytest.mark.parametrize(
    "narrowed",
    [["--dry-run", "--project", "elsewhere"], ["--apply", "--policy", "retired"], ["--dry-run", "--project", "p", "--project", "q"]],
)  # fmt: skip
def test_a_narrowed_sweep_between_does_not_change_the_figures(place: Placing, narrowed: list[str]) -> None:
    here = place(world(image("a"), services=OLD))
    swept(here)
    before = reported(here)
    assert before["last_sweep"]["left"]["count"] == 2
    between = here.sweep(*narrowed)
    assert between.code in (0, 3)
    after = reported(here)
    assert planned(after) == planned(before)
    assert after["scope"] == before["scope"]
    assert [row for row in after["troubles"] if row["kind"] == "gap"] == []


def test_a_dry_run_of_another_policy_file_does_not_change_the_figures(place: Placing) -> None:
    here = place(world(image("a"), services=OLD))
    swept(here)
    before = reported(here)
    (here.folder / "jobs.yaml").write_text(JOBS, encoding="utf-8")
    assert here.sweep("--dry-run", "--policies", "jobs.yaml").code == 0
    after = reported(here)
    assert planned(after) == planned(before)
    assert after["scope"]["basis"]["policies"] == "policies.yaml"
    assert after["scope"]["basis"]["projects"] == ["p"]
    other = json.loads(said("report", "--format", "json", "--policies", "jobs.yaml")[1])
    assert other["last_sweep"]["left"]["count"] == 0
    assert other["scope"]["basis"]["policies"] == "jobs.yaml"


def test_a_later_sweep_of_the_whole_file_does_change_them(place: Placing) -> None:
    here = place(world(image("a"), services=OLD))
    swept(here)
    assert here.sweep("--apply").code == 0
    assert reported(here)["last_sweep"]["left"]["count"] == 0


def test_a_changed_file_is_said_to_be_unswept_and_what_was_swept_is_named(place: Placing) -> None:
    here = place(world(image("a"), services=OLD))
    assert here.sweep("--dry-run", policies=JOBS).code == 0
    found = reported(here)
    assert found["last_sweep"] is None
    (trouble,) = found["troubles"]
    assert trouble["kind"] == "never-swept"
    assert "was of policies.yaml (sha256:" in trouble["what"]


def test_a_project_that_the_ledger_does_not_know_is_named(place: Placing) -> None:
    here = place(world(image("a"), services=OLD))
    swept(here)
    found = reported(here, "--project", "nope")
    assert (found["troubles"][0]["kind"], found["troubles"][0]["about"]) == (
        "unknown-project",
        "project nope",
    )
    assert "unknown-project" not in str(reported(here, "--project", "p")["troubles"])
