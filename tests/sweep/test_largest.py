"""`largest: N`, end to end: what stays takes up its place, so nothing goes night by night."""

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
