"""Cloud Asset Inventory, asked by its official client."""

from typing import Any

import pytest
from google.api_core.exceptions import (
    InvalidArgument,
    MethodNotImplemented,
    PermissionDenied,
    ResourceExhausted,
)
from google.cloud import asset_v1
from google.protobuf import field_mask_pb2, json_format

from janitor.emulator import WorldError, digest
from janitor.emulator.world import merge, parse
from tests.emulator.asking import WORLD as PLAIN
from tests.emulator.asking import Google, google, troubled

APP = "us-central1-docker.pkg.dev/shop/apps/app"
ORGANIZATION = "organizations/123"
CLUSTER = "//container.googleapis.com/projects/shop/zones/us-central1-a/clusters/prod"
WORLD = """\
operations: {delay: 0s}
organization: {id: "123", folders: {"456": {name: shops}, "789": {parent: folders/456}}}
projects:
  shop:
    number: "1001"
    parent: folders/789
    run:
      us-central1:
        services: {web: {created: 3d ago, image: "us-central1-docker.pkg.dev/shop/apps/app:live"}}
        jobs:
          nightly: {image: "us-central1-docker.pkg.dev/shop/apps/app:live", executions: [{name: nightly-a}]}
        worker_pools: {pool: {image: "us-central1-docker.pkg.dev/shop/apps/app@new"}}
    artifact_registry:
      us-central1:
        repositories:
          apps: {images: [{package: app, digest: new, tags: [live]}, {package: app, digest: old}]}
    gke:
      us-central1-a:
        prod:
          workloads:
            - kind: Pod
              namespace: shop
              name: cart
              labels: {app: cart}
              containers: [{name: main, image: "us-central1-docker.pkg.dev/shop/apps/app:live", pulled: "us-central1-docker.pkg.dev/shop/apps/app@new"}]
              init_containers: ["us-central1-docker.pkg.dev/shop/apps/init:v1"]
              ephemeral_containers: ["us-central1-docker.pkg.dev/shop/apps/debug:v1"]
            - {kind: Deployment, name: idle, replicas: 0, containers: ["us-central1-docker.pkg.dev/shop/apps/app@old"]}
            - {kind: CronJob, name: nightly, containers: ["us-central1-docker.pkg.dev/shop/apps/app@old"]}
            - {kind: PodTemplate, name: template, containers: ["us-central1-docker.pkg.dev/shop/apps/app@old"]}
      europe-west1: {eu: {status: ERROR, system_pods: false}}
    assets:
      - type: batch.googleapis.com/Job
        name: //batch.googleapis.com/projects/shop/locations/us-central1/jobs/convert
        created: 2m ago
        data: {count: 2, on: true, none: null, mail: me@example.com, imageUri: "us-central1-docker.pkg.dev/shop/apps/app@old"}
      - type: compute.googleapis.com/Instance
        name: //compute.googleapis.com/projects/shop/zones/us-central1-a/instances/box
        data: {metadata: {items: [{key: gce-container-declaration, value: "image: us-central1-docker.pkg.dev/shop/apps/app@old"}, {key: enable-oslogin, value: "TRUE"}]}}
  other: {number: "1002"}
"""


def search(asked: Google, scope: str = ORGANIZATION, *types: str, mask: str = "", size: int = 0) -> list[Any]:
    """All results as protobuf messages."""
    paths = [path for path in mask.split(",") if path]
    request = asset_v1.SearchAllResourcesRequest(
        scope=scope,
        asset_types=types,
        page_size=size,
        read_mask=field_mask_pb2.FieldMask(paths=paths) if paths else None,
    )
    return [
        asset_v1.ResourceSearchResult.pb(each)
        for page in asked.assets.search_all_resources(request).pages
        for each in page.results
    ]


def body(result: Any) -> Any:
    """The JSON of the only version of a result."""
    (version,) = result.versioned_resources
    assert version.version == "v1"
    return json_format.MessageToDict(version.resource)


def bodies(asked: Google, kind: str) -> dict[str, Any]:
    found = search(asked, ORGANIZATION, kind, mask="name,versioned_resources")
    return {each.name.rpartition("/")[2]: body(each) for each in found}


def test_a_pod_shows_every_container_and_what_was_pulled() -> None:
    with google(WORLD) as asked:
        pod = bodies(asked, "k8s.io/Pod")["cart"]
    assert [each["image"] for each in pod["spec"]["containers"]] == [f"{APP}:live"]
    assert pod["spec"]["initContainers"][0]["image"].endswith("/init:v1")
    assert pod["spec"]["ephemeralContainers"][0]["image"].endswith("/debug:v1")
    (status,) = pod["status"]["containerStatuses"]
    assert (status["name"], status["imageID"]) == ("main", f"{APP}@{digest('new')}")


