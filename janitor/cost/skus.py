"""From the SKUs of the Cloud Billing catalogue to a price book.

Descriptions are not stable, so a SKU is known by its words: case folded, punctuation and white
space dropped, cut at the word ``in`` (the region is told by service_regions, not by the name). The
whole of what is left must match: Cloud Run functions and instances have SKUs with names
that hold these as parts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from janitor.cost.book import Metered, PriceBook, Prices

USD = "USD"
_NANO = Decimal("1e-9")
_WORD = re.compile(r"[a-z0-9]+")
_TIER = re.compile(r" tier ([12])\b")
_REGION = re.compile(r" in\b.*")
_IDLE = r"(services )?(idle )?min instance {}( allocation time)?( request based billing)?"
_NAMES = {
    Metered.IDLE_CPU: re.compile(_IDLE.format("cpu")),
    Metered.IDLE_MEMORY: re.compile(_IDLE.format("memory")),
    Metered.INSTANCE_CPU: re.compile(r"services cpu instance based billing"),
    Metered.INSTANCE_MEMORY: re.compile(r"services memory instance based billing"),
    Metered.JOB_CPU: re.compile(r"jobs cpu"),
    Metered.JOB_MEMORY: re.compile(r"jobs memory"),
    Metered.WORKER_POOL_CPU: re.compile(r"worker pools? cpu"),
    Metered.WORKER_POOL_MEMORY: re.compile(r"worker pools? memory"),
    Metered.GPU_L4_ZONAL: re.compile(r"nvidia l4 gpu (with )?zonal redundancy"),
    Metered.GPU_L4_NON_ZONAL: re.compile(r"nvidia l4 gpu (with )?no zonal redundancy"),
    Metered.STORAGE: re.compile(r"artifact registry storage"),
}
_SECONDS, _GIB_SECONDS, _GIB_MONTHS = "s", "GiBy.s", "GiBy.mo"
_UNITS: Mapping[Metered, str] = {
    Metered.IDLE_CPU: _SECONDS,
    Metered.IDLE_MEMORY: _GIB_SECONDS,
    Metered.INSTANCE_CPU: _SECONDS,
    Metered.INSTANCE_MEMORY: _GIB_SECONDS,
    Metered.JOB_CPU: _SECONDS,
    Metered.JOB_MEMORY: _GIB_SECONDS,
    Metered.WORKER_POOL_CPU: _SECONDS,
    Metered.WORKER_POOL_MEMORY: _GIB_SECONDS,
    Metered.GPU_L4_ZONAL: _SECONDS,
    Metered.GPU_L4_NON_ZONAL: _SECONDS,
    Metered.STORAGE: _GIB_MONTHS,
}


@dataclass(frozen=True, slots=True)
class Rate:
    """One tier of a price (google.cloud.billing.v1.PricingExpression.TierRate)."""

    start_usage_amount: float
    units: int
    nanos: int

    @property
    def usd(self) -> Decimal:
        """Google's Money: units and billionths."""
        return self.units + self.nanos * _NANO


@dataclass(frozen=True, slots=True)
class Sku:
    """What is read of a SKU. `currency` is empty where its tiers do not share one."""

    description: str
    service_regions: tuple[str, ...]
    usage_unit: str
    rates: tuple[Rate, ...]
    currency: str = USD


@dataclass(slots=True)
class _Found:
    """The prices seen for one metered item in one region, those of Tier 2 SKUs separately."""

    plain: set[Decimal] = field(default_factory=set)
    tier2: set[Decimal] = field(default_factory=set)

    @property
    def price(self) -> Decimal | None:
        """The non-Tier 2 price where both match (africa-south1); None where prices contradict."""
        prices = self.plain or self.tier2
        return next(iter(prices)) if len(prices) == 1 else None


def price_book(skus: Iterable[Sku], today: date) -> PriceBook:
    """The book of a catalogue, whatever the order of its SKUs. It may lack prices, or hold none."""
    found: dict[tuple[Metered, str], _Found] = {}
    ignored = 0
    for sku in skus:
        words = _words(sku.description)
        item = _item(words)
        if item is None:
            continue
        if not _is_usable(sku, item):
            ignored += 1
            continue
        tier2, price = " tier 2" in words, last_tier(sku.rates)
        for region in sku.service_regions:
            seen = found.setdefault((item, region), _Found())
            (seen.tier2 if tier2 else seen.plain).add(price)
    contradictory = sum(seen.price is None for seen in found.values())
    return PriceBook("catalog", today, _by_item(found), ignored + contradictory)


def last_tier(rates: Iterable[Rate]) -> Decimal:
    """The price of the tier that starts highest: free tiers belong to a billing account, not to a resource."""
    return max(rates, key=lambda rate: rate.start_usage_amount).usd


def _by_item(found: Mapping[tuple[Metered, str], _Found]) -> Prices:
    prices: dict[Metered, dict[str, Decimal]] = {}
    for (item, region), seen in sorted(found.items()):
        if (price := seen.price) is not None:
            prices.setdefault(item, {})[region] = price
    return prices


def _words(description: str) -> str:
    return " ".join(_WORD.findall(description.casefold()))


def _item(words: str) -> Metered | None:
    name = _REGION.sub("", _TIER.sub("", words))
    return next((item for item, form in _NAMES.items() if form.fullmatch(name)), None)


def _is_usable(sku: Sku, item: Metered) -> bool:
    return (
        sku.usage_unit == _UNITS[item]
        and sku.currency == USD
        and bool(sku.rates)
        and all(rate.units >= 0 and rate.nanos >= 0 for rate in sku.rates)
    )
