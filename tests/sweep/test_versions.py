"""artifact.version, end to end: what goes, and what must stay though a policy matches it."""

import pytest

from janitor.emulator.repository import WorldImage
from janitor.emulator.state import World
from tests.sweep.conftest import Placing
from tests.sweep.packages import LIBS, left, libs, name, versions

OLD = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: old, kind: artifact.version, when: {older_than: 30d}}
"""


@pytest.mark.parametrize("fmt", ["NPM", "PYTHON", "MAVEN", "APT", "GENERIC", "GO", "YUM"])
def test_an_old_version_of_any_format_goes_and_a_young_one_stays(place: Placing, fmt: str) -> None:
    here = place(libs(f"{{web: {versions('1.0.0', '1.1.0 created: 3d ago')}}}", fmt))
    planned = here.sweep("--dry-run", policies=OLD)
    assert here.changes == []
    swept = here.sweep("--apply", policies=OLD)
    assert swept.code == 0
    assert planned.names == swept.names == [name("web", "1.0.0")]
    assert left(here.google) == ["web@1.1.0"]
    (action,) = swept.actions
    assert action["reason"] == "older-than"
    assert action["size_bytes"] == 10**6
    assert action["estimate"]["usd_month"] > "0"
    assert swept.kept("artifact.version") == {"not-matched": 1}
    assert swept.document["totals"]["examined"] == {"artifact.version": 2}


def test_names_go_to_google_as_google_listed_them(place: Placing) -> None:
    here = place(libs(f"{{'@team/web': {versions('1.0.0', '2.0.0')}, 'org.x:lib': {versions('1')}}}"))
    swept = here.sweep("--apply", policies=OLD)
    assert swept.code == 0
    assert swept.names == [
        f"{LIBS}/packages/@team%2Fweb/versions/1.0.0",
        f"{LIBS}/packages/@team%2Fweb/versions/2.0.0",
        f"{LIBS}/packages/org.x:lib/versions/1",
    ]
    assert left(here.google) == []


def test_versions_are_never_deleted_by_force(place: Placing) -> None:
    """What Google would refuse without force stays, and is reported in Google's own words (R18)."""
    here = place(libs(f"{{web: {versions('1.0.0')}}}"))
    here.google.control.before(
        "DeleteVersion", 1, lambda world: world.set_tag(name("web", "1.0.0"), "latest")
    )
    swept = here.sweep("--apply", policies=OLD)
    assert swept.code == 6
    assert swept.outcomes == {"1.0.0": "drifted"}
    assert left(here.google) == ["web@1.0.0"]


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (OLD.replace("policies:", "protect: {names: [web]}\npolicies:"), "protected"),
        (OLD.replace("policies:", "protect: {names: [libs]}\npolicies:"), "protected"),
        (OLD.replace("policies:", "protect: {labels: {team: '*'}}\npolicies:"), "protected"),
        (OLD.replace("30d}}", "30d}, keep: {latest: 1}}"), "keep-latest"),
        (OLD.replace("30d}}", "30d}, keep: {newer_than: 100d}}"), "keep-newer-than"),
        (OLD.replace("30d}}", "30d, larger_than: 1GB}}"), "not-matched"),
        (OLD.replace("30d}}", "30d, format: [maven, apt]}}"), None),
        (OLD.replace("30d}}", "30d, repository: other}}"), None),
        (OLD.replace("artifact.version", "artifact.image"), None),
    ],
)
def test_what_is_kept_stays(place: Placing, rules: str, reason: str | None) -> None:
    here = place(libs(f"{{web: {versions('1.0.0')}}}", repository=", labels: {team: shop}"))
    swept = here.sweep("--apply", policies=rules)
    assert swept.names == []
    assert swept.kept("artifact.version") == ({reason: 1} if reason else {})
    assert here.changes == []
    read = {rpc for rpc, _ in here.google.calls}
    assert ("ListVersions" in read) is (reason is not None), "packages are read only where a policy asks"


