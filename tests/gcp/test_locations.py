"""Where the APIs are."""

from collections.abc import Callable

import grpc
import httpx2
import pytest
from google.api_core.exceptions import Forbidden, ServiceUnavailable
from google.cloud.location import locations_pb2

from janitor.gcp.locations import artifact_locations, run_locations
from janitor.gcp.paging import BadReplyError
from tests.gcp.conftest import Hands
from tests.gcp.google import Google, RefusedError, artifact_places, locations, serving


async def run(answer: Callable[[httpx2.Request], httpx2.Response], project: str = "p") -> tuple[str, ...]:
    async with serving(Google(run_locations=answer)) as clients:
        return await run_locations(clients, project)


async def test_reads_every_page_and_goes_by_location_id() -> None:
    urls = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        urls.append(request.url.raw_path.decode())
        return (
            locations("us-central1")
            if "pageToken" in str(request.url)
            else locations("asia-east1", token="t")
        )

    assert await run(answer, "example.com:proj") == ("asia-east1", "us-central1")
    base = "/v1/projects/example.com:proj/locations"
    assert urls == [base, f"{base}?pageToken=t"]


async def test_a_project_cannot_lead_to_another_path() -> None:
    urls = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        urls.append(request.url.raw_path.decode())
        return locations("l")

    await run(answer, "../../x?y=")
    assert urls == ["/v1/projects/..%2F..%2Fx%3Fy%3D/locations"]


@pytest.mark.parametrize(
    "reply",
    [
        locations("a", token="again"),
        httpx2.Response(200, json={}),
        httpx2.Response(200, json={"locations": [{"name": "projects/p/locations/a"}]}),
        httpx2.Response(200, text="<html>"),
        httpx2.Response(200, json=[]),
    ],
)
async def test_an_answer_that_cannot_be_relied_on_is_an_error(reply: httpx2.Response) -> None:
    with pytest.raises(BadReplyError):
        await run(lambda _: reply)


async def test_a_refusal_carries_what_google_says_of_it() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}]
    body = {"error": {"message": "Permission 'run.locations.list' denied", "details": details}}
    with pytest.raises(Forbidden, match=r"run\.locations\.list") as raised:
        await run(lambda _: httpx2.Response(403, json=body))
    assert raised.value.details == details


async def test_what_may_pass_is_tried_again(hands: Hands) -> None:
    replies = iter([httpx2.Response(429, json={}), httpx2.Response(503, text="busy"), locations("l")])
    assert await run(lambda _: next(replies)) == ("l",)
    assert len(hands.slept) == 2


async def test_a_network_that_is_down_is_unavailable_in_the_end(hands: Hands) -> None:
    def down(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no route", request=request)

    with pytest.raises(ServiceUnavailable, match="ConnectError"):
        await run(down)


async def test_artifact_registry_lists_its_own_with_every_page() -> None:
    def answer(request: locations_pb2.ListLocationsRequest) -> locations_pb2.ListLocationsResponse:
        assert request.name == "projects/p"
        page = artifact_places("europe" if request.page_token else "us")(request)
        page.next_page_token = "" if request.page_token else "t"
        return page

    async with serving(Google({"ListLocations": answer})) as clients:
        assert await artifact_locations(clients, "p") == ("europe", "us")


async def test_artifact_registry_that_repeats_a_page_is_an_error() -> None:
    def again(_: object) -> locations_pb2.ListLocationsResponse:
        return locations_pb2.ListLocationsResponse(next_page_token="again")

    async with serving(Google({"ListLocations": again})) as clients:
        with pytest.raises(BadReplyError):
            await artifact_locations(clients, "p")


async def test_artifact_registry_is_asked_again_too(hands: Hands) -> None:
    pushed_back = iter([True, False])

    def answer(request: object) -> locations_pb2.ListLocationsResponse:
        if next(pushed_back):
            raise RefusedError(grpc.StatusCode.RESOURCE_EXHAUSTED)
        return artifact_places("us")(request)

    async with serving(Google({"ListLocations": answer})) as clients:
        assert await artifact_locations(clients, "p") == ("us",)
