"""Looking again for what was deleted: gone, back, or not looked at."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from janitor.ledger.history import Watched, WatchedDeletion
from janitor.ledger.name_keys import name_key
from janitor.ledger.sightings import Lookout
from janitor.model.inventory import Gap, Observed, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import project_of
from janitor.model.resources import Contents, Package, Version
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


def watched(intent: int, kind: Kind, name: object, uid: str = "") -> WatchedDeletion:
    return WatchedDeletion(intent, kind.value, str(name), uid)


class SeenGone:
    """The ledger of what had been seen gone before."""

    def __init__(self, *these: WatchedDeletion) -> None:
        self._by_key = {name_key(each.kind, each.name): each for each in these}
        self.places = frozenset((project_of(each.name), each.kind) for each in these)

    async def watched(self, since: datetime) -> Watched:
        return Watched(since, (), self.places)

    async def seen_gone(
        self, keys: Iterable[bytes], since: datetime, until: datetime
    ) -> list[WatchedDeletion]:
        assert (since, until) == (NOW, NOW)
        return [self._by_key[key] for key in keys if key in self._by_key]

    async def note_sightings(
        self, sweep_id: str, gone: Sequence[int], back: Sequence[int], at: datetime
    ) -> None:
        raise AssertionError


async def looked_again(
    observed: Observed, *these: WatchedDeletion, inside: Contents | None = None
) -> list[int]:
    """Intents of what is there again of what had been seen gone."""
    before = SeenGone(*these)
    lookout = Lookout.for_(await before.watched(NOW), NOW)
    lookout.over(observed)
    if inside:
        lookout.inside(REPOSITORY, inside)
    assert (lookout.gone, lookout.back) == ([], [])
    await lookout.look_back(before)
    return lookout.back


def app(label: str) -> str:
    """Google's name of an image of the package ``app``."""
    return REPOSITORY.version("app", digest(label))


def looked(observed: Observed, *things: WatchedDeletion) -> Lookout:
    lookout = Lookout.for_(Watched(NOW, things), NOW)
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


async def test_what_was_seen_gone_before_is_not_said_again() -> None:
    assert await looked_again(NOTHING, watched(1, Kind.SERVICE, WEB)) == []


async def test_a_service_that_was_made_again_is_back_and_its_saving_ends() -> None:
    again = replace(NOTHING, workloads=workloads(service("web", uid="new")))
    old = watched(1, Kind.SERVICE, WEB, uid="old")
    assert await looked_again(again, old) == looked(again, old).back == [1]
    assert await looked_again(again, watched(1, Kind.SERVICE, WEB, uid="new")) == []
    assert await looked_again(again, watched(1, Kind.JOB, WEB, uid="old")) == []


async def test_a_repository_that_was_made_again_is_back() -> None:
    again = replace(NOTHING, repositories=(repository(),))
    assert await looked_again(again, watched(1, Kind.REPOSITORY, REPOSITORY)) == [1]
    elsewhere = replace(again, projects=("elsewhere",))
    assert await looked_again(elsewhere, watched(1, Kind.REPOSITORY, REPOSITORY)) == []


async def test_what_a_gap_may_hide_is_not_taken_to_be_back() -> None:
    gap = Gap(PROJECT, LOCATION, Kind.SERVICE, "PERMISSION_DENIED")
    again = replace(NOTHING, gaps=(gap,), workloads=workloads(service("web", uid="new")))
    assert await looked_again(again, watched(1, Kind.SERVICE, WEB, uid="old")) == []


async def test_an_image_and_a_tag_that_were_pushed_again_are_back() -> None:
    there = replace(NOTHING, repositories=(repository(),))
    old = [
        watched(1, Kind.IMAGE, app("a")), watched(2, Kind.IMAGE, app("b")),
        watched(3, Kind.TAG, REPOSITORY.tag("app", "latest")), watched(4, Kind.TAG, REPOSITORY.tag("app", "old")),
        watched(5, Kind.IMAGE, REPOSITORY.version("other", digest("a"))),
    ]  # fmt: skip
    pushed = Contents([image("a", "latest"), image("c")])
    assert await looked_again(there, *old, inside=pushed) == [1, 3]


async def test_a_package_and_a_version_that_are_there_again_are_back() -> None:
    there = replace(NOTHING, repositories=(repository(),))
    package = f"{REPOSITORY}/packages/left-pad"
    old = [
        watched(1, Kind.PACKAGE, package), watched(2, Kind.VERSION, f"{package}/versions/1.0.0"),
        watched(3, Kind.VERSION, f"{package}/versions/2.0.0"), watched(4, Kind.PACKAGE, f"{package}-2"),
    ]  # fmt: skip
    version = Version("1.0.0", (), None, None, None)
    seen = Contents(packages=(Package(package, "left-pad", None, None, (version,)),))
    assert await looked_again(there, *old, inside=seen) == [1, 2]


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
    assert looked(NOTHING, WatchedDeletion(1, "run.teapot", "anything", "")).gone == []
