"""Reading Cloud Asset Inventory: every page, every text of every asset, and why it was not read (R51)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import GoogleAPICallError
from google.cloud import asset_v1
from google.cloud.artifactregistry_v1 import ListRepositoriesResponse
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.error_details_pb2 import ErrorInfo

from janitor.gcp.assets import AssetInventory
from janitor.gcp.failures import inventory_refusal
from janitor.gcp.observer import GoogleObserver
from janitor.gcp.quotas import Metric
from janitor.gcp.reader import GoogleReader
from janitor.model.holders import (
    CLUSTER,
    NOT_ASKED,
    ClusterName,
    Holders,
    InventoryRefusal,
    InventoryScope,
    UnreadInventory,
    asset_types,
)
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.policy.deciding.projects import SweptProjects
from tests.gcp.conftest import Hands
from tests.gcp.google import Answer, Google, artifact_places, disabled, paged, refusing, retry_after, serving
from tests.making import digest, uri

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
PROD = "//container.googleapis.com/projects/p/zones/us-central1-a/clusters/prod"
POD, JOB = "k8s.io/Pod", "batch.googleapis.com/Job"
DENIED = grpc.StatusCode.PERMISSION_DENIED
ASSETS = "cloudasset.googleapis.com"


def asset(name: str, kind: str = JOB, data: Any = None, **facts: Any) -> Any:
    """One result; `data` is its JSON, None for an asset without content."""
    found = asset_v1.ResourceSearchResult.pb()(name=name, asset_type=kind, **facts)
    if data is not None:
        found.versioned_resources.add(version="v1").resource.CopyFrom(struct(data))
    return found


def struct(data: dict[str, Any]) -> Struct:
    made = Struct()
    made.update(data)
    return made


def page(*assets: Any) -> Any:
    return asset_v1.SearchAllResourcesResponse.pb()(results=assets)


def pod(name: str, namespace: str = "shop", cluster: str = PROD, **facts: Any) -> Any:
    return asset(f"{cluster}/k8s/namespaces/{namespace}/pods/{name}", POD, **({"data": {"spec": {}}} | facts))


def at(days: float) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(NOW - timedelta(days=days))
    return made


async def read(answer: Answer, projects: Sequence[str] = ("p",)) -> Holders:
    async with serving(Google({"SearchAllResources": answer})) as clients:
        return await AssetInventory(clients).holders(projects, NOW)


async def test_what_is_asked_for_is_listed_with_its_content_and_never_what_names_every_image() -> None:
    google = Google()
    async with serving(google) as clients:
        found = await AssetInventory(clients).holders(("p", "q"), NOW)
    asked = google.asked("SearchAllResources")
    assert {each.scope for each in asked} == {"projects/p", "projects/q"}
    for each in asked:
        assert tuple(each.asset_types) == asset_types(read_directly=True)
        assert {
            "name",
            "asset_type",
            "project",
            "state",
            "create_time",
            "update_time",
            "versioned_resources",
        } == set(each.read_mask.paths)
        assert each.page_size == 500
    assert (found.read, found.refused, found.read_at, found.assets) == (("p", "q"), (), NOW, 0)


async def test_every_text_counts_however_deep_it_stands() -> None:
    data = {
        "spec": {
            "containers": [{"image": uri("a")}],
            "initContainers": [{"image": uri("b")}],
            "ephemeralContainers": [{"image": uri("c")}],
        },
        "lists": [["x", [uri("d")]], {"deep": {"deeper": [{"text": f"run {uri(':v1')} now"}]}}],
        uri(":key"): 1.5,
        "none": None,
        "flag": True,
    }
    (found,) = (await read(paged(page(asset("//batch/j", data=data))))).found
    named = {each.digest or each.tag for each in found.images.references}
    assert named == {digest("a"), digest("b"), digest("c"), digest("d"), "v1", "key"}


async def test_all_versions_of_the_content_count() -> None:
    both = asset("//batch/j", data={"a": uri("a")})
    both.versioned_resources.add(version="v2").resource.CopyFrom(struct({"b": uri("b")}))
    (found,) = (await read(paged(page(both)))).found
    assert {each.digest for each in found.images.references} == {digest("a"), digest("b")}


async def test_only_assets_that_name_images_are_held_and_all_are_counted() -> None:
    found = await read(
        paged(
            page(
                asset("//j/1", data={"x": "nothing"}),
                asset("//j/2", data={"x": digest("a")}),
                asset("//j/3", data={"x": uri(":$TAG")}),
                asset("//other", "storage.googleapis.com/Bucket", {"x": uri("a")}),
            )
        )
    )
    assert [each.name for each in found.found] == ["//j/2", "//j/3"]
    assert found.assets == 4


async def test_every_page_is_read_and_a_page_that_fails_makes_the_project_refused(hands: Hands) -> None:
    pages = [page(asset(f"//j/{number}", data={"x": uri("a")})) for number in range(3)]
    found = await read(paged(*pages))
    assert [each.name for each in found.found] == ["//j/0", "//j/1", "//j/2"]

    def last_fails(request: Any) -> Any:
        return refusing(DENIED)(request) if request.page_token == "2" else paged(*pages)(request)

    found = await read(last_fails)
    assert (found.read, [each.name for each in found.found]) == ((), ["//j/0", "//j/1"])
    # the first pages were answered, so it is no missing permission
    assert found.refused == (UnreadInventory("p", InventoryRefusal.FAILED, "PERMISSION_DENIED"),)


async def test_pages_without_assets_are_no_end() -> None:
    found = await read(paged(page(), page(asset("//j", data={"x": uri("a")})), page()))
    assert len(found.found) == 1


async def test_an_asset_without_content_is_told_of_each_project() -> None:
    found = await read(paged(page(pod("a", data=None), pod("b", data={}))))
    assert found.empty == tuple(("p", f"{PROD}/k8s/namespaces/shop/pods/{each}") for each in "ab")


async def test_an_asset_that_comes_twice_is_united_and_counts_once() -> None:
    """R28: what either row names, as of the earlier time."""
    heard: list[object] = []
    rows = [
        asset("//j", data={"x": uri("a")}, create_time=at(1), update_time=at(1)),
        asset("//j", data={"x": uri("b")}, create_time=at(3), update_time=at(2)),
    ]
    for order in (rows, rows[::-1]):
        async with serving(Google({"SearchAllResources": paged(*map(page, order))})) as clients:
            inventory = AssetInventory(clients, on_repeated=lambda *said: heard.append(said))
            found = await inventory.holders(("p",), NOW)
        (one,) = found.found
        assert {each.digest for each in one.images.references} == {digest("a"), digest("b")}
        assert (one.create_time, one.update_time) == (NOW - timedelta(days=3), NOW - timedelta(days=2))
        assert found.assets == 1
    assert heard == [("p", "-", Kind.HOLDER, ["//j"])] * 2


async def test_of_two_rows_with_and_without_a_time_the_time_is_not_known() -> None:
    rows = [asset("//j", data={"x": uri("a")}, create_time=at(1)), asset("//j", data={"x": uri("a")})]
    (found,) = (await read(paged(page(*rows)))).found
    assert found.create_time is None


@pytest.mark.parametrize("seconds", [0, -5, 253402300800])
async def test_a_time_that_cannot_be_is_not_known(seconds: int) -> None:
    row = asset("//j", data={"x": uri("a")}, create_time=Timestamp(seconds=seconds))
    (found,) = (await read(paged(page(row)))).found
    assert (found.create_time, found.update_time) == (None, None)


async def test_clusters_are_known_with_their_state_and_those_of_which_a_pod_of_their_own_came() -> None:
    other = PROD.replace("zones/us-central1-a", "locations/europe-west1").replace("prod", "eu")
    numbered = other.replace("projects/p/", "projects/1001/")
    found = await read(
        paged(
            page(
                asset(PROD, CLUSTER, state="RUNNING"),
                asset(other, CLUSTER, state="ERROR"),
                pod("agent", "kube-system", numbered),
                pod("cart"),
                pod("kube-system"),
            )
        )
    )
    assert found.clusters == (
        (ClusterName("p", "europe-west1", "eu"), "ERROR"),
        (ClusterName("p", "us-central1-a", "prod"), "RUNNING"),
    )
    assert found.observed == {ClusterName("p", "europe-west1", "eu")}
    assert found.empty == ()


async def test_a_cluster_whose_name_cannot_be_read_was_not_observed() -> None:
    assert (await read(paged(page(asset("//container.googleapis.com/odd", CLUSTER))))).empty == (
        ("p", "//container.googleapis.com/odd"),
    )


@pytest.mark.parametrize(
    ("code", "details", "refusal"),
    [
        (DENIED, [disabled(ASSETS)], InventoryRefusal.API_DISABLED),
        (DENIED, [disabled(ASSETS, "projects/1001")], InventoryRefusal.API_DISABLED),
        (DENIED, [disabled(ASSETS, "projects/other")], InventoryRefusal.API_DISABLED),
        (DENIED, [disabled(ASSETS, "projects/764086051850")], InventoryRefusal.FAILED),
        (DENIED, [disabled("run.googleapis.com")], InventoryRefusal.FAILED),
        (DENIED, [], InventoryRefusal.NO_PERMISSION),
        (DENIED, [ErrorInfo(reason="IAM_PERMISSION_DENIED", domain=ASSETS)], InventoryRefusal.NO_PERMISSION),
        (DENIED, [ErrorInfo(reason="SECURITY_POLICY_VIOLATED", domain=ASSETS)], InventoryRefusal.FAILED),
        (DENIED, [ErrorInfo(reason="BILLING_DISABLED", domain="googleapis.com")], InventoryRefusal.FAILED),
        (grpc.StatusCode.UNAUTHENTICATED, [], InventoryRefusal.FAILED),
        (grpc.StatusCode.INVALID_ARGUMENT, [], InventoryRefusal.FAILED),
        (grpc.StatusCode.UNIMPLEMENTED, [], InventoryRefusal.FAILED),
        (grpc.StatusCode.NOT_FOUND, [], InventoryRefusal.FAILED),
        (grpc.StatusCode.UNAVAILABLE, [], InventoryRefusal.FAILED),
    ],
)
async def test_a_refusal_is_told_by_its_code_and_its_reason_alone(
    hands: Hands, code: grpc.StatusCode, details: list[ErrorInfo], refusal: InventoryRefusal
) -> None:
    text = "SERVICE_DISABLED: permission cloudasset.assets.searchAllResources denied"
    async with serving(Google({"SearchAllResources": refusing(code, *details, message=text)})) as clients:
        found = await AssetInventory(replace(clients, is_emulator=False)).holders(("p",), NOW)
    (refused,) = found.refused
    assert (refused.project, refused.refusal) == ("p", refusal)
    assert refused.cause.startswith(code.name)
    assert found.read == ()


@pytest.mark.parametrize("code", [grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNKNOWN])
async def test_an_emulator_without_the_inventory_has_it_disabled(code: grpc.StatusCode) -> None:
    """Who emulates Google for janitor serves what docs/emulator.md names, and this API is not among it."""
    found = await read(refusing(code))
    assert [each.refusal for each in found.refused] == [InventoryRefusal.API_DISABLED]


def test_an_error_that_no_server_answered_with_is_a_failure() -> None:
    assert inventory_refusal(ValueError("x")) is InventoryRefusal.FAILED
    assert inventory_refusal(GoogleAPICallError("x")) is InventoryRefusal.FAILED  # type: ignore[no-untyped-call]


async def test_one_project_that_refuses_leaves_the_others() -> None:
    def answer(request: Any) -> Any:
        if request.scope == "projects/q":
            return refusing(DENIED)(request)
        return page(asset("//j", data={"x": uri("a")}))

    found = await read(answer, ("p", "q"))
    assert (found.read, [each.project for each in found.refused]) == (("p",), ["q"])
    assert [each.project for each in found.found] == ["p"]


async def test_searches_of_all_projects_share_one_pace_and_a_429_slows_it(hands: Hands) -> None:
    answers = iter([refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after(1))])

    def answer(request: Any) -> Any:
        return next(answers, lambda _: page())(request)

    async with serving(Google({"SearchAllResources": answer})) as clients:
        found = await AssetInventory(clients).holders(("p", "q"), NOW)
        pace = clients.paces.of(Metric.ASSET_SEARCHES, "-", "-")
        assert pace.refusals == 1
        assert pace.allowed < Metric.ASSET_SEARCHES.value.per_minute
    assert found.read == ("p", "q")


async def test_the_first_pass_and_the_reading_before_a_delete_ask_it_where_they_are_told_to() -> None:
    google = Google({"SearchAllResources": paged(page(asset("//j", data={"x": uri("a")})))})
    async with serving(google) as clients:
        asking = GoogleObserver(clients, lambda *_: None, inventory=InventoryScope())
        assert len((await asking.observe(("p",), NOW)).holders.found) == 1
        assert len((await GoogleReader(asking, ("p",)).holders(NOW)).found) == 1
        silent = GoogleObserver(clients, lambda *_: None)
        assert (await silent.observe(("p",), NOW)).holders is NOT_ASKED
        assert await GoogleReader(silent, ("p",)).holders(NOW) is NOT_ASKED
    assert len(google.asked("SearchAllResources")) == 2


async def test_searches_that_wait_for_their_quota_hold_up_no_other_read() -> None:
    """Their quota is seven a second, and 64 reads of all APIs are under way at a time."""
    projects = [f"p{number}" for number in range(70)]
    left, all_read = set(projects), asyncio.Event()

    async def search(_: Any) -> Any:
        await all_read.wait()
        return page()

    def repositories(request: Any) -> Any:
        left.discard(request.parent.split("/")[1])
        if not left:
            all_read.set()
        return ListRepositoriesResponse()

    answers = {
        "SearchAllResources": search,
        "ListLocations": artifact_places("us-central1"),
        "ListRepositories": repositories,
    }
    async with serving(Google(answers)) as clients, asyncio.timeout(30):
        observer = GoogleObserver(clients, lambda *_: None, inventory=InventoryScope())
        assert (await observer.observe(projects, NOW)).holders.read == tuple(projects)


async def test_the_reading_before_a_delete_asks_for_the_projects_of_then_and_refuses_what_is_unknown() -> (
    None
):
    async def again() -> SweptProjects:
        return SweptProjects((), ("p", "q"), (Gap("hidden", "-", Kind.PROJECT, "not shown"),))

    async with serving(Google()) as clients:
        observer = GoogleObserver(clients, lambda *_: None, inventory=InventoryScope())
        found = await GoogleReader(observer, ("p",), again).holders(NOW)
    assert found.read == ("p", "q")
    assert found.refused == (UnreadInventory("hidden", InventoryRefusal.FAILED, "not shown"),)


ROOT = InventoryScope(
    ("organizations/9",),
    frozenset({"p", "q"}),
    frozenset({"p", "q", "changed"}),
    {"11": "p", "12": "q", "13": "vault", "14": "moved", "15": "changed"},
    ("vault",),
)


def numbered(number: str, name: str, kind: str = JOB, data: Any = None, **facts: Any) -> Any:
    return asset(name, kind, data, project=f"projects/{number}", **facts)


async def read_in(
    scope: InventoryScope, answer: Answer, projects: Sequence[str]
) -> tuple[Holders, list[Any]]:
    google = Google({"SearchAllResources": answer})
    async with serving(google) as clients:
        found = await AssetInventory(clients, scope).holders(projects, NOW)
    return found, google.asked("SearchAllResources")


def by_scope(**answers: Answer) -> Answer:
    """An answer by the scope that is searched: `organizations_9`, `projects_p`; nothing is listed of others."""

    def answer(request: Any) -> Any:
        return answers.get(request.scope.replace("/", "_"), lambda _: page())(request)

    return answer


def of_types(*assets: Any) -> Answer:
    """A page with those of the assets that are asked for."""
    return lambda request: page(*(each for each in assets if each.asset_type in request.asset_types))


async def test_an_organization_is_searched_as_a_whole_and_only_projects_elsewhere_by_themselves() -> None:
    kept = numbered("12", "//j", data={"x": uri("a")})
    answer = by_scope(
        organizations_9=of_types(kept), projects_far=of_types(asset("//k", data={"x": uri("b")}))
    )
    found, asked = await read_in(ROOT, answer, ("p", "q", "far"))
    assert sorted((each.name, each.project) for each in found.found) == [("//j", "q"), ("//k", "far")]
    assert (found.read, found.refused, found.assets) == (("p", "q", "far"), (), 2)
    scopes = [each.scope for each in asked]
    assert sorted(set(scopes)) == ["organizations/9", "projects/far", "projects/vault"]
    types = [name for each in asked if each.scope == "organizations/9" for name in each.asset_types]
    assert sorted(types) == sorted(asset_types(read_directly=True))


async def test_a_cluster_and_its_pods_are_found_in_different_listings_of_a_root() -> None:
    cluster = numbered("11", PROD.replace("/p/", "/11/"), CLUSTER, {"x": "y"}, state="RUNNING")
    own = numbered(
        "11",
        f"{PROD}/k8s/namespaces/kube-system/pods/dns",
        POD,
        {"spec": {"containers": [{"image": uri("a")}]}},
    )
    found, _ = await read_in(ROOT, by_scope(organizations_9=of_types(cluster, own)), ("p", "q"))
    name = ClusterName("p", "us-central1-a", "prod")
    assert (found.clusters, found.observed) == (((name, "RUNNING"),), {name})


@pytest.mark.parametrize(
    "refused", [refusing(DENIED, disabled(ASSETS)), refusing(DENIED), refusing(grpc.StatusCode.ABORTED)]
)
async def test_an_organization_that_cannot_be_searched_is_read_project_by_project(refused: Answer) -> None:
    holder = asset("//j", data={"x": uri("a")})
    answer = by_scope(organizations_9=refused, projects_p=of_types(holder), projects_q=refusing(DENIED))
    found, asked = await read_in(ROOT, answer, ("p", "q"))
    assert [(each.name, each.project) for each in found.found] == [("//j", "p")]
    assert (found.read, [each.project for each in found.refused]) == (("p",), ["q"])
    assert {each.scope for each in asked} == {"organizations/9", "projects/p", "projects/q", "projects/vault"}


async def test_what_was_listed_of_a_root_before_it_failed_counts_too() -> None:
    whole = of_types(numbered("11", "//j", data={"x": uri("a")}))

    def partly(request: Any) -> Any:
        return refusing(DENIED)(request) if POD in request.asset_types else whole(request)

    found, asked = await read_in(ROOT, by_scope(organizations_9=partly), ("p", "q"))
    assert [each.name for each in found.found] == ["//j"]
    assert (found.read, found.refused) == (("p", "q"), ())
    assert "projects/p" in {each.scope for each in asked}


async def test_a_project_made_since_the_scope_was_read_is_asked_by_itself() -> None:
    found, asked = await read_in(ROOT, by_scope(), ("p", "q", "new"))
    assert found.read == ("p", "q", "new")
    assert "projects/new" in {each.scope for each in asked}


async def test_a_project_that_the_root_does_not_contain_for_long_is_asked_by_itself() -> None:
    """Its assets may still be listed elsewhere."""
    found, asked = await read_in(
        ROOT, by_scope(projects_moved=of_types(asset("//j", data={"x": uri("a")}))), ("p", "moved")
    )
    assert [(each.name, each.project) for each in found.found] == [("//j", "moved")]
    assert "projects/moved" in {each.scope for each in asked}


OFF, LOST, FAILED = InventoryRefusal.API_DISABLED, InventoryRefusal.NO_PERMISSION, InventoryRefusal.FAILED
REFUSALS = {
    OFF: refusing(DENIED, disabled(ASSETS)),
    LOST: refusing(DENIED),
    FAILED: refusing(grpc.StatusCode.ABORTED),
}


@pytest.mark.parametrize(
    ("root", "own", "said"),
    [
        (OFF, OFF, OFF),
        (OFF, LOST, LOST),
        (LOST, OFF, LOST),
        (LOST, LOST, LOST),
        (FAILED, OFF, FAILED),
        (OFF, FAILED, FAILED),
    ],
)
async def test_a_project_below_a_root_is_at_least_as_refused_as_the_root(
    root: InventoryRefusal, own: InventoryRefusal, said: InventoryRefusal
) -> None:
    """What the root said of it before is missed."""
    answer = by_scope(organizations_9=REFUSALS[root], projects_q=REFUSALS[own], projects_far=REFUSALS[own])
    found, _ = await read_in(ROOT, answer, ("p", "q", "far"))
    assert {each.project: each.refusal for each in found.refused} == {"q": said, "far": own}


async def test_a_project_that_was_changed_today_is_told_by_the_root_where_only_its_own_api_is_disabled() -> (
    None
):
    answer = by_scope(projects_changed=REFUSALS[OFF], projects_moved=REFUSALS[OFF])
    found, _ = await read_in(ROOT, answer, ("p", "changed", "moved"))
    assert (found.read, [each.project for each in found.refused]) == (("p", "changed"), ["moved"])
    found, _ = await read_in(ROOT, by_scope(projects_changed=REFUSALS[LOST]), ("p", "changed"))
    assert [each.project for each in found.refused] == ["changed"]


async def test_a_project_that_is_known_to_neither_is_called_as_names_of_assets_call_it() -> None:
    cluster = numbered("99", PROD.replace("/p/", "/gone/"), CLUSTER, {"x": "y"}, state="RUNNING")
    found, _ = await read_in(ROOT, by_scope(organizations_9=of_types(cluster)), ("p",))
    assert [name.project for name, _ in found.clusters] == ["gone"]


async def test_projects_that_are_not_read_are_asked_for_all_types_and_miss_nothing() -> None:
    cluster = numbered("13", PROD.replace("/p/", "/vault/"), CLUSTER, {"x": "y"}, state="RUNNING")
    empty = asset("//batch.googleapis.com/empty")
    run = asset("//run.googleapis.com/s", "run.googleapis.com/Service", {"image": uri("a")})
    below = numbered("13", "//batch.googleapis.com/j", data={"x": uri("b")})
    answer = by_scope(projects_vault=of_types(cluster, empty, run), organizations_9=of_types(cluster, below))
    found, _ = await read_in(ROOT, answer, ("p", "q"))
    assert {(each.name, each.project) for each in found.found} == {(run.name, "vault"), (below.name, "vault")}
    assert (found.unread, found.read) == (("vault",), ("p", "q"))
    assert (found.clusters, found.empty, found.refused) == ((), (), ())


async def test_a_refusal_of_a_project_that_is_not_read_hides_nothing_that_was_known() -> None:
    found, _ = await read_in(ROOT, by_scope(projects_vault=refusing(DENIED)), ("p", "q"))
    assert (found.unread, found.refused, found.read) == ((), (), ("p", "q"))


async def test_a_project_that_is_not_read_may_be_given_by_its_number() -> None:
    cluster = numbered("13", PROD.replace("/p/", "/vault/"), CLUSTER, {"x": "y"}, state="RUNNING")
    scope = replace(ROOT, unread=("13",))
    found, _ = await read_in(scope, by_scope(organizations_9=of_types(cluster)), ("p", "q"))
    assert (found.unread, found.clusters) == (("13",), ())
