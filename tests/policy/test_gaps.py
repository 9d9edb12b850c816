"""What a gap blocks, and what it does not: R4."""

import pytest

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.policy.deciding.gaps import blocked_by, blocked_kinds, blocks_in_words
from tests.making import REPOSITORY, repository

NPM = repository(RepositoryName("p", "us-central1", "libs"), format="NPM")
DOCKER = repository()
RUN = Gap("p", "us-west1", Kind.JOB, "403")
LIST = Gap("q", "us", Kind.REPOSITORY, "403")
INSIDE = Gap(NPM.name.project, NPM.name.location, Kind.VERSION, "403", NPM.name.repository)
WORKLOADS = {Kind.SERVICE, Kind.REVISION, Kind.JOB, Kind.EXECUTION, Kind.WORKER_POOL}


@pytest.mark.parametrize(
    "gap", [RUN, LIST, Gap("p", "-", Kind.RUN_LOCATION, "503"), Gap("p", "-", Kind.ARTIFACT_LOCATION, "")]
)
def test_a_listing_that_failed_blocks_docker_everywhere_and_no_other_format(gap: Gap) -> None:
    blocked = blocked_by([gap])
    assert blocked.blocks(DOCKER)
    assert not blocked.blocks(NPM)
    assert {Kind.IMAGE, Kind.PACKAGE, Kind.TAG, Kind.REPOSITORY} <= set(blocked_kinds(gap))
    assert (set(blocked_kinds(gap)) >= WORKLOADS) == gap.kind.is_run
    assert Kind.VERSION not in blocked_kinds(gap)


@pytest.mark.parametrize("unknown", ["FORMAT_UNSPECIFIED", "99"])
def test_a_format_that_is_not_known_may_be_one_that_cloud_run_can_use(unknown: str) -> None:
    assert blocked_by([RUN]).blocks(repository(format=unknown))


def test_a_failure_inside_a_repository_blocks_that_repository_alone() -> None:
    blocked = blocked_by([INSIDE])
    assert blocked.blocks(NPM)
    assert not blocked.blocks(DOCKER)
    assert Kind.VERSION in blocked_kinds(INSIDE)


def test_what_is_not_listed_may_be_hidden_by_a_listing_that_failed() -> None:
    seen = {each.name: each for each in (NPM, DOCKER)}
    other = RepositoryName("p", "us-central1", "other")
    assert [blocked_by([LIST]).may_hide(name, seen) for name in (NPM.name, REPOSITORY, other)] == [
        False,
        True,
        True,
    ]
    assert not blocked_by([INSIDE]).may_hide(other, seen)


def test_people_are_told_each_kind_once_with_where() -> None:
    many = [Gap("p", f"l{n}", Kind.SERVICE, "403") for n in range(7)]
    assert blocks_in_words([*many, *many]) == (
        "docker images, packages, tags and repositories in every project; services, revisions, jobs and worker "
        "pools in p l0, p l1, p l2, p l3, p l4 and 2 more"
    )
    assert blocks_in_words([LIST]) == "docker images, packages, tags and repositories in every project"
    assert blocks_in_words([INSIDE]) == "everything in repository libs"
    assert blocks_in_words([]) == ""
