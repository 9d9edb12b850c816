"""R43: nothing younger than one hour is deleted, whatever a policy says. R51: nor an image younger than one day where
Cloud Asset Inventory says what uses it."""

from datetime import timedelta

import pytest

from janitor.kinds.execution import LastExecution
from janitor.model.kinds import Kind, Status
from janitor.model.reasons import KeepReason
from janitor.model.resources import Package
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import Tagged
from janitor.policy.deciding.repositories import decide_repository
from janitor.policy.deciding.verdict import Delete
from tests.deciding import Shown, context, decided, images_decided
from tests.making import (
    NOW,
    REPOSITORY,
    ago,
    contents,
    digest,
    execution,
    image,
    job,
    policies,
    policy,
    pool,
    pool_revision,
    repository,
    revision,
    service,
    workloads,
)
from tests.policy.packaging import NPM, Shelf, package, version, written

MINUTES = 1 / 24 / 60
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ANY = NameIs(("*",))
FAILED = StatusIs((Status.FAILED,))


def hours(number: float) -> float:
    return ago(hours=number).timestamp()


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (HOUR, "delete: failed"),
        (HOUR - timedelta(seconds=1), "just-created"),
        (timedelta(0), "just-created"),
        (-timedelta(minutes=1), "age-unknown"),
    ],
)
def test_a_service_deployed_less_than_an_hour_ago_is_kept(age: timedelta, said: str) -> None:
    world = workloads(service("web", failed=True, update_time=NOW - age))
    assert decided(policies(policy("a", Kind.SERVICE, FAILED)), world) == {"web": said}


def test_a_service_counts_from_its_newest_revision_too() -> None:
    """A failed service that was just deployed again: its revision is new, whatever its own times say."""
    old, new = revision("web", "web-1", status="failed"), revision("web", "web-2", status="failed", days=0.01)
    asked = policies(policy("a", Kind.SERVICE, FAILED))
    assert decided(asked, workloads(service("web", failed=True), old, new))["web"] == "just-created"
    assert decided(asked, workloads(service("web", failed=True), old))["web"] == "delete: failed"


def test_a_revision_counts_from_its_retirement_too() -> None:
    retired = revision("web", "web-1", days=1.02), revision("web", "web-2", days=50)
    world = workloads(service("web"), *retired, revision("web", "web-3", status="active", days=0.5))
    found = decided(policies(policy("a", Kind.REVISION, StatusIs((Status.RETIRED,)))), world)
    assert (found["web-1"], found["web-2"]) == ("just-created", "delete: retired")


def test_an_execution_that_has_just_completed_is_kept_and_so_is_its_job() -> None:
    """It was created ten days ago."""
    done = execution("j", "j-2", days=10, completion_time=ago(minutes=59))
    world = workloads(job("j"), execution("j", "j-1"), done, execution("j", "j-3", days=5))
    asked = policies(policy("a", Kind.EXECUTION), policy("b", Kind.JOB))
    found = decided(asked, world)
    # the last execution of a job has a reason of its own
    assert (found["j"], found["j-1"], found["j-2"]) == ("just-created", "delete: matched", "last-execution")
    later = LastExecution("j-9", ago(minutes=5), True)
    assert decided(asked, workloads(job("j", last=later)))["j"] == "just-created"
    assert decided(asked, workloads(job("j")))["j"] == "delete: matched"


def test_a_worker_pool_counts_from_its_newest_revision_too() -> None:
    asked = policies(policy("a", Kind.WORKER_POOL))
    new = pool_revision("pool", "pool-1", days=0.01)
    assert decided(asked, workloads(pool("pool"), new)) == {"pool": "just-created"}
    assert decided(asked, workloads(pool("pool"))) == {"pool": "delete: matched"}


def test_an_image_that_was_just_pushed_or_tagged_is_kept() -> None:
    old, pushed = image("old"), image("pushed", days=30 * MINUTES)
    touched = image("touched", "v1")._replace(update_time=hours(0.5))
    future = image("future")._replace(update_time=hours(-0.1))
    no_time = image("none", days=None)
    goes, stays = images_decided(
        policies(policy("a", Kind.IMAGE, ANY)), contents(old, pushed, touched, future, no_time)
    )
    assert [each.image for each in goes] == [old]
    assert stays == {
        digest("pushed"): "just-created", digest("touched"): "just-created",
        digest("future"): "age-unknown", digest("none"): "age-unknown",
    }  # fmt: skip