def test_templates_hold_their_containers_where_kubernetes_has_them() -> None:
    old = [{"name": "container-0", "image": f"{APP}@{digest('old')}"}]
    with google(WORLD) as asked:
        deployment = bodies(asked, "apps.k8s.io/Deployment")["idle"]["spec"]
        cron = bodies(asked, "batch.k8s.io/CronJob")["nightly"]["spec"]
        template = bodies(asked, "k8s.io/PodTemplate")["template"]
    assert (deployment["replicas"], deployment["template"]["spec"]["containers"]) == (0, old)
    assert cron["jobTemplate"]["spec"]["template"]["spec"]["containers"] == old
    assert template["template"]["spec"]["containers"] == old


def test_names_have_the_zone_or_the_region_of_the_cluster() -> None:
    with google(WORLD) as asked:
        names = {each.name for each in search(asked)}
        clusters = {each.name: each.state for each in search(asked, ORGANIZATION, ".*/Cluster")}
    assert f"{CLUSTER}/k8s/namespaces/shop/pods/cart" in names
    assert f"{CLUSTER}/k8s/namespaces/default/apps/deployments/idle" in names
    assert clusters == {
        CLUSTER: "RUNNING",
        "//container.googleapis.com/projects/shop/locations/europe-west1/clusters/eu": "ERROR",
    }


def test_a_cluster_has_pods_of_its_system_unless_it_was_not_observed() -> None:
    with google(WORLD) as asked:
        system = [each.name for each in search(asked) if "/namespaces/kube-system/pods/" in each.name]
    assert system
    assert all(name.startswith(f"{CLUSTER}/") for name in system)


def test_written_assets_keep_their_json_with_digests_for_labels() -> None:
    with google(WORLD) as asked:
        job = bodies(asked, "batch.googleapis.com/Job")["convert"]
    assert job == {
        "count": 2,
        "on": True,
        "none": None,
        "mail": "me@example.com",
        "imageUri": f"{APP}@{digest('old')}",
    }


def test_the_metadata_of_an_instance_has_only_supported_fields() -> None:
    with google(WORLD) as asked:
        instance = bodies(asked, "compute.googleapis.com/Instance")["box"]
    assert instance["metadata"]["items"] == [{"key": "enable-oslogin", "value": "TRUE"}]


def test_cloud_run_is_in_the_inventory_as_knative_json() -> None:
    with google(WORLD) as asked:
        service = bodies(asked, "run.googleapis.com/Service")["web"]
        revision = bodies(asked, "run.googleapis.com/Revision")["web-00001-own"]
        job = bodies(asked, "run.googleapis.com/Job")["nightly"]
        execution = bodies(asked, "run.googleapis.com/Execution")["nightly-a"]
        pool = bodies(asked, "run.googleapis.com/WorkerPool")["pool"]
    assert (service["kind"], service["metadata"]["namespace"]) == ("Service", "1001")
    assert service["spec"]["template"]["spec"]["containers"][0]["image"] == f"{APP}:live"
    assert revision["status"]["imageDigest"] == f"{APP}@{digest('new')}"
    assert job["spec"]["template"]["spec"]["template"]["spec"]["containers"][0]["image"] == f"{APP}:live"
    assert execution["spec"]["template"]["spec"]["containers"][0]["image"] == f"{APP}:live"
    assert pool["spec"]["template"]["spec"]["containers"][0]["image"] == f"{APP}@{digest('new')}"


def test_repositories_and_docker_images_are_in_the_inventory_too() -> None:
    with google(WORLD) as asked:
        images = search(asked, ORGANIZATION, "artifactregistry.*", mask="*")
    names = sorted(each.name for each in images)
    head = "//artifactregistry.googleapis.com/projects/1001/locations/us-central1/repositories/apps"
    assert names[0] == head
    assert set(names[1:]) == {f"{head}/dockerimages/app@{digest(label)}" for label in ("old", "new")}
    uris = {body(each).get("uri") for each in images}
    assert f"{APP}@{digest('new')}" in uris


def test_a_result_says_where_it_lies_with_the_number_of_the_project() -> None:
    with google(WORLD) as asked:
        (pod,) = [each for each in search(asked, "folders/456", "k8s.io/Pod") if each.name.endswith("/cart")]
    assert (pod.project, list(pod.folders), pod.organization) == (
        "projects/1001",
        ["folders/789", "folders/456"],
        ORGANIZATION,
    )
    assert (pod.asset_type, pod.location, dict(pod.labels)) == (
        "k8s.io/Pod",
        "us-central1-a",
        {"app": "cart"},
    )


