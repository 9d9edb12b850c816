"""Whole sweeps over jobs and executions: what goes, and each guard end to end."""

from typing import Any

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import RUN, image, uri, version, world

RULES = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: idle-jobs, kind: run.job, when: {older_than: 30d}}
  - {name: old-runs, kind: run.execution, when: {older_than: 7d}}
  - {name: stale, kind: artifact.image, when: {older_than: 7d}}
"""
JOB, RUNS = f"{RUN}/jobs/nightly", f"{RUN}/jobs/nightly/executions"
IDLE = f'''{{nightly: {{created: 90d ago, updated: 80d ago, image: "{uri("@a")}", executions: [
    {{name: n-2, created: 60d ago}}, {{name: n-1, created: 61d ago, image: "{uri("@b")}"}}]}}}}'''
USED = f'''{{nightly: {{created: 90d ago, updated: 80d ago, image: "{uri("@a")}", executions: [
    {{name: n-3, created: 1d ago}}, {{name: n-2, created: 9d ago, state: failed}},
    {{name: n-1, created: 20d ago, image: "{uri("@b")}"}}]}}}}'''
RUNNING = IDLE.replace("created: 60d ago", "created: 60d ago, state: running")


def test_an_idle_job_goes_with_its_executions_and_sets_its_images_free_in_one_apply(place: Placing) -> None:
    here = place(world(image("a"), image("b"), jobs=IDLE))
    said, done = here.sweep("--dry-run", policies=RULES), here.sweep("--apply", policies=RULES)
    assert said.names == done.names == [JOB, *sorted((version("a"), version("b")))]
    job, first, second = done.actions
    assert (job["reason"], job["contains"], job["after"]) == ("older-than", {"run.execution": 2}, [])
    assert (job["estimate"]["usd_month"], job["estimate"]["basis"]) == (
        "0",
        "a job costs nothing between its executions",
    )
    assert first["after"] == second["after"] == [JOB]
    assert {each["outcome"] for each in done.actions} == {"deleted"}
    assert done.document["totals"]["examined"] == {"artifact.image": 2, "run.execution": 2, "run.job": 1}
    assert here.google.world.names("jobs") == here.google.world.names("executions") == []
    assert [name for rpc, name in here.changes if rpc == "DeleteJob"] == [JOB]
    assert here.sweep("--apply", policies=RULES).names == []


def test_executions_of_a_job_that_is_used_go_but_for_its_last(place: Placing) -> None:
    here = place(world(image("a"), image("b"), jobs=USED))
    swept = here.sweep("--apply", policies=RULES)
    assert swept.names == [f"{RUNS}/n-1", f"{RUNS}/n-2", version("b")]
    assert swept.kept("run.execution") == {"last-execution": 1}
    assert swept.kept("run.job") == {"not-matched": 1}
    assert swept.kept("artifact.image") == {"in-use": 1}
    assert swept.actions[2]["after"] == [f"{RUNS}/n-1"]
    assert here.google.world.names("executions") == [f"{RUNS}/n-3"]


def test_a_running_execution_its_job_and_their_images_stay(place: Placing) -> None:
    here = place(world(image("a"), image("b"), jobs=RUNNING))
    swept = here.sweep("--apply", policies=RULES)
    assert swept.kept("run.job") == {"running": 1}
    assert swept.kept("run.execution") == {"running": 1, "last-execution": 1}
    assert swept.kept("artifact.image") == {"in-use": 2}
    assert here.changes == []


@pytest.mark.parametrize("mark", ["labels: {janitor: keep}", "names: [nightly]"])
def test_a_protected_job_stays_with_all_its_executions(place: Placing, mark: str) -> None:
    jobs = USED.replace("updated:", "labels: {janitor: keep}, updated:")
    swept = place(world(jobs=jobs)).sweep(
        "--apply", policies=RULES.replace("policies:", f"protect: {{{mark}}}\npolicies:")
    )
    assert swept.names == []
    assert (swept.kept("run.job"), swept.kept("run.execution")) == ({"protected": 1}, {"protected": 3})


def test_a_job_that_google_manages_stays_with_its_executions(place: Placing) -> None:
    jobs = USED.replace("updated:", "labels: {goog-managed-by: cloudfunctions}, updated:")
    swept = place(world(jobs=jobs)).sweep("--apply", policies=RULES)
    assert swept.names == []
    assert swept.kept("run.execution") == {"google-managed": 3}


@pytest.mark.parametrize("variable", ["K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL"])
def test_janitors_own_job_stays_with_its_executions(
    place: Placing, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(world(jobs=USED))
    monkeypatch.setenv(variable, "nightly")
    swept = here.sweep("--apply", policies=RULES)
    assert swept.names == []
    assert (swept.kept("run.job"), swept.kept("run.execution")) == ({"self": 1}, {"self": 3})


@pytest.mark.parametrize("rpc", ["ListExecutions", "ListServices"])
def test_deletes_no_job_and_no_execution_where_their_own_location_has_a_gap(place: Placing, rpc: str) -> None:
    trouble = f"[{{rpc: {rpc}, location: us-central1, permission_denied: true}}]"
    here = place(world(jobs=IDLE, trouble=trouble))
    swept = here.sweep("--apply", policies=RULES)
    assert (swept.names, swept.code, swept.kept("run.job")) == ([], 3, {"gap": 1})


def test_a_gap_elsewhere_keeps_no_job_but_its_images(place: Placing) -> None:
    trouble = "[{rpc: ListJobs, location: europe-west1, permission_denied: true}]"
    swept = place(world(image("a"), jobs=IDLE, trouble=trouble)).sweep("--apply", policies=RULES)
    assert (swept.names, swept.code) == ([JOB], 3)
    assert swept.kept("artifact.image") == {"gap": 1}


def run_again(world: Any) -> None:
    """Somebody starts the job; that this changes its etag is not verified, so it does not here."""
    last = world.run["jobs"][JOB].latest_created_execution
    last.name, last.completion_status = "n-9", 3
    last.ClearField("completion_time")


def test_a_job_that_was_started_meanwhile_is_drifted_and_what_waits_for_it_skipped(place: Placing) -> None:
    here = place(world(image("a"), jobs=IDLE))
    here.google.control.before("GetJob", 1, run_again)
    swept = here.sweep("--apply", policies=RULES)
    assert (swept.actions[0]["outcome"], swept.code) == ("drifted", 6)
    assert "runs" in swept.actions[0]["error"]
    assert swept.actions[1]["outcome"] == "skipped"
    assert here.changes == []


@pytest.mark.parametrize("rpc", ["DeleteJob", "DeleteExecution"])
def test_the_etag_of_a_job_or_an_execution_holds_after_the_last_look(place: Placing, rpc: str) -> None:
    here = place(world(jobs=IDLE if rpc == "DeleteJob" else USED))
    touched = [JOB] if rpc == "DeleteJob" else [f"{RUNS}/n-1", f"{RUNS}/n-2"]

    def touch(world: Any) -> None:
        """All of them before the first call: which of two that are sent side by side comes first is chance."""
        for name in touched:
            world.touch(name)

    here.google.control.before(rpc, 1, touch)
    swept = here.sweep("--apply", policies=RULES)
    assert {each["outcome"] for each in swept.actions} == {"drifted"}
    assert swept.code == 6


def test_executions_count_for_the_limits_be_it_with_their_job(place: Placing) -> None:
    swept = place(world(jobs=IDLE)).sweep("--apply", "--limit", "max_deletions=2", policies=RULES)
    (refusal,) = swept.document["refusals"]
    assert (swept.code, refusal["limit"]) == (4, "max_deletions")
    assert refusal["message"].startswith("3 resources")


def test_keep_latest_holds_executions_of_each_job(place: Placing) -> None:
    rules = RULES.replace("when: {older_than: 7d}}\n  - {name: stale", "keep: {latest: 2}}\n  - {name: stale")
    swept = place(world(jobs=USED)).sweep("--dry-run", policies=rules)
    assert swept.names == [f"{RUNS}/n-1"]
    assert swept.kept("run.execution") == {"last-execution": 1, "keep-latest": 1}