def test_a_version_with_a_tag_stays_until_the_tag_is_off(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0 tags: [latest]', '0.9.0')}}}"))
    swept = here.sweep("--apply", policies=OLD)
    assert swept.names == [name("web", "0.9.0")]
    assert swept.kept("artifact.version") == {"has-tags": 1}


def test_a_protected_tag_protects_its_version(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0 tags: [latest]')}}}"))
    rules = OLD.replace("policies:", "protect: {tags: [latest]}\npolicies:")
    assert here.sweep("--apply", policies=rules).kept("artifact.version") == {"protected": 1}


def test_keep_latest_ranks_by_creation_in_each_package(place: Placing) -> None:
    made = [f"{n}.0.0 created: {age}d ago" for n, age in ((3, 40), (1, 90), (2, 60))]
    here = place(libs(f"{{a: {versions(*made)}, b: {versions(*made[:1])}}}"))
    swept = here.sweep("--apply", policies=OLD.replace("30d}}", "30d}, keep: {latest: 2}}"))
    assert swept.names == [name("a", "1.0.0")]
    assert swept.kept("artifact.version") == {"keep-latest": 3}


def test_a_version_of_unknown_age_stays(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0 created: unset', '2.0.0 created: in 2h')}}}"))
    assert here.sweep("--apply", policies=OLD).kept("artifact.version") == {"age-unknown": 2}


@pytest.mark.parametrize("mode", ["remote", "virtual"])
def test_nothing_of_a_repository_that_is_no_standard_one_goes(place: Placing, mode: str) -> None:
    here = place(libs(f"{{web: {versions('1.0.0')}}}", repository=f", mode: {mode}"))
    swept = here.sweep("--apply", policies=OLD)
    assert (swept.code, swept.names, here.changes) == (0, [], [])


def test_what_google_manages_needs_its_repository_named_and_managed(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0')}}}", repository=", labels: {goog-managed-by: x}"))
    assert here.sweep("--apply", policies=OLD).kept("artifact.version") == {"google-managed": 1}
    named = OLD.replace("when: {", "managed: true, when: {repository: libs, ")
    assert here.sweep("--apply", policies=named).names == [name("web", "1.0.0")]


@pytest.mark.parametrize("rpc", ["ListPackages", "ListVersions", "ListTags", "ListFiles"])
@pytest.mark.parametrize("trouble", ["fail_page: 1", "permission_denied: true"])
def test_what_cannot_be_read_is_a_gap_of_its_repository(place: Placing, rpc: str, trouble: str) -> None:
    rules = f"[{{rpc: {rpc}, repository: libs, {trouble}}}]"
    here = place(libs(f"{{web: {versions('1.0.0')}}}", trouble=rules, more=f"{{web: {versions('2.0.0')}}}"))
    swept = here.sweep("--apply", policies=OLD)
    assert swept.code == 3
    assert [gap["kind"].partition(".")[0] for gap in swept.document["gaps"]] == ["artifact"]
    assert swept.names == [name("web", "2.0.0").replace("/libs/", "/more/")]
    assert left(here.google) == ["web@1.0.0"]


def test_a_page_that_comes_back_for_ever_is_a_gap(place: Placing) -> None:
    many = versions(*(f"{n}.0.0" for n in range(1100)))
    here = place(libs(f"{{web: {many}}}", trouble="[{rpc: ListVersions, repeat_page_token: true}]"))
    swept = here.sweep("--apply", policies=OLD)
    assert (swept.code, swept.names) == (3, [])
    assert "would never end" in swept.document["gaps"][0]["cause"]


def test_a_format_without_tags_has_none(place: Placing) -> None:
    here = place(
        libs(f"{{web: {versions('1.0.0')}}}", trouble="[{rpc: ListTags, error: {code: UNIMPLEMENTED}}]")
    )
    swept = here.sweep("--apply", policies=OLD)
    assert (swept.code, swept.outcomes) == (0, {"1.0.0": "deleted"})


OFF = "  - {name: off, kind: artifact.tag, when: {tags: beta}}\n"
WHOLE = "  - {name: whole, kind: artifact.package, when: {name: api, older_than: 7d}}\n"


@pytest.mark.parametrize(
    "trouble",
    ["rpc: ListServices, location: europe-west1, permission_denied: true", "rpc: ListJobs, internal: true",
     "rpc: ListRepositories, location: us, permission_denied: true"],
)  # fmt: skip
def test_what_cloud_run_cannot_use_goes_though_a_workload_or_a_list_could_not_be_read(
    place: Placing, trouble: str
) -> None:
    """R4: versions, packages and tags of npm go; nothing of docker does."""
    held = f"{{web: {versions('1.0.0')}, api: {versions('1.0.0')}, ui: {versions('2.0.0 tags: [beta]')}}}"
    docker = "docker: {images: [{package: app, digest: a, tags: [beta], uploaded: 30d ago, size: 1MB}]}\n          libs:"
    there = libs(held, trouble=f"[{{{trouble}}}]").replace("libs:", docker, 1)
    there = there.replace("artifact_locations: [us-central1]", "artifact_locations: [us-central1, us]")
    rules = OLD + OFF + WHOLE + "  - {name: images, kind: artifact.image, when: {older_than: 7d}}\n"
    here = place(there)
    planned = here.sweep("--dry-run", policies=rules)
    swept = here.sweep("--apply", policies=rules)
    gone = {f"{LIBS}/packages/api", name("web", "1.0.0"), f"{LIBS}/packages/ui/tags/beta"}
    assert swept.code == 3
    assert set(swept.names) == set(planned.names) == gone
    assert set(swept.outcomes.values()) == {"deleted"}
    assert swept.kept("artifact.image") == {"gap": 1}
    assert swept.kept("artifact.tag") == {"gap": 1}
    assert [gap["blocks"] for gap in swept.document["gaps"]]


def test_a_version_that_was_published_again_meanwhile_is_drifted(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0')}}}"))

    def published(world: World) -> None:
        world.remove(name("web", "1.0.0"))
        repository = world.repository(LIBS)
        repository.add(WorldImage("web", "1.0.0", uploaded=world.now.timestamp(), media_type=""))

    here.google.control.before("GetVersion", 1, published)
    swept = here.sweep("--apply", policies=OLD)
    assert (swept.code, swept.outcomes) == (6, {"1.0.0": "drifted"})
    assert left(here.google) == ["web@1.0.0"]


def test_a_version_that_went_meanwhile_is_already_gone(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0')}}}"))
    here.google.control.before("GetVersion", 1, lambda world: world.remove(name("web", "1.0.0")))
    swept = here.sweep("--apply", policies=OLD)
    assert (swept.code, swept.outcomes) == (0, {"1.0.0": "already-gone"})


def test_a_version_of_no_known_size_has_no_price_and_is_not_larger(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0 size: 0')}}}"))
    (action,) = here.sweep("--dry-run", policies=OLD).actions
    assert action["estimate"] == {"unpriced": "Google names no files of it, so its size is not known"}
    larger = OLD.replace("older_than: 30d", "not: {larger_than: 1MB}")
    assert here.sweep("--apply", policies=larger).kept("artifact.version") == {"size-unknown": 1}


def test_versions_never_save_more_than_google_bills_for_their_repository(place: Placing) -> None:
    three = versions(*(f"{n}.0.0 size: 1GB" for n in range(3)))
    here = place(libs(f"{{web: {three}}}", repository=", size: 1GB"))
    rules = OLD.replace("policies:", "limits: {max_share: 100%}\npolicies:")
    assert here.sweep("--dry-run", policies=rules).document["totals"]["reclaimed_bytes"] == 10**9


def test_the_last_patch_of_each_minor_stays_whenever_it_was_published(place: Placing) -> None:
    published = versions(
        "1.1.9 created: 40d ago",
        "1.2.0 created: 90d ago",
        "1.2.10 created: 80d ago",
        "1.2.9 created: 31d ago",
    )
    here = place(libs(f"{{web: {published}}}"))
    rules = OLD.replace("{older_than: 30d}", "{older_than: 30d}, keep: {latest: 1, per: {semver: minor}}")
    swept = here.sweep("--apply", policies=rules)
    assert swept.names == [name("web", "1.2.0"), name("web", "1.2.9")]
    assert swept.kept("artifact.version") == {"keep-latest": 2}
    assert left(here.google) == ["web@1.1.9", "web@1.2.10"]
