"""What janitor costs itself, by the same prices as everything else; what has no price is not guessed."""

import json
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from janitor.cost.book import Metered, PriceBook, Prices, fallback_book
from janitor.cost.own_cost import own_cost
from janitor.model.amounts import Estimate, Priced, Unpriced

FALLBACK = fallback_book((files("janitor.cost") / "fallback.json").read_text(encoding="utf-8"), "no network")
REGION = "us-central1"
# facts of Google's: cloud.google.com/run/pricing, 2026-09-24
PRICES: Prices = {
    Metered.INSTANCE_CPU: {REGION: Decimal("0.000018")},
    Metered.INSTANCE_MEMORY: {REGION: Decimal("0.000002")},
    Metered.JOB_CPU: {REGION: Decimal("0.000018")},
    Metered.JOB_MEMORY: {REGION: Decimal("0.000002")},
    Metered.WORKER_POOL_CPU: {REGION: Decimal("0.000011244")},
    Metered.WORKER_POOL_MEMORY: {REGION: Decimal("0.000001235")},
}


def book(prices: Prices) -> PriceBook:
    return PriceBook("catalog", date(2026, 11, 24), prices)


def usd(estimate: Estimate) -> Decimal:
    assert isinstance(estimate, Priced)
    return estimate.usd_month


def test_a_service_is_one_instance_that_is_always_there() -> None:
    found = own_cost(book(PRICES), REGION, 120).service
    assert usd(found) == Decimal("49.932")
    assert isinstance(found, Priced)
    assert found.basis == "1 vCPU + 0.5 GiB, one instance for 730 hours, instance-based billing"
    assert not found.upper_bound


def test_a_worker_pool_is_one_instance_at_its_own_prices() -> None:
    found = own_cost(book(PRICES), REGION, 120).worker_pool
    assert usd(found) == 2_628_000 * (Decimal("0.000011244") + Decimal("0.0000006175"))


def test_a_job_costs_the_seconds_of_its_nights() -> None:
    found = own_cost(book(PRICES), REGION, 120).job
    assert usd(found).quantize(Decimal("1e-9")) == Decimal("0.069350000")
    assert isinstance(found, Priced)
    assert found.basis == "1 vCPU + 0.5 GiB, 120 s a night"


def test_a_job_that_ran_day_and_night_would_cost_what_the_service_does() -> None:
    found = own_cost(book(PRICES), REGION, 24 * 3600)
    assert usd(found.job).quantize(Decimal("1e-9")) == usd(found.service)


@pytest.mark.parametrize(
    ("missing", "way"),
    [
        (Metered.INSTANCE_CPU, "service"),
        (Metered.INSTANCE_MEMORY, "service"),
        (Metered.JOB_CPU, "job"),
        (Metered.JOB_MEMORY, "job"),
        (Metered.WORKER_POOL_CPU, "worker_pool"),
        (Metered.WORKER_POOL_MEMORY, "worker_pool"),
    ],
)
def test_a_way_that_lacks_a_price_is_unpriced_and_the_others_are_not(missing: Metered, way: str) -> None:
    found = own_cost(book({item: each for item, each in PRICES.items() if item is not missing}), REGION, 60)
    estimates = {name: getattr(found, name) for name in ("service", "job", "worker_pool")}
    assert estimates.pop(way) == Unpriced(f"no price of {missing.value} is known in {REGION}")
    assert all(isinstance(each, Priced) for each in estimates.values())


def test_the_shipped_table_knows_services_everywhere_and_jobs_where_the_page_gives_their_price() -> None:
    first, second = own_cost(FALLBACK, REGION, 60), own_cost(FALLBACK, "asia-northeast3", 60)
    assert usd(first.service).quantize(Decimal("0.01")) == Decimal("49.93")
    assert usd(second.service).quantize(Decimal("0.01")) == Decimal("59.92")
    assert isinstance(first.job, Priced)
    assert isinstance(second.job, Unpriced)
    assert isinstance(first.worker_pool, Unpriced)


def test_a_region_that_is_not_known_has_no_price_at_all() -> None:
    found = own_cost(FALLBACK, "mars-north1", 60)
    assert {type(each) for each in (found.service, found.job, found.worker_pool)} == {Unpriced}


def test_the_shipped_table_gives_a_job_the_prices_that_its_source_gives() -> None:
    text = (files("janitor.cost") / "fallback.json").read_text(encoding="utf-8")
    groups = [group for group in json.loads(text)["groups"] if "job-vcpu-second" in group["usd"]]
    assert [group["name"] for group in groups] == ["Cloud Run, Tier 1"]
    assert "Jobs CPU/Memory" in groups[0]["source"]
