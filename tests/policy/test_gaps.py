"""What a gap blocks, and what it does not: R4."""

from dataclasses import replace

import pytest

from janitor.model.holders import Holder
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.named_images import named_in
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Mode
from janitor.policy.conditions.names import NameIs
from janitor.policy.deciding.gaps import (
    blocked_by,
    blocked_kinds,
    blocks_in_words,
    is_unseen_gap,
    no_workloads_seen,
    unseen_gap,
)
from janitor.policy.model import Policies, Scope
from tests.deciding import context
from tests.making import REPOSITORY, policies, policy, repository, service, uri, workloads

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


UNSEEN = unseen_gap(["p", "q"])
OTHER = RepositoryName("p", "us-central1", "other")


@pytest.mark.parametrize(("places", "more"), [(5, ""), (6, " and 1 more")])
def test_up_to_five_places_are_named(places: int, more: str) -> None:
    gaps = [Gap("p", f"l{n}", Kind.SERVICE, "403") for n in range(places)]
    assert blocks_in_words(gaps).endswith(f"pools in p l0, p l1, p l2, p l3, p l4{more}")


def test_a_gap_of_a_whole_project_is_told_by_the_project() -> None:
    assert blocks_in_words([Gap("p", "-", Kind.SERVICE, "403")]).endswith("worker pools in p")


def test_that_no_workload_was_seen_is_a_gap_of_its_own() -> None:
    assert unseen_gap(["p", "q"]) == UNSEEN
    assert is_unseen_gap(UNSEEN)
    assert "no workload was found in p, q: " in UNSEEN.cause
    assert "scope: {workloads: none}" in UNSEEN.cause
    assert (UNSEEN.project, UNSEEN.location, UNSEEN.kind) == ("p", "-", Kind.SERVICE)
    for other in (
        replace(UNSEEN, location="us"), replace(UNSEEN, kind=Kind.JOB), replace(UNSEEN, cause="403"),
        Gap("p", "us", Kind.JOB, UNSEEN.cause), Gap("p", "-", Kind.JOB, "403"),
    ):  # fmt: skip
        assert not is_unseen_gap(other)
    assert blocks_in_words([UNSEEN]) == "docker images, packages, tags and repositories in every project"


def test_where_no_workload_was_seen_docker_alone_is_kept_and_for_that_reason() -> None:
    """R42."""
    blocked = blocked_by([UNSEEN])
    assert blocked.blocks(DOCKER)
    assert not blocked.blocks(NPM)
    assert blocked.may_hide(OTHER, {})
    assert blocked.reason(DOCKER) is KeepReason.NO_WORKLOADS_SEEN


@pytest.mark.parametrize(
    "gap", [RUN, Gap(REPOSITORY.project, REPOSITORY.location, Kind.IMAGE, "403", REPOSITORY.repository)]
)
def test_any_other_gap_is_told_before_that_no_workload_was_seen(gap: Gap) -> None:
    assert blocked_by([UNSEEN, gap]).reason(DOCKER) is KeepReason.GAP
    assert blocked_by([gap]).reason(DOCKER) is KeepReason.GAP


IMAGES = policies(policy("i", Kind.IMAGE, NameIs(("*",))))


@pytest.mark.parametrize(
    ("file", "unseen"),
    [
        (IMAGES, True),
        (policies(policy("t", Kind.TAG, NameIs(("*",)))), True),
        (policies(policy("r", Kind.REPOSITORY, NameIs(("*",)))), True),
        (policies(policy("r", Kind.REPOSITORY, NameIs(("libs",)))), False),
        (policies(policy("s", Kind.SERVICE, NameIs(("*",)))), False),
        (policies(*IMAGES.policies, protect={"references": ("app@sha256:1",)}), False),
        (policies(*IMAGES.policies, scope=Scope(("p",), no_workloads=True)), False),
        (policies(*IMAGES.policies, scope=Scope(("p",), locations=("europe-west1",))), False),
    ],
)
def test_without_any_workload_images_are_judged_where_a_policy_asks_for_them(
    file: Policies, unseen: bool
) -> None:
    """R42."""
    asked = context(file)
    assert no_workloads_seen(asked, workloads(), [NPM, DOCKER]) is unseen
    assert not no_workloads_seen(asked, workloads(service("web")), [DOCKER])
    assert not no_workloads_seen(asked, workloads(), [NPM, repository(mode=Mode.VIRTUAL)])


def test_images_that_are_asked_for_by_name_are_judged_though_no_policy_names_them() -> None:
    asked = context(policies(), wanted=Kind.IMAGE)
    assert no_workloads_seen(asked, workloads(), [DOCKER])
    assert not no_workloads_seen(context(policies(), wanted=Kind.SERVICE), workloads(), [DOCKER])


@pytest.mark.parametrize(("image", "unseen"), [(uri("a"), False), ("us-docker.pkg.dev/q/r/app", True)])
def test_a_holder_of_an_image_of_a_project_that_is_read_counts_as_a_workload(
    image: str, unseen: bool
) -> None:
    """R42, R51."""
    holders = [Holder("//x/y", "k8s.io/Pod", "p", named_in([image]))]
    assert no_workloads_seen(context(IMAGES), workloads(), [DOCKER], holders) is unseen
