"""Which policy and which reason is named: rule R19."""

from datetime import timedelta

import pytest

from janitor.model.kinds import Kind, Status
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, AnyOf, Condition, Not
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.key import FactsReading
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import NameIs, RepositoryIs
from janitor.policy.conditions.size import LargerThan
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.use import Unused
from janitor.policy.deciding.verdict import (
    Delete,
    Keep,
    asked,
    latest,
    may_take_serving,
    missing_for_serving,
    names_literally,
    question,
    strongest,
)
from janitor.policy.model import Policy
from tests.making import NOW, ago, policy

OLD = OlderThan(timedelta(days=7))
FACTS = ResourceFacts(
    "web", "us-central1", "", {"a": "b"}, Status.FAILED, ago(days=30), 5000, True, kind=Kind.SERVICE
)


def verdict(*each: Policy, unselected: str = "", forbidden: str = "") -> Delete | Keep:
    leaf = FactsReading(NOW)
    questions = [question(p, leaf, p.name != unselected) for p in each]
    return asked(questions, FACTS, lambda p: KeepReason.SERVING if p.name == forbidden else None)


def reason(*parts: Condition) -> DeleteReason:
    found = verdict(policy("p", Kind.SERVICE, *parts))
    assert isinstance(found, Delete)
    return found.reason


def test_the_first_matching_policy_in_file_order_is_named() -> None:
    names = [
        policy("a", Kind.SERVICE, NameIs(("x",))),
        policy("b", Kind.SERVICE, OLD),
        policy("c", Kind.SERVICE),
    ]
    found = verdict(*names)
    assert isinstance(found, Delete)
    assert found.policy.name == "b"


def test_a_later_policy_deletes_where_the_first_may_not() -> None:
    names = [policy("a", Kind.SERVICE), policy("b", Kind.SERVICE), policy("c", Kind.SERVICE)]
    found = verdict(*names, unselected="a", forbidden="b")
    assert isinstance(found, Delete)
    assert found.policy.name == "c"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((OLD, StatusIs((Status.FAILED,)), Unused()), "failed"),
        ((OLD, Unused(), LargerThan(1)), "unused"),
        ((OLD, LargerThan(1)), "larger-than"),
        ((NameIs(("web",)), OLD), "older-than"),
        ((NameIs(("web",)), LabelsAre({"a": "b"})), "matched"),
        ((), "matched"),
    ],
)
def test_the_first_reason_that_holds_is_named_whatever_the_order_of_keys(parts: tuple, expected: str) -> None:
    assert reason(*parts) == expected
    assert reason(*reversed(parts)) == expected


def test_a_status_among_several_is_named_only_if_it_is_the_one() -> None:
    assert reason(StatusIs((Status.RETIRED, Status.FAILED))) == "failed"
    assert reason(AnyOf((StatusIs((Status.RETIRED,)), OLD))) == "older-than"


def test_what_is_negated_is_no_reason() -> None:
    assert reason(Not(LargerThan(9000))) == "matched"
    assert reason(Not(Not(OLD))) == "matched"


def test_a_branch_of_a_disjunction_that_does_not_hold_is_no_reason() -> None:
    assert reason(AnyOf((LargerThan(9000), All((OLD, NameIs(("web",))))))) == "older-than"


def test_of_several_reasons_to_stay_the_strongest_is_named() -> None:
    assert strongest([KeepReason.NOT_MATCHED, KeepReason.GAP, KeepReason.IN_USE]) is KeepReason.IN_USE
    assert strongest([KeepReason.NOT_MATCHED, KeepReason.POLICY_NOT_SELECTED]) == "policy-not-selected"
    assert strongest([KeepReason.NOT_MATCHED]) is KeepReason.NOT_MATCHED


def test_reasons_are_named_by_their_wire_names_in_the_order_of_the_rules() -> None:
    assert list(DeleteReason) == [
        "failed", "ttl", "retired", "unused", "orphaned", "untagged", "larger-than", "older-than", "matched", "child-of",
    ]  # fmt: skip


def test_what_no_policy_matches_is_kept_as_not_matched() -> None:
    assert verdict() == Keep(KeepReason.NOT_MATCHED)
    assert verdict(policy("a", Kind.SERVICE, NameIs(("x",)))) == Keep(KeepReason.NOT_MATCHED)


def test_a_name_is_literal_only_without_a_glob_and_at_the_top_of_when() -> None:
    """R13, R14."""
    for key, literal in (
        (NameIs(("web",)), True), (NameIs(("x", "web")), True), (NameIs(("we?",)), False), (NameIs(("we[b]",)), False),
        (NameIs(("x",)), False), (NameIs(()), False),
        (AnyOf((NameIs(("web",)), OLD)), False), (Not(NameIs(("web",))), False), (RepositoryIs(("web",)), False),
    ):  # fmt: skip
        assert names_literally(policy("p", Kind.REPOSITORY, key), "web") is literal


def test_serving_is_taken_only_where_said_with_an_age_and_a_selector_at_the_top() -> None:
    """R15."""
    serving, name = StatusIs((Status.SERVING,)), NameIs(("pr-*",))
    for parts, may in (
        ((serving, OLD, name), True), ((serving, OLD), False), ((serving, name), False), ((OLD, name), False),
        ((AnyOf((serving, OLD)), OLD, name), False), ((serving, Not(OLD), name), False),
        ((serving, OLD, AnyOf((name,))), False),
    ):  # fmt: skip
        assert may_take_serving(policy("p", Kind.SERVICE, *parts)) is may


def test_a_policy_that_only_protects_does_not_end_the_search() -> None:
    keeper = policy("keeper", Kind.SERVICE, NameIs(("other",)), deletes=False)
    decision = verdict(keeper, policy("a", Kind.SERVICE, NameIs(("*",))))
    assert isinstance(decision, Delete)
    assert decision.policy.name == "a"


def test_a_time_at_the_epoch_is_not_known() -> None:
    assert latest([None, 0.0]) is None
    assert latest([0.0, 1.0, None]) == 1.0


def test_what_a_policy_lacks_to_delete_live_services_is_named_as_the_file_writes_it() -> None:
    """R15."""
    serving, age, name = StatusIs((Status.SERVING,)), OlderThan(timedelta(1)), NameIs(("a",))
    assert missing_for_serving(policy("a", Kind.SERVICE)) == (
        "status: [serving, degraded]",
        "older_than",
        "name",
    )
    assert missing_for_serving(policy("a", Kind.SERVICE, serving, name)) == ("older_than",)
    assert missing_for_serving(policy("a", Kind.SERVICE, serving, age)) == ("name",)
    assert missing_for_serving(policy("a", Kind.SERVICE, serving, age, name)) == ()
