"""The SKUs of Cloud Run and Artifact Registry, in the shapes and with the traps of the real catalogue.

Prices and ids: facts 5.2 and 5.3 (live catalogue, 2026-09-24). Ids of SKUs per region are not
verified and are invented here, by hash. The traps are real: two spaces, `in in`, both tiers in
africa-south1, a free first tier, names that hold other names, a SKU that is `global`.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from google.cloud import billing_v1

_Sku: Any = billing_v1.Sku.pb()
CLOUD_RUN, ARTIFACT_REGISTRY = "152E-C115-5142", "149C-F9EC-3994"
TIER_1 = (
    "africa-south1",
    "asia-east1",
    "asia-northeast1",
    "asia-northeast2",
    "asia-south1",
    "asia-southeast3",
    "europe-north1",
    "europe-north2",
    "europe-southwest1",
    "europe-west1",
    "europe-west4",
    "europe-west8",
    "europe-west9",
    "me-west1",
    "northamerica-south1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
)
TIER_2 = (
    "asia-east2",
    "asia-northeast3",
    "asia-southeast1",
    "asia-southeast2",
    "asia-south2",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-west10",
    "europe-west12",
    "europe-west2",
    "europe-west3",
    "europe-west6",
    "me-central1",
    "me-central2",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "southamerica-east1",
    "southamerica-west1",
    "us-west2",
    "us-west3",
    "us-west4",
)
_BOTH_TIERS = "africa-south1"
_MULTI_REGIONS = ("us", "europe", "asia")
_IN_IN = "asia-northeast1"


class _Row(NamedTuple):
    """One SKU: `nanos` of a USD per unit, or (start, nanos) tiers; `regions` it is sold in."""

    sku_id: str
    description: str
    unit: str
    tiers: tuple[tuple[float, int], ...]
    regions: tuple[str, ...]


@cache
def skus(service: str) -> tuple[Any, ...]:
    """Sorted by name; empty for a service that is not served."""
    rows = {CLOUD_RUN: _cloud_run, ARTIFACT_REGISTRY: _artifact_registry}.get(service)
    if rows is None:
        return ()
    found = [_sku(service, row) for row in rows()]
    return tuple(sorted(found, key=lambda sku: str(sku.name)))


def _cloud_run() -> Iterator[_Row]:
    first, second = TIER_1, (*TIER_2, _BOTH_TIERS)
    for sku_id, description, unit, nanos, regions in (
        ("4856-B847-F1EB", "Services CPU (Request-based billing)", "s", 24000, first),
        ("02A2-9231-36A6", "Services Memory (Request-based billing)", "GiBy.s", 2500, first),
        ("085C-A237-027A", "Services CPU Tier 2  (Request-based billing)", "s", 33600, second),
        ("600C-3782-6708", "Services Memory Tier 2 (Request-based billing)", "GiBy.s", 3500, second),
        ("7EBB-8579-2C98", "Services Min Instance CPU (Request-based billing)", "s", 2500, first),
        ("740D-08F2-7A11", "Services Min Instance Memory (Request-based billing)", "GiBy.s", 2500, first),
        ("4350-71E4-3051", "Services Min Instance CPU Tier 2 (Request-based billing)", "s", 3500, second),
        ("", "Services Min Instance Memory Tier 2 (Request-based billing)", "GiBy.s", 3500, second),
    ):
        yield _Row(sku_id, description, unit, ((0, nanos),), regions)
    yield _Row("2DA5-55D3-E679", "Requests", "count", ((0, 0), (2_000_000, 400)), ("global",))
    for region in (*TIER_1, *TIER_2):
        yield from _per_region(region)


def _per_region(region: str) -> Iterator[_Row]:
    """What is sold by region. Tier 2 prices of jobs and worker pools are not verified."""
    second = region in TIER_2
    cpu, memory = (21600, 2400) if second else (18000, 2000)
    pool_cpu, pool_memory = (13493, 1482) if second else (11244, 1235)
    where = f"in in {region}" if region == _IN_IN else f"in {region}"
    for description, unit, nanos in (
        (f"Services CPU (Instance-based billing) {where}", "s", cpu),
        (f"Services Memory (Instance-based billing) {where}", "GiBy.s", memory),
        (f"Jobs CPU {where}", "s", cpu),
        (f"Jobs Memory {where}", "GiBy.s", memory),
        (f"Worker Pools CPU {where}", "s", pool_cpu),
        (f"Worker Pools Memory {where}", "GiBy.s", pool_memory),
        (f"Instances CPU {where}", "s", cpu),
        (f"Instances Memory {where}", "GiBy.s", memory),
        (f"NVIDIA L4 GPU with no zonal redundancy {where}", "s", 186700),
        (f"NVIDIA L4 GPU with zonal redundancy {where}", "s", 290900),
    ):
        yield _Row("", description, unit, ((0, nanos),), (region,))


def _artifact_registry() -> Iterator[_Row]:
    """Half a GiB is free for a billing account, then $0.10 a GiB and month (facts 5.2)."""
    regions = (*TIER_1, *TIER_2, *_MULTI_REGIONS)
    yield _Row(
        "8502-299A-ABAF", "Artifact Registry Storage", "GiBy.mo", ((0, 0), (0.5, 100_000_000)), regions
    )
    yield _Row("", "Artifact Registry Network Internet Egress", "GiBy", ((0, 120_000_000),), ("global",))


def _sku(service: str, row: _Row) -> Any:
    hashed = hashlib.sha256(row.description.encode()).hexdigest().upper()
    sku_id = row.sku_id or f"{hashed[:4]}-{hashed[4:8]}-{hashed[8:12]}"
    sku = _Sku(
        name=f"services/{service}/skus/{sku_id}",
        sku_id=sku_id,
        description=row.description,
        service_regions=row.regions,
        service_provider_name="Google",
    )
    sku.category.service_display_name = "Cloud Run" if service == CLOUD_RUN else "Artifact Registry"
    sku.category.resource_family = "ApplicationServices"
    sku.category.resource_group = "Compute"
    sku.category.usage_type = "OnDemand"
    pricing = sku.pricing_info.add(currency_conversion_rate=1.0)
    pricing.effective_time.FromJsonString("2026-09-24T00:00:00Z")
    expression = pricing.pricing_expression
    expression.usage_unit = row.unit
    expression.display_quantity = 1.0
    for start, nanos in row.tiers:
        rate = expression.tiered_rates.add(start_usage_amount=start)
        rate.unit_price.currency_code = "USD"
        rate.unit_price.nanos = nanos
    return sku
