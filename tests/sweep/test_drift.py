"""A workload that changes between plan and delete: what it names by then stays (R45)."""

from typing import Any

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, RUN, image, uri, version, world

WEB = f"{RUN}/services/web"
SERVICE = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@a")}"}}}}'
RETIRED = f"""{{web: {{updated: 1d ago, image: "{uri("@z")}", revisions: [
  {{name: web-2, created: 30d ago, image: "{uri("@z")}"}},
  {{name: web-1, created: 40d ago, state: retired, retired: 30d ago, image: "{uri("@a")}"}}]}}}}"""
IDLE = f'{{w: {{updated: 90d ago, instances: 0, image: "{uri("@a")}"}}}}'
JOBS = f'{{j: {{updated: 90d ago, image: "{uri("@a")}"}}}}'
REST = """\
  - {name: jobs, kind: run.job, when: {older_than: 30d}}
  - {name: pools, kind: run.worker_pool, when: {older_than: 30d}}
"""


def deployed(collection: str, name: str, which: str) -> Any:
    """Somebody deploys another image to a workload."""

    def change(google: Any) -> None:
        found = google.run[collection][name]
        template = found.template.template if collection == "jobs" else found.template
        del template.containers[1:]
        template.containers[0].image = uri(f"@{digest(which)}")
        google.touch(name)

    return change


def test_the_image_that_a_failed_service_was_redeployed_with_is_kept(place: Placing) -> None:
    here = place(world(image("a"), image("b"), image("c"), services=SERVICE))
    here.google.control.before("GetService", 1, deployed("services", WEB, "b"))
    swept = here.sweep("--apply")
    assert swept.code == 6
    assert swept.outcomes == {
        "web": "drifted",
        digest("a"): "skipped",
        digest("b"): "drifted",
        digest("c"): "deleted",
    }
    assert version("b") in here.google.world.names("versions")


def test_an_etag_that_google_refuses_makes_the_references_stale_too(place: Placing) -> None:
    """Between the last look and the delete."""
    here = place(world(image("a"), image("b"), services=SERVICE))
    here.google.control.before("DeleteService", 1, deployed("services", WEB, "b"))
    assert here.sweep("--apply").outcomes == {
        "web": "drifted",
        digest("a"): "skipped",
        digest("b"): "drifted",
    }


@pytest.mark.parametrize(
    ("kind", "rpc", "there"),
    [("jobs", "GetJob", {"jobs": JOBS}), ("worker_pools", "GetWorkerPool", {"pools": IDLE})],
)  # fmt: skip
def test_so_is_that_of_a_job_or_a_worker_pool(
    place: Placing, kind: str, rpc: str, there: dict[str, str]
) -> None:
    here = place(world(image("a"), image("b"), **there))
    name = f"{RUN}/jobs/j" if kind == "jobs" else f"{RUN}/workerPools/w"
    here.google.control.before(rpc, 1, deployed(kind, name, "b"))
    swept = here.sweep("--apply", policies=POLICIES + REST)
    assert swept.outcomes[name.rpartition("/")[2]] == "drifted"
    assert swept.outcomes[digest("b")] == "drifted"


def test_so_is_that_of_a_service_whose_revision_drifts(place: Placing) -> None:
    here = place(world(image("a"), image("b"), services=RETIRED))

    def change(google: Any) -> None:
        deployed("services", WEB, "b")(google)
        google.touch(f"{WEB}/revisions/web-1")

    here.google.control.before("GetRevision", 1, change)
    swept = here.sweep("--apply")
    assert swept.outcomes == {"web-1": "drifted", digest("a"): "skipped", digest("b"): "drifted"}


def test_so_is_that_of_a_service_that_was_deleted_and_made_again(place: Placing) -> None:
    here = place(world(image("a"), image("b"), services=SERVICE))
    away: list[Any] = []

    def deleted(google: Any) -> None:
        away.append(google.run["services"][WEB])
        google.remove(WEB)

    def made_again(google: Any) -> None:
        google.run["services"][WEB] = away[0]
        google.run["services"][WEB].uid = "another"
        deployed("services", WEB, "b")(google)

    here.google.control.before("GetService", 1, deleted)
    # the first pass lists the services of two locations
    here.google.control.before("ListServices", 3, made_again)
    swept = here.sweep("--apply")
    assert swept.outcomes == {"web": "already-gone", digest("a"): "deleted", digest("b"): "drifted"}


def test_a_service_that_drifts_keeps_its_repository(place: Placing) -> None:
    rules = POLICIES.replace(
        "artifact.image, when: {older_than: 7d}", "artifact.repository, when: {name: r, unused: true}"
    )
    here = place(
        world(image("a"), image("b"), services=SERVICE.replace("@a", "@" + "z").replace("/r/", "/other/"))
    )
    here.google.control.before("GetService", 1, deployed("services", WEB, "b"))
    assert here.sweep("--apply", policies=rules).outcomes == {"web": "drifted", "r": "drifted"}
