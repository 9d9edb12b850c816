"""What becomes of revisions: rules R4, R5, R7, R9 to R11, R14 and R15."""

from dataclasses import replace
from datetime import timedelta

import pytest

from janitor.kinds.revision import Revision, revision_since
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Condition, State, Traffic
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.names import NameIs, ServiceIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.model import Policy, Retention
from tests.deciding import decided
from tests.making import ago, policies, policy, revision, service, workloads

RETIRED = policy("retired", Kind.REVISION, StatusIs((Status.RETIRED,)), OlderThan(timedelta(days=30)))
WEB = service("web", traffic=["web-9"], latest_ready_revision="web-9", latest_created_revision="web-9")
LIVE = revision("web", "web-9", status="active", days=1)


def verdict(of: Revision, *each: Policy, **facts: object) -> str:
    return decided(policies(*(each or (RETIRED,))), workloads(WEB, LIVE, of), **facts)[of.name.short]


def test_deletes_a_revision_that_retired_long_ago() -> None:
    assert verdict(revision("web", "web-1")) == "delete: retired"


def test_the_age_of_a_retired_revision_counts_from_its_retirement() -> None:
    """R7: created forty days ago, retired yesterday."""
    active = Condition("Active", State.FAILED, "RETIRED", last_transition_time=ago(days=1))
    assert verdict(revision("web", "web-1", active=active)) == "not-matched"


def test_a_retirement_that_active_does_not_tell_has_no_age() -> None:
    """R5, R7: another transition of Active is not the retirement."""
    for active in (None, Condition("Active", State.SUCCEEDED, "", last_transition_time=ago(days=90))):
        assert verdict(revision("web", "web-1", active=active)) == "age-unknown"


def test_the_age_of_a_failed_revision_counts_from_its_creation() -> None:
    """R7."""
    failed = policy("failed", Kind.REVISION, StatusIs((Status.FAILED,)), OlderThan(timedelta(days=30)))
    assert verdict(revision("web", "web-1", status="failed", days=31), failed) == "delete: failed"
    assert verdict(revision("web", "web-1", status="failed", days=29), failed) == "not-matched"


def test_a_revision_that_is_ready_stays() -> None:
    """R15; Google deletes retired ones only."""
    every = policy("all", Kind.REVISION)
    assert verdict(revision("web", "web-1", status="active"), every) == "not-retired"


def test_a_revision_without_a_ready_condition_stays() -> None:
    every = policy("all", Kind.REVISION)
    assert verdict(revision("web", "web-1", ready=None, active=None), every) == "status-unknown"


def test_a_revision_whose_ready_condition_has_no_result_yet_stays() -> None:
    every = policy("all", Kind.REVISION)
    pending = revision("web", "web-1", ready=Condition("Ready", State.RECONCILING), active=None)
    assert verdict(pending, every) == "status-unknown"


def test_a_revision_that_is_ready_has_no_age() -> None:
    """R7."""
    assert revision_since(revision("web", "web-1", status="active")) is None


@pytest.mark.parametrize("entry", [Traffic("web-1", 5, ""), Traffic("web-1", 0, "canary")])
def test_a_revision_with_traffic_or_a_traffic_tag_stays(entry: Traffic) -> None:
    """R15."""
    world = workloads(replace(WEB, traffic=(*WEB.traffic, entry)), LIVE, revision("web", "web-1"))
    assert decided(policies(RETIRED), world)["web-1"] == "has-traffic"


@pytest.mark.parametrize("place", ["latest_ready_revision", "latest_created_revision"])
def test_the_latest_revision_stays(place: str) -> None:
    """R15: ready or created."""
    world = workloads(replace(WEB, **{place: "web-1"}), LIVE, revision("web", "web-1"))
    assert decided(policies(RETIRED), world)["web-1"] == "latest-revision"


def test_the_only_revision_stays() -> None:
    """R15."""
    alone = workloads(service("web", failed=True), revision("web", "web-1"))
    assert decided(policies(RETIRED), alone)["web-1"] == "only-revision"


def test_the_newest_stands_in_for_a_latest_that_the_service_does_not_name() -> None:
    """R15: never all of them."""
    two = (revision("web", "web-1", days=50), revision("web", "web-2"))
    found = decided(policies(RETIRED), workloads(service("web", failed=True), *two))
    assert (found["web-1"], found["web-2"]) == ("delete: retired", "latest-revision")


