"""Holders from Cloud Asset Inventory, in whole sweeps: what GKE and others use stays, and what hides them keeps (R51)."""

import io
from contextlib import redirect_stdout
from datetime import timedelta
from typing import Any

import pytest

from janitor.cli.app import run
from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.stepping import Days
from tests.sweep.sweeping import POLICIES, REPOSITORY, Swept, image, uri, version, world

SEARCH = "SearchAllResources"
OLD, OTHER = image("old", "v1"), image("other")
OFF_LINE = "Only uses by Cloud Run are known in p: Cloud Asset API disabled (docs/holders.md)"
POLICY = {mode: POLICIES.replace("policies:", f"protect: {{holders: {mode}}}\npolicies:") for mode in (
    "auto", "required", "off",
)}  # fmt: skip


def with_gke(of: str, *workloads: str, assets: str = "[]", cluster: str = "") -> str:
    """The world with a cluster `prod` in project p."""
    listed = ", ".join(workloads)
    gke = f"gke: {{us-central1-a: {{prod: {{workloads: [{listed}]{cluster}}}}}}}"
    return of.replace("  p:\n", f"  p:\n    {gke}\n    assets: {assets}\n", 1)


def workload(kind: str, *containers: str, lists: str = "containers", more: str = "") -> str:
    named = ", ".join(f'"{each}"' for each in containers)
    return (
        f"{{kind: {kind}, namespace: shop, name: cart, created: 3d ago, {lists}: [{named}]"
        f"{', containers: [nginx]' if lists != 'containers' else ''}{more}}}"
    )


def trouble(**what: str) -> str:
    facts = ", ".join(f"{key}: {value}" for key, value in what.items())
    return f"[{{rpc: {SEARCH}, {facts}}}]"


def swept(place: Placing, of: str, *flags: str, policies: str = POLICIES) -> Swept:
    return place(of).sweep(*(flags or ("--dry-run",)), policies=policies)


def gaps(found: Swept) -> list[dict[str, Any]]:
    named: list[dict[str, Any]] = found.document["gaps"]
    return named


@pytest.mark.parametrize(
    "held",
    [
        workload("Pod", uri("@old")),
        workload("Pod", uri(":v1")),
        workload("Pod", uri("@old"), lists="init_containers"),
        workload("Pod", uri("@old"), lists="ephemeral_containers"),
        workload("Pod", "nginx", uri("@old")),
        workload("Deployment", uri("@old"), more=", replicas: 0"),
        workload("StatefulSet", uri(":v1")),
        workload("DaemonSet", uri("@old")),
        workload("ReplicaSet", uri("@old"), more=", replicas: 0"),
        workload("ReplicationController", uri("@old")),
        workload("Job", uri("@old")),
        workload("CronJob", uri("@old")),
        workload("PodTemplate", uri("@old")),
    ],
)
def test_what_any_container_of_a_cluster_names_stays(place: Placing, held: str) -> None:
    found = swept(place, with_gke(world(OLD, OTHER), held))
    assert found.code == 0
    assert found.names == [version("other")]
    assert found.kept("artifact.image") == {"in-use": 1}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("batch.googleapis.com/Job", "{taskGroups: [{taskSpec: {runnables: [{container: {imageUri: '%s'}}]}}]}"),
        ("appengine.googleapis.com/Version", "{deployment: {container: {image: '%s'}}}"),
        ("cloudfunctions.googleapis.com/Function", "{serviceConfig: {env: {RUNNER: 'x=%s;'}}}"),
        ("compute.googleapis.com/InstanceTemplate", "{metadata: {items: [{key: a, value: 'image: %s'}]}}"),
        ("aiplatform.googleapis.com/CustomJob", "{jobSpec: {workerPoolSpecs: [{containerSpec: {imageUri: '%s'}}]}}"),
        ("dataflow.googleapis.com/Job", "{environment: {sdkHarnessContainerImage: '%s'}}"),
        ("clouddeploy.googleapis.com/Release", "{buildArtifacts: [{image: app, tag: '%s'}]}"),
    ],
)  # fmt: skip
def test_what_any_other_asset_names_stays(place: Placing, kind: str, data: str) -> None:
    asset = f"[{{type: {kind}, name: //x/projects/p/y/held, created: 3d ago, data: {data % uri('@old')}}}]"
    assert swept(place, with_gke(world(OLD, OTHER), assets=asset)).names == [version("other")]


