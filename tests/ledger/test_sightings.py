"""Looking again for what was deleted: gone, back, or not looked at."""

from dataclasses import replace

import pytest

from janitor.ledger.history import WatchedDeletion
from janitor.ledger.sightings import Lookout
from janitor.model.inventory import Gap, Observed, Workloads
from janitor.model.kinds import Kind
from janitor.model.resources import Contents
from tests.making import (
    LOCATION,
    NOW,
    PROJECT,
    REPOSITORY,
    digest,
    execution,
    image,
    job,
    name_of,
    pool,
    repository,
    revision,
    service,
    workloads,
)

NOTHING = Observed(NOW, (PROJECT,), Workloads(), ())
WEB = name_of("services", "web")


def watched(intent: int, kind: Kind, name: object, uid: str = "", seen_gone: bool = False) -> WatchedDeletion:
    return WatchedDeletion(intent, kind.value, str(name), uid, seen_gone)


def app(label: str) -> str:
    """Google's name of an image of the package ``app``."""
    return REPOSITORY.version("app", digest(label))


def looked(observed: Observed, *things: WatchedDeletion) -> Lookout:
    lookout = Lookout.for_(things)
    lookout.over(observed)
    return lookout


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.SERVICE, WEB),
        (Kind.REVISION, name_of("services", "web", "revisions", "web-1")),
        (Kind.JOB, name_of("jobs", "j")),
        (Kind.EXECUTION, name_of("jobs", "j", "executions", "j-1")),
        (Kind.WORKER_POOL, name_of("workerPools", "w")),
        (Kind.REPOSITORY, REPOSITORY),
        (Kind.IMAGE, app("a")),
    ],
)
def test_what_a_complete_look_does_not_see_is_gone(kind: Kind, name: object) -> None:
    lookout = looked(NOTHING, watched(1, kind, name))
    assert (lookout.gone, lookout.back) == ([1], [])


def test_what_was_seen_gone_before_is_not_said_again() -> None:
    assert looked(NOTHING, watched(1, Kind.SERVICE, WEB, seen_gone=True)).gone == []


def test_a_service_that_was_made_again_is_back_and_its_saving_ends() -> None:
    again = replace(NOTHING, workloads=workloads(service("web", uid="new")))
    lookout = looked(again, watched(1, Kind.SERVICE, WEB, uid="old", seen_gone=True))
    assert (lookout.gone, lookout.back) == ([], [1])


def test_what_google_lists_for_a_moment_longer_with_its_old_uid_is_neither_gone_nor_back() -> None:
    still = replace(NOTHING, workloads=workloads(service("web", uid="old")))
    lookout = looked(still, watched(1, Kind.SERVICE, WEB, uid="old"))
    assert (lookout.gone, lookout.back) == ([], [])


def test_a_revision_and_a_repository_of_the_same_name_are_back() -> None:
    again = replace(
        NOTHING,
        workloads=workloads(revision("web", "web-1")),
        repositories=(repository(),),
    )
    old = watched(1, Kind.REVISION, name_of("services", "web", "revisions", "web-1"), uid="another")
    assert looked(again, old, watched(2, Kind.REPOSITORY, REPOSITORY)).back == [1, 2]


def test_a_job_an_execution_and_a_pool_of_the_same_name_are_back() -> None:
    nightly, run, ingest = job("j"), execution("j", "j-1"), pool("w")
    again = replace(NOTHING, workloads=workloads(nightly, run, ingest))
    old = [
        watched(1, Kind.JOB, nightly.name, uid="another"), watched(2, Kind.EXECUTION, run.name, uid="another"),
        watched(3, Kind.JOB, nightly.name, uid=nightly.uid),
        watched(4, Kind.WORKER_POOL, ingest.name, uid="another"),
    ]  # fmt: skip
    assert looked(again, *old).back == [1, 2, 4]


def test_an_image_is_looked_for_inside_its_repository() -> None:
    there = replace(NOTHING, repositories=(repository(),))
    lookout = looked(there, watched(1, Kind.IMAGE, app("a")), watched(2, Kind.IMAGE, app("b")))
    assert (lookout.gone, lookout.back) == ([], [])
    lookout.inside(REPOSITORY, Contents([image("b")]))
    assert (lookout.gone, lookout.back) == ([1], [2])


def test_an_image_of_a_repository_that_nobody_looked_into_is_neither() -> None:
    lookout = looked(replace(NOTHING, repositories=(repository(),)), watched(1, Kind.IMAGE, app("a")))
    assert (lookout.gone, lookout.back) == ([], [])


@pytest.mark.parametrize("location", [LOCATION, "-"])
@pytest.mark.parametrize(
    ("hole", "kind", "name"),
    [
        (Kind.SERVICE, Kind.SERVICE, WEB),
        (Kind.RUN_LOCATION, Kind.SERVICE, WEB),
        (Kind.JOB, Kind.JOB, name_of("jobs", "j")),
        (Kind.EXECUTION, Kind.EXECUTION, name_of("jobs", "j", "executions", "j-1")),
        (Kind.WORKER_POOL, Kind.WORKER_POOL, name_of("workerPools", "w")),
        (Kind.REPOSITORY, Kind.REPOSITORY, REPOSITORY),
        (Kind.ARTIFACT_LOCATION, Kind.IMAGE, app("a")),
    ],
)
def test_what_a_gap_may_hide_is_not_taken_to_be_gone(
    hole: Kind, kind: Kind, name: object, location: str
) -> None:
    gap = Gap(PROJECT, location, hole, "PERMISSION_DENIED")
    assert looked(replace(NOTHING, gaps=(gap,)), watched(1, kind, name)).gone == []


def test_a_gap_elsewhere_hides_nothing() -> None:
    gap = Gap(PROJECT, "europe-west1", Kind.SERVICE, "PERMISSION_DENIED")
    assert looked(replace(NOTHING, gaps=(gap,)), watched(1, Kind.SERVICE, WEB)).gone == [1]


def test_what_is_in_a_project_that_is_not_read_is_not_looked_for() -> None:
    elsewhere = watched(1, Kind.SERVICE, name_of("services", "web", project="other"))
    assert looked(NOTHING, elsewhere).gone == []


def test_a_kind_that_this_version_does_not_know_is_left_alone() -> None:
    assert looked(NOTHING, WatchedDeletion(1, "run.teapot", "anything", "", False)).gone == []
