"""R52, end to end: the projects of an organization are found, read, and deleted from as the scope says."""

import json
from datetime import timedelta

import pytest

from janitor.emulator import digest
from janitor.emulator.state import World
from janitor.emulator.world import merge
from tests.sweep.conftest import Placing
from tests.sweep.stepping import said

ORGANIZATION = """\
version: 1
scope: {organization: "123"SCOPE}
limits: {max_share: 100%}
policies:
  - {name: stale, kind: artifact.image, when: {older_than: 7d}}
"""
USED = "us-central1-docker.pkg.dev/shop/r/app"

POD = f'{{kind: Pod, name: late, containers: ["{USED}@b"]}}'


def policies(scope: str = "") -> str:
    return ORGANIZATION.replace("SCOPE", f", {scope}" if scope else "")


def project(services: str = "{}", more: str = "", images: str = "") -> str:
    """A project in us-central1, in flow style; `images` is a list of images of its repository `r`."""
    repositories = (
        f"{{r: {{created: 90d ago, updated: 40d ago, size: 2GB, images: [{images}]}}}}" if images else "{}"
    )
    return (
        f"{{locations: [us-central1], artifact_locations: [us-central1], {more}"
        f"run: {{us-central1: {{services: {services}}}}},"
        f" artifact_registry: {{us-central1: {{repositories: {repositories}}}}}}}"
    )


def old(label: str) -> str:
    return f"{{package: app, digest: {label}, size: 100MB, uploaded: 30d ago}}"


def service(image: str) -> str:
    return f"{{s: {{image: {image}}}}}"


def world(trouble: str = "[]", **projects: str) -> str:
    """An organization with the project `shop`, which has the images a, b, c, and others that use them."""
    found = {
        "shop": project(images=", ".join(map(old, "abc")), more="cloud_asset: true, "),
        "cart": project(service(f"{USED}@a")),
        **{name.replace("_", "-"): text for name, text in projects.items()},
    }
    lines = "".join(f"  {name}: {text}\n" for name, text in found.items())
    return (
        'operations: {delay: 1ms}\norganization: {id: "123", folders: {"456": {name: shops}}}\n'
        f"projects:\n{lines}trouble: {trouble}\n"
    )


def version(label: str, of: str = "shop") -> str:
    return f"projects/{of}/locations/us-central1/repositories/r/packages/app/versions/{digest(label)}"


def test_every_project_of_the_organization_is_read_and_deleted_from(place: Placing) -> None:
    here = place(world(store=project(images=old("x"))))
    swept = here.sweep("--apply", policies=policies())
    assert (swept.code, sorted(swept.names)) == (
        0,
        sorted([version("b"), version("c"), version("x", of="store")]),
    )
    assert {action["outcome"] for action in swept.actions} == {"deleted"}


def test_exclude_and_globs_narrow_what_may_be_deleted_and_nothing_that_is_read(place: Placing) -> None:
    here = place(
        world(store=project(images=old("x")), cart_prod=project(service(f"{USED}@b"), images=old("y")))
    )
    narrowed = here.sweep("--dry-run", policies=policies('projects: ["s*"], exclude: ["*-prod", "stor?"]'))
    assert (narrowed.code, narrowed.names) == (0, [version("c")])
    assert narrowed.kept("artifact.image") == {"in-use": 2}
    assert '"in use" means: used by Cloud Run in the 4 projects of organization 123' in "".join(
        narrowed.document["notices"]
    )


def test_a_folder_has_its_own_projects_alone(place: Placing) -> None:
    here = place(world(store=project(images=old("x"), more="parent: folders/456, cloud_asset: true, ")))
    here.google.control.now(lambda found: setattr(found.projects["cart"], "parent", "folders/456"))
    of_folder = policies().replace('organization: "123"', 'folders: ["456"]')
    swept = here.sweep("--dry-run", policies=of_folder)
    assert (swept.code, swept.names) == (0, [version("x", of="store")])
    assert not any("projects/shop" in resource for _, resource in here.google.calls)


def test_a_project_that_only_the_inventory_lists_keeps_all_images(place: Placing) -> None:
    here = place(world(secret=project(service(f"{USED}@b"), more="hidden: true, ")))
    swept = here.sweep("--apply", policies=policies())
    assert (swept.code, swept.names, here.changes) == (3, [], [])
    (gap,) = swept.document["gaps"]
    assert (gap["project"], gap["kind"]) == ("secret", "resourcemanager.project")
    assert "scope.unread" in gap["cause"]


