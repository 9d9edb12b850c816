"""google.cloud.billing.v1.CloudCatalog over gRPC: ListSkus of the two services that are priced."""

from typing import Any

from google.cloud import billing_v1

from janitor.emulator import paging
from janitor.emulator.catalog import skus
from janitor.emulator.errors import invalid, not_found
from janitor.emulator.method import Method
from janitor.emulator.state import World

_Response: Any = billing_v1.ListSkusResponse.pb()


def methods() -> list[Method]:
    request = billing_v1.ListSkusRequest.pb()
    return [Method("google.cloud.billing.v1.CloudCatalog", "ListSkus", request, _Response, _list_skus)]


def _list_skus(_: World, request: Any) -> Any:
    """The public catalogue: no permission is asked for (billing/docs)."""
    if request.currency_code not in ("", "USD"):
        raise invalid("only USD is served here")
    service = request.parent.removeprefix("services/")
    found = skus(service)
    if not found:
        raise not_found(request.parent)
    keys = [(sku.name,) for sku in found]
    cut = paging.cut(keys, request, paging.CATALOG_MAX)
    return _Response(skus=found[cut.start : cut.end], next_page_token=cut.next_token)
