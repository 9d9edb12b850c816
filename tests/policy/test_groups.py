"""`keep.per`: the groups within which `latest` counts, by tag and by version."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.model.kinds import Kind
from janitor.model.resources import Image
from janitor.policy.conditions.patterns import captured, mistake_of
from janitor.policy.conditions.tags import Tagged
from janitor.policy.deciding.retention import TRAITS, latest, latest_of_each
from janitor.policy.model import PerSemver, PerTag, Policy, Retention
from tests.deciding import images_decided
from tests.laws.trying import law
from tests.making import contents, digest, image, policies, policy

BRANCHES = PerTag(r"^(main|release-\d+)-")
MINOR = PerSemver("minor")
Per = PerTag | PerSemver


def held(images: list[Image], per: Per, count: int, groups: int | None = None) -> set[str]:
    """Their first tags, or what their digest's label would be."""
    return {
        each.tags[0] if each.tags else "untagged"
        for each in latest_of_each(images, per, count, groups, TRAITS)
    }


def of_tags(*tags: str) -> list[Image]:
    """One image a tag, each a day older than the one before."""
    return [image(tag, tag, days=place + 1) for place, tag in enumerate(tags)]


def test_latest_counts_within_each_captured_text() -> None:
    images = of_tags("main-9", "main-8", "main-7", "release-1-b", "release-1-a", "release-2-a")
    assert held(images, BRANCHES, 1) == {"main-9", "release-1-b", "release-2-a"}
    assert held(images, BRANCHES, 2) == {"main-9", "main-8", "release-1-b", "release-1-a", "release-2-a"}


def test_an_image_stands_in_each_group_of_its_tags_and_is_kept_if_one_keeps_it() -> None:
    shared = image("shared", "main-1", "release-1-a", days=5)
    newer = image("newer", "main-2", days=1)
    assert held([shared, newer], BRANCHES, 1) == {"main-1", "main-2"}


def test_what_no_tag_says_is_one_group_the_newest_of_which_stay() -> None:
    images = [*of_tags("main-9", "pr-7"), image("x", days=8), image("y", days=9)]
    assert held(images, BRANCHES, 1) == {"main-9", "pr-7"}
    assert held(images, BRANCHES, 2) == {"main-9", "pr-7", "untagged"}


def test_an_expression_is_found_anywhere_and_anchored_by_itself() -> None:
    assert captured("(b+)")("abbc") == "bb"
    assert captured("^(b+)")("abbc") is None
    assert captured("a(b)?")("ac") is None


def test_only_the_last_groups_are_kept_where_a_number_of_them_is_said() -> None:
    images = of_tags("release-3-a", "main-1", "release-2-a", "release-3-b", "release-1-a", "other")
    assert held(images, BRANCHES, 5, groups=2) == {"release-3-a", "release-3-b", "main-1", "other"}


def test_what_has_no_time_is_held_in_any_group_and_takes_no_place() -> None:
    """R5."""
    images = [
        *of_tags("main-2", "main-1"),
        image("u", "main-0", days=None),
        image("v", "release-1-a", days=None),
    ]
    assert held(images, BRANCHES, 1, groups=1) == {"main-2", "main-0", "release-1-a"}


def test_by_version_the_highest_stay_whenever_they_were_uploaded() -> None:
    images = of_tags("v1.2.1", "v1.2.10", "v1.2.9", "v1.1.0", "v1.1.5")
    assert held(images, MINOR, 1) == {"v1.2.10", "v1.1.5"}
    assert held(images, MINOR, 2) == {"v1.2.10", "v1.2.9", "v1.1.5", "v1.1.0"}


@pytest.mark.parametrize(
    ("part", "stay"),
    [
        ("major", {"2.0.0", "1.3.1"}),
        ("minor", {"2.0.0", "1.3.1", "1.2.4"}),
        ("patch", {"2.0.0", "1.3.1", "1.2.4", "1.2.3"}),
    ],
)
def test_versions_are_grouped_by_the_part_that_is_said(part: str, stay: set[str]) -> None:
    assert held(of_tags("1.2.3", "1.3.1", "1.2.4", "2.0.0"), PerSemver(part), 1) == stay


