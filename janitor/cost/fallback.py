"""The dated table of prices that stands in for a catalogue that cannot be read."""

import json
from datetime import date
from decimal import Decimal

from janitor.cost.book import Metered, PriceBook, decode_prices


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
