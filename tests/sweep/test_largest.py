"""`largest: N`, end to end: what stays takes up its place, so nothing goes night by night."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.packages import left, libs, name, versions
from tests.sweep.sweeping import image, uri, version, world

IMAGES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: big, kind: artifact.image, when: {older_than: 7d, largest: 3}}
"""
USER = "{web: {updated: 40d ago, image: '%s'}}"


def test_the_largest_go_but_what_is_used_or_young_and_neither_makes_room_for_the_next(place: Placing) -> None:
    images = [
        image("used", size="900MB"),
        image("young", size="800MB", age="1d ago"),
        image("old", size="700MB"),
        image("next", size="600MB"),
        image("small", size="5MB"),
    ]
    here = place(world(*images, services=USER % uri("@used")))
    planned = here.sweep("--dry-run", policies=IMAGES)
    assert here.changes == []
    swept = here.sweep("--apply", policies=IMAGES)
    assert swept.code == 0, swept.err
    assert planned.names == swept.names == [version("old")]
    (action,) = swept.actions
    assert (action["policy"], action["reason"]) == ("big", "older-than")
    assert swept.kept("artifact.image") == {"in-use": 1, "not-matched": 3}


def test_versions_of_other_formats_are_ranked_over_their_repository(place: Placing) -> None:
    rules = IMAGES.replace("artifact.image", "artifact.version").replace("largest: 3", "largest: 2")
    big, small = (
        versions("1 size: 9MB, tags: [latest]", "2 size: 3MB"),
        versions("1 size: 8MB", "2 size: 1MB"),
    )
    here = place(libs(f"{{a: {big}, b: {small}}}"))
    for expected in ([name("b", "1")], [name("a", "2")]):
        assert here.sweep("--apply", policies=rules).names == expected
    assert left(here.google) == ["a@1", "b@2"]


@pytest.mark.parametrize(
    ("count", "size", "gone"),
    [
        (1, "9GB", ("index", "child")),
        (2, "9GB", ("index", "child", "other")),
        (1, "2MB", ("other",)),
        (2, "0", ("other",)),
    ],
)
def test_an_index_ranks_with_its_tagged_child_which_shares_its_place(
    place: Placing, count: int, size: str, gone: tuple[str, ...]
) -> None:
    """R36, R41: a child of unknown size keeps its index and takes up its place."""
    images = [
        image("index", "v1", size="2kB", children="[child]"),
        image("child", "v1-amd64", size=size),
        image("other", "v0", size="4MB"),
        image("small", "tiny", size="3MB"),
    ]
    swept = place(world(*images)).sweep("--apply", policies=IMAGES.replace("largest: 3", f"largest: {count}"))
    assert swept.code == 0, swept.err
    assert sorted(swept.names) == sorted(map(version, gone))
    assert set(swept.outcomes.values()) == {"deleted"}


def test_a_tagged_child_goes_only_if_every_index_that_holds_it_is_among_the_largest(place: Placing) -> None:
    """R36: it shares both places, and counts with neither index."""
    images = [
        image("first", "v1", size="2kB", children="[own, both]"),
        image("second", "v2", size="2kB", children="[both, less]"),
        image("own", size="9GB"),
        image("less", size="1MB"),
        image("both", "base", size="8GB"),
        image("small", "tiny", size="3MB"),
    ]
    swept = place(world(*images)).sweep("--apply", policies=IMAGES.replace("largest: 3", "largest: 1"))
    assert swept.code == 0, swept.err
    assert sorted(swept.names) == sorted(map(version, ("first", "own")))
