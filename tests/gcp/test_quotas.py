"""Which quota counts which call, and who hears of a 429 (R53)."""

import asyncio
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import NotFound, ResourceExhausted
from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2
from google.longrunning.operations_pb2 import Operation
from google.rpc.error_details_pb2 import ErrorInfo

from janitor.apply.ports import PushedBackError
from janitor.gcp.channels import Clients
from janitor.gcp.deletes import GoogleDeleter
from janitor.gcp.operations import GoogleOperations
from janitor.gcp.quotas import Metric, Paces
from janitor.model.kinds import Kind
from tests.gcp.google import Google, refusing, retry_after, serving
from tests.making import REPOSITORY, digest, name_of

SERVICE = str(name_of("services", "web"))
VERSION = REPOSITORY.version("app", digest("a"))
WHERE = ("p", "us-central1")
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED


def deleter(clients: Clients) -> GoogleDeleter:
    return GoogleDeleter(clients, GoogleOperations(clients.services, clients.artifacts))


def silent(clients: Clients) -> set[Metric]:
    """The quotas of which nothing is sent now."""
    return {metric for metric in Metric if clients.paces.of(metric, *WHERE).is_silent}


def used_up(metric: str = "") -> Any:
    info = ErrorInfo(reason="RATE_LIMIT_EXCEEDED", domain="googleapis.com", metadata={"quota_metric": metric})
    return refusing(EXHAUSTED, retry_after(3600), info)


@pytest.mark.parametrize(
    ("metric", "heard"),
    [
        ("artifactregistry.googleapis.com/delete_requests", Metric.ARTIFACT_DELETES),
        ("artifactregistry.googleapis.com/requests", Metric.ARTIFACT_REQUESTS),
        ("", Metric.ARTIFACT_DELETES),
    ],
)
async def test_a_refused_delete_of_an_artifact_slows_the_quota_that_its_error_names(
    metric: str, heard: Metric
) -> None:
    async with serving(Google({"DeleteVersion": used_up(metric)})) as clients:
        with pytest.raises(PushedBackError):
            await deleter(clients).delete(Kind.VERSION, VERSION)
        assert silent(clients) == {heard}


async def test_a_refused_delete_of_cloud_run_slows_its_writes_and_a_refused_read_its_reads() -> None:
    google = Google({"DeleteService": used_up(), "GetService": used_up()})
    async with serving(google) as clients:
        with pytest.raises(PushedBackError):
            await deleter(clients).delete(Kind.SERVICE, SERVICE)
        assert silent(clients) == {Metric.RUN_WRITES}
        with pytest.raises(ResourceExhausted):
            await clients.services.get_service(request=run_v2.GetServiceRequest(name=SERVICE), retry=None)
        assert silent(clients) == {Metric.RUN_WRITES, Metric.RUN_READS}


async def test_a_refused_read_of_artifacts_slows_all_requests_but_not_those_of_another_region() -> None:
    async with serving(Google({"GetRepository": used_up()})) as clients:
        with pytest.raises(ResourceExhausted):
            await clients.artifacts.get_repository(
                request=ar.GetRepositoryRequest(name=str(REPOSITORY)), retry=None
            )
        assert silent(clients) == {Metric.ARTIFACT_REQUESTS}
        assert not clients.paces.of(Metric.ARTIFACT_REQUESTS, "p", "europe-west1").is_silent
        assert not clients.paces.of(Metric.ARTIFACT_REQUESTS, "q", "us-central1").is_silent


async def test_while_requests_of_artifact_registry_are_used_up_reads_wait_and_deletes_are_not_sent() -> None:
    """A delete never waits between the read of its resource and its call (R18, R21): it takes another turn."""
    google = Google(
        {"DeleteVersion": lambda _: Operation(name="projects/p/locations/us-central1/operations/1")}
    )
    async with serving(google) as clients:
        pace = clients.paces.of(Metric.ARTIFACT_REQUESTS, *WHERE)
        pace.refused(pace.clock(), 3600)
        read = clients.artifacts.get_version(request=ar.GetVersionRequest(name=VERSION), retry=None)
        with pytest.raises(PushedBackError):
            await deleter(clients).delete(Kind.VERSION, VERSION)
        waiting = asyncio.ensure_future(read)
        await asyncio.wait([waiting], timeout=0.2)
        assert (google.asked("GetVersion"), google.asked("DeleteVersion")) == ([], [])
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_change_is_sent_at_once_whatever_the_pace_is() -> None:
    """The tag of an image that is put back does not wait for a silence (R18)."""
    google = Google({"CreateTag": lambda request: request.tag})
    async with serving(google) as clients:
        pace = clients.paces.of(Metric.ARTIFACT_REQUESTS, *WHERE)
        pace.refused(pace.clock(), 3600)
        async with asyncio.timeout(5):
            await deleter(clients).create_tag(REPOSITORY, "app", "v1", digest("a"))
        assert len(google.asked("CreateTag")) == 1
        assert (pace._in_minute, pace._unanswered) == (1, 0)


async def test_calls_that_were_answered_count_and_none_stays_without_an_answer() -> None:
    google = Google({"GetVersion": refusing(grpc.StatusCode.NOT_FOUND), "GetPackage": used_up()})
    async with serving(google) as clients:
        pace = clients.paces.of(Metric.ARTIFACT_REQUESTS, *WHERE)
        await clients.artifacts.get_repository(request=ar.GetRepositoryRequest(name=str(REPOSITORY)))
        with pytest.raises(NotFound):
            await clients.artifacts.get_version(request=ar.GetVersionRequest(name=VERSION), retry=None)
        package = ar.GetPackageRequest(name=REPOSITORY.package("app"))
        with pytest.raises(ResourceExhausted):
            await clients.artifacts.get_package(request=package, retry=None)
        assert (pace._in_minute, pace._unanswered) == (2, 0)


async def test_an_update_of_a_service_counts_where_the_service_is() -> None:
    async with serving(Google({"UpdateService": used_up()})) as clients:
        request = run_v2.UpdateServiceRequest(service=run_v2.Service(name=SERVICE))
        with pytest.raises(ResourceExhausted):
            await clients.services.update_service(request=request, retry=None)
        assert silent(clients) == {Metric.RUN_WRITES}


async def test_a_turn_of_deletes_counts_for_the_quota_of_its_kind_project_and_region() -> None:
    paces = Paces()
    for kind, name in ((Kind.SERVICE, SERVICE), (Kind.IMAGE, VERSION)):
        turn = await paces.take(kind, name, 3)
        assert turn is not None
        turn.answered(2)
        turn.close()
    counted = {metric: paces.of(metric, *WHERE)._in_minute for metric in Metric}
    assert counted == {
        Metric.RUN_WRITES: 2, Metric.ARTIFACT_DELETES: 2, Metric.RUN_READS: 0, Metric.ARTIFACT_REQUESTS: 0,
        Metric.ASSET_SEARCHES: 0,
    }  # fmt: skip
    assert paces.of(Metric.RUN_WRITES, *WHERE)._unanswered == 0


async def test_a_turn_that_is_too_late_is_none() -> None:
    assert await Paces().take(Kind.SERVICE, SERVICE, 1, lambda: True) is None


def test_with_a_quota_project_all_projects_share_its_paces() -> None:
    paces = Paces("payer")
    assert paces.of(Metric.RUN_WRITES, "p", "us-central1") is paces.of(Metric.RUN_WRITES, "q", "us-central1")
    assert paces.of(Metric.RUN_WRITES, "p", "us-central1") is not paces.of(Metric.RUN_WRITES, "p", "us-east1")
