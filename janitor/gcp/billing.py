"""The Cloud Billing catalogue, read into a price book.

The catalogue is public: any authenticated caller may list it, no permission is asked for.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import google.auth.exceptions
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.cloud.billing_v1 import CloudCatalogAsyncClient, ListSkusRequest, ListSkusResponse

from janitor.cost.book import PriceBook, PricesUnavailableError
from janitor.cost.skus import Rate, Sku, price_book
from janitor.gcp import budgets
from janitor.gcp.failures import cause
from janitor.gcp.retry import PRICES_RETRY, READ_TIMEOUT

CLOUD_RUN = "services/152E-C115-5142"
ARTIFACT_REGISTRY = "services/149C-F9EC-3994"
_PAGE_SIZE = 5000


async def read_catalog(client: CloudCatalogAsyncClient, today: date) -> PriceBook:
    """The prices of Cloud Run and of Artifact Registry as of `today`; PricesUnavailableError says why not.

    Half a catalogue is none: a failure on any page, a repeated page token, or a catalogue in which
    no SKU is one that is priced here, raises. So does one that takes longer than `budgets.PRICES` seconds.
    """
    try:
        async with asyncio.timeout(budgets.PRICES):
            skus = [
                _sku(sku)
                for service in (CLOUD_RUN, ARTIFACT_REGISTRY)
                async for sku in _list_skus(client, service)
            ]
    except TimeoutError as error:
        raise PricesUnavailableError(f"no answer within {budgets.PRICES:.0f} seconds") from error
    except (GoogleAPICallError, RetryError, google.auth.exceptions.GoogleAuthError) as error:
        raise PricesUnavailableError(cause(error)) from error
    book = price_book(skus, today)
    if not book.prices:
        raise PricesUnavailableError(f"none of the catalog's {len(skus)} SKUs is known here")
    return book


async def _list_skus(client: CloudCatalogAsyncClient, service: str) -> AsyncIterator[Any]:
    """Every SKU of a service, as raw protobuf."""
    request = ListSkusRequest(parent=service, page_size=_PAGE_SIZE, currency_code="USD")
    pager = await client.list_skus(request=request, retry=PRICES_RETRY, timeout=READ_TIMEOUT)
    tokens: set[str] = set()
    async for page in pager.pages:
        raw = ListSkusResponse.pb(page)
        for sku in raw.skus:
            yield sku
        token = raw.next_page_token
        if token in tokens:
            raise PricesUnavailableError(f"the catalog repeated a page of {service}")
        tokens.add(token)


def _sku(sku: Any) -> Sku:
    """The SKU with its latest pricing, which stands last (cloud_catalog.proto)."""
    regions = tuple(sku.service_regions)
    if not sku.pricing_info:
        return Sku(sku.description, regions, "", ())
    expression = sku.pricing_info[-1].pricing_expression
    tiers = expression.tiered_rates
    currencies = {tier.unit_price.currency_code for tier in tiers}
    return Sku(
        description=sku.description,
        service_regions=regions,
        usage_unit=expression.usage_unit,
        rates=tuple(
            Rate(tier.start_usage_amount, tier.unit_price.units, tier.unit_price.nanos) for tier in tiers
        ),
        currency=currencies.pop() if len(currencies) == 1 else "",
    )
