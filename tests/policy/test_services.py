"""What becomes of services: rules R4 to R7, R11, R14, R15, R20 (--policy) and R24."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from janitor.kinds.service import Service, service_status
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Condition, State
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Not
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import LocationIs, NameIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.model import Policy, Scope
from tests.deciding import context, decided
from tests.making import NOW, ago, name_of, policies, policy, revision, service, workloads

DAY_OLD = OlderThan(timedelta(days=1))
FAILED = policy("failed", Kind.SERVICE, StatusIs((Status.FAILED,)), DAY_OLD)
SERVING = StatusIs((Status.SERVING,))


def verdict(of: Service, *each: Policy, protect: dict | None = None, **facts: object) -> str:
    return decided(policies(*each, protect=protect), workloads(of), **facts)[of.name.short]


def test_deletes_a_service_whose_first_deploy_failed_and_that_never_served() -> None:
    assert verdict(service("xai", failed=True), FAILED) == "delete: failed"


@pytest.mark.parametrize("hours", [24, 23.9])
def test_ages_compare_strictly(hours: float) -> None:
    """R5."""
    assert verdict(service("xai", failed=True, update_time=ago(hours=hours)), FAILED) == "not-matched"


@pytest.mark.parametrize("update", [None, ago(hours=-1), datetime.fromtimestamp(0, NOW.tzinfo)])
def test_a_time_unset_in_the_future_or_at_the_epoch_satisfies_no_age(update: datetime | None) -> None:
    """R5; not even by negation."""
    for age in (DAY_OLD, Not(DAY_OLD)):
        undated = service("xai", failed=True, update_time=update)
        assert verdict(undated, policy("p", Kind.SERVICE, age)) == "age-unknown"


def test_the_age_of_a_service_counts_from_its_last_deploy() -> None:
    """R7: created long ago, deployed an hour ago."""
    young = service("xai", failed=True, create_time=ago(days=90), update_time=ago(hours=1))
    assert verdict(young, FAILED) == "not-matched"


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"failed": True}, Status.FAILED),
        ({"failed": True, "reconciling": True}, Status.RECONCILING),
        ({"failed": True, "uri": "https://x"}, Status.UNKNOWN),
        ({"failed": True, "traffic": ["x-1"]}, Status.DEGRADED),
        ({"traffic": ["x-1"]}, Status.SERVING),
        ({}, Status.SERVING),
        ({"terminal": Condition("Ready", State.PENDING)}, Status.UNKNOWN),
    ],
)
def test_only_what_never_served_is_failed(facts: dict, status: Status) -> None:
    """R6, with a failed revision beside it."""
    assert service_status(service("x", **facts), [revision("x", "x-1", status="failed")]) is status


def test_a_service_of_which_a_revision_was_once_ready_is_not_failed() -> None:
    """R6: Ready SUCCEEDED for a reason other than RETIRED."""
    ready = revision("x", "x-1", status="active")
    assert service_status(service("x", failed=True), [ready]) is Status.UNKNOWN
    retiring = replace(ready, active=Condition("Active", State.FAILED, "RETIRED"))
    assert service_status(service("x", failed=True), [retiring]) is Status.UNKNOWN


def test_a_retired_revision_says_nothing_of_having_been_ready() -> None:
    """R6: a failed revision that was retired later shows SUCCEEDED and RETIRED."""
    assert service_status(service("x", failed=True), [revision("x", "x-1")]) is Status.FAILED


def test_a_service_that_does_not_answer_whether_it_serves_stays() -> None:
    unclear = service("x", failed=True, uri="https://x")
    assert verdict(unclear, policy("all", Kind.SERVICE)) == "status-unknown"


def test_a_service_that_serves_stays_unless_serving_is_said_with_an_age_and_a_selector() -> None:
    """R15."""
    preview = service("pr-7", traffic=["pr-7-1"])
    for parts in ((), (DAY_OLD,), (SERVING,), (SERVING, DAY_OLD), (SERVING, NameIs(("pr-*",)))):
        assert verdict(preview, policy("p", Kind.SERVICE, *parts)) == "serving"
    whole = policy("previews", Kind.SERVICE, SERVING, DAY_OLD, NameIs(("pr-*",)))
    assert verdict(preview, whole) == "delete: older-than"


def test_a_degraded_service_is_live_and_never_deleted_as_failed() -> None:
    """R6, R15."""
    degraded = service("web", failed=True, traffic=["web-1"])
    assert verdict(degraded, FAILED) == "serving"
    assert verdict(degraded, policy("d", Kind.SERVICE, StatusIs((Status.DEGRADED,)), DAY_OLD)) == "serving"


@pytest.mark.parametrize(
    "protect", [{"names": ("*-prod",)}, {"labels": {"env": "pro*"}}, {"labels": {"no": "x", "env": "prod"}}]
)
def test_any_one_label_or_name_protects(protect: dict) -> None:
    """R11."""
    held = service("xai-prod", failed=True, labels={"env": "prod"})
    assert verdict(held, FAILED, protect=protect) == "protected"


def test_a_label_that_protects_needs_its_value() -> None:
    """R11."""
    other = service("xai", failed=True, labels={"env": "dev"})
    assert verdict(other, FAILED, protect={"labels": {"env": "prod"}}) == "delete: failed"


def test_a_protected_revision_holds_its_service() -> None:
    """R11: a service takes its revisions with it."""
    world = workloads(service("xai", failed=True), revision("xai", "xai-1", labels={"janitor": "keep"}))
    found = decided(policies(FAILED, protect={"labels": {"janitor": "keep"}}), world)
    assert found == {"xai": "holds-protected", "xai-1": "protected"}


def test_what_google_manages_needs_its_literal_name_and_managed() -> None:
    """R14."""
    function = service("fn", failed=True, labels={"goog-managed-by": "cloudfunctions"})
    assert verdict(function, FAILED) == "google-managed"
    for parts, managed in ((("fn",), False), (("f*",), True)):
        one = policy("p", Kind.SERVICE, NameIs(parts), StatusIs((Status.FAILED,)), managed=managed)
        assert verdict(function, one) == "google-managed"
    both = policy("p", Kind.SERVICE, NameIs(("fn",)), StatusIs((Status.FAILED,)), managed=True)
    assert verdict(function, both) == "delete: failed"


def test_terraforms_mark_is_not_googles_management() -> None:
    """R14."""
    terraformed = service("tf", failed=True, labels={"goog-terraform-provisioned": "true"})
    assert verdict(terraformed, FAILED) == "delete: failed"


def test_parts_of_a_multi_region_service_stay() -> None:
    assert verdict(service("x", failed=True, multi_region=True), FAILED) == "multi-region"


def test_a_service_that_is_changing_stays() -> None:
    """R6."""
    every = policy("all", Kind.SERVICE)
    assert verdict(service("x", failed=True, reconciling=True), every) == "reconciling"


@pytest.mark.parametrize("place", ["us-central1", "-"])
def test_a_gap_of_its_own_place_keeps_it(place: str) -> None:
    """R4: of its location, or of all locations of its project."""
    assert verdict(service("x", failed=True), FAILED, blocked={("p", place)}) == "gap"


@pytest.mark.parametrize("place", [("p", "europe-west1"), ("q", "us-central1"), ("q", "-")])
def test_a_gap_elsewhere_does_not_keep_it(place: tuple[str, str]) -> None:
    """R4."""
    assert verdict(service("x", failed=True), FAILED, blocked={place}) == "delete: failed"


def test_janitor_itself_stays_in_every_project_and_location() -> None:
    """R24."""
    elsewhere = name_of("services", "janitor", location="asia-northeast3")
    itself = replace(service("janitor", failed=True), name=elsewhere)
    assert verdict(itself, FAILED, own={"janitor"}) == "self"
    world = workloads(service("janitor", failed=True), revision("janitor", "janitor-1"))
    assert set(decided(policies(FAILED), world, own={"janitor"}).values()) == {"self"}


def test_only_selected_policies_delete() -> None:
    """R20, --policy."""
    other = policy("other", Kind.SERVICE, StatusIs((Status.FAILED,)))
    doomed = service("x", failed=True)
    assert verdict(doomed, FAILED, selected={"other"}) == "policy-not-selected"
    assert verdict(doomed, FAILED, other, selected={"other"}) == "delete: failed"


def test_what_lies_out_of_scope_has_no_verdict() -> None:
    """R1: another project, another location, a project that is only read."""
    doomed = workloads(service("x", failed=True))
    assert decided(policies(FAILED), doomed, projects={"q"}) == {}
    for scope in (Scope(("p",), ("europe-west1",)), Scope(("p",), None, ("p",))):
        assert decided(policies(FAILED, scope=scope), doomed) == {}


def test_a_services_revisions_go_with_it_and_have_no_verdict_of_their_own() -> None:
    """R13."""
    retired = policy("retired", Kind.REVISION, StatusIs((Status.RETIRED,)))
    world = workloads(service("x", failed=True), revision("x", "x-1"), revision("x", "x-2", status="failed"))
    found = decided(policies(retired, FAILED), world)
    assert found == {"x": "delete: failed", "x-1": "contained", "x-2": "contained"}


def test_labels_and_locations_select() -> None:
    """R9: all labels of a policy are wanted."""
    labelled = service("x", failed=True, labels={"team": "web", "env": "dev"})
    for parts, expected in (
        ([LabelsAre({"team": "w*", "env": "dev"})], "delete: matched"),
        ([LabelsAre({"team": "web", "env": "prod"})], "not-matched"),
        ([LocationIs(("us-*",))], "delete: matched"),
        ([LocationIs(("europe-*",))], "not-matched"),
    ):
        assert verdict(labelled, policy("p", Kind.SERVICE, *parts)) == expected


def test_what_is_deleted_with_a_service_is_counted_by_kind() -> None:
    failed = service("web", failed=True)
    world = workloads(failed, service("api", failed=True), *(revision("web", name) for name in ("w1", "w2")))
    found = decide_workloads(context(policies(policy("s", Kind.SERVICE))), world)
    assert found.contained_in(failed.name) == ((Kind.REVISION, 2),)
    assert found.contained_in(service("api").name) == ()