def test_a_tag_that_moved_since_keeps_the_package(place: Placing) -> None:
    """The Pod is older than the image that has its tag now: it may run either of the others."""
    moved = image("new", "live", age="10d ago")
    pod = f'{{kind: Pod, name: cart, created: 20d ago, containers: ["{uri(":live")}"]}}'
    found = swept(place, with_gke(world(moved, OLD, OTHER), pod))
    assert found.names == []
    assert found.kept("artifact.image") == {"in-use": 3}


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (f"{{containers: [{{name: a, image: '{uri('')}'}}]}}", {version("old"), version("other")}),
        (f"{{runnables: [{{container: {{imageUri: '{uri('')}'}}}}]}}", {version("old"), version("other")}),
        (f"{{spec: {{repository: '{uri('')}', tag: v1}}}}", set()),
        (
            f"{{env: [{{name: WORKER_REPOSITORY, value: '{uri('')}'}}, {{name: WORKER_TAG, value: v1}}]}}",
            set(),
        ),
        (f"{{env: {{WORKER_IMAGE: '{uri('')}', WORKER_TAG: v1}}}}", set()),
        (f"{{values: {{name: a, image: '{uri('')}', tag: v1}}}}", set()),
        (f"{{values: {{name: a, image: '{uri('')}', appVersion: v1}}}}", set()),
        (f"{{env: {{image: '{uri('')}', OTHER: v1}}}}", set()),
    ],
    ids=[
        "container",
        "batch",
        "helm",
        "airflow",
        "environment",
        "beside a tag",
        "beside a version",
        "no name",
    ],
)
def test_a_name_without_a_tag_is_latest_only_in_a_field_for_an_image(
    place: Placing, data: str, left: set[str]
) -> None:
    """Elsewhere its tag may stand in another field, so the package is in use."""
    latest = image("new", "latest", age="10d ago")
    asset = (
        f"[{{type: batch.googleapis.com/Job, name: //x/projects/p/y/held, created: 3d ago, data: {data}}}]"
    )
    found = swept(place, with_gke(world(latest, OLD, OTHER), assets=asset))
    assert set(found.names) == left


def test_the_digest_in_the_status_of_a_pod_says_what_it_runs(place: Placing) -> None:
    moved = image("new", "live", age="10d ago")
    container = f'{{image: "{uri(":live")}", pulled: "{uri("@old")}"}}'
    pod = f"{{kind: Pod, name: cart, created: 20d ago, containers: [{container}]}}"
    found = swept(place, with_gke(world(moved, OLD, OTHER), pod))
    assert found.names == [version("other")]


def test_a_digest_that_another_container_names_does_not_say_what_a_pod_runs(place: Placing) -> None:
    """An init container by digest, and a container by a tag that moved; the inventory may have no status."""
    moved = image("new", "live", age="10d ago")
    pod = (
        f'{{kind: Pod, name: cart, created: 20d ago, containers: ["{uri(":live")}"],'
        f' init_containers: ["{uri("@other")}"]}}'
    )
    assert swept(place, with_gke(world(moved, OLD, OTHER), pod)).names == []


def test_what_no_container_can_use_goes_whatever_a_cluster_names(place: Placing) -> None:
    """R4: packages of npm are not blocked by gaps, so that they are in use by nothing."""
    versions = "versions: [{version: 1.0.0, created: 30d ago}]"
    libs = f"{{npm: {{format: NPM, created: 90d ago, packages: {{app: {{{versions}}}}}}}, r:"
    policies = POLICIES + "  - {name: k, kind: artifact.package, when: {older_than: 7d}}\n"
    for name in ("app:$TAG", "$NAME"):
        held = workload("Pod", uri(":v1").replace("/r/app:v1", f"/$REPOSITORY/{name}"))
        there = with_gke(world(OLD).replace("{r:", libs, 1), held)
        assert swept(place, there, policies=policies).names == [f"{REPOSITORY}/npm/packages/app"]


