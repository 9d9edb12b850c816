"""The first pass, and the content of repositories, against a server that answers as each test says."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import grpc
import httpx2
import pytest
from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2
from google.rpc.error_details_pb2 import ErrorInfo

from janitor.gcp.observer import GoogleObserver
from janitor.model.inventory import Gap, Observed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Mode, Repository
from tests.gcp.conftest import Hands
from tests.gcp.google import (
    Answer,
    Google,
    artifact_places,
    disabled,
    locations,
    paged,
    refusing,
    retry_after,
    serving,
)

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
PLACE = "projects/p/locations/us-central1"
NAME = RepositoryName("p", "us", "r")
REPOSITORY = Repository(NAME, "DOCKER", Mode.STANDARD, 0, None, None, {})
DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
DENIED, NO_METHOD = grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNIMPLEMENTED
RUN_LISTS = {
    "ListServices": Kind.SERVICE, "ListRevisions": Kind.REVISION, "ListJobs": Kind.JOB,
    "ListExecutions": Kind.EXECUTION, "ListWorkerPools": Kind.WORKER_POOL, "ListInstances": Kind.INSTANCE,
}  # fmt: skip

Skips = list[tuple[str, str, Kind, str]]


def world(**answers: Answer) -> Google:
    """A project with one location of each API, and nothing in it but what is said."""
    return Google({"ListLocations": artifact_places("us"), **answers})


async def observed(google: Google, projects: Sequence[str] = ("p",)) -> tuple[Observed, Skips]:
    skips: Skips = []
    async with serving(google) as clients:
        observer = GoogleObserver(clients, lambda *skip: skips.append(skip))
        return await observer.observe(projects, NOW), skips


async def contents(google: Google) -> tuple[Contents | Gap, Skips]:
    skips: Skips = []
    async with serving(google) as clients:
        observer = GoogleObserver(clients, lambda *skip: skips.append(skip))
        return await observer.contents(REPOSITORY), skips


def services(*shorts: str, place: str = PLACE) -> run_v2.ListServicesResponse:
    rows = [run_v2.Service(name=f"{place}/services/{short}") for short in shorts]
    return run_v2.ListServicesResponse(services=rows)


def always(reply: Any) -> Answer:
    return lambda _: reply


async def test_lists_every_kind_in_every_location_of_every_project() -> None:
    google = world()
    google.run_locations = lambda request: locations("us-central1", "asia-northeast3")
    await observed(google, ["p", "q", "p"])
    parents = {
        f"projects/{p}/locations/{place}" for p in "pq" for place in ("us-central1", "asia-northeast3")
    }
    for method, tail in [
        ("ListServices", ""), ("ListRevisions", "/services/-"), ("ListJobs", ""),
        ("ListExecutions", "/jobs/-"), ("ListWorkerPools", ""), ("ListInstances", ""),
    ]:  # fmt: skip
        asked = [request.parent for request in google.asked(method)]
        assert sorted(asked) == sorted(f"{parent}{tail}" for parent in parents)
    asked = [request.parent for request in google.asked("ListRepositories")]
    assert sorted(asked) == ["projects/p/locations/us", "projects/q/locations/us"]
    assert {request.page_size for request in google.asked("ListRepositories")} == {1000}


async def test_what_is_found_comes_sorted_with_the_time_and_the_projects() -> None:
    def repositories(request: Any) -> ar.ListRepositoriesResponse:
        rows = [
            ar.Repository(name=f"{request.parent}/repositories/{r}", format_=1, mode=1) for r in ("z", "a")
        ]
        return ar.ListRepositoriesResponse(repositories=rows)

    google = world(ListServices=paged(services("z"), services("a")), ListRepositories=repositories)
    found, _ = await observed(google)
    assert (found.observed_at, found.projects) == (NOW, ("p",))
    assert [service.name.short for service in found.workloads.of(Kind.SERVICE)] == ["a", "z"]
    assert [repository.name.repository for repository in found.repositories] == ["a", "z"]
    assert (found.gaps, found.workloads.gaps) == ((), ())


async def test_the_revisions_of_each_worker_pool_are_read_by_its_name() -> None:
    def revisions(request: Any) -> run_v2.ListRevisionsResponse:
        if "workerPools" not in request.parent:
            return run_v2.ListRevisionsResponse()
        name = f"{request.parent}/revisions/one"
        return run_v2.ListRevisionsResponse(revisions=[run_v2.Revision(name=name)])

    pools = run_v2.ListWorkerPoolsResponse(worker_pools=[run_v2.WorkerPool(name=f"{PLACE}/workerPools/w")])
    found, _ = await observed(world(ListWorkerPools=always(pools), ListRevisions=revisions))
    assert [str(each.name) for each in found.workloads.of(Kind.REVISION)] == [
        f"{PLACE}/workerPools/w/revisions/one"
    ]
    assert [pool.name.short for pool in found.workloads.of(Kind.WORKER_POOL)] == ["w"]


@pytest.mark.parametrize(("method", "kind"), RUN_LISTS.items())
async def test_a_listing_that_is_denied_is_a_gap_of_its_kind(method: str, kind: Kind) -> None:
    found, skips = await observed(world(**{method: refusing(DENIED, message="no permission")}))
    assert found.workloads.gaps == (Gap("p", "us-central1", kind, "PERMISSION_DENIED"),)
    assert skips == []


@pytest.mark.parametrize(("method", "kind"), RUN_LISTS.items())
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (refusing(DENIED, disabled()), "SERVICE_DISABLED"),
        (refusing(DENIED, ErrorInfo(reason="LOCATION_POLICY_VIOLATED")), "LOCATION_POLICY_VIOLATED"),
        (refusing(NO_METHOD), "UNIMPLEMENTED"),
    ],
)
async def test_what_is_not_there_is_no_gap_and_is_said(
    method: str, kind: Kind, answer: Answer, why: str
) -> None:
    found, skips = await observed(world(**{method: answer}))
    assert found.workloads.gaps == ()
    assert skips == [("p", "us-central1", kind, why)]


async def test_another_api_that_is_disabled_is_a_gap() -> None:
    answer = refusing(DENIED, disabled("compute.googleapis.com"), message="SERVICE_DISABLED")
    found, skips = await observed(world(ListServices=answer))
    assert [gap.kind for gap in found.workloads.gaps] == [Kind.SERVICE]
    assert skips == []


async def test_a_listing_that_fails_half_way_is_a_gap_and_nothing_of_it_is_taken_for_all(
    hands: Hands,
) -> None:
    first = paged(services("a"), services("b"))

    def answer(request: Any) -> Any:
        return refusing(grpc.StatusCode.UNAVAILABLE)(request) if request.page_token else first(request)

    found, _ = await observed(world(ListServices=answer))
    assert [(gap.kind, gap.cause) for gap in found.workloads.gaps] == [(Kind.SERVICE, "UNAVAILABLE")]
    assert found.workloads.of(Kind.SERVICE) == ()
    assert hands.slept


async def test_a_page_that_repeats_is_a_gap() -> None:
    def again(_: Any) -> run_v2.ListJobsResponse:
        return run_v2.ListJobsResponse(next_page_token="again")

    found, _ = await observed(world(ListJobs=again))
    assert [gap.kind for gap in found.workloads.gaps] == [Kind.JOB]


async def test_a_storm_of_429_leaves_no_gap(hands: Hands) -> None:
    stormy = iter([True] * 4)

    def answer(_: Any) -> Any:
        if next(stormy, False):
            refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after(7))(_)
        return services("a")

    found, _ = await observed(world(ListServices=answer))
    assert [service.name.short for service in found.workloads.of(Kind.SERVICE)] == ["a"]
    assert found.workloads.gaps == ()
    assert min(hands.slept) >= 7


async def test_a_region_that_google_could_not_reach_is_a_gap() -> None:
    page = services("a")
    page.unreachable.append("projects/p/locations/asia-east1")
    found, _ = await observed(world(ListServices=always(page)))
    (gap,) = found.workloads.gaps
    assert (gap.location, gap.kind) == ("us-central1", Kind.SERVICE)
    assert "asia-east1" in gap.cause
    assert len(found.workloads.of(Kind.SERVICE)) == 1


async def test_a_name_that_cannot_be_read_is_a_gap() -> None:
    page = run_v2.ListServicesResponse(services=[run_v2.Service(name="web")])
    found, _ = await observed(world(ListServices=always(page)))
    assert [gap.kind for gap in found.workloads.gaps] == [Kind.SERVICE]


async def test_locations_that_cannot_be_listed_are_a_gap_of_the_whole_project() -> None:
    google = world(ListLocations=refusing(DENIED))
    google.run_locations = lambda _: httpx2.Response(403, json={"error": {"message": "no"}})
    found, skips = await observed(google)
    assert [(gap.location, gap.kind) for gap in found.workloads.gaps] == [("-", Kind.RUN_LOCATION)]
    assert [(gap.location, gap.kind) for gap in found.gaps] == [("-", Kind.ARTIFACT_LOCATION)]
    assert skips == []


async def test_a_project_that_uses_neither_api_has_nothing_and_no_gap() -> None:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com", "metadata": {"service": "run.googleapis.com", "consumer": "projects/p"},
    }  # fmt: skip
    google = world(ListLocations=refusing(DENIED, disabled("artifactregistry.googleapis.com")))
    google.run_locations = lambda _: httpx2.Response(403, json={"error": {"details": [info]}})
    found, skips = await observed(google)
    assert (found.workloads.gaps, found.gaps) == ((), ())
    assert sorted(skips) == [
        ("p", "-", Kind.ARTIFACT_LOCATION, "SERVICE_DISABLED"),
        ("p", "-", Kind.RUN_LOCATION, "SERVICE_DISABLED"),
    ]


async def test_repositories_that_cannot_be_listed_are_a_gap_of_their_location() -> None:
    found, _ = await observed(world(ListRepositories=refusing(DENIED)))
    assert found.gaps == (Gap("p", "us", Kind.REPOSITORY, "PERMISSION_DENIED"),)


async def test_the_locations_of_both_apis_are_known_afterwards() -> None:
    async with serving(world()) as clients:
        observer = GoogleObserver(clients, lambda *_: None)
        await observer.observe(["p"], NOW)
        assert observer.locations == {"us", "us-central1"}


def images(*labels: str) -> ar.ListDockerImagesResponse:
    rows = [ar.DockerImage(name=f"{NAME}/dockerImages/app@sha256:{label * 64}") for label in labels]
    return ar.ListDockerImagesResponse(docker_images=rows)


async def test_the_content_of_a_repository_is_every_page_with_its_attachments() -> None:
    attachment = ar.Attachment(
        target=NAME.version("app", DIGEST), oci_version_name=NAME.version("app", OTHER)
    )
    google = Google(
        {
            "ListDockerImages": paged(images("a"), images("b")),
            "ListAttachments": always(ar.ListAttachmentsResponse(attachments=[attachment])),
        }
    )
    found, _ = await contents(google)
    assert isinstance(found, Contents)
    assert [image.digest for image in found.images] == [DIGEST, OTHER]
    assert found.subjects == {("app", OTHER): (DIGEST,)}
    assert {(r.parent, r.page_size) for r in google.asked("ListDockerImages")} == {(str(NAME), 1000)}


async def test_where_attachments_are_not_implemented_there_are_none() -> None:
    google = Google({"ListDockerImages": always(images("a")), "ListAttachments": refusing(NO_METHOD)})
    found, skips = await contents(google)
    assert isinstance(found, Contents)
    assert found.subjects == {}
    assert skips == [("p", "us", Kind.ATTACHMENT, "UNIMPLEMENTED")]


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"ListDockerImages": refusing(DENIED)}, Kind.IMAGE),
        ({"ListDockerImages": refusing(NO_METHOD)}, Kind.IMAGE),
        ({"ListAttachments": refusing(DENIED)}, Kind.ATTACHMENT),
        ({"ListDockerImages": always(ar.ListDockerImagesResponse(next_page_token="again"))}, Kind.IMAGE),
        (
            {
                "ListDockerImages": always(
                    ar.ListDockerImagesResponse(docker_images=[ar.DockerImage(name="x")])
                )
            },
            Kind.IMAGE,
        ),
    ],
)
async def test_a_repository_of_which_anything_is_unseen_is_a_gap(
    answers: dict[str, Answer], kind: Kind
) -> None:
    found, skips = await contents(Google(answers))
    assert isinstance(found, Gap)
    assert (found.project, found.location, found.repository, found.kind) == ("p", "us", "r", kind)
    assert skips == []


async def test_tells_how_many_locations_are_read_of_how_many() -> None:
    told: list[tuple[int, int]] = []
    async with serving(world()) as clients:
        observer = GoogleObserver(clients, lambda *_: None, lambda read, named: told.append((read, named)))
        await observer.observe(("p",), NOW)
        first_pass = len(told)
        await observer.workloads(("p",))
    assert told[-1] == (2, 2)  # one location of each API
    assert len(told) == first_pass, "a look before a delete is not the first pass"
