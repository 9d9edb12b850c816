"""`any_tag`, end to end: one tag matches, and the other tags do not keep the image (R49)."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, uri, version, world

RULES = """\
version: 1
scope: {projects: [p]}
protect: {tags: ["v*"]}
limits: {max_share: 100%%}
policies:
  - {name: pr, kind: artifact.image, when: {repository: r, any_tag: ["pr-*"], older_than: 14d}%s}
"""
USER = "{web: {updated: 1d ago, image: '%s'}}"
USED = image("used", "live")


def test_any_one_tag(place: Placing) -> None:
    here = place(
        world(
            image("pr-old", "pr-52", "sha-1111111", age="40d ago"),
            image("main-old", "sha-2222222", age="40d ago"),
            image("promoted", "pr-51", "sha-3333333", "v1.4.0", age="40d ago"),
            image("pr-new", "pr-60", "sha-4444444", age="2d ago"),
            USED,
            services=USER % uri(":live"),
        )
    )
    assert here.sweep("--apply", policies=RULES % "").names == [version("pr-old")]
    assert here.sweep("--apply", policies=RULES % "").names == []


@pytest.mark.parametrize(
    ("tag", "keep", "repository", "reason"),
    [
        ("v2", "", "", "protected"),
        ("stable", ", keep: {tagged: [stable]}", "", "keep-tagged"),
        ("other", "", ", immutable_tags: true", "immutable-tags"),
        ("live", "", "", "in-use"),
    ],
)
def test_another_tag_keeps_the_image_only_where_something_holds_it(
    place: Placing, tag: str, keep: str, repository: str, reason: str
) -> None:
    named = uri(":live") if reason == "in-use" else "docker.io/library/web:1"
    here = place(
        world(image("one", "pr-1", tag, age="40d ago"), services=USER % named, repository=repository)
    )
    swept = here.sweep("--apply", policies=RULES % keep)
    assert swept.code == 0, swept.err
    assert (swept.names, swept.kept("artifact.image")) == ([], {reason: 1})
    assert here.changes == []