def test_a_tag_a_package_and_a_repository_that_a_cluster_names_stay(place: Placing) -> None:
    policies = POLICIES.partition("policies:")[0] + (
        "policies:\n"
        "  - {name: t, kind: artifact.tag, when: {tags: ['*']}}\n"
        "  - {name: k, kind: artifact.package, when: {older_than: 7d}}\n"
        "  - {name: r, kind: artifact.repository, when: {name: r, older_than: 7d}}\n"
    )
    held = with_gke(world(OLD, image("x", "v1", package="web")), workload("Deployment", uri(":v1")))
    found = swept(place, held, "--dry-run", policies=policies)
    assert found.names == [f"{REPOSITORY}/r/packages/web"]
    assert found.kept("artifact.tag") == {"in-use": 1}
    assert found.kept("artifact.package") == {"holds-in-use": 1}
    assert found.kept("artifact.repository") == {"holds-in-use": 1}


def test_images_younger_than_a_day_wait_for_the_inventory(place: Placing) -> None:
    policies = POLICIES.replace("when: {older_than: 7d}", "when: {older_than: 2h}")
    young = [image("hours", age="20h ago"), image("days", age="26h ago")]
    found = swept(place, with_gke(world(*young)), "--dry-run", policies=policies)
    assert found.names == [version("days")]
    assert found.kept("artifact.image") == {"inventory-delay": 1}
    without = swept(place, world(*young), "--dry-run", policies=policies)
    assert len(without.names) == 2


def test_a_package_a_tag_and_a_repository_wait_as_well(place: Placing) -> None:
    policies = POLICIES.partition("policies:")[0] + (
        "policies:\n"
        "  - {name: t, kind: artifact.tag, when: {tags: ['*']}}\n"
        "  - {name: k, kind: artifact.package, when: {older_than: 2h}}\n"
        "  - {name: r, kind: artifact.repository, when: {name: r, older_than: 2h}}\n"
    )
    found = swept(place, with_gke(world(image("a", "v1", age="20h ago"))), "--dry-run", policies=policies)
    assert found.names == []
    for kind in ("tag", "package", "repository"):
        assert found.kept(f"artifact.{kind}") == {"inventory-delay": 1}


def test_a_cluster_whose_pods_do_not_come_keeps_every_image(place: Placing) -> None:
    found = swept(place, with_gke(world(OLD, OTHER), cluster=", system_pods: false"), "--apply")
    assert (found.code, found.names) == (3, [])
    (gap,) = gaps(found)
    assert (gap["kind"], gap["location"]) == ("asset.holder", "us-central1-a")
    assert "cluster prod" in gap["cause"]
    assert found.kept("artifact.image") == {"gap": 2}


def test_a_cluster_that_is_being_deleted_is_no_gap(place: Placing) -> None:
    of = with_gke(world(OLD), cluster=", status: STOPPING, system_pods: false")
    assert swept(place, of).code == 0


def test_an_asset_without_content_keeps_every_image(place: Placing) -> None:
    asset = "[{type: batch.googleapis.com/Job, name: //batch/projects/p/jobs/j, created: 3d ago, data: {}}]"
    found = swept(place, with_gke(world(OLD), assets=asset))
    assert (found.code, found.names) == (3, [])
    assert "//batch/projects/p/jobs/j" in gaps(found)[0]["cause"]


def test_with_the_api_disabled_images_go_and_every_output_says_so_first(place: Placing) -> None:
    here = place(world(OLD))
    found = here.sweep("--dry-run")
    assert (found.code, found.names) == (0, [version("old")])
    assert found.document["notices"][0] == OFF_LINE
    assert found.document["holders"] == {
        "mode": "auto", "read": [], "unread": [], "off": [{"project": "p", "why": "api-disabled"}],
        "assets": 0, "naming_images": 0, "read_at": found.document["observed_at"],
    }  # fmt: skip
    table = here.sweep("--dry-run", fmt="table").out
    assert " ".join(table.split()).startswith(OFF_LINE)
    assert table.count("Only uses") == 1
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(["explain", uri("@" + digest("old"))]) == 0
        assert run(["explain", "--kept", "in-use"]) == 0
    explained = " ".join(out.getvalue().split())
    assert explained.startswith(OFF_LINE)
    assert explained.count(OFF_LINE) == 2


