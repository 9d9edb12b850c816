"""Whole sweeps over worker pools: what goes with its revisions, and each guard end to end."""

from typing import Any

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import RUN, image, uri, version, world

RULES = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: idle-pools, kind: run.worker_pool, when: {older_than: 30d}}
  - {name: revisions, kind: run.revision, when: {older_than: 1d}}
  - {name: stale, kind: artifact.image, when: {older_than: 7d}}
"""
POOL = f"{RUN}/workerPools/ingest"
REVISIONS = f'''revisions: [{{name: i-2, created: 60d ago}},
    {{name: i-1, created: 80d ago, image: "{uri("@b")}"}}]'''
IDLE = (
    f'''{{ingest: {{created: 90d ago, updated: 60d ago, image: "{uri("@a")}", instances: 0, {REVISIONS}}}}}'''
)


def test_a_pool_without_instances_goes_with_its_revisions_and_sets_its_images_free(place: Placing) -> None:
    here = place(world(image("a"), image("b"), pools=IDLE))
    said, done = here.sweep("--dry-run", policies=RULES), here.sweep("--apply", policies=RULES)
    assert said.names == done.names == [POOL, *sorted((version("a"), version("b")))]
    pool, first, second = done.actions
    assert (pool["reason"], pool["contains"]) == ("older-than", {"run.revision": 2})
    assert (pool["estimate"]["usd_month"], pool["estimate"]["basis"]) == ("0", "no instances")
    assert first["after"] == second["after"] == [POOL]
    assert {each["outcome"] for each in done.actions} == {"deleted"}
    assert done.document["totals"]["examined"] == {
        "artifact.image": 2,
        "run.revision": 2,
        "run.worker_pool": 1,
    }
    assert here.google.world.names("worker_pools") == here.google.world.names("revisions") == []
    assert [name for rpc, name in here.changes if rpc == "DeleteWorkerPool"] == [POOL]
    assert here.sweep("--apply", policies=RULES).names == []


@pytest.mark.parametrize("instances", ["1", "3", "unset"])
def test_a_pool_that_has_instances_or_may_have_stays_and_so_do_its_images(
    place: Placing, instances: str
) -> None:
    pools = IDLE.replace("instances: 0", f"instances: {instances}")
    here = place(world(image("a"), image("b"), pools=pools))
    swept = here.sweep("--apply", policies=RULES)
    assert swept.kept("run.worker_pool") == {"has-instances": 1}
    assert swept.kept("artifact.image") == {"in-use": 2}
    assert (swept.names, here.changes) == ([], [])


@pytest.mark.parametrize("mark", ["labels: {janitor: keep}", "names: [ingest]"])
def test_a_protected_pool_stays(place: Placing, mark: str) -> None:
    pools = IDLE.replace("updated:", "labels: {janitor: keep}, updated:")
    rules = RULES.replace("policies:", f"protect: {{{mark}}}\npolicies:")
    swept = place(world(pools=pools)).sweep("--apply", policies=rules)
    assert (swept.names, swept.kept("run.worker_pool")) == ([], {"protected": 1})


def test_a_pool_that_google_manages_stays(place: Placing) -> None:
    pools = IDLE.replace("updated:", "labels: {goog-managed-by: cloudfunctions}, updated:")
    swept = place(world(pools=pools)).sweep("--apply", policies=RULES)
    assert (swept.names, swept.kept("run.worker_pool")) == ([], {"google-managed": 1})


@pytest.mark.parametrize("variable", ["K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL"])
def test_janitors_own_pool_stays(place: Placing, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = place(world(pools=IDLE))
    monkeypatch.setenv(variable, "ingest")
    swept = here.sweep("--apply", policies=RULES)
    assert (swept.names, swept.kept("run.worker_pool")) == ([], {"self": 1})


@pytest.mark.parametrize("rpc", ["ListRevisions", "ListJobs"])
def test_deletes_no_pool_where_its_own_location_has_a_gap(place: Placing, rpc: str) -> None:
    trouble = f"[{{rpc: {rpc}, location: us-central1, permission_denied: true}}]"
    swept = place(world(pools=IDLE, trouble=trouble)).sweep("--apply", policies=RULES)
    assert (swept.names, swept.code, swept.kept("run.worker_pool")) == ([], 3, {"gap": 1})


def scale(world: Any) -> None:
    """Somebody scales it up; this keeps its etag, so that the look itself is what holds."""
    world.run["worker_pools"][POOL].scaling.manual_instance_count = 2


def test_a_pool_that_was_scaled_up_meanwhile_is_drifted_and_what_waits_for_it_skipped(place: Placing) -> None:
    here = place(world(image("a"), pools=IDLE))
    here.google.control.before("GetWorkerPool", 1, scale)
    swept = here.sweep("--apply", policies=RULES)
    assert (swept.actions[0]["outcome"], swept.actions[1]["outcome"], swept.code) == ("drifted", "skipped", 6)
    assert "instances" in swept.actions[0]["error"]
    assert here.changes == []


def test_the_etag_of_a_pool_holds_after_the_last_look(place: Placing) -> None:
    here = place(world(pools=IDLE))
    here.google.control.before("DeleteWorkerPool", 1, lambda world: world.touch(POOL))
    swept = here.sweep("--apply", policies=RULES)
    assert ({each["outcome"] for each in swept.actions}, swept.code) == ({"drifted"}, 6)
    assert POOL in here.google.world.names("worker_pools")


def test_revisions_of_a_pool_count_for_the_limits(place: Placing) -> None:
    swept = place(world(pools=IDLE)).sweep("--apply", "--limit", "max_deletions=2", policies=RULES)
    (refusal,) = swept.document["refusals"]
    assert (swept.code, refusal["limit"]) == (4, "max_deletions")
    assert refusal["message"].startswith("3 resources")
