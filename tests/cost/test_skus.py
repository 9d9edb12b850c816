"""From Google's descriptions, with their traps, to prices. Descriptions are those seen in live catalogues."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from janitor.cost.book import Metered, PriceBook
from janitor.cost.skus import Rate, Sku, last_tier, price_book

TODAY = date(2026, 11, 24)


def sku(
    description: str, nanos: int = 2500, *regions: str, unit: str = "s", currency: str = "USD", units: int = 0
) -> Sku:
    """A SKU of one tier."""
    return Sku(description, regions or ("us-central1",), unit, (Rate(0, units, nanos),), currency)


def book(*skus: Sku) -> PriceBook:
    return price_book(skus, TODAY)


@pytest.mark.parametrize(
    ("description", "unit", "item"),
    [
        ("Services Min Instance CPU (Request-based billing)", "s", Metered.IDLE_CPU),
        ("Services Min Instance CPU Tier 2", "s", Metered.IDLE_CPU),
        ("Services Min Instance CPU Tier 2  (Request-based billing)", "s", Metered.IDLE_CPU),
        ("Idle Min-Instance CPU Allocation Time", "s", Metered.IDLE_CPU),
        ("Idle Min-Instance CPU Allocation Time (tier 2)", "s", Metered.IDLE_CPU),
        ("Services Min Instance Memory (Request-based billing)", "GiBy.s", Metered.IDLE_MEMORY),
        ("Services Min Instance Memory Tier 2", "GiBy.s", Metered.IDLE_MEMORY),
        ("Idle Min-Instance Memory Allocation Time", "GiBy.s", Metered.IDLE_MEMORY),
        ("Services CPU (Instance-based billing) in us-central1", "s", Metered.INSTANCE_CPU),
        ("Services CPU (Instance-based billing) in in asia-northeast1", "s", Metered.INSTANCE_CPU),
        ("  SERVICES   cpu (instance-based BILLING)", "s", Metered.INSTANCE_CPU),
        ("Services Memory (Instance-based billing) in us-central1", "GiBy.s", Metered.INSTANCE_MEMORY),
        ("Jobs CPU in us-central1", "s", Metered.JOB_CPU),
        ("Jobs Memory in us-central1", "GiBy.s", Metered.JOB_MEMORY),
        ("Worker Pools CPU in us-central1", "s", Metered.WORKER_POOL_CPU),
        ("Worker Pools Memory in us-central1", "GiBy.s", Metered.WORKER_POOL_MEMORY),
        ("NVIDIA L4 GPU with zonal redundancy in us-central1", "s", Metered.GPU_L4_ZONAL),
        ("NVIDIA L4 GPU with no zonal redundancy in us-central1", "s", Metered.GPU_L4_NON_ZONAL),
        ("Artifact Registry Storage", "GiBy.mo", Metered.STORAGE),
    ],
)
def test_knows_a_sku_by_its_words_whatever_case_spaces_and_region_it_is_written_with(
    description: str, unit: str, item: Metered
) -> None:
    read = book(sku(description, unit=unit))
    assert read.prices == {item: {"us-central1": Decimal("0.0000025")}}
    assert read.ignored == 0


@pytest.mark.parametrize(
    "description",
    [
        "Services CPU (Request-based billing)",
        "Services CPU Tier 2  (Request-based billing)",
        "CPU Allocation Time (tier 2)",
        "Instances CPU in us-central1",
        "Cloud Run functions CPU (Instance-based billing) in us-central1",
        "Functions Min Instance CPU (Request-based billing)",
        "Jobs Min Instance CPU",
        "Services Min Instance CPU Committed Use Discount",
        "NVIDIA RTX Pro 6000 GPU with no zonal redundancy in us-central1",
        "NVIDIA L4 GPU in us-central1",
        "Artifact Registry Storage Egress",
        "Requests",
        "in us-central1",
        "",
    ],
)
def test_takes_no_other_product_for_a_service_and_does_not_call_it_misunderstood(description: str) -> None:
    read = book(sku(description))
    assert (read.prices, read.ignored) == ({}, 0)


def test_the_region_is_what_service_regions_say_and_never_what_the_description_says() -> None:
    read = book(
        sku("Services CPU (Instance-based billing) in us-central1", 18000, "europe-west1", "us-east1")
    )
    assert read.price(Metered.INSTANCE_CPU, "us-central1") is None
    assert read.price(Metered.INSTANCE_CPU, "europe-west1") == Decimal("0.000018")
    assert read.price(Metered.INSTANCE_CPU, "us-east1") == Decimal("0.000018")


def test_a_region_with_skus_of_both_tiers_has_the_price_of_the_one_that_is_not_tier_2() -> None:
    """africa-south1 carries both, and is Tier 1 (cloud.google.com/run/pricing)."""
    both = (
        sku("Services Min Instance CPU Tier 2", 3500, "africa-south1", "asia-northeast3"),
        sku("Services Min Instance CPU (Request-based billing)", 2500, "africa-south1"),
    )
    for order in permutations(both):
        read = book(*order)
        assert read.price(Metered.IDLE_CPU, "africa-south1") == Decimal("0.0000025")
        assert read.price(Metered.IDLE_CPU, "asia-northeast3") == Decimal("0.0000035")
        assert read.ignored == 0


@pytest.mark.parametrize(
    "odd",
    [
        sku("Services Min Instance CPU", unit="h"),
        sku("Services Min Instance CPU", unit=""),
        sku("Services Min Instance CPU", unit="GiBy.s"),
        sku("Artifact Registry Storage", unit="By.mo"),
        sku("Services Min Instance CPU", currency="KRW"),
        sku("Services Min Instance CPU", currency=""),
        sku("Services Min Instance CPU", nanos=-1),
        sku("Services Min Instance CPU", units=-1),
        Sku("Services Min Instance CPU", ("us-central1",), "s", ()),
    ],
)
def test_a_sku_of_another_unit_or_currency_or_without_a_price_is_counted_and_not_used(odd: Sku) -> None:
    read = book(odd)
    assert (read.prices, read.ignored) == ({}, 1)
    assert "1 SKUs not understood" in read.note


def test_one_odd_sku_takes_no_good_price_away() -> None:
    read = book(sku("Services Min Instance CPU", unit="h"), sku("Services Min Instance CPU"))
    assert read.price(Metered.IDLE_CPU, "us-central1") == Decimal("0.0000025")
    assert read.ignored == 1


def test_two_skus_that_contradict_each_other_give_no_price_and_are_counted() -> None:
    read = book(
        sku("Services Min Instance CPU", 2500, "us-central1", "us-east1"),
        sku("Idle Min-Instance CPU Allocation Time", 9900, "us-central1"),
    )
    assert read.price(Metered.IDLE_CPU, "us-central1") is None
    assert read.price(Metered.IDLE_CPU, "us-east1") == Decimal("0.0000025")
    assert read.ignored == 1


def test_an_old_and_a_new_description_that_agree_are_one_price() -> None:
    read = book(sku("Services Min Instance CPU"), sku("Idle Min-Instance CPU Allocation Time"))
    assert read.price(Metered.IDLE_CPU, "us-central1") == Decimal("0.0000025")
    assert read.ignored == 0


def test_the_last_tier_is_the_one_that_starts_highest_in_whatever_order_they_come() -> None:
    """Storage is free up to 0.5 GiB and $0.10 above: the free part is a billing account's (R25)."""
    tiers = (Rate(0, 0, 0), Rate(0.5, 0, 100_000_000))
    for order in permutations(tiers):
        assert last_tier(order) == Decimal("0.1")
        storage = Sku("Artifact Registry Storage", ("global",), "GiBy.mo", order)
        assert book(storage).price(Metered.STORAGE, "asia-northeast3") == Decimal("0.1")


def test_money_is_whole_units_and_billionths_exactly() -> None:
    assert Rate(0, 12, 345_678_901).usd == Decimal("12.345678901")
    assert Rate(0, 0, 1).usd == Decimal("0.000000001")


def test_the_order_of_the_catalogue_changes_nothing() -> None:
    skus = (
        sku("Services Min Instance CPU", 2500, "us-central1", "africa-south1"),
        sku("Services Min Instance CPU Tier 2", 3500, "africa-south1", "us-west2"),
        sku("Idle Min-Instance CPU Allocation Time", 2600, "us-central1"),
        sku("Services Memory (Instance-based billing)", unit="h"),
    )
    books = [book(*order) for order in permutations(skus)]
    assert all(other == books[0] for other in books)
    assert [list(other.prices[Metered.IDLE_CPU]) for other in books] == [["africa-south1", "us-west2"]] * 24


def test_an_empty_catalogue_is_a_book_without_prices() -> None:
    read = book()
    assert (read.source, read.as_of, read.prices) == ("catalog", TODAY, {})
