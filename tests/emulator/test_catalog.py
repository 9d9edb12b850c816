"""The billing catalogue, with its traps."""

from typing import Any

import pytest
from google.api_core.exceptions import NotFound

from tests.emulator.asking import Google

CLOUD_RUN, ARTIFACT_REGISTRY = "services/152E-C115-5142", "services/149C-F9EC-3994"


def by_description(asked: Google, service: str) -> dict[str, Any]:
    return {sku.description: sku for sku in asked.catalog.list_skus(parent=service)}


def price(sku: Any) -> int:
    return int(sku.pricing_info[-1].pricing_expression.tiered_rates[-1].unit_price.nanos)


def test_storage_has_a_free_tier_before_its_price(asked: Google) -> None:
    sku = by_description(asked, ARTIFACT_REGISTRY)["Artifact Registry Storage"]
    rates = sku.pricing_info[0].pricing_expression.tiered_rates
    assert [(rate.start_usage_amount, rate.unit_price.nanos) for rate in rates] == [
        (0, 0),
        (0.5, 100_000_000),
    ]
    assert "us" in sku.service_regions


def test_descriptions_are_as_untidy_as_the_real_ones(asked: Google) -> None:
    skus = by_description(asked, CLOUD_RUN)
    assert price(skus["Services CPU Tier 2  (Request-based billing)"]) == 33600
    assert price(skus["Services CPU (Instance-based billing) in in asia-northeast1"]) == 18000
    assert price(skus["Services CPU (Instance-based billing) in asia-northeast3"]) == 21600


def test_both_tiers_are_sold_in_africa_south1(asked: Google) -> None:
    skus = by_description(asked, CLOUD_RUN)
    for name in ("Services Min Instance CPU", "Services Min Instance CPU Tier 2"):
        assert "africa-south1" in skus[f"{name} (Request-based billing)"].service_regions


def test_sku_ids_are_unique(asked: Google) -> None:
    ids = [sku.sku_id for sku in asked.catalog.list_skus(parent=CLOUD_RUN)]
    assert len(ids) == len(set(ids)) > 400


def test_an_unknown_service_is_not_found(asked: Google) -> None:
    with pytest.raises(NotFound):
        asked.catalog.list_skus(parent="services/0000-0000-0000")