def test_what_hangs_on_an_image_that_was_just_pushed_is_kept() -> None:
    index = image("index", "v1", children=["child"], days=30 * MINUTES)
    goes, stays = images_decided(policies(policy("a", Kind.IMAGE, ANY)), contents(index, image("child")))
    assert (goes, stays) == ([], {digest("index"): "just-created", digest("child"): "child-of-kept"})


def test_the_subject_of_a_signature_that_was_just_pushed_is_kept() -> None:
    tag = f"{digest('app').replace(':', '-')}.sig"
    goes, stays = images_decided(
        policies(policy("a", Kind.IMAGE, Tagged(False))),
        contents(image("app"), image("other"), image("sig", tag, days=30 * MINUTES)),
    )
    assert [each.image for each in goes] == [image("other")]
    assert stays == {digest("app"): "child-of-kept", digest("sig"): "just-created"}


def test_the_floor_is_named_only_where_a_policy_matches() -> None:
    young = image("young", "v1", days=30 * MINUTES)
    asked = policies(policy("a", Kind.IMAGE, Tagged(False)), policy("b", Kind.SERVICE, NameIs(("x",))))
    assert images_decided(asked, contents(young))[1] == {digest("young"): "not-matched"}
    world = workloads(service("web", failed=True, update_time=NOW))
    assert decided(asked, world) == {"web": "not-matched"}


def test_versions_and_tags_count_from_the_version() -> None:
    just = version("2.0.0", "next", days=30 * MINUTES)
    updated = version("1.5.0", "old")._replace(update_time=hours(0.5))
    shelf = Shelf(
        written("kind: artifact.version, when: {name: web}", "kind: artifact.tag, when: {name: web}"),
        [package(version("1.0.0"), just._replace(id="3.0.0", tags=()), just, updated)],
        repo=NPM,
    )
    assert shelf.decided_tags() == {"next": "just-created", "old": "just-created"}
    assert shelf.decided_versions() == {
        "1.0.0": "delete: a, matched",
        "3.0.0": "just-created",
        "2.0.0": "has-tags",
        "1.5.0": "has-tags",
    }
    docker = Shelf(
        shelf.policies, images=[image("a", "old", package="web"), image("b", "new", package="web", days=0)]
    )
    assert docker.decided_tags() == {"old": "delete: b, matched", "new": "just-created"}


def test_a_package_counts_from_itself_and_from_all_that_it_holds() -> None:
    asked = written("kind: artifact.package, when: {name: web}")
    empty = written("kind: artifact.package, when: {empty: true}")
    just = version("2.0.0", days=30 * MINUTES)
    for held, days, said in (
        ((version("1.0.0"),), 40, "delete: a, matched"),
        ((version("1.0.0"), just), 40, "just-created"),
        ((version("1.0.0"),), 30 * MINUTES, "just-created"),
    ):
        assert Shelf(asked, [package(*held, days=days)], repo=NPM).decided_packages() == {"web": said}
    assert Shelf(empty, [package(days=30 * MINUTES)], repo=NPM).decided_packages() == {"web": "just-created"}
    assert Shelf(empty, [package(days=1)], repo=NPM).decided_packages() == {"web": "delete: a, matched"}
    no_time = Package(REPOSITORY.package("web"), "web", None, None)
    assert Shelf(empty, [no_time], repo=NPM).decided_packages() == {"web": "age-unknown"}


