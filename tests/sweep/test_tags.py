"""artifact.tag, end to end: only tags come off, and none by which something is used or kept."""

from typing import Any

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.packages import LIBS, libs, versions
from tests.sweep.sweeping import REPOSITORY, image, uri, version, world

OFF = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: "off", kind: artifact.tag, when: {tags: "pr-*"}}
"""
TAGS = f"{REPOSITORY}/r/packages/app/tags"


def test_only_the_tag_goes_and_nothing_is_deleted_with_it(place: Placing) -> None:
    here = place(world(image("a", "pr-1", "v1"), image("b", "pr-2", package="team/x"), image("c", "v2")))
    planned = here.sweep("--dry-run", policies=OFF)
    swept = here.sweep("--apply", policies=OFF)
    assert planned.names == swept.names == [f"{TAGS}/pr-1", f"{REPOSITORY}/r/packages/team%2Fx/tags/pr-2"]
    assert swept.code == 0
    assert {call for call, _ in here.changes} == {"DeleteTag"}
    assert len(here.google.world.names("versions")) == 3
    assert here.google.world.names("tags") == [f"{TAGS}/v1", f"{TAGS}/v2"]
    assert [action["estimate"]["usd_month"] for action in swept.actions] == ["0", "0"]
    assert swept.actions[0]["uri"] == uri(":pr-1")
    assert swept.kept("artifact.tag") == {"not-matched": 2}
    assert swept.document["totals"]["examined"] == {"artifact.tag": 4}


@pytest.mark.parametrize("used", [":pr-1", "@a"])
def test_a_tag_that_a_workload_names_is_never_taken_off(place: Placing, used: str) -> None:
    """Named by digest alone the image stays, and its tag may go."""
    jobs = f'{{export: {{updated: 1d ago, image: "{uri(used)}"}}}}'
    swept = place(world(image("a", "pr-1"), image("b", "pr-2"), jobs=jobs)).sweep("--apply", policies=OFF)
    both = [f"{TAGS}/pr-1", f"{TAGS}/pr-2"]
    assert swept.names == (both[1:] if used == ":pr-1" else both)
    assert swept.kept("artifact.tag") == ({"in-use": 1} if used == ":pr-1" else {})


def test_a_tag_that_only_a_service_of_this_plan_names_goes_after_it(place: Placing) -> None:
    services = f'{{web: {{updated: 3d ago, state: failed, image: "{uri(":pr-1")}"}}}}'
    rules = f"{OFF}  - {{name: failed, kind: run.service, when: {{status: failed, older_than: 24h}}}}\n"
    swept = place(world(image("a", "pr-1"), services=services)).sweep("--apply", policies=rules)
    assert swept.outcomes == {"web": "deleted", "pr-1": "deleted"}
    assert swept.actions[1]["after"] == [swept.names[0]]


SIGNATURE = "sha256-" + "0" * 64 + ".sig"


@pytest.mark.parametrize(
    ("rules", "repository", "reason"),
    [
        (OFF.replace("policies:", "protect: {tags: [pr-1]}\npolicies:"), "", "protected"),
        (OFF.replace("policies:", "protect: {names: [app]}\npolicies:"), "", "protected"),
        (OFF.replace("policies:", "protect: {names: [r]}\npolicies:"), "", "protected"),
        (OFF, ", immutable_tags: true", "immutable-tags"),
        (OFF, ", labels: {goog-managed-by: x}", "google-managed"),
        (OFF, ", mode: remote", None),
        (OFF.replace("pr-*", SIGNATURE), "", "child-of-kept"),
        (f"{OFF}  - {{name: k, kind: artifact.image, keep: {{tagged: pr-1}}}}\n", "", "keep-tagged"),
        (OFF.replace('"pr-*"', '"pr-*", name: other'), "", "not-matched"),
        (OFF.replace('"pr-*"', '"pr-*", format: npm'), "", None),
    ],
)
def test_what_a_tag_is_for_can_keep_it(
    place: Placing, rules: str, repository: str, reason: str | None
) -> None:
    tag = SIGNATURE if reason == "child-of-kept" else "pr-1"
    here = place(world(image("a", tag, age="1d ago"), repository=repository))
    swept = here.sweep("--apply", policies=rules)
    assert (swept.names, here.changes) == ([], [])
    assert swept.kept("artifact.tag") == ({reason: 1} if reason else {})


def test_the_tags_of_an_image_that_goes_are_counted_with_it(place: Placing) -> None:
    rules = f"{OFF}  - {{name: old, kind: artifact.image, when: {{older_than: 7d}}}}\n"
    swept = place(world(image("a", "pr-1", "v1"), image("b", "pr-2", age="1d ago"))).sweep(
        "--apply", policies=rules
    )
    assert swept.names == [version("a"), f"{TAGS}/pr-2"]
    assert swept.actions[0]["contains"] == {"artifact.tag": 2}
    assert swept.document["totals"]["examined"] == {"artifact.image": 2, "artifact.tag": 3}


def test_the_tags_of_a_package_that_goes_are_counted_with_it(place: Placing) -> None:
    rules = f"{OFF}  - {{name: old, kind: artifact.package, when: {{older_than: 7d}}}}\n"
    swept = place(world(image("a", "pr-1", "v1"))).sweep("--apply", policies=rules)
    assert swept.names == [f"{REPOSITORY}/r/packages/app"]
    assert swept.actions[0]["contains"] == {"artifact.image": 1, "artifact.tag": 2}
    assert swept.document["totals"]["examined"] == {"artifact.package": 1, "artifact.tag": 2}


def test_once_its_tag_is_off_a_version_of_another_format_may_go(place: Placing) -> None:
    here = place(libs(f"{{'@team/web': {versions('1.0.0 tags: [pr-1]')}}}"))
    rules = f"{OFF}  - {{name: old, kind: artifact.version, when: {{older_than: 7d}}}}\n"
    first = here.sweep("--apply", policies=rules)
    assert first.names == [f"{LIBS}/packages/@team%2Fweb/tags/pr-1"]
    assert first.kept("artifact.version") == {"has-tags": 1}
    assert here.sweep("--apply", policies=rules).names == [f"{LIBS}/packages/@team%2Fweb/versions/1.0.0"]


def moved(google: Any) -> None:
    """Somebody moves the tag to another image."""
    google.set_tag(version("b"), "pr-1")


@pytest.mark.parametrize("look", [1, 2])
def test_a_tag_that_points_elsewhere_by_now_is_drifted_and_left(place: Placing, look: int) -> None:
    here = place(world(image("a", "pr-1"), image("b")))
    here.google.control.before("GetTag", look, moved)
    swept = here.sweep("--apply", policies=OFF)
    assert (swept.code, swept.outcomes) == (6, {"pr-1": "drifted"})
    assert here.google.world.names("tags") == [f"{TAGS}/pr-1"]


def test_no_tag_is_taken_off_behind_a_gap(place: Placing) -> None:
    here = place(
        world(
            image("a", "pr-1"), trouble="[{rpc: ListJobs, location: europe-west1, permission_denied: true}]"
        )
    )
    swept = here.sweep("--apply", policies=OFF)
    assert (swept.code, swept.kept("artifact.tag"), here.changes) == (3, {"gap": 1}, [])


def test_a_lost_answer_takes_a_tag_off_once(place: Placing) -> None:
    here = place(world(image("a", "pr-1"), trouble="[{rpc: DeleteTag, internal: true, times: 1}]"))
    swept = here.sweep("--apply", policies=OFF)
    assert swept.outcomes == {"pr-1": "deleted"}


@pytest.mark.parametrize(
    ("pattern", "off"),
    [
        ("tags_regex: '^pr-[0-9]+$'", ["pr-1"]),
        ("tags_regex: 'r'", ["pr-1", "pr-x", "v2.0.0-rc.1"]),
        ("tags_semver: '<2'", ["v1.0.0"]),
        # neither a candidate for a release in the range nor a tag that is no version matches (R39)
        ("not: {tags_semver: '>=2'}", ["v1.0.0"]),
    ],
)
def test_a_pattern_speaks_of_the_tag_itself(place: Placing, pattern: str, off: list[str]) -> None:
    """Not of all tags that its image has: the others stay where they are."""
    here = place(world(image("a", "pr-1", "v1.0.0", "pr-x"), image("b", "v2.0.0-rc.1", "v2.0.0")))
    swept = here.sweep("--dry-run", policies=OFF.replace('tags: "pr-*"', pattern))
    assert [name.rpartition("/")[2] for name in swept.names] == off