def test_the_last_minors_are_those_of_the_highest_versions() -> None:
    images = of_tags("1.9.0", "1.10.0", "1.11.0", "2.0.0", "1.11.1")
    assert held(images, MINOR, 1, groups=2) == {"2.0.0", "1.11.1"}


def test_prereleases_push_out_no_release_and_have_a_series_of_their_own() -> None:
    images = of_tags("1.2.4-rc.3", "1.2.4-rc.2", "1.2.4-rc.1", "1.2.3", "1.2.2", "1.1.0", "1.3.0-alpha")
    assert held(images, MINOR, 2) == {"1.2.4-rc.3", "1.2.4-rc.2", "1.2.3", "1.2.2", "1.1.0", "1.3.0-alpha"}
    assert held(images, MINOR, 1, groups=1) == {"1.3.0-alpha", "1.2.3"}


def test_an_image_with_several_versions_takes_one_place_in_a_group_by_the_highest() -> None:
    both = image("both", "1.2.1", "v1.2.9", "1.3.0", days=3)
    assert held([both, *of_tags("1.2.8", "1.2.7")], MINOR, 2) == {"1.2.1", "1.2.8"}


def test_equal_versions_stand_by_digest_whatever_the_order() -> None:
    same = [image(label, tag, days=3) for label, tag in (("a", "1.2.3"), ("b", "v1.2.3"), ("c", "1.2.3+x"))]
    first = min(same, key=lambda each: each.digest)
    for order in permutations(same):
        assert list(latest_of_each(order, MINOR, 1, None, TRAITS)) == [first]


def test_without_a_tag_is_one_group_by_time_beside_the_versions() -> None:
    images = [*of_tags("1.2.3", "1.2.2"), image("x", days=9), image("y", days=8)]
    kept = {each.digest for each in latest_of_each(images, MINOR, 1, None, TRAITS)}
    assert kept == {digest("1.2.3"), digest("y")}


def test_a_variant_has_groups_of_its_own() -> None:
    """R39."""
    images = of_tags(
        "2.0.1", "2.0.0", "2.0.0-alpine", "2.0.0-slim-bookworm", "1.9.0-alpine", "2.0.1-rc.1-alpine"
    )
    assert held(images, MINOR, 1) == {each.tags[0] for each in images} - {"2.0.0"}
    assert held(images, MINOR, 1, groups=1) == {
        "2.0.1", "2.0.0-alpine", "2.0.0-slim-bookworm", "2.0.1-rc.1-alpine"
    }  # fmt: skip


def test_an_image_of_which_no_tag_is_a_version_is_kept_and_takes_no_place() -> None:
    """R39: a readable tag is enough, and the unreadable ones beside it are ignored."""
    unread = ("latest", "1.2", "20240101", "1a2b3c4", "7e10")
    world = contents(
        *of_tags("1.2.3", "1.2.2", *unread), image("both", "1.2.1", "stable", days=1), image("bare", days=9)
    )
    goes, stays = images_decided(policies(keeping(MINOR, 1)), world)
    assert {each.image.tags[0] for each in goes} == {"1.2.2", "1.2.1"}
    assert {stays[digest(tag)] for tag in unread} == {"version-unreadable"}
    assert stays[digest("bare")] == stays[digest("1.2.3")] == "keep-latest"


def test_a_time_that_is_not_known_is_not_asked_of_a_version() -> None:
    """Its place is known without."""
    images = [image("a", "1.2.3", days=None), image("b", "1.2.4", days=None)]
    assert held(images, MINOR, 1) == {"1.2.4"}


def keeping(per: Per, count: int, *parts: Tagged) -> Policy:
    return policy("keep", Kind.IMAGE, *parts, keep=Retention(latest=count, per=per))


def test_children_and_signatures_use_up_nothing_of_a_group() -> None:
    """R10, in a whole decision: a tagged signature is newer than both versions of its minor."""
    world = contents(
        image("b", "1.2.2", days=2, children=["c"]), image("a", "1.2.1", days=3), image("c", days=1),
        image("mark", "1.2.9", days=1), subjects={("app", digest("mark")): digest("a")},
    )  # fmt: skip
    goes, stays = images_decided(policies(keeping(MINOR, 2)), world)
    assert goes == []
    assert stays[digest("a")] == stays[digest("b")] == "keep-latest"
    assert stays[digest("c")] == "child-of-kept"