@pytest.mark.parametrize("named", ["secret", '"1005"'])
def test_unread_accepts_it_and_every_output_says_so(place: Placing, named: str) -> None:
    here = place(world(secret=project(more='hidden: true, number: "1005", ')))
    rules = policies(f"unread: [{named}]")
    swept = here.sweep("--dry-run", policies=rules)
    assert (swept.code, set(swept.names)) == (0, {version("b"), version("c")})
    line = f"not read, as scope.unread says: project {json.loads(named) if '1005' in named else named}"
    assert any(notice.startswith(line) for notice in swept.document["notices"])
    assert line in " ".join(here.sweep("--dry-run", policies=rules, fmt="table").out.split())
    for command in (
        ["explain", version("b")],
        ["explain", "--kept", "in-use"],
        ["report", "--format", "html"],
    ):
        _, out, _ = said(*command)
        assert line in " ".join(out.split()), command
    read = {method for method, resource in here.google.calls if "secret" in resource}
    assert read <= {"SearchAllResources"}


@pytest.mark.parametrize("named", ["secret", '"1005"'])
def test_what_an_unread_project_uses_is_known_where_the_inventory_lists_it(
    place: Placing, named: str
) -> None:
    """Its Cloud Run too: nothing else reads it (R51)."""
    running = project(service(f"{USED}@b"), more='hidden: true, cloud_asset: true, number: "1005", ')
    here = place(world(secret=running))
    rules = policies(f"unread: [{named}]")
    swept = here.sweep("--dry-run", policies=rules)
    assert (swept.code, swept.names) == (0, [version("c")])
    line = (
        f"not read directly, as scope.unread says: project {json.loads(named) if '1005' in named else named}"
    )
    assert any(notice.startswith(line) for notice in swept.document["notices"])
    assert "not read, as scope.unread" not in " ".join(swept.document["notices"])
    _, explained, _ = said("explain", version("b"))
    assert "Cloud Run service s (project secret)" in explained
    assert line in " ".join(explained.split())


def test_holders_of_an_organization_are_searched_for_once(place: Placing) -> None:
    """The quota is 400 searches a minute, and an organization has a thousand projects."""
    running = project(more=f"gke: {{us-central1-a: {{prod: {{workloads: [{POD}]}}}}}}, ")
    here = place(world(store=running, web=project()))
    swept = here.sweep("--dry-run", policies=policies())
    assert (swept.code, swept.names) == (0, [version("c")])
    assert swept.document["holders"]["read"] == ["cart", "shop", "store", "web"]
    assert {r for method, r in here.google.calls if method == "SearchAllResources"} == {"organizations/123"}


def with_pod(more: str = "") -> str:
    return project(more=f"{more}gke: {{us-central1-a: {{prod: {{workloads: [{POD}]}}}}}}, ")


def test_what_is_found_in_an_organization_is_told_with_its_project(place: Placing) -> None:
    place(world(store=with_pod())).sweep("--dry-run", policies=policies())
    _, explained, _ = said("explain", version("b"))
    assert "Pod default/late in cluster prod (project store)" in explained


def test_an_asset_without_content_of_an_unread_project_is_no_gap(place: Placing) -> None:
    asset = (
        "assets: [{type: batch.googleapis.com/Job, name: //x/projects/store/j, created: 3d ago, data: {}}], "
    )
    here = place(world(store=project(more=asset)))
    (gap,) = here.sweep("--dry-run", policies=policies()).document["gaps"]
    assert gap["project"] == "store"
    assert here.sweep("--dry-run", policies=policies("unread: [store]")).document["gaps"] == []


MISSING = "[{rpc: SearchAllResources, name: organizations/123, omit: '*/projects/store*'}]"


@pytest.mark.parametrize(
    ("trouble", "more"),
    [
        (MISSING, "cloud_asset: true, "),
        (MISSING.replace("store*", "store/*"), "cloud_asset: true, updated: 3h ago, "),
    ],
    ids=["not listed there", "moved there today"],
)
def test_a_project_that_the_inventory_does_not_have_in_the_organization_yet_is_searched_by_itself(
    place: Placing, trouble: str, more: str
) -> None:
    """Moved into it: the inventory has its assets elsewhere, or nowhere, for some time."""
    swept = place(world(trouble, store=with_pod(more))).sweep("--apply", policies=policies())
    assert swept.names == [version("c")]
    assert swept.document["gaps"] == []


