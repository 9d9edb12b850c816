"""The catalogue, read into a price book, or a reason why there is none."""

import socket
from datetime import date
from decimal import Decimal
from typing import Any

import grpc
import pytest
from google.cloud import billing_v1

from janitor.cost.book import Metered, PriceBook, PricesUnavailableError
from janitor.gcp.billing import ARTIFACT_REGISTRY, CLOUD_RUN, read_catalog
from janitor.gcp.channels import connect
from tests.gcp.conftest import Hands
from tests.gcp.google import Answer, Google, paged, refusing, serving

TODAY = date(2026, 11, 24)


def sku(description: str, unit: str, *tiers: tuple[float, int], currency: str = "USD") -> billing_v1.Sku:
    """Tiers are (from which amount on, price in nano-dollars); an older pricing stands before the latest."""

    def pricing(rates: tuple[tuple[float, int], ...]) -> dict[str, Any]:
        tiered = [
            {"start_usage_amount": start, "unit_price": {"currency_code": currency, "nanos": nanos}}
            for start, nanos in rates
        ]
        return {"pricing_expression": {"usage_unit": unit, "tiered_rates": tiered}}

    return billing_v1.Sku(
        description=description,
        service_regions=["us-central1"],
        pricing_info=[pricing(((0, 1),)), pricing(tiers)],
    )


def catalog(*run_pages: list[billing_v1.Sku]) -> Answer:
    """Cloud Run's SKUs on these pages, and Artifact Registry's storage."""
    storage = sku("Artifact Registry Storage", "GiBy.mo", (0, 0), (0.5, 100_000_000))
    pages = paged(*(billing_v1.ListSkusResponse(skus=skus) for skus in run_pages))

    def answer(request: Any) -> Any:
        if request.parent == ARTIFACT_REGISTRY:
            return billing_v1.ListSkusResponse(skus=[storage])
        return pages(request)

    return answer


async def read(google: Google) -> PriceBook:
    async with serving(google) as clients:
        return await read_catalog(clients.catalog, TODAY)


async def test_reads_every_page_of_both_services_at_the_latest_price_of_the_last_tier() -> None:
    cpu = sku("Services Min Instance CPU (Request-based billing)", "s", (0, 2500))
    memory = sku("Services Min Instance Memory (Request-based billing)", "GiBy.s", (0, 2600))
    google = Google({"ListSkus": catalog([cpu], [memory])})
    book = await read(google)
    assert book.price(Metered.IDLE_CPU, "us-central1") == Decimal("0.0000025")
    assert book.price(Metered.IDLE_MEMORY, "us-central1") == Decimal("0.0000026")
    assert book.price(Metered.STORAGE, "us-central1") == Decimal("0.1")
    asked = google.asked("ListSkus")
    assert [(r.parent, r.page_token) for r in asked] == [
        (CLOUD_RUN, ""),
        (CLOUD_RUN, "1"),
        (ARTIFACT_REGISTRY, ""),
    ]
    assert {r.currency_code for r in asked} == {"USD"}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (refusing(grpc.StatusCode.PERMISSION_DENIED, message="no permission"), "^PERMISSION_DENIED$"),
        (lambda _: billing_v1.ListSkusResponse(next_page_token="again"), "repeated a page"),
        (lambda _: billing_v1.ListSkusResponse(skus=[sku("Something else", "s", (0, 1))]), "known"),
    ],
)
async def test_half_a_catalogue_is_none_and_the_error_says_why(answer: Answer, why: str) -> None:
    with pytest.raises(PricesUnavailableError, match=why):
        await read(Google({"ListSkus": answer}))


async def test_an_outage_is_waited_out_and_then_said(hands: Hands) -> None:
    with pytest.raises(PricesUnavailableError):
        await read(Google({"ListSkus": refusing(grpc.StatusCode.UNAVAILABLE)}))
    assert hands.slept


async def test_a_catalogue_that_never_answers_is_given_up_after_the_time_for_prices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("janitor.gcp.budgets.PRICES", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        async with connect(host, f"http://{host}") as clients:
            with pytest.raises(PricesUnavailableError, match="no answer within 0 seconds"):
                await read_catalog(clients.catalog, TODAY)
