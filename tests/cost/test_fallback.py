"""The table that ships with the program: whole, dated, and the same as what Google's page said."""

import json
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from janitor.cost.book import Metered, fallback_book

TEXT = (files("janitor.cost") / "fallback.json").read_text(encoding="utf-8")
BOOK = fallback_book(TEXT, "no network")
# cloud.google.com/run/pricing, 2026-09-24
TIER_1 = ("us-central1", "europe-west1", "asia-northeast1", "asia-south1", "africa-south1")
TIER_2 = (
    "asia-east2", "asia-northeast3", "asia-southeast1", "asia-southeast2", "asia-south2",
    "australia-southeast1", "australia-southeast2", "europe-central2", "europe-west10", "europe-west12",
    "europe-west2", "europe-west3", "europe-west6", "me-central1", "me-central2",
    "northamerica-northeast1", "northamerica-northeast2", "southamerica-east1", "southamerica-west1",
    "us-west2", "us-west3", "us-west4",
)  # fmt: skip
CPU_AND_MEMORY = (
    Metered.IDLE_CPU,
    Metered.IDLE_MEMORY,
    Metered.INSTANCE_CPU,
    Metered.INSTANCE_MEMORY,
)


def prices(region: str) -> list[str]:
    """In millionths of a dollar, so that a row reads as Google's page does."""
    found = [BOOK.price(item, region) for item in CPU_AND_MEMORY]
    return [format((price * 1_000_000).normalize(), "f") for price in found if price is not None]


@pytest.mark.parametrize("region", TIER_1)
def test_a_region_of_tier_1_has_the_lower_prices(region: str) -> None:
    assert prices(region) == ["2.5", "2.5", "18", "2"]


@pytest.mark.parametrize("region", TIER_2)
def test_a_region_of_tier_2_has_the_higher_prices(region: str) -> None:
    assert prices(region) == ["3.5", "3.5", "21.6", "2.4"]


def test_no_region_stands_in_two_groups_that_price_the_same_thing() -> None:
    pairs = [
        (item, region)
        for group in json.loads(TEXT)["groups"]
        for region in group["regions"]
        for item in group["usd"]
    ]
    assert len(pairs) == len(set(pairs))


def test_storage_costs_ten_cents_everywhere() -> None:
    assert (
        BOOK.price(Metered.STORAGE, "us") == BOOK.price(Metered.STORAGE, "asia-northeast3") == Decimal("0.1")
    )


def test_what_no_page_gives_a_price_of_is_not_in_the_table() -> None:
    assert BOOK.price(Metered.IDLE_CPU, "mars-north1") is None
    assert BOOK.price(Metered.GPU_L4_ZONAL, "europe-west1") is None
    assert BOOK.price(Metered.WORKER_POOL_CPU, "us-central1") is None
    assert BOOK.price(Metered.JOB_CPU, "asia-northeast3") is None


def test_its_day_and_why_it_is_used_stand_in_the_note() -> None:
    assert BOOK.as_of == date(2026, 9, 24)
    assert BOOK.note == "prices: FALLBACK table of 2026-09-24 (the catalog could not be read: no network)"


def test_each_group_of_prices_says_where_it_is_from() -> None:
    for group in json.loads(TEXT)["groups"]:
        assert group["source"].startswith("https://cloud.google.com/")
        assert "2026-09-24" in group["source"]


@pytest.mark.parametrize("wrong", ['{"groups": []}', '{"as_of": "soon", "groups": []}', "[]"])
def test_a_table_that_is_wrong_fails_instead_of_pricing_nothing(wrong: str) -> None:
    with pytest.raises((KeyError, ValueError, TypeError)):
        fallback_book(wrong, "no network")