def test_selectors_say_who_is_grouped() -> None:
    """R9."""
    world = contents(*of_tags("1.2.3", "1.2.2"), image("bare", days=9))
    goes, _ = images_decided(policies(keeping(MINOR, 1, Tagged(True))), world)
    assert [each.image.tags for each in goes] == [("1.2.2",)]
    policies_of_all = policies(keeping(MINOR, 1))
    goes, stays = images_decided(policies_of_all, world)
    assert [each.image.tags for each in goes] == [("1.2.2",)]
    assert stays[digest("bare")] == "keep-latest"


TAGS = (
    "main-1",
    "main-2",
    "release-1-x",
    "release-2-x",
    "1.2.3",
    "v1.2.3",
    "1.2.4",
    "1.3.0",
    "1.3.0-rc.1",
    "2.0.0",
    "x",
)
PERS: tuple[Per, ...] = (BRANCHES, PerTag("(.)"), PerTag("()"), PerSemver("major"), MINOR, PerSemver("patch"))


def some(dice: Random) -> list[Image]:
    def tags() -> list[str]:
        return dice.sample(TAGS, dice.choice((0, 1, 1, 1, 2, 3)))

    return [
        image(f"i{n}", *tags(), days=dice.choice((None, 1, 2, 2, 3, 9))) for n in range(dice.randint(0, 9))
    ]


DICE = st.integers(0, 2**40).map(Random)


@law
@given(DICE, st.sampled_from(PERS), st.integers(1, 3), st.sampled_from((None, 1, 2)))
def test_the_answer_does_not_depend_on_the_order(
    dice: Random, per: Per, count: int, groups: int | None
) -> None:
    images = some(dice)
    answer = set(latest_of_each(images, per, count, groups, TRAITS))
    assert set(latest_of_each(dice.sample(images, len(images)), per, count, groups, TRAITS)) == answer


@law
@given(DICE, st.sampled_from(PERS), st.integers(1, 3), st.sampled_from((None, 1, 2)))
def test_a_greater_number_never_keeps_less(dice: Random, per: Per, count: int, groups: int | None) -> None:
    images = some(dice)
    answer = set(latest_of_each(images, per, count, groups, TRAITS))
    assert answer <= set(latest_of_each(images, per, count + 1, groups, TRAITS))
    assert answer <= set(latest_of_each(images, per, count, None if groups is None else groups + 1, TRAITS))


@law
@given(DICE, st.sampled_from([each for each in PERS if isinstance(each, PerTag)]), st.integers(1, 3))
def test_grouping_by_tag_never_keeps_less_than_no_group(dice: Random, per: PerTag, count: int) -> None:
    images = some(dice)
    assert set(latest(images, count, TRAITS)) <= set(latest_of_each(images, per, count, None, TRAITS))


ORDER = ("1.2.3-rc.2", "1.2.3-rc.10", "1.2.3", "1.2.4", "1.2.10", "1.3.0", "1.3.1")


@law
@given(DICE, st.integers(1, 3))
def test_none_goes_that_is_above_one_of_its_group_which_stays(dice: Random, count: int) -> None:
    """With one tag an image: with two, the other may be the reason."""
    images = [image(f"i{n}", dice.choice(ORDER), days=dice.randint(1, 9)) for n in range(dice.randint(2, 9))]
    answer = set(latest_of_each(images, MINOR, count, None, TRAITS))
    for stays in answer:
        for goes in set(images) - answer:
            (kept,), (gone,) = stays.tags, goes.tags
            if (kept[:3], "-" in kept) == (gone[:3], "-" in gone):
                assert ORDER.index(gone) <= ORDER.index(kept)


@pytest.mark.parametrize("expression", [r"^((?:\w+)*)*$", r"^(a*)*b", r"((?:a|a)*)*$", r"(.*.*.*.*.*.*.*x)"])
def test_an_expression_that_would_hang_another_engine_is_answered(expression: str) -> None:
    """An engine that backtracks would not end: RE2's time is that of the text's length."""
    assert mistake_of(expression) is None
    assert captured(expression)("a" * 127 + "!") in (None, "")