def test_a_project_that_is_moved_away_during_the_sweep_is_searched_by_itself_before_deletions(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("recheck.REFERENCES_LAST", "holders.HOLDERS_LAST"):
        monkeypatch.setattr(f"janitor.apply.{name}", timedelta(0))
    here = place(world(store=project(more="cloud_asset: true, ")))
    late = f"projects:\n  store: {with_pod('cloud_asset: true, ')}\n"

    def move(found: World) -> None:
        merge(found, late)
        found.projects["store"].parent = "organizations/999"

    here.google.control.after("ListServices", 1, move)
    swept = here.sweep("--apply", policies=policies())
    assert swept.outcomes == {digest("b"): "drifted", digest("c"): "deleted"}


def test_a_search_of_the_organization_that_fails_is_no_inventory_that_is_off(place: Placing) -> None:
    """It listed the Pod the night before, and the project alone cannot be searched."""
    here = place(world(store=with_pod("cloud_asset: false, ")))
    assert here.sweep("--dry-run", policies=policies()).names == [version("c")]
    here.google.control.trouble(
        "- {rpc: SearchAllResources, name: organizations/123, skip: 1, unavailable: true}"
    )
    swept = here.sweep("--apply", policies=policies())
    assert (swept.code, swept.names) == (3, [])


def test_a_permission_that_was_lost_in_the_organization_is_a_gap(place: Placing) -> None:
    here = place(world(store=with_pod("cloud_asset: false, ")))
    assert here.sweep("--apply", "--limit", "max_deletions=0", policies=policies()).names == [version("c")]
    here.google.control.trouble(
        "- {rpc: SearchAllResources, name: organizations/123, skip: 1, permission_denied: true}"
    )
    swept = here.sweep("--apply", policies=policies())
    assert (swept.code, swept.names) == (3, [])


def test_an_organization_that_may_not_be_searched_is_asked_project_by_project(place: Placing) -> None:
    running = project(more=f"cloud_asset: true, gke: {{us-central1-a: {{prod: {{workloads: [{POD}]}}}}}}, ")
    here = place(
        world("[{rpc: SearchAllResources, name: organizations/123, permission_denied: true}]", store=running)
    )
    swept = here.sweep("--dry-run", policies=policies())
    assert swept.document["holders"]["read"] == ["shop", "store"]
    _, explained, _ = said("explain", version("b"))
    assert "Pod default/late in cluster prod (project store)" in explained


def test_a_project_that_cannot_be_read_is_a_gap_unless_it_is_unread(place: Placing) -> None:
    denied = "[{rpc: '*', project: closed, permission_denied: true}]"
    here = place(world(denied, closed=project(service(f"{USED}@b"))))
    assert here.sweep("--dry-run", policies=policies()).code == 3
    assert here.sweep("--dry-run", policies=policies()).names == []
    swept = here.sweep("--dry-run", policies=policies("unread: [closed]"))
    assert (swept.code, set(swept.names)) == (0, {version("b"), version("c")})


def test_projects_marked_for_deletion_are_left_out(place: Placing) -> None:
    here = place(world(ending=project(images=old("z"), more="state: DELETE_REQUESTED, ")))
    swept = here.sweep("--dry-run", policies=policies())
    assert (swept.code, set(swept.names)) == (0, {version("b"), version("c")})
    assert not any("projects/ending" in resource for _, resource in here.google.calls)


def test_without_the_inventory_images_are_kept_and_workloads_are_not(place: Placing) -> None:
    failed = "{s: {updated: 3d ago, state: failed, image: docker.io/library/web}}"
    both = policies() + "  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}\n"
    here = place(
        world(
            "[{rpc: SearchAllResources, name: organizations/123, permission_denied: true}]",
            store=project(failed),
        )
    )
    swept = here.sweep("--dry-run", policies=both)
    assert (swept.code, swept.names) == (3, ["projects/store/locations/us-central1/services/s"])
    assert swept.kept("artifact.image") == {"in-use": 1, "gap": 2}
    assert [gap["project"] for gap in swept.document["gaps"]] == ["organizations/123"]


def test_without_resource_manager_nothing_is_known(place: Placing) -> None:
    here = place(world("[{rpc: SearchProjects, permission_denied: true}]"))
    swept = here.sweep("--apply", policies=policies())
    assert (swept.code, here.changes) == (3, [])
    assert "the projects of organizations/123 could not be listed: PERMISSION_DENIED" in swept.said


@pytest.mark.parametrize(
    ("again", "late"),
    [
        ("recheck.REFERENCES_LAST", project(service(f"{USED}@b"))),
        ("holders.HOLDERS_LAST", project(more=f"gke: {{us-central1-a: {{prod: {{workloads: [{POD}]}}}}}}, ")),
    ],
    ids=["workloads", "inventory"],
)
def test_a_project_that_is_made_during_the_sweep_is_read_before_deletions(
    place: Placing, monkeypatch: pytest.MonkeyPatch, again: str, late: str
) -> None:
    """What is read again where it is old (R21, R51) is that of the projects of then."""
    monkeypatch.setattr(f"janitor.apply.{again}", timedelta(0))
    here = place(world())
    text = f"projects:\n  late: {late}\n"
    here.google.control.after("ListServices", 1, lambda found: merge(found, text) and None)
    swept = here.sweep("--apply", policies=policies())
    assert swept.outcomes == {digest("b"): "drifted", digest("c"): "deleted"}


def test_a_project_that_is_hidden_during_the_sweep_stops_deletions(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("janitor.apply.recheck.REFERENCES_LAST", timedelta(0))
    here = place(world())
    hide = lambda found: setattr(found.projects["cart"], "hidden", True)  # noqa: E731
    here.google.control.after("SearchProjects", 1, hide)
    swept = here.sweep("--apply", policies=policies())
    assert set(swept.outcomes.values()) == {"drifted"}
    assert here.changes == []


@pytest.mark.parametrize(
    ("scope", "asked", "said_so"),
    [
        ("", "elsewhere", "is not an active project of organization 123"),
        ('exclude: ["sh*"]', "shop", "is excluded by scope.exclude"),
        ('projects: ["c*"]', "shop", "is not selected by scope.projects"),
        ("unread: [shop]", "shop", "is in scope.unread"),
    ],
)
def test_a_flag_narrows_the_scope_and_does_not_widen_it(
    place: Placing, scope: str, asked: str, said_so: str
) -> None:
    here = place(world(elsewhere=project(more="state: DELETE_REQUESTED, ")))
    swept = here.sweep("--apply", "--project", asked, policies=policies(scope))
    assert (swept.code, here.changes) == (2, [])
    assert f"--project {asked} {said_so}" in swept.said


def test_one_project_may_be_deleted_from_while_all_are_read(place: Placing) -> None:
    here = place(world(store=project(service(f"{USED}@b"), images=old("x"))))
    assert here.sweep("--dry-run", "--project", "shop", policies=policies()).names == [version("c")]


def test_a_scope_that_selects_nothing_is_an_error(place: Placing) -> None:
    swept = place(world()).sweep("--dry-run", policies=policies('projects: ["web-*"]'))
    assert swept.code == 2
    assert "no active project of organization 123 may be deleted from: 2 were found" in swept.said


def test_the_report_speaks_of_the_organization(place: Placing) -> None:
    here = place(world())
    here.sweep("--apply", policies=policies())
    here.sweep("--dry-run", "--project", "cart", policies=policies())
    code, out, _ = said("report", "--format", "json")
    assert code == 0
    scope = json.loads(out)["scope"]
    assert scope["asked"]["projects"] == scope["basis"]["projects"] == ["organizations/123"]
    code, out, _ = said("report")
    assert "organization 123" in out


def test_explain_finds_the_projects_too(place: Placing) -> None:
    here = place(world(secret=project(more="hidden: true, ")))
    (here.folder / "policies.yaml").write_text(policies())
    _, out, _ = said("explain", version("b"))
    assert "secret" in out
    assert "KEEP" in out


def test_validate_shows_what_the_scope_means(place: Placing) -> None:
    here = place(world())
    (here.folder / "policies.yaml").write_text(
        policies('projects: ["s*"], exclude: ["*-prod"], unread: [legacy]')
    )
    code, out, _ = said("validate")
    assert code == 0
    assert "projects: s* of organization 123, except *-prod" in out
    assert "not read: legacy" in out
