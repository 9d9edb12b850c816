"""`janitor explain` of packages, versions and tags: what it says is what the sweep does."""

from typing import Any

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.packages import LIBS, libs, name, versions
from tests.sweep.sweeping import REPOSITORY, RUN, Place, image, uri, version, world
from tests.sweep.test_explain import explain

HEAD = "version: 1\nscope: {projects: [p]}\nprotect: {tags: ['keep-*']}\npolicies:\n"
STALE = f"{HEAD}  - {{name: stale, kind: artifact.package, when: {{older_than: 30d}}}}\n"
OLD = f"{HEAD}  - {{name: old, kind: artifact.version, when: {{older_than: 30d}}, keep: {{latest: 1}}}}\n"
OFF = f"{HEAD}  - {{name: 'off', kind: artifact.tag, when: {{tags: 'pr-*'}}}}\n"
IMAGES = "  - {name: images, kind: artifact.image, when: {older_than: 7d}, keep: {tagged: pr-kept}}\n"
FAILED = "  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}\n"
APP = f"{REPOSITORY}/r/packages/app"


def told(here: Place, name: str, policies: str) -> dict[str, Any]:
    found = explain(here, name, "--format", "json", policies=policies)
    assert found.code == 0, found.err
    return found.document


def agrees(here: Place, policies: str, names: list[str]) -> dict[str, dict[str, Any]]:
    """What is told of each, once the policy and the reason were seen to be the sweep's."""
    swept = here.sweep("--dry-run", "--kept", policies=policies)
    goes = {action["name"]: (action["policy"], action["reason"]) for action in swept.actions}
    stays = {each: ("", row["reason"]) for row in swept.document["kept"] for each in row.get("names", ())}
    found = {each: told(here, each, policies) for each in names}
    for each, document in found.items():
        assert document["name"] == each
        assert (document["verdict"]["policy"], document["verdict"]["reason"]) == (goes | stays)[each]
    return found


def guards(found: dict[str, Any]) -> dict[str, list[str]]:
    return {guard["reason"]: guard["details"] for guard in found["guards"] if guard["holds"]}


def test_packages_are_explained_as_the_sweep_decides_them(place: Placing) -> None:
    held, team = versions("1.0.0 tags: [keep-me]"), versions("1.0.0")
    here = place(libs(f"{{'@team/x': {team}, busy: {versions('1.0.0 created: 1d ago')}, held: {held}}}"))
    names = [f"{LIBS}/packages/{short}" for short in ("@team%2Fx", "busy", "held")]
    goes, busy, kept = agrees(here, STALE, names).values()
    assert (goes["verdict"]["fate"], goes["contains"]) == ("delete", {"artifact.version": 1})
    (asked,) = busy["policies"][0]["when"]
    assert (asked["asks"], asked["holds"]) == ("older_than: 30d", False)
    assert asked["has"].startswith("24h old")
    assert guards(kept) == {"holds-protected": ["protect.tags: keep-* names its tag keep-me"]}
    assert kept["changes"] == [
        "holds-protected: no longer covered by protect.tags: keep-* names its tag keep-me"
    ]


def test_a_docker_package_in_use_stays_whole(place: Placing) -> None:
    jobs = f'{{export: {{updated: 1d ago, image: "{uri("@a")}"}}}}'
    found = agrees(place(world(image("a"), image("b"), jobs=jobs)), STALE, [APP])[APP]
    assert guards(found) == {"holds-in-use": []}
    assert found["uri"] == uri("")


