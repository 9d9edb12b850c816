"""Worker pools: what goes with its revisions, what stays, and why (R4, R7, R11 to R14, R24)."""

from datetime import timedelta

import pytest

from janitor.kinds.worker_pool import pool_status
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Condition, State
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.state import StatusIs
from tests.deciding import decided, images_decided
from tests.making import (
    ago,
    contents,
    digest,
    image,
    policies,
    policy,
    pool,
    pool_revision,
    uri,
    workloads,
)

MONTH = OlderThan(timedelta(days=30))
POOLS = policy("pools", Kind.WORKER_POOL, MONTH)
GOOG = {"goog-managed-by": "something"}


def test_a_pool_without_instances_goes_with_its_revisions() -> None:
    world = workloads(pool("w"), pool_revision("w", "w-1"), pool_revision("w", "w-2"))
    every = policy("revisions", Kind.REVISION)
    assert decided(policies(POOLS, every), world) == {
        "w": "delete: older-than", "w-1": "contained", "w-2": "contained",
    }  # fmt: skip


@pytest.mark.parametrize("instances", [1, 3, None], ids=["one", "some", "nobody knows"])
def test_a_pool_that_has_instances_or_may_have_stays(instances: int | None) -> None:
    assert decided(policies(POOLS), workloads(pool("w", instances=instances))) == {"w": "has-instances"}


def test_a_pool_of_which_google_means_a_revision_to_keep_instances_stays() -> None:
    world = workloads(pool("w"), pool_revision("w", "w-1", desired_min_instances=1))
    assert decided(policies(POOLS), world) == {"w": "has-instances"}


def test_a_failed_pool_is_one_of_which_no_revision_was_ever_ready() -> None:
    broken, failed = pool("w", failed=True), pool_revision("w", "w-1", status="failed")
    assert pool_status(broken, [failed]) is Status.FAILED
    assert pool_status(broken, [failed, pool_revision("w", "w-0")]) is Status.UNKNOWN
    assert pool_status(broken, []) is Status.UNKNOWN
    asks = policies(policy("failed", Kind.WORKER_POOL, StatusIs((Status.FAILED,))))
    said = decided(asks, workloads(broken, failed, pool("fine")))
    assert (said["w"], said["fine"]) == ("delete: failed", "not-matched")


def test_a_failed_pool_that_asks_for_instances_stays() -> None:
    failed = pool_revision("w", "w-1", status="failed")
    asks = policies(policy("failed", Kind.WORKER_POOL, StatusIs((Status.FAILED,))))
    assert decided(asks, workloads(pool("w", failed=True, instances=1), failed)) == {"w": "has-instances"}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"reconciling": True}, "reconciling"),
        ({"terminal": Condition("Ready", State.PENDING)}, "status-unknown"),
        ({"labels": {"janitor": "keep"}}, "protected"),
        ({"labels": GOOG}, "google-managed"),
        ({"update_time": None}, "age-unknown"),
        ({"update_time": ago(days=-1)}, "age-unknown"),
        ({"update_time": ago(days=1)}, "not-matched"),
    ],
)
def test_what_is_not_certain_or_protected_or_young_keeps_a_pool(facts: dict[str, object], why: str) -> None:
    file = policies(POOLS, protect={"labels": {"janitor": "keep"}})
    assert decided(file, workloads(pool("w", **facts))) == {"w": why}  # type: ignore[arg-type]


def test_a_protected_name_or_revision_keeps_a_pool_and_so_does_janitor_itself() -> None:
    world = workloads(pool("w"), pool_revision("w", "w-1", labels={"janitor": "keep"}))
    assert decided(policies(POOLS, protect={"names": ("w",)}), world) == {"w": "protected"}
    assert decided(policies(POOLS, protect={"labels": {"janitor": "keep"}}), world) == {
        "w": "holds-protected"
    }
    assert decided(policies(POOLS), world, own={"w"}) == {"w": "self"}


def test_a_gap_of_its_own_project_and_location_keeps_a_pool() -> None:
    assert decided(policies(POOLS), workloads(pool("w")), blocked={("p", "us-central1")}) == {"w": "gap"}
    assert decided(policies(POOLS), workloads(pool("w")), projects=set()) == {}


@pytest.mark.parametrize(
    ("key", "managed", "goes"),
    [
        (NameIs(("w",)), True, True), (NameIs(("w*",)), True, False), (NameIs(("w",)), False, False),
    ],
)  # fmt: skip
def test_a_pool_that_google_manages_needs_its_literal_name_and_managed(
    key: NameIs, managed: bool, goes: bool
) -> None:
    said = decided(
        policies(policy("p", Kind.WORKER_POOL, key, managed=managed)), workloads(pool("w", labels=GOOG))
    )
    assert said["w"] == ("delete: matched" if goes else "google-managed")


def test_images_that_only_a_pool_that_goes_and_its_revisions_name_are_freed_by_it() -> None:
    images = policy("images", Kind.IMAGE, OlderThan(timedelta(days=7)))
    world = workloads(
        pool("w", uri("a")), pool_revision("w", "w-1", uri("b")), pool("busy", uri("c"), instances=1),
    )  # fmt: skip
    goes, stays = images_decided(policies(POOLS, images), contents(image("a"), image("b"), image("c")), world)
    action = "projects/p/locations/us-central1/workerPools/w"
    assert {each.image.digest: each.waits for each in goes} == {
        digest("a"): (action,),
        digest("b"): (action,),
    }
    assert stays == {digest("c"): "in-use"}
