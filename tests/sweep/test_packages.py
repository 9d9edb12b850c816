"""artifact.package, end to end: wholly stale or empty it goes, with all in it; else it stays."""

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.packages import LIBS, left, libs, versions
from tests.sweep.sweeping import REPOSITORY, image, uri, version, world

STALE = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: stale, kind: artifact.package, when: {older_than: 30d}}
"""
BOTH = f"{STALE}  - {{name: old, kind: artifact.version, when: {{older_than: 30d}}}}\n"
IMAGES = f"{STALE}  - {{name: old, kind: artifact.image, when: {{older_than: 30d}}}}\n"
APP = f"{REPOSITORY}/r/packages/app"


def test_a_package_goes_as_a_whole_when_its_newest_version_is_old(place: Placing) -> None:
    stale, busy = (
        versions("1.0.0", "2.0.0 tags: [latest], created: 40d ago"),
        versions("1.0.0", "2.0.0 created: 1d ago"),
    )
    here = place(libs(f"{{'@team/stale': {stale}, busy: {busy}}}"))
    planned = here.sweep("--dry-run", policies=STALE)
    swept = here.sweep("--apply", policies=STALE)
    assert planned.names == swept.names == [f"{LIBS}/packages/@team%2Fstale"]
    assert swept.code == 0
    (action,) = swept.actions
    assert (action["reason"], action["size_bytes"]) == ("older-than", 2 * 10**6)
    assert action["contains"] == {"artifact.version": 2}
    assert left(here.google) == ["busy@1.0.0", "busy@2.0.0"]
    assert [call for call, _ in here.changes] == ["DeletePackage"]
    assert swept.document["totals"]["examined"] == {"artifact.package": 2}


def test_what_goes_with_its_package_is_counted_there_and_nowhere_else(place: Placing) -> None:
    here = place(
        libs(f"{{stale: {versions('1.0.0', '2.0.0')}, busy: {versions('1.0.0', '2.0.0 created: 1d ago')}}}")
    )
    swept = here.sweep("--apply", policies=BOTH)
    assert swept.names == [f"{LIBS}/packages/busy/versions/1.0.0", f"{LIBS}/packages/stale"]
    assert swept.document["totals"]["examined"] == {"artifact.package": 2, "artifact.version": 4}
    assert swept.kept("artifact.version") == {"not-matched": 1}
    assert swept.document["totals"]["reclaimed_bytes"] == 3 * 10**6


def test_what_a_package_holds_counts_against_the_limits(place: Placing) -> None:
    here = place(libs(f"{{stale: {versions(*(f'{n}.0.0' for n in range(5)))}}}"))
    swept = here.sweep("--apply", "--limit", "max_deletions=5", policies=STALE)
    assert (swept.code, here.changes) == (4, [])
    assert "6 resources would be deleted" in swept.document["refusals"][0]["message"]


@pytest.mark.parametrize("fmt", ["NPM", "DOCKER"])
def test_an_empty_package_goes_by_its_own_age_and_costs_nothing(place: Placing, fmt: str) -> None:
    here = place(libs("{old: {created: 90d ago}, new: {created: 1d ago}}", fmt))
    rules = STALE.replace("when: {", "when: {empty: true, ")
    swept = here.sweep("--apply", policies=rules)
    assert swept.names == [f"{LIBS}/packages/old"]
    assert swept.actions[0]["estimate"]["usd_month"] == "0"
    assert here.google.world.names("packages") == [f"{LIBS}/packages/new"]


def test_a_package_that_holds_something_is_not_empty(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0')}}}"))
    rules = STALE.replace("older_than: 30d", "empty: true")
    assert here.sweep("--apply", policies=rules).kept("artifact.package") == {"not-matched": 1}


def test_a_docker_package_goes_with_its_images_and_tags(place: Placing) -> None:
    here = place(
        world(image("a", "v1", "v2"), image("idx", children="[a]"), image("b", package="team/other"))
    )
    swept = here.sweep(
        "--apply", policies=IMAGES.replace("policies:", "limits: {max_share: 100%}\npolicies:")
    )
    assert swept.code == 0
    assert swept.names == [APP, f"{REPOSITORY}/r/packages/team%2Fother"]
    assert swept.actions[0]["contains"] == {"artifact.image": 2}
    assert swept.actions[0]["uri"] == uri("")
    assert swept.document["totals"]["examined"] == {"artifact.image": 3, "artifact.package": 2}
    assert here.google.world.names("versions") == here.google.world.names("tags") == []


@pytest.mark.parametrize("used", ["@a", ":v1", ":lost", "@" + digest("lost")])
def test_a_package_of_which_anything_is_in_use_stays_whole(place: Placing, used: str) -> None:
    jobs = f'{{export: {{updated: 1d ago, image: "{uri(used)}"}}}}'
    here = place(world(image("a", "v1"), image("b"), image("c", package="other"), jobs=jobs))
    swept = here.sweep("--apply", policies=STALE)
    assert swept.names == [f"{REPOSITORY}/r/packages/other"]
    assert swept.kept("artifact.package") == {"holds-in-use": 1}


def test_a_package_that_only_a_service_of_this_plan_holds_goes_after_it(place: Placing) -> None:
    services = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@a")}"}}}}'
    here = place(world(image("a"), services=services))
    rules = f"{STALE}  - {{name: failed, kind: run.service, when: {{status: failed, older_than: 24h}}}}\n"
    swept = here.sweep("--apply", policies=rules)
    assert [name.rpartition("/")[2] for name in swept.names] == ["web", "app"]
    assert swept.actions[1]["after"] == [swept.names[0]]
    assert swept.outcomes == {"web": "deleted", "app": "deleted"}


@pytest.mark.parametrize(
    ("rules", "repository", "reason"),
    [
        (STALE.replace("policies:", "protect: {names: [app]}\npolicies:"), "", "protected"),
        (STALE.replace("policies:", "protect: {names: [r]}\npolicies:"), "", "protected"),
        (
            STALE.replace("policies:", "protect: {labels: {team: x}}\npolicies:"),
            ", labels: {team: x}",
            "protected",
        ),
        (STALE.replace("policies:", "protect: {tags: ['v*']}\npolicies:"), "", "holds-protected"),
        (f"{STALE}  - {{name: k, kind: artifact.image, keep: {{tagged: v1}}}}\n", "", "holds-retained"),
        (f"{STALE}  - {{name: k, kind: artifact.image, keep: {{latest: 1}}}}\n", "", "holds-retained"),
        (STALE, ", immutable_tags: true", "immutable-tags"),
        (STALE, ", labels: {goog-managed-by: x}", "google-managed"),
        (STALE, ", mode: remote", None),
        (STALE.replace("30d", "90d"), "", "not-matched"),
        (STALE.replace("30d", "30d, larger_than: 1GB"), "", "not-matched"),
        (STALE.replace("30d", "30d, format: npm"), "", None),
    ],
)
def test_what_a_package_holds_and_stands_in_can_keep_it(
    place: Placing, rules: str, repository: str, reason: str | None
) -> None:
    here = place(world(image("a", "v1"), image("b"), repository=repository))
    swept = here.sweep("--apply", policies=rules)
    assert APP not in swept.names
    assert swept.kept("artifact.package") == ({reason: 1} if reason else {})
    assert "DeletePackage" not in {call for call, _ in here.changes}


def test_the_literal_name_of_package_and_repository_outweighs_a_keep(place: Placing) -> None:
    keeps = f"{STALE}  - {{name: k, kind: artifact.image, keep: {{latest: 1}}}}\n"
    for when, goes in (
        ("name: app", []),
        ("name: 'a*', repository: r", []),
        ("name: app, repository: r", [APP]),
    ):
        here = place(world(image("a")))
        swept = here.sweep("--dry-run", policies=keeps.replace("when: {", f"when: {{{when}, "))
        assert swept.names == goes


def test_a_version_that_a_keep_holds_keeps_its_package(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0 tags: [stable]')}}}"))
    rules = BOTH.replace("30d}}\n", "30d}}\n", 1).rstrip()[:-1] + ", keep: {tagged: stable}}\n"
    assert here.sweep("--apply", policies=rules).kept("artifact.package") == {"holds-retained": 1}


def test_a_package_with_a_version_of_unknown_age_stays(place: Placing) -> None:
    here = place(libs(f"{{web: {versions('1.0.0', '2.0.0 created: unset')}}}"))
    assert here.sweep("--apply", policies=STALE).kept("artifact.package") == {"age-unknown": 1}


@pytest.mark.parametrize("rpc", ["ListPackages", "ListDockerImages"])
def test_no_package_goes_from_a_repository_that_could_not_be_read(place: Placing, rpc: str) -> None:
    here = place(world(image("a"), trouble=f"[{{rpc: {rpc}, permission_denied: true}}]"))
    swept = here.sweep("--apply", policies=STALE)
    assert (swept.code, swept.names) == (3, [])


def test_no_package_goes_while_a_location_of_cloud_run_could_not_be_read(place: Placing) -> None:
    here = place(
        world(image("a"), trouble="[{rpc: ListJobs, location: europe-west1, permission_denied: true}]")
    )
    swept = here.sweep("--apply", policies=STALE)
    assert (swept.code, swept.kept("artifact.package")) == (3, {"gap": 1})


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.set_tag(version("a"), "new"),
        lambda world: world.remove(version("b")),
    ],
)
def test_a_package_whose_content_changed_meanwhile_is_drifted_whole(place: Placing, change: object) -> None:
    here = place(world(image("a"), image("b")))
    here.google.control.before("GetPackage", 1, change)  # type: ignore[arg-type]
    swept = here.sweep("--apply", policies=STALE)
    assert (swept.code, swept.outcomes) == (6, {"app": "drifted"})
    assert "DeletePackage" not in {call for call, _ in here.changes}


def test_a_package_that_went_meanwhile_is_already_gone(place: Placing) -> None:
    here = place(world(image("a")))
    here.google.control.before("GetPackage", 1, lambda world: world.remove(version("a")))
    assert here.sweep("--apply", policies=STALE).outcomes == {"app": "already-gone"}


def test_what_google_refuses_leaves_the_package_and_is_said(place: Placing) -> None:
    trouble = "[{rpc: DeletePackage, operation_error: {code: FAILED_PRECONDITION, message: the tags are immutable}}]"
    here = place(world(image("a"), trouble=trouble))
    swept = here.sweep("--apply", policies=STALE)
    assert (swept.code, swept.outcomes) == (6, {"app": "failed"})
    assert "tags of the repository are immutable" in swept.actions[0]["error"]
    assert version("a") in here.google.world.names("versions")


def test_a_repository_that_goes_contains_its_packages(place: Placing) -> None:
    rules = f"{STALE}  - {{name: all, kind: artifact.repository, when: {{name: r, older_than: 7d}}}}\n"
    swept = place(world(image("a"), image("b", package="other"))).sweep("--apply", policies=rules)
    assert swept.names == [f"{REPOSITORY}/r"]
    assert swept.actions[0]["contains"] == {"artifact.image": 2, "artifact.package": 2}
    assert swept.document["totals"]["examined"] == {"artifact.package": 2, "artifact.repository": 1}
