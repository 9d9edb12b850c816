"""What takes a place in `keep`, end to end: shapes of real registries (R36, R39)."""

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import Swept, image, world

RULES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
"""


def deleted(swept: Swept, *labels: str) -> set[str]:
    """Which of these images the sweep deleted."""
    names = {name.rpartition("/")[2] for name in swept.names}
    assert all(action["outcome"] == "deleted" for action in swept.actions)
    return {label for label in labels if digest(label) in names}


VARIANTS = {
    "old": "1.9.0", "old-alpine": "1.9.0-alpine", "cur": "2.0.0", "cur-alpine": "2.0.0-alpine",
    "cur-slim": "2.0.0-slim-bookworm", "p1": "2.1.0", "p1-alpine": "2.1.0-alpine",
}  # fmt: skip


def test_variant_suffix(place: Placing) -> None:
    """R39: 2.0.0-alpine is a variant of 2.0.0 and no prerelease of it."""
    here = place(world(*(image(label, tag, age="300d ago") for label, tag in VARIANTS.items())))
    per = (
        "- {name: k, kind: artifact.image, when: {older_than: 1h}, keep: {latest: 1, per: {semver: minor}}}\n"
    )
    assert deleted(here.sweep("--apply", policies=RULES + per), *VARIANTS) == set()
    old = "- {name: old, kind: artifact.image, when: {tags_semver: <2, older_than: 180d}}\n"
    assert deleted(here.sweep("--apply", policies=RULES + old), *VARIANTS) == {"old", "old-alpine"}
    assert here.sweep("--apply", policies=RULES + old).names == []


def test_tags_that_are_no_versions_keep_their_image_wherever_a_rule_asks_for_versions(place: Placing) -> None:
    """R39: dates, hashes and floating tags."""
    tags = ("latest", "1.2", "20240101", "2024.01.05", "1a2b3c4", "7e10")
    here = place(world(*(image(tag, f"'{tag}'") for tag in tags), image("1.2.3", "1.2.3")))
    for when in ("when: {tags_semver: <2}", "when: {not: {tags_semver: '>=2'}}"):
        swept = here.sweep(policies=f"{RULES}- {{name: p, kind: artifact.image, {when}}}\n")
        assert planned(swept) == [digest("1.2.3")]
        assert swept.kept("artifact.image") == {"version-unreadable": len(tags)}
    per = "keep: {latest: 1, per: {semver: major, latest: 1}}"
    swept = here.sweep("--apply", policies=f"{RULES}- {{name: p, kind: artifact.image, {per}}}\n")
    assert swept.names == []
    assert swept.kept("artifact.image") == {"version-unreadable": len(tags), "keep-latest": 1}


def planned(swept: Swept) -> list[str]:
    return [name.rpartition("/")[2] for name in swept.names]
