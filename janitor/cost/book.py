"""Price book: Google's price of a metered unit in a region, its source, and the fallback table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Literal

SCHEMA_VERSION = 1
GLOBAL = "global"
# Google's money is whole units and billionths, so no price needs more places on either side.
_DIGITS = 18

Source = Literal["catalog", "fallback"]


class PricesUnavailableError(Exception):
    """The catalogue could not be read. The message says why, in one line; no sweep fails by it."""


class Metered(StrEnum):
    """What is priced, with its unit. The value is the wire name in caches and in the fallback table."""

    IDLE_CPU = "idle-vcpu-second"
    IDLE_MEMORY = "idle-gib-second"
    INSTANCE_CPU = "instance-vcpu-second"
    INSTANCE_MEMORY = "instance-gib-second"
    JOB_CPU = "job-vcpu-second"
    JOB_MEMORY = "job-gib-second"
    WORKER_POOL_CPU = "worker-pool-vcpu-second"
    WORKER_POOL_MEMORY = "worker-pool-gib-second"
    GPU_L4_ZONAL = "gpu-l4-zonal-second"
    GPU_L4_NON_ZONAL = "gpu-l4-non-zonal-second"
    STORAGE = "storage-gib-month"


Prices = Mapping[Metered, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class PriceBook:
    """US dollars per unit, by metered item and region; a missing price is unknown.

    `as_of` is the day the catalogue was read, or the table was made. `why` is empty for a fresh
    catalogue, else why it could not be read. `ignored` counts SKUs that were known by their name
    and had another unit or currency than expected, or no one price.
    """

    source: Source
    as_of: date
    prices: Prices
    ignored: int = 0
    why: str = ""

    def price(self, item: Metered, region: str) -> Decimal | None:
        """The region's own price, else the one that Google gives for everywhere, else None."""
        regions = self.prices.get(item)
        if regions is None:
            return None
        price = regions.get(region)
        return regions.get(GLOBAL) if price is None else price

    @property
    def note(self) -> str:
        """Where the prices come from and of which day: the line that every output shows."""
        if self.source == "fallback":
            return f"prices: FALLBACK table of {self.as_of} (the catalog could not be read: {self.why})"
        note = f"prices: Cloud Billing catalog, {self.as_of}"
        if self.why:
            note += f", from the cache (the catalog could not be read: {self.why})"
        return note + (f"; {self.ignored} SKUs not understood" if self.ignored else "")


def encode_book(book: PriceBook) -> str:
    """Canonical JSON of all but `why`, which belongs to the moment: the same book, the same text."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "source": book.source,
        "as_of": book.as_of.isoformat(),
        "ignored": book.ignored,
        "prices": encode_prices(book.prices),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def encode_prices(prices: Prices) -> dict[str, dict[str, str]]:
    """Prices as JSON holds them: decimal strings, never floats."""
    return {
        item.value: {region: format(price, "f") for region, price in regions.items()}
        for item, regions in prices.items()
    }


def decode_book(text: str) -> PriceBook:
    """What `encode_book` wrote; ValueError for anything else, other versions included."""
    try:
        document = json.loads(text)
        if document["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema_version {document['schema_version']!r}")
        if document["source"] not in ("catalog", "fallback"):
            raise ValueError(f"source {document['source']!r}")
        return PriceBook(
            source=document["source"],
            as_of=date.fromisoformat(document["as_of"]),
            prices=decode_prices(document["prices"]),
            ignored=_count(document["ignored"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"not a price book of version {SCHEMA_VERSION}: {error}") from error


def decode_prices(document: Any) -> Prices:
    """Prices out of JSON; ValueError where one is no amount of money or its item is not known."""
    return {
        Metered(item): {str(region): _amount(price) for region, price in regions.items()}
        for item, regions in document.items()
    }


def _count(number: Any) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError(f"no count: {number!r}")
    return number


def _amount(text: Any) -> Decimal:
    try:
        amount = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        amount = None
    # an absurd exponent is finite, and takes gigabytes once it is written out
    if amount is None or not amount.is_finite() or amount.is_signed() or abs(amount.adjusted()) > _DIGITS:
        raise ValueError(f"no price: {text!r}")
    return amount


def fallback_book(text: str, why: str) -> PriceBook:
    """The book of fallback.json. `why` tells, in one line, why the catalogue could not be read.

    The table is part of the program: one that is wrong raises (KeyError, ValueError).
    """
    document = json.loads(text)
    prices: dict[Metered, dict[str, Decimal]] = {}
    for group in document["groups"]:
        for region in group["regions"]:
            table = decode_prices({item: {region: usd} for item, usd in group["usd"].items()})
            for item, regions in table.items():
                prices.setdefault(item, {}).update(regions)
    return PriceBook("fallback", date.fromisoformat(document["as_of"]), prices, why=why)