def test_a_revision_whose_service_was_not_seen_stays() -> None:
    """R15: without the service nothing about it is known."""
    assert decided(policies(RETIRED), workloads(revision("web", "web-1"))) == {"web-1": "status-unknown"}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"reconciling": True}, "reconciling"),
        ({"multi_region": True}, "multi-region"),
        ({"labels": {"goog-managed-by": "x"}}, "google-managed"),
        ({"labels": {"janitor": "keep"}}, "protected"),
    ],
)
def test_what_holds_of_its_service_covers_a_revision(facts: dict, reason: str) -> None:
    """R6, R11, R14."""
    world = workloads(replace(WEB, **facts), LIVE, revision("web", "web-1"))
    found = decided(policies(RETIRED, protect={"labels": {"janitor": "keep"}}), world)
    assert found["web-1"] == reason


def test_a_protected_name_covers_the_revisions_of_the_service() -> None:
    """R11; a revision's own short name is none that `names` speaks of."""
    world = workloads(WEB, LIVE, revision("web", "web-1"))
    assert decided(policies(RETIRED, protect={"names": ("web",)}), world)["web-1"] == "protected"
    assert decided(policies(RETIRED, protect={"names": ("web-1",)}), world)["web-1"] == "delete: retired"


def test_revisions_of_what_google_manages_need_the_literal_name_of_their_service() -> None:
    """R14."""
    world = workloads(replace(WEB, labels={"goog-managed-by": "x"}), LIVE, revision("web", "web-1"))
    for key, managed, expected in (
        (ServiceIs(("web",)), True, "delete: matched"),
        (NameIs(("web-1",)), True, "delete: matched"),
        (ServiceIs(("w*",)), True, "google-managed"),
        (ServiceIs(("web",)), False, "google-managed"),
    ):
        one = policy("p", Kind.REVISION, key, managed=managed)
        assert decided(policies(one), world)["web-1"] == expected


def test_keep_latest_holds_the_newest_of_each_service_whatever_their_status() -> None:
    """R9, R10: the live one takes a place, for status is no selector."""
    keep = Policy("keep", Kind.REVISION, RETIRED.when, Retention(latest=2))
    world = workloads(WEB, LIVE, *(revision("web", f"web-{n}", days=30 + 10 * n) for n in (1, 2, 3)))
    found = decided(policies(keep), world)
    assert {name: found[name] for name in ("web-1", "web-2", "web-3")} == {
        "web-1": "keep-latest", "web-2": "delete: retired", "web-3": "delete: retired",
    }  # fmt: skip


def test_each_service_is_a_group_of_its_own() -> None:
    """R10."""
    keep = policy("keep", Kind.REVISION, keep=Retention(latest=1))
    other = service("api", latest_created_revision="api-9")
    world = workloads(WEB, other, LIVE, revision("web", "web-1"), revision("api", "api-9", days=2),
                      revision("api", "api-1"))  # fmt: skip
    found = decided(policies(keep), world)
    assert (found["web-1"], found["api-1"]) == ("delete: matched", "delete: matched")


def test_keep_of_one_policy_holds_against_another() -> None:
    """R9; even where that policy was not selected to delete (R20)."""
    keep = policy("keep", Kind.REVISION, ServiceIs(("web",)), keep=Retention(newer_than=timedelta(days=60)))
    for selected in ({"retired", "keep"}, {"retired"}):
        assert verdict(revision("web", "web-1"), RETIRED, keep, selected=selected) == "keep-newer-than"


def test_a_gap_of_its_own_place_keeps_it() -> None:
    """R4."""
    assert verdict(revision("web", "web-1"), blocked={("p", "us-central1")}) == "gap"
    assert verdict(revision("web", "web-1"), blocked={("p", "us")}) == "delete: retired"


def test_revisions_of_worker_pools_have_no_verdict() -> None:
    pool = revision("web", "pool-1")
    pool = replace(pool, name=replace(pool.name, path=("workerPools", "pool", "revisions", "pool-1")))
    assert "pool-1" not in decided(policies(RETIRED), workloads(WEB, LIVE, pool))


def test_of_the_statuses_that_a_policy_names_the_reason_is_the_one_that_it_has() -> None:
    """R19."""
    both = policy("both", Kind.REVISION, StatusIs((Status.FAILED, Status.RETIRED)))
    held = [
        revision("web", "old"),
        revision("web", "bad", status="failed"),
        revision("web", "new", status="active"),
    ]
    found = decided(policies(both), workloads(service("web", latest_created_revision="new"), *held))
    assert (found["old"], found["bad"]) == ("delete: retired", "delete: failed")
