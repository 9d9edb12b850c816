"""Policies that match resources and delete none of them, because a guard always holds these (R34)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from janitor.model.kinds import Kind, Status
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.key import FactsReading
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.deciding.held import HeldMatches, HeldPolicy
from janitor.policy.deciding.images import decide_images, image_rules
from janitor.policy.deciding.references import NOT_NAMED
from janitor.policy.deciding.verdict import question
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Policy, Retention
from tests.deciding import context
from tests.making import NOW, ago, contents, image, policies, policy, repository, revision, service, workloads
from tests.policy.packaging import NPM, Shelf, package, version, written

FACTS = ResourceFacts("web", "us", "", {}, Status.SERVING, ago(days=9), kind=Kind.SERVICE)
OLD = policy("old", Kind.SERVICE, OlderThan(timedelta(days=7)))


def held(*things: object, by: Policy = OLD, protect: tuple[str, ...] = ()) -> list[HeldPolicy]:
    asked = context(policies(by, protect={"names": protect}))
    decide_workloads(asked, workloads(*things))  # type: ignore[arg-type]
    return list(asked.held.policies())


@pytest.mark.parametrize(
    ("kind", "guard", "lasts"),
    [
        (Kind.SERVICE, KeepReason.SERVING, True),
        (Kind.IMAGE, KeepReason.IN_USE, False),
        (Kind.IMAGE, KeepReason.KEEP_TAGGED, False),
        (Kind.TAG, KeepReason.KEEP_TAGGED, True),
        (Kind.TAG, KeepReason.CHILD_OF_KEPT, True),
        (Kind.TAG, KeepReason.IMMUTABLE_TAGS, True),
        (Kind.TAG, KeepReason.IN_USE, False),
    ],
)
def test_a_guard_lasts_that_waiting_does_not_change(kind: Kind, guard: KeepReason, lasts: bool) -> None:
    by, matches = policy("p", kind), HeldMatches()
    asked = question(by, FactsReading(NOW), True)
    matches.note([asked], [(FACTS, [guard])], lambda _, stands: stands is guard)
    assert list(matches.policies()) == ([HeldPolicy(by, 1, guard)] if lasts else [])


@pytest.mark.parametrize(("deletes", "applies"), [(False, True), (True, False)])
def test_a_policy_that_may_not_delete_is_not_named(deletes: bool, applies: bool) -> None:
    matches = HeldMatches()
    asked = question(policy("p", Kind.SERVICE, deletes=deletes), FactsReading(NOW), applies)
    matches.note([asked], [(FACTS, [KeepReason.SERVING])], lambda *_: True)
    assert list(matches.policies()) == []


def live(*names: str) -> list[object]:
    return [service(name, traffic=["r"]) for name in names]


def test_each_match_that_serves_is_counted() -> None:
    assert held(*live("a")) == [HeldPolicy(OLD, 1, KeepReason.SERVING)]
    assert held(*live("a", "b", "c")) == [HeldPolicy(OLD, 3, KeepReason.SERVING)]


def test_the_guard_that_holds_most_matches_is_named() -> None:
    failed = [service(name, failed=True) for name in ("x", "y")]
    assert held(*live("a"), *failed, protect=("x", "y")) == [HeldPolicy(OLD, 3, KeepReason.PROTECTED)]
    assert held(*live("a", "b", "c"), *failed, protect=("x", "y")) == [HeldPolicy(OLD, 5, KeepReason.SERVING)]


def test_a_policy_of_which_one_match_may_be_deleted_is_not_named() -> None:
    assert held(*live("a", "b"), service("failed", failed=True)) == []


def test_what_a_policy_does_not_match_is_not_counted() -> None:
    only = policy("only", Kind.SERVICE, NameIs(("a",)), OlderThan(timedelta(days=7)))
    assert held(*live("a", "b"), by=only) == [HeldPolicy(only, 1, KeepReason.SERVING)]


def test_what_keep_holds_is_kept_on_purpose() -> None:
    by = policy("r", Kind.REVISION, StatusIs((Status.RETIRED,)), keep=Retention(latest=1))
    assert held(service("web", traffic=["w9"]), revision("web", "w1"), by=by, protect=("web",)) == []
    assert held(
        service("web", traffic=["w9"]), revision("web", "w1"), revision("web", "w2"), by=by, protect=("web",)
    ) == [HeldPolicy(by, 1, KeepReason.PROTECTED)]


OLD_IMAGES = policy("images", Kind.IMAGE, OlderThan(timedelta(days=7)))


def held_images(*images: Image, by: Policy = OLD_IMAGES) -> list[HeldPolicy]:
    """Images with the tag `stable` are protected."""
    asked = context(policies(by, protect={"tags": ("stable",)}))
    rules = image_rules(asked, repository(), contents(*images), NOT_NAMED)
    decide_images(rules, list(images), want_names=False)
    return list(asked.held.policies())


def test_each_image_that_a_policy_matches_and_a_guard_holds_is_counted() -> None:
    assert held_images(image("a", "stable"), image("b", "stable"), image("young", days=1)) == [
        HeldPolicy(OLD_IMAGES, 2, KeepReason.PROTECTED)
    ]
    assert held_images(image("a", "stable"), image("b", "v1")) == []


@pytest.mark.parametrize("order", [("first", "all", "stable"), ("first", "stable", "all")])
def test_an_image_that_a_policy_deletes_is_a_match_of_each_later_one_that_matches_it(
    order: tuple[str, ...],
) -> None:
    selectors = {"first": "tags: v1", "all": "tagged: true", "stable": "tags: stable"}
    rules = [
        f"{{name: {name}, kind: artifact.image, when: {{{selectors[name]}, older_than: 7d}}}}"
        for name in order
    ]
    text = f"version: 1\nprotect: {{tags: [stable]}}\npolicies: [{', '.join(rules)}]\n"
    asked = context(parse_policies(text.encode(), "f", lambda _: b""))
    images = [image("a", "stable"), image("b", "v1")]
    decide_images(image_rules(asked, repository(), contents(*images), NOT_NAMED), images, want_names=False)
    assert [(each.policy.name, each.matches) for each in asked.held.policies()] == [("stable", 1)]


def test_an_image_that_a_keep_holds_is_no_held_match() -> None:
    by = replace(OLD_IMAGES, keep=Retention(latest=1))
    assert held_images(image("new", days=8), image("a", "stable"), by=by) == [
        HeldPolicy(by, 1, KeepReason.PROTECTED)
    ]


def test_an_image_that_is_decided_with_its_index_is_no_held_match() -> None:
    index = image("index", "stable", children=["child"])
    assert held_images(index, image("child")) == [HeldPolicy(OLD_IMAGES, 1, KeepReason.PROTECTED)]


def test_each_package_and_version_that_a_policy_matches_and_a_guard_holds_is_counted() -> None:
    asked = written("kind: artifact.version, when: {older_than: 7d}", more="protect: {names: [web]}\n")
    for names, found in ((["web"], [(1, KeepReason.PROTECTED)]), (["web", "api"], []), (["api"], [])):
        shelf = Shelf(asked, [package(version("1.0.0"), short=name) for name in names], repo=NPM)
        shelf.decided_versions()
        assert [each[1:] for each in shelf.rules.held.policies()] == found