def test_required_makes_every_refusal_a_gap(place: Placing) -> None:
    found = swept(place, world(OLD), policies=POLICY["required"])
    assert (found.code, found.names) == (3, [])
    assert "SERVICE_DISABLED" in gaps(found)[0]["cause"]


def test_off_asks_nothing_and_says_so(place: Placing) -> None:
    here = place(with_gke(world(OLD), workload("Pod", uri("@old"))))
    found = here.sweep("--dry-run", policies=POLICY["off"])
    assert found.names == [version("old")]
    assert SEARCH not in {method for method, _ in here.google.calls}
    assert found.document["holders"]["mode"] == "off"
    assert any("protect.holders is off" in each for each in found.document["notices"])


def test_a_permission_that_was_never_there_is_off_and_one_that_was_lost_is_a_gap(place: Placing) -> None:
    lost = trouble(permission_denied="true", times="1")
    here = place(with_gke(world(OLD, trouble=lost)))
    first = here.sweep("--dry-run")
    assert (first.code, first.names) == (0, [version("old")])
    assert "no permission cloudasset.assets.searchAllResources" in first.document["notices"][0]
    assert here.sweep("--dry-run").code == 0
    assert here.ledger("SELECT inventories_of FROM sweeps ORDER BY started_at") == [(None,), ('["p"]',)]
    denied = place(with_gke(world(OLD, trouble=trouble(permission_denied="true"))))
    third = denied.sweep("--dry-run")
    assert (third.code, third.names) == (3, [])
    assert gaps(third)[0]["kind"] == "asset.holder"


@pytest.mark.parametrize(
    "what",
    [
        {"unavailable": "true"},
        {"error": "{code: UNAUTHENTICATED}"},
        {"error": "{code: INVALID_ARGUMENT}"},
        {"permission_denied": "{reason: SECURITY_POLICY_VIOLATED}"},
    ],
)
def test_any_other_refusal_keeps_every_image(place: Placing, what: dict[str, str]) -> None:
    found = swept(place, with_gke(world(OLD, trouble=trouble(**what)), workload("Pod", uri("@old"))))
    assert (found.code, found.names) == (3, [])
    assert found.kept("artifact.image") == {"gap": 1}


def test_pods_that_are_missing_from_a_listing_leave_the_cluster_unobserved(place: Placing) -> None:
    hidden = trouble(omit="'*/pods/*'")
    found = swept(place, with_gke(world(OLD, trouble=hidden), workload("Pod", uri("@old"))))
    assert (found.code, found.names) == (3, [])


@pytest.mark.parametrize("how", [{"page_size": "1"}, {"empty_pages": "true"}])
def test_all_pages_count(place: Placing, how: dict[str, str]) -> None:
    held = [workload("Pod", uri("@old")), workload("Deployment", uri("@other"))]
    assert swept(place, with_gke(world(OLD, OTHER, trouble=trouble(**how)), *held)).names == []


def test_a_cluster_of_a_project_that_is_only_read_protects(place: Placing) -> None:
    held = workload("Pod", uri("@old"))
    of = world(OLD, OTHER, more=f"  q: {{gke: {{europe-west1: {{eu: {{workloads: [{held}]}}}}}}}}")
    policies = POLICIES.replace("{projects: [p]}", "{projects: [p], also_read: [q]}")
    found = swept(place, of, "--dry-run", policies=policies)
    assert found.names == [version("other")]
    assert found.document["holders"]["read"] == ["q"]
    assert found.document["holders"]["off"] == [{"project": "p", "why": "api-disabled"}]


def test_where_only_a_cluster_uses_images_workloads_were_found(place: Placing) -> None:
    """R42."""
    nothing_runs = world(OLD, OTHER, instances="{}")
    assert swept(place, nothing_runs).kept("artifact.image") == {"no-workloads-seen": 2}
    assert swept(place, with_gke(nothing_runs)).kept("artifact.image") == {"no-workloads-seen": 2}
    found = swept(place, with_gke(nothing_runs, workload("Pod", uri("@old"))))
    assert (found.code, found.names) == (0, [version("other")])