@pytest.mark.parametrize(
    ("facts", "days", "said"),
    [
        ({}, 30, "delete: matched"),
        ({}, 30 * MINUTES, "just-created"),
        ({"update_time": ago(minutes=59)}, 30, "just-created"),
        ({"create_time": ago(minutes=59)}, 30, "just-created"),
        ({"update_time": ago(hours=-1)}, 30, "age-unknown"),
    ],
)
def test_a_repository_counts_from_itself_and_from_its_images(
    facts: dict[str, object], days: float, said: str
) -> None:
    asked = policies(policy("a", Kind.REPOSITORY, NameIs(("r",))))
    answer = decide_repository(
        context(asked), repository(**facts), contents(image("a", days=days)), set(), gap=False
    )
    assert said == (f"delete: {answer.reason}" if isinstance(answer, Delete) else answer.reason.value)


# The age of the newest of a resource, and the reason to keep it where the inventory says what uses images.
BY_INVENTORY = [
    (DAY, ""),
    (DAY - timedelta(seconds=1), "inventory-delay"),
    (HOUR, "inventory-delay"),
    (HOUR - timedelta(seconds=1), "just-created"),
    (-HOUR, "age-unknown"),
]


@pytest.mark.parametrize(("age", "reason"), BY_INVENTORY)
def test_an_image_waits_a_day_for_the_inventory(age: timedelta, reason: str) -> None:
    """R51."""
    found = contents(image("a", days=age / DAY))
    asked = policies(policy("a", Kind.IMAGE, ANY))
    assert images_decided(asked, found, by_inventory=True)[1] == ({digest("a"): reason} if reason else {})


@pytest.mark.parametrize(("age", "reason"), BY_INVENTORY)
def test_a_repository_waits_a_day_for_the_inventory(age: timedelta, reason: str) -> None:
    asked = context(policies(policy("a", Kind.REPOSITORY, NameIs(("r",)))), by_inventory=True)
    answer = decide_repository(asked, repository(), contents(image("a", days=age / DAY)), set(), gap=False)
    assert ("" if isinstance(answer, Delete) else answer.reason.value) == reason


@pytest.mark.parametrize(("age", "reason"), BY_INVENTORY)
def test_a_package_and_a_tag_wait_a_day_for_the_inventory(age: timedelta, reason: str) -> None:
    asked = written("kind: artifact.package, when: {name: web}", "kind: artifact.tag, when: {name: web}")
    found = [image("a", "v1", package="web", days=age / DAY)]
    shelf = Shelf(asked, [package()], found, by_inventory=True)
    assert shelf.decided_packages() == {"web": reason or "delete: a, matched"}
    assert shelf.decided_tags() == {"v1": reason or "delete: b, matched"}


def test_without_the_inventory_an_image_and_what_holds_it_wait_an_hour() -> None:
    found = image("a", "v1", package="web", days=1 / 24)
    assert images_decided(policies(policy("a", Kind.IMAGE, ANY)), contents(found))[1] == {}
    asked = written("kind: artifact.package, when: {name: web}", "kind: artifact.tag, when: {name: web}")
    shelf = Shelf(asked, [package()], [found])
    assert shelf.decided_packages() == {"web": "delete: a, matched"}
    assert shelf.decided_tags() == {"v1": "delete: b, matched"}


def test_what_is_no_docker_image_never_waits_for_the_inventory() -> None:
    asked = written("kind: artifact.package, when: {name: web}", "kind: artifact.version, when: {name: web}")
    shelf = Shelf(asked, [package(version("1.0.0", days=1 / 24))], repo=NPM, by_inventory=True)
    assert shelf.decided_packages() == {"web": "delete: a, matched"}
    assert shelf.decided_versions() == {"1.0.0": "delete: b, matched"}


@pytest.mark.parametrize(
    ("format_", "by_inventory", "waits"), [("DOCKER", True, True), ("DOCKER", False, False), ("NPM", True, False)]
)  # fmt: skip
def test_only_a_docker_repository_is_shown_to_wait_for_the_inventory(
    format_: str, by_inventory: bool, waits: bool
) -> None:
    shown, asked = Shown(), policies(policy("a", Kind.REPOSITORY, NameIs(("r",))))
    found = contents(image("a", days=0.5))
    decide_repository(
        context(asked, tracer=shown, by_inventory=by_inventory), repository(format=format_), found, set(), gap=False,
    )  # fmt: skip
    (case,) = shown.cases.values()
    assert case.guards.get(KeepReason.INVENTORY_DELAY, False) is waits
