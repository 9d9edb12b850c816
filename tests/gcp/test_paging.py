"""Every page, or an error."""

import grpc
import pytest
from google.api_core.exceptions import PermissionDenied, ServiceUnavailable
from google.cloud import run_v2

from janitor.gcp.channels import Clients
from janitor.gcp.paging import BadReplyError, pages
from tests.gcp.conftest import Hands
from tests.gcp.google import Answer, Google, RefusedError, paged, refusing, retry_after, serving

PARENT = "projects/p/locations/l"


def page(*names: str) -> run_v2.ListServicesResponse:
    return run_v2.ListServicesResponse(services=[run_v2.Service(name=name) for name in names])


async def listed(clients: Clients) -> list[str]:
    request = run_v2.ListServicesRequest(parent=PARENT, page_size=2)
    listing = pages(clients.services.list_services, request, run_v2.ListServicesResponse)
    return [message.name async for raw in listing for message in raw.services]


def failing_at(place: int, answer: Answer, failure: Answer) -> Answer:
    """A list whose page at a place fails."""
    return lambda request: failure(request) if int(request.page_token or 0) == place else answer(request)


async def test_follows_every_page_in_order() -> None:
    google = Google({"ListServices": paged(page("a", "b"), page(), page("c"))})
    async with serving(google) as clients:
        assert await listed(clients) == ["a", "b", "c"]
    asked = google.asked("ListServices")
    assert [request.page_token for request in asked] == ["", "1", "2"]
    assert {(request.parent, request.page_size) for request in asked} == {(PARENT, 2)}


async def test_a_token_that_comes_back_is_an_error_and_no_endless_scan() -> None:
    def same(_: object) -> run_v2.ListServicesResponse:
        return run_v2.ListServicesResponse(services=[run_v2.Service(name="a")], next_page_token="again")

    google = Google({"ListServices": same})
    async with serving(google) as clients:
        with pytest.raises(BadReplyError, match="never end"):
            await listed(clients)
    assert len(google.asked("ListServices")) == 2


async def test_a_page_that_fails_half_way_is_no_shorter_list(hands: Hands) -> None:
    answer = failing_at(1, paged(page("a"), page("b")), refusing(grpc.StatusCode.PERMISSION_DENIED))
    async with serving(Google({"ListServices": answer})) as clients:
        with pytest.raises(PermissionDenied):
            await listed(clients)


async def test_an_outage_is_an_error_once_the_budget_is_spent(hands: Hands) -> None:
    answer = failing_at(1, paged(page("a"), page("b")), refusing(grpc.StatusCode.UNAVAILABLE))
    async with serving(Google({"ListServices": answer})) as clients:
        with pytest.raises(ServiceUnavailable):
            await listed(clients)
    assert 0 < hands.now <= 120


async def test_a_storm_of_429_loses_no_item_and_is_waited_out_as_google_asks(hands: Hands) -> None:
    pushed_back = {"0": 3, "1": 2}
    answer = paged(page("a"), page("b"))

    def stormy(request: run_v2.ListServicesRequest) -> object:
        place = request.page_token or "0"
        if pushed_back[place]:
            pushed_back[place] -= 1
            raise RefusedError(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after(5))
        return answer(request)

    async with serving(Google({"ListServices": stormy})) as clients:
        assert await listed(clients) == ["a", "b"]
    assert len(hands.slept) == 5
    assert min(hands.slept) >= 5


async def test_a_reader_that_stops_early_leaves_nothing_under_way() -> None:
    async with serving(Google({"ListServices": paged(page("a"), page("b"), page("c"))})) as clients:
        request = run_v2.ListServicesRequest(parent=PARENT)
        listing = pages(clients.services.list_services, request, run_v2.ListServicesResponse)
        first = await anext(listing)
        await listing.aclose()  # type: ignore[attr-defined]
        assert [message.name for message in first.services] == ["a"]
        assert await listed(clients) == ["a", "b", "c"]
