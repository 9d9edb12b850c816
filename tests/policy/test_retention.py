"""Whom `keep` holds: rules R5, R9 and R10."""

from datetime import timedelta

from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Condition
from janitor.policy.conditions.key import ImageReading
from janitor.policy.conditions.names import RepositoryIs
from janitor.policy.conditions.tags import TagsMatch
from janitor.policy.deciding.retention import TRAITS, latest, retained
from janitor.policy.deciding.verdict import question
from janitor.policy.model import PerSemver, PerTag, Policy, Retention
from tests.deciding import decided, images_decided
from tests.making import (
    NOW,
    ago,
    contents,
    digest,
    image,
    policies,
    policy,
    repository,
    revision,
    service,
    workloads,
)

IMAGES = [image("new", "v2", days=1), image("mid", "pr-1", days=5), image("old", "v1", days=9)]


def held(*each: Policy, images: list | None = None) -> dict[str, str]:
    leaf = ImageReading(repository(), NOW.timestamp())
    questions = [question(p, leaf, True) for p in each]
    found = retained(questions, images or IMAGES, TRAITS, NOW.timestamp())
    known = {digest(label): label for label in ("new", "mid", "old", "undated", "a", "b", "c")}
    return {known[key]: reason.value for key, reason in found.items()}


def keeping(*parts: Condition, **keep: object) -> Policy:
    return policy("keep", Kind.IMAGE, *parts, keep=Retention(**keep))  # type: ignore[arg-type]


def test_latest_holds_the_newest_and_never_the_oldest() -> None:
    """R10."""
    assert held(keeping(latest=1)) == {"new": "keep-latest"}
    assert held(keeping(latest=2)).keys() == {"new", "mid"}
    assert held(keeping(latest=0)) == {}
    assert len(held(keeping(latest=9))) == 3
    just_now = [image("new", days=0), image("mid", days=5)]
    assert held(keeping(latest=1), images=just_now) == {"new": "keep-latest"}


def test_ties_are_broken_by_digest_whatever_the_order() -> None:
    """R10."""
    same = [image(label, days=3) for label in ("a", "b", "c")]
    first = min(same, key=lambda each: each.digest)
    for order in (same, same[::-1]):
        assert set(latest(order, 1, TRAITS)) == {first}


def test_what_has_no_time_is_held_and_takes_no_place() -> None:
    """R5, R10."""
    found = held(keeping(latest=1), images=[image("undated", days=None), *IMAGES])
    assert found.keys() == {"undated", "new"}


def test_a_time_in_the_future_takes_no_place() -> None:
    """R5: the image with that upload is held. One with only its update in the future has a place by upload."""
    uploaded = image("undated", days=-5)
    updated = image("a", days=20)._replace(update_time=ago(days=-5).timestamp())
    found = held(keeping(latest=2), images=[uploaded, updated, *IMAGES])
    assert found.keys() == {"undated", "new", "mid"}


def test_a_group_with_a_time_in_the_future_takes_no_place_among_the_last_groups() -> None:
    """R5."""
    images = [
        image("undated", "main-9", days=-5),
        image("a", "release-1", days=3),
        image("b", "other-1", days=4),
    ]
    per = PerTag("^([a-z]+)-")
    assert held(keeping(latest=1, per=per, latest_groups=1), images=images).keys() == {"undated", "a"}


def test_tagged_needs_one_tag_that_matches() -> None:
    """R8: where `tags` needs all."""
    both = [image("a", "v1", "pr-1"), image("b", "pr-2"), image("c")]
    assert held(keeping(tagged=("v*",)), images=both) == {"a": "keep-tagged"}


def test_newer_than_holds_up_to_and_with_that_age() -> None:
    assert held(keeping(newer_than=timedelta(days=5))).keys() == {"new", "mid"}


def test_selectors_say_among_whom_keep_is_reckoned() -> None:
    """R9."""
    assert held(keeping(TagsMatch(("v*",)), latest=1)) == {"new": "keep-latest"}
    assert held(keeping(TagsMatch(("pr-*",)), latest=1)) == {"mid": "keep-latest"}
    assert held(keeping(RepositoryIs(("other",)), latest=3)) == {}


def test_every_other_condition_counts_as_met() -> None:
    """R9: the young ones take places though this policy would not delete them."""
    assert held(keeping(OlderThan(timedelta(days=8)), latest=2)).keys() == {"new", "mid"}


def test_several_policies_hold_what_any_of_them_holds() -> None:
    """R9."""
    found = held(keeping(latest=1), keeping(tagged=("v1",)))
    assert found == {"new": "keep-latest", "old": "keep-tagged"}


