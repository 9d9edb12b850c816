"""Policies that match no resource: which are named, and of which the names in them exist."""

from datetime import timedelta

import pytest

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind, Status
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.deciding.unmatched import UnmatchedPolicy, unmatched
from janitor.policy.deciding.workloads import decide_workloads
from tests.deciding import context
from tests.making import NOW, policies, policy, service, workloads

FAILED = StatusIs((Status.FAILED,))
PREVIEWS = policy("previews", Kind.SERVICE, NameIs(("pr-*",)), FAILED)
SLIPS = policy("slips", Kind.SERVICE, NameIs(("rp-*",)), FAILED)
ANY_FAILED = policy("failed", Kind.SERVICE, FAILED)
IMAGES = policy("images", Kind.IMAGE, NameIs(("app",)), OlderThan(timedelta(days=7)))
FILE = policies(PREVIEWS, SLIPS, ANY_FAILED, IMAGES)


def test_a_policy_is_known_whose_names_exist_or_that_has_none() -> None:
    asked = context(FILE)
    decide_workloads(asked, workloads(service("pr-1"), service("web")))
    assert list(unmatched(asked, ())) == [
        UnmatchedPolicy("previews", known=True),
        UnmatchedPolicy("slips", known=False),
        UnmatchedPolicy("failed", known=True),
        UnmatchedPolicy("images", known=False),
    ]


def test_a_policy_that_matches_is_not_named() -> None:
    asked = context(FILE)
    decide_workloads(asked, workloads(service("pr-1", failed=True)))
    assert [each.policy for each in unmatched(asked, ())] == ["slips", "images"]


def test_only_policies_that_may_delete_are_named() -> None:
    asked = context(FILE, selected={"slips"})
    assert [each.policy for each in unmatched(asked, ())] == ["slips"]


@pytest.mark.parametrize(
    ("kinds", "named"),
    [
        ([Kind.SERVICE], ["images"]),
        ([Kind.IMAGE], ["previews", "slips", "failed"]),
        ([Kind.IMAGE, Kind.SERVICE], []),
    ],
)
def test_a_policy_whose_matches_a_gap_may_hide_is_not_named(kinds: list[Kind], named: list[str]) -> None:
    gaps = [Gap("p", "us", kind, "403") for kind in kinds]
    assert [each.policy for each in unmatched(context(FILE), gaps)] == named


def test_the_names_of_a_policy_are_looked_for_among_all_resources() -> None:
    """Not only among those that are left after every policy said no."""
    asked = context(FILE)
    resource = ResourceFacts("pr-1", "us", "", {}, Status.SERVING, NOW, kind=Kind.SERVICE)
    asked.note_matches(asked.compiled.resources(Kind.SERVICE), (), everything=[resource])
    assert (asked.matched, asked.named) == (set(), {"previews", "failed"})