@pytest.mark.parametrize("scope", ["projects/shop", "projects/1001", "folders/789", "folders/456"])
def test_a_scope_is_a_project_by_id_or_number_a_folder_or_an_organization(scope: str) -> None:
    with google(WORLD) as asked:
        found = search(asked, scope, "cloudresourcemanager.googleapis.com/Project")
        everything = search(asked, ORGANIZATION, "cloudresourcemanager.googleapis.com/Project")
    assert [each.additional_attributes["projectId"] for each in found] == ["shop"]
    assert {each.project for each in everything} == {"projects/1001", "projects/1002"}


def test_large_fields_are_returned_only_when_they_are_asked_for() -> None:
    with google(WORLD) as asked:
        assert not any(each.versioned_resources for each in search(asked))
        masked = search(asked, mask="name,versioned_resources")
        assert all(each.versioned_resources and each.name and not each.asset_type for each in masked)
        with pytest.raises(InvalidArgument, match="nonsense"):
            search(asked, mask="nonsense")


def test_types_are_expressions_that_match_whole_types() -> None:
    with google(WORLD) as asked:
        assert {each.asset_type for each in search(asked, ORGANIZATION, ".*k8s.io.*Job", "k8s.io/Pod")} == {
            "batch.k8s.io/CronJob",
            "k8s.io/Pod",
        }
        for wrong in ("k8s.io/Po", "example.com/Thing", "(", "cloudbuild.googleapis.com/Build"):
            with pytest.raises(InvalidArgument):
                search(asked, ORGANIZATION, wrong)


def test_what_is_not_emulated_is_refused() -> None:
    with google(WORLD) as asked, pytest.raises(MethodNotImplemented):
        asked.assets.search_all_resources(scope=ORGANIZATION, query="state:RUNNING")


def test_pages_are_capped_and_hold_everything_once() -> None:
    with google(WORLD) as asked:
        whole = search(asked)
        names = [each.name for each in search(asked, size=3)]
        assert names == [each.name for each in whole]
        assert len(names) == len(set(names))
        first = next(iter(asked.assets.search_all_resources({"scope": ORGANIZATION, "page_size": 3}).pages))
        assert len(first.results) == 3
    pods = "".join(f"            - {{kind: Pod, name: p{n}, containers: [x]}}\n" for n in range(600))
    many = f"projects:\n  p:\n    gke:\n      us-central1:\n        c:\n          workloads:\n{pods}"
    with google(many) as asked:
        pages = list(asked.assets.search_all_resources({"scope": "projects/p", "page_size": 5000}).pages)
    assert [len(page.results) for page in pages] == [500, 104]


def test_the_pages_of_a_list_have_what_was_there_at_the_first_one() -> None:
    with google(WORLD) as asked:
        listing = iter(asked.assets.search_all_resources({"scope": ORGANIZATION, "page_size": 1}).pages)
        next(listing)
        asked.emulator.control.now(lambda world: world.remove(CLUSTER))
        rest = [each.name for page in listing for each in page.results]
    assert CLUSTER in rest


def test_list_assets_gives_the_resource_and_its_ancestors() -> None:
    request: dict[str, Any] = {"parent": "projects/shop", "asset_types": ["k8s.io/Pod"], "content_type": 1}
    with google(WORLD) as asked:
        listed = [asset_v1.Asset.pb(each) for each in asked.assets.list_assets({**request, "page_size": 1})]
        bare = [asset_v1.Asset.pb(each) for each in asked.assets.list_assets({**request, "content_type": 0})]
        with pytest.raises(InvalidArgument):
            asked.assets.list_assets({**request, "page_size": 1001})
    (cart,) = [each for each in listed if each.name.endswith("/cart")]
    assert list(cart.ancestors) == ["projects/1001", "folders/789", "folders/456", ORGANIZATION]
    assert json_format.MessageToDict(cart.resource.data)["kind"] == "Pod"
    assert len(listed) == len(bare) == 3
    assert not any(each.HasField("resource") for each in bare)


def test_an_asset_appears_only_after_the_delay() -> None:
    late = "cloud_asset: {delay: 5m}\n" + WORLD
    with google(late) as asked:
        names = {each.name.rpartition("/")[2] for each in search(asked)}
    assert "web" in names
    assert "convert" not in names
    with google(late.replace("delay: 5m", "delay: 1m")) as asked:
        assert "convert" in {each.name.rpartition("/")[2] for each in search(asked)}