def test_versions_are_explained_with_their_keep_and_their_tags(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0', '2.0.0 tags: [x]', '3.0.0 created: 40d ago')}}}"))
    names = [name("web", each) for each in ("1.0.0", "2.0.0", "3.0.0")]
    goes, tagged, latest = agrees(here, OLD, names).values()
    assert (goes["verdict"]["fate"], goes["policies"][0]["keep"]["reason"]) == ("delete", None)
    assert guards(tagged) == {"has-tags": []}
    keep = latest["policies"][0]["keep"]
    assert (keep["reason"], keep["rank"], keep["of"]) == ("keep-latest", 1, 3)


def test_a_version_and_a_tag_go_with_their_package(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0 tags: [x]')}}}"))
    for each in (name("web", "1.0.0"), f"{LIBS}/packages/web/tags/x"):
        verdict = told(here, each, STALE)["verdict"]
        assert (verdict["fate"], verdict["container"]) == ("contained", f"{LIBS}/packages/web")


def test_tags_are_explained_with_who_names_them(place: Placing) -> None:
    services = (
        f'{{web: {{updated: 9d ago, image: "{uri(":pr-1")}"}}, '
        f'broken: {{updated: 3d ago, state: failed, image: "{uri(":pr-2")}"}}}}'
    )
    here = place(world(image("a", "pr-1", "v1"), image("b", "pr-2"), image("c", "pr-3"), services=services))
    names = [f"{APP}/tags/{tag}" for tag in ("pr-1", "pr-2", "pr-3", "v1")]
    used, freed, plain, other = agrees(here, OFF + FAILED, names).values()
    assert f"{RUN}/services/web" in {user["name"] for user in used["users"]}
    assert any(f"{RUN}/services/web" in change for change in used["changes"])
    assert freed["after"] == [f"{RUN}/services/broken"]
    assert {user["goes_by"] for user in freed["users"]} == {f"{RUN}/services/broken"}
    assert (plain["verdict"]["fate"], plain["users"], plain["uri"]) == ("delete", [], uri(":pr-3"))
    assert other["verdict"]["reason"] == "not-matched"


def test_a_tag_goes_with_its_image_or_stays_for_the_keep_that_names_it(place: Placing) -> None:
    here = place(world(image("a", "pr-1"), image("b", "pr-kept")))
    verdict = told(here, f"{APP}/tags/pr-1", OFF + IMAGES)["verdict"]
    assert (verdict["fate"], verdict["container"]) == ("contained", version("a"))
    kept = agrees(here, OFF + IMAGES, [f"{APP}/tags/pr-kept"])[f"{APP}/tags/pr-kept"]
    assert kept["verdict"]["reason"] == "keep-tagged"


@pytest.mark.parametrize("part", ["", "/versions/1.0.0", "/tags/x"])
def test_of_a_kind_that_no_policy_speaks_of_it_says_so(place: Placing, part: str) -> None:
    here = place(libs(f"{{web: {versions('1.0.0 tags: [x]')}}}"))
    found = told(here, f"{LIBS}/packages/web{part}", HEAD + FAILED)
    fate, reason = found["verdict"]["fate"], found["verdict"]["reason"]
    assert (fate, reason) == ("keep", "has-tags" if "versions" in part else "not-matched")
    assert any("that matches it" in change for change in found["changes"])


def test_a_signature_s_tag_never_comes_off(place: Placing) -> None:
    tag = digest("a").replace(":", "-") + ".sig"
    found = told(place(world(image("a"), image("s", tag))), f"{APP}/tags/{tag}", OFF)
    assert "child-of-kept: impossible: this tag links a signature to its image" in found["changes"]


def test_a_gap_keeps_a_package_and_ends_with_three(place: Placing) -> None:
    trouble = "[{rpc: ListJobs, location: europe-west1, permission_denied: true}]"
    found = explain(place(world(image("a"), trouble=trouble)), APP, "--format", "json", policies=STALE)
    assert (found.code, found.document["verdict"]["reason"]) == (3, "gap")


def test_what_a_remote_repository_holds_is_refused(place: Placing) -> None:
    found = explain(place(world(image("a"), repository=", mode: remote")), APP, policies=STALE)
    assert (found.code, found.out) == (2, "")
    assert "not a standard repository" in found.err
