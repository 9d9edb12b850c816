"""How images hang together, against the plainest way to say it: on any graph, honest or not (R16, R17)."""

from collections.abc import Iterable, Mapping
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from janitor.model.resources import Image
from janitor.policy.deciding.image_graph import (
    Family,
    above,
    below,
    family_of,
    holders,
    needed,
    placed,
    rings,
    spread,
)
from tests.making import digest, image

quickly = settings(max_examples=150, derandomize=True, database=None, deadline=None)
LABELS = [f"i{n}" for n in range(6)]
Edges = Mapping[str, Iterable[str]]


def images(dice: Random) -> tuple[list[Image], dict[tuple[str, str], tuple[str, ...]]]:
    """Six images: each holds, signs or is attached to any other, itself, or one that is not there."""
    made = []
    subjects: dict[tuple[str, str], tuple[str, ...]] = {}
    for label in LABELS:
        children = dice.sample([*LABELS, "absent"], dice.choice((0, 0, 1, 2)))
        tags = dice.sample(["v1", signature(dice)], dice.choice((0, 0, 1, 2)))
        made.append(image(label, *tags, children=children))
        if dice.randint(0, 4) == 0:
            subjects["app", digest(label)] = tuple(
                digest(each) for each in dice.sample([*LABELS, "absent"], dice.choice((1, 1, 2)))
            )
    return made, subjects


def signature(dice: Random) -> str:
    return digest(dice.choice([*LABELS, "absent"])).replace(":", "-") + ".sig"


FAMILIES = st.randoms(use_true_random=False).map(lambda dice: family_of(*images(dice)))
SOME = st.sets(st.sampled_from([digest(label) for label in LABELS]))


def reached(start: Iterable[str], edges: Edges) -> set[str]:
    """All that is one edge or more from the start."""
    found: set[str] = set()
    more = {other for one in start for other in edges.get(one, ())}
    while more - found:
        found |= more
        more = {other for one in found for other in edges.get(one, ())}
    return found


def waits_for(goes: Iterable[str], family: Family) -> dict[str, set[str]]:
    """What must go before each, of those that go."""
    goes = set(goes)
    return {
        one: {index for index in family.indexes.get(one, ()) if index in goes}
        | {referrer for referrer, about in family.referrers.items() if one in about and referrer in goes}
        for one in goes
    }


@quickly
@given(FAMILIES, SOME)
def test_what_is_named_protects_its_indexes_and_everything_below_for_the_same_users(
    family: Family, named: set[str]
) -> None:
    users = {one: {f"user of {one}"} for one in named}
    expected: dict[str, set[str]] = {}
    for one in named:
        up = {one} | reached([one], family.indexes)
        for other in up | reached(up, family.dependents):
            expected.setdefault(other, set()).add(f"user of {one}")
    assert spread(users, family) == expected
    assert users == {one: {f"user of {one}"} for one in named}


@quickly
@given(FAMILIES, SOME)
def test_all_that_hangs_on_an_image_is_below_it_at_any_depth(family: Family, roots: set[str]) -> None:
    assert below(roots, family) == reached(roots, family.dependents)


@quickly
@given(FAMILIES, SOME)
def test_what_an_image_needs_is_all_below_it_and_the_subjects_of_that(
    family: Family, roots: set[str]
) -> None:
    """R40: the subject of a referrer that stays cannot be deleted."""
    edges = {one: [*family.dependents.get(one, ()), *_subjects(family, one)] for one in map(digest, LABELS)}
    assert needed(roots, family) == reached(roots, edges)


def _subjects(family: Family, digest: str) -> list[str]:
    return family.referrers.get(digest, [])


@quickly
@given(FAMILIES)
def test_the_indexes_above_an_image_hold_it_at_any_depth(family: Family) -> None:
    for one in map(digest, LABELS):
        assert above(one, family) == reached([one], family.indexes)


@quickly
@given(FAMILIES, SOME)
def test_indexes_and_referrers_that_go_are_what_an_image_waits_for(family: Family, goes: set[str]) -> None:
    for one, others in waits_for(goes, family).items():
        assert holders(one, goes, family) == others


@quickly
@given(FAMILIES)
def test_what_waits_for_itself_or_follows_only_itself_is_a_ring(family: Family) -> None:
    everyone = reached(family.dependents, family.dependents) | family.dependents.keys()
    waits = waits_for(everyone, family)
    for_ever = {
        one
        for one in everyone
        if any(each in reached([each], waits) for each in {one} | reached([one], waits))
    }
    led = reached(everyone - family.followers, family.dependents)
    assert rings(family) == for_ever | (family.followers - led)


@quickly
@given(FAMILIES, SOME)
def test_each_goes_after_the_last_that_it_waits_for_and_not_later(family: Family, goes: set[str]) -> None:
    plain = {one: 100 * (1 + len(one) % 3) for one in goes - rings(family)}
    ranks, before = placed(plain, family)
    waits = waits_for(plain, family)
    assert before == {one: others for one, others in waits.items() if others}
    for one, rank in ranks.items():
        assert rank == max([plain[one], *(ranks[other] + 1 for other in waits[one])])


def test_untagged_children_follow_and_tagged_ones_are_images_of_their_own() -> None:
    family = family_of([image("i", children=["a", "b"]), image("a"), image("b", "v1")], {})
    assert family.followers == {digest("a")}
    assert family.indexes == {digest("a"): [digest("i")], digest("b"): [digest("i")]}


def test_a_referrer_with_a_tag_of_its_own_keeps_its_subject_but_does_not_follow() -> None:
    tag = digest("a").replace(":", "-")
    family = family_of([image("a"), image("s", tag), image("t", f"{tag}.att", "v1")], {})
    assert family.referrers == {digest("s"): [digest("a")], digest("t"): [digest("a")]}
    assert family.followers == {digest("s")}
    assert family.orphans == set()


def test_a_referrer_of_itself_or_of_what_is_not_here_is_an_orphan() -> None:
    own, gone = digest("s").replace(":", "-"), digest("gone").replace(":", "-")
    family = family_of(
        [image("s", own), image("t", gone), image("u")], {("app", digest("u")): (digest("gone"),)}
    )
    assert family.orphans == {digest("s"), digest("t"), digest("u")}
    assert family.referrers == {}