def test_a_referrer_with_a_tag_of_its_own_takes_no_place_among_the_latest() -> None:
    """R10, in a whole decision: a tagged bill of materials, newer than both images."""
    world = contents(
        image("new", "b", days=2), image("old", "a", days=3), image("mid", "sbom", days=1),
        subjects={("app", digest("mid")): digest("old")},
    )  # fmt: skip
    file = policies(keeping(OlderThan(timedelta(hours=1)), latest=2))
    goes, stays = images_decided(file, world)
    assert goes == []
    assert {stays[digest("new")], stays[digest("old")]} == {KeepReason.KEEP_LATEST.value}


def revisions_kept(rollback: int, *each: tuple[str, str]) -> dict[str, str]:
    """Short name and status of revisions of one service, the newest first; what becomes of them."""
    made = [revision("web", name, status=status, days=10 + n) for n, (name, status) in enumerate(each)]
    file = policies(policy("p", Kind.REVISION, keep=Retention(rollback=rollback)))
    newest = service("web", traffic=[each[0][0]], latest_created_revision=each[0][0])
    found = decided(file, workloads(newest, *made))
    return {name: found[name] for name, _ in each}


def test_rollback_holds_the_last_ready_ones_and_counts_none_that_failed() -> None:
    """What serves is one of them."""
    found = revisions_kept(
        3,
        ("r6", "active"),
        ("r5", "failed"),
        ("r4", "retired"),
        ("r3", "failed"),
        ("r2", "retired"),
        ("r1", "retired"),
    )
    assert found == {
        "r6": "has-traffic", "r5": "delete: matched", "r4": "keep-rollback", "r3": "delete: matched",
        "r2": "keep-rollback", "r1": "delete: matched",
    }  # fmt: skip


def test_rollback_is_by_service() -> None:
    file = policies(policy("p", Kind.REVISION, keep=Retention(rollback=1)))
    world = [
        thing
        for name in ("a", "b")
        for thing in (
            service(name, traffic=[f"{name}3"]), revision(name, f"{name}3", status="failed", days=1),
            revision(name, f"{name}2", days=2), revision(name, f"{name}1", days=3),
        )
    ]  # fmt: skip
    found = decided(file, workloads(*world))
    assert {found[name] for name in ("a2", "b2")} == {"keep-rollback"}
    assert {found[name] for name in ("a1", "b1")} == {"delete: matched"}


def test_what_may_have_been_ready_is_held_and_takes_no_place() -> None:
    told_nothing = [revision("web", "r4", days=5, ready=None), revision("web", "r0", days=9, ready=None)]
    known = [revision("web", "r2", days=6), revision("web", "r1", days=7)]
    file = policies(policy("p", Kind.REVISION, keep=Retention(rollback=1)))
    found = decided(file, workloads(service("web", traffic=["r4"]), *told_nothing, *known))
    assert [found[name] for name in ("r2", "r1", "r0")] == [
        "keep-rollback",
        "delete: matched",
        "keep-rollback",
    ]


def test_only_the_latest_groups_are_held_where_a_file_says_how_many() -> None:
    """R10: the newest patch of the newest minor, and none of the others."""
    minors = [image("a", "v1.0.1", days=3), image("b", "v1.1.0", days=2), image("c", "v1.0.9", days=1)]
    per = PerSemver("minor")
    assert held(keeping(latest=1, per=per), images=minors).keys() == {"b", "c"}
    assert held(keeping(latest=1, per=per, latest_groups=1), images=minors).keys() == {"b"}


def test_a_tagged_child_takes_a_place_where_its_index_is_in_no_group_and_pushes_none_out() -> None:
    """R36: what either way of counting keeps is kept."""
    file = policies(policy("p", Kind.IMAGE, TagsMatch(("v*",)), keep=Retention(latest=1)))
    images = [
        image("index", days=1, children=["child"]), image("child", "v2", days=1), image("v1", "v1", days=5),
        image("v0", "v0", days=9),
    ]  # fmt: skip
    goes, stays = images_decided(file, contents(*images))
    assert [each.image for each in goes] == [images[3]]
    assert {stays[digest(name)] for name in ("child", "v1")} == {"keep-latest"}


def test_of_revisions_one_that_failed_takes_no_place_and_one_that_may_be_ready_is_held_beside() -> None:
    """R36."""
    made = [
        revision("web", "r9", status="active", days=1),
        revision("web", "r5", status="failed", days=5), revision("web", "r4", days=6, ready=None),
        revision("web", "r3", days=7), revision("web", "r2", days=8),
    ]  # fmt: skip
    file = policies(policy("p", Kind.REVISION, keep=Retention(latest=2)))
    found = decided(file, workloads(service("web", traffic=["r9"], latest_created_revision="r9"), *made))
    assert [found[name] for name in ("r5", "r4", "r3", "r2")] == [
        "delete: matched", "keep-latest", "keep-latest", "delete: matched",
    ]  # fmt: skip