def test_the_api_is_disabled_unless_the_world_uses_it() -> None:
    with google(PLAIN) as asked, pytest.raises(PermissionDenied) as refused:
        search(asked, "projects/shop")
    assert refused.value.reason == "SERVICE_DISABLED"
    assert refused.value.domain == "googleapis.com"
    assert refused.value.metadata["service"] == "cloudasset.googleapis.com"
    assert "Cloud Asset API has not been used in project" in refused.value.message
    with google(WORLD) as asked:
        with pytest.raises(PermissionDenied) as refused:
            search(asked, "projects/other")
        assert refused.value.metadata["consumer"] == "projects/1002"
    with google("projects: {shop: {cloud_asset: true}}\n") as asked:
        assert [each.display_name for each in search(asked, "projects/shop")] == ["shop"]


@pytest.mark.parametrize("scope", ["projects/none", "folders/1", "organizations/9", "nonsense"])
def test_an_unknown_scope_is_a_missing_permission(scope: str) -> None:
    with google(WORLD) as asked, pytest.raises(PermissionDenied) as refused:
        search(asked, scope)
    assert refused.value.reason == "IAM_PERMISSION_DENIED"


def test_troubles_know_the_scope_and_shape_the_pages() -> None:
    rules = """
        rpc: SearchAllResources, project: shop, permission_denied: true, times: 1
        rpc: SearchAllResources, omit: "*/pods/cart"
        rpc: SearchAllResources, empty_pages: true
        rpc: ListAssets, repeat: {item: "*/pods/cart"}
    """
    with google(troubled(rules, WORLD)) as asked:
        with pytest.raises(PermissionDenied):
            search(asked, "projects/shop")
        pages = list(asked.assets.search_all_resources({"scope": ORGANIZATION, "page_size": 5}).pages)
        names = [each.name for page in pages for each in page.results]
        assert [bool(page.results) for page in pages] == [False, True] * (len(pages) // 2)
        assert not any(name.endswith("/pods/cart") for name in names)
        assert len(names) == len(set(names)) > 5
        request = {"parent": "projects/shop", "asset_types": ["k8s.io/Pod"]}
        carts = [each for each in asked.assets.list_assets(request) if each.name.endswith("/cart")]
        assert len(carts) == 2
        assert ("SearchAllResources", "projects/shop") in asked.emulator.calls


def test_searches_count_for_the_caller_whatever_the_scope_is() -> None:
    with google("quota: {asset_searches: 1}\n" + WORLD) as asked:
        search(asked, "projects/shop")
        with pytest.raises(ResourceExhausted):
            search(asked)
        assert list(asked.assets.list_assets(parent=ORGANIZATION))


def test_a_test_can_add_an_asset_while_it_is_served() -> None:
    pod = "projects: {shop: {gke: {us-east1-b: {new: {workloads: [{kind: Pod, name: late, containers: [x]}]}}}}}"
    with google(WORLD) as asked:
        asked.emulator.control.now(lambda world: merge(world, pod) and None)
        assert "late" in bodies(asked, "k8s.io/Pod")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gke: {us-central1: {c: {workloads: [{kind: Pod, name: p}]}}}", "has no containers"),
        ("gke: {us-central1: {c: {workloads: [{kind: Cart, name: p}]}}}", "must be one of Pod"),
        ("gke: {us-central1: {c: {workloads: [{kind: Job, name: p, containers: [{name: x}]}]}}}", "`image`"),
        (
            "gke: {us-central1: {c: {workloads: [{kind: Job, name: p, replicas: 1, containers: [x]}]}}}",
            "has none",
        ),
        (
            "gke: {us-central1: {c: {workloads: [{kind: Job, name: p, containers: [{image: x, pulled: y}]}]}}}",
            "only a Pod",
        ),
        ("gke: {us-central1: {c: {status: FINE}}}", "must be one of PROVISIONING"),
        ("assets: [{type: example.com/Thing, name: //x, data: {}}]", "must be one of"),
        ("assets: [{type: batch.googleapis.com/Job, name: x, data: {}}]", "full resource name"),
        ("assets: [{type: batch.googleapis.com/Job, name: //x, data: [1]}]", "must be a mapping"),
        ("assets: [{type: batch.googleapis.com/Job, name: //x}]", "`data` is missing"),
    ],
)
def test_a_wrong_asset_is_refused(text: str, said: str) -> None:
    with pytest.raises(WorldError, match=said):
        parse(f"projects:\n  p:\n    {text}\n")