def test_a_cluster_does_not_keep_what_it_does_not_use_of_cloud_run(place: Placing) -> None:
    """Cloud Run's own services are in the inventory too: there they would never be freed by the plan (R12)."""
    image_of_it = uri("@old")
    service = f'{{dead: {{created: 30d ago, updated: 20d ago, state: failed, image: "{image_of_it}"}}}}'
    found = swept(place, with_gke(world(OLD, services=service)))
    assert version("old") in found.names


def test_a_pod_that_starts_between_plan_and_delete_keeps_its_image(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("janitor.apply.holders.HOLDERS_LAST", timedelta(0))
    here = place(with_gke(world(OLD, OTHER), workload("Deployment", uri("@old"))))
    pods = {name: each for name, each in here.google.world.assets.items() if "/deployments/" in name}
    for name in pods:
        del here.google.world.assets[name]
    here.google.control.before(SEARCH, 2, lambda world: world.assets.update(pods))
    found = here.sweep("--apply")
    assert found.outcomes == {digest("old"): "drifted", digest("other"): "deleted"}
    assert found.code == 6


def test_a_second_reading_that_fails_keeps(place: Placing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("janitor.apply.holders.HOLDERS_LAST", timedelta(0))
    here = place(with_gke(world(OLD, OTHER)))
    here.google.control.before(SEARCH, 2, lambda world: setattr(world.projects["p"], "cloud_asset", False))
    found = here.sweep("--apply")
    assert set(found.outcomes.values()) == {"drifted"}
    assert "Cloud Asset Inventory could not be read again" in found.actions[0]["error"]


def test_within_half_an_hour_the_inventory_is_read_once(place: Placing) -> None:
    here = place(with_gke(world(OLD, OTHER)))
    found = here.sweep("--apply")
    assert set(found.outcomes.values()) == {"deleted"}
    assert [method for method, _ in here.google.calls].count(SEARCH) == 1


def test_explain_names_the_holder(place: Placing) -> None:
    here = place(with_gke(world(OLD), workload("Pod", uri("@old"))))
    here.sweep("--dry-run")
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(["explain", uri("@" + digest("old"))]) == 0
    said = " ".join(out.getvalue().split())
    assert "Pod shop/cart in cluster prod (project p), by digest" in said
    assert "assets that Cloud Asset Inventory lists in p" in said


def test_outputs_say_which_holders_were_asked_and_how_fresh_they_are(place: Placing) -> None:
    here = place(with_gke(world(OLD), workload("Pod", uri("@old"))))
    found = here.sweep("--dry-run")
    said = "or by one of 4 assets that Cloud Asset Inventory lists in project p"
    assert any(said in each for each in found.document["notices"])
    holders = found.document["holders"]
    assert (holders["read"], holders["off"], holders["assets"], holders["naming_images"]) == (["p"], [], 4, 1)
    assert holders["read_at"] == found.document["observed_at"]
    assert said in " ".join(here.sweep("--dry-run", fmt="table").out.split())
    assert "holders.read" in found.said


def test_unused_for_counts_from_the_first_reading_of_the_inventory(place: Placing, days: Days) -> None:
    """R49: what a cluster used before is not known."""
    unused = "policies:\n  - {name: stale, kind: artifact.image, when: {unused_for: 3d}}\n"
    policies = POLICIES.partition("policies:")[0] + unused
    without = policies.replace("policies:", "protect: {holders: off}\npolicies:")
    here = place(with_gke(world(OLD)))
    for _ in range(5):
        here.sweep("--dry-run", policies=without)
        days.pass_by(days=1)
    assert here.sweep("--dry-run", policies=without).names == [version("old")]
    assert here.sweep("--dry-run", policies=policies).names == []
    for _ in range(3):
        assert here.sweep("--dry-run", policies=policies).names == []
        days.pass_by(days=1)
    assert here.sweep("--dry-run", policies=policies).names == [version("old")]
