"""What a worker pool costs: instances that are always on, at full price."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from janitor.cost.book import Metered, PriceBook
from janitor.kinds.revision import Revision
from janitor.kinds.worker_pool import estimate_worker_pool
from janitor.model.amounts import Priced, Unpriced
from janitor.model.resources import Container, Traffic
from tests.making import pool, pool_revision

PLACE = "us-central1"
BOOK = PriceBook("fallback", date(2026, 11, 1), {
    Metered.WORKER_POOL_CPU: {PLACE: Decimal("0.000011244")},
    Metered.WORKER_POOL_MEMORY: {PLACE: Decimal("0.000001235")},
    Metered.GPU_L4_NON_ZONAL: {PLACE: Decimal("0.0001867")},
})  # fmt: skip
MONTH = 2_628_000
ONE = Decimal("0.000011244") + Decimal("0.5") * Decimal("0.000001235")


def revision(short: str = "w-1", *containers: Container, **facts: object) -> Revision:
    held = containers or (Container(Decimal(1), Decimal("0.5"), True),)
    return pool_revision("w", short, containers=held, **facts)


def test_a_pool_without_instances_costs_nothing_and_that_is_known() -> None:
    assert estimate_worker_pool(pool("w"), [revision()], BOOK) == Priced(Decimal(0), "no instances")


def test_each_instance_costs_its_whole_month() -> None:
    asked = pool("w", instances=2, latest_ready_revision="w-1")
    found = estimate_worker_pool(asked, [revision()], BOOK)
    assert found == Priced(2 * MONTH * ONE, "2 instances of 1 vCPU + 0.5 GiB, always on at full price")
    found = estimate_worker_pool(replace(asked, instances=1), [revision()], BOOK)
    assert found == Priced(MONTH * ONE, "1 instance of 1 vCPU + 0.5 GiB, always on at full price")


def test_revisions_that_share_the_instances_count_by_their_percentage() -> None:
    splits = (Traffic("w-1", 50, ""), Traffic("", 50, ""))
    asked = pool("w", instances=1, latest_ready_revision="w-2", splits=splits)
    big = revision("w-2", Container(Decimal(2), Decimal(1), True))
    found = estimate_worker_pool(asked, [revision(), big], BOOK)
    assert isinstance(found, Priced)
    assert found.usd_month == MONTH * (ONE / 2 + ONE)


def test_a_gpu_is_counted_too() -> None:
    with_gpu = revision("w-1", Container(Decimal(1), Decimal("0.5"), True, gpu=1), accelerator="nvidia-l4")
    found = estimate_worker_pool(pool("w", instances=1, latest_ready_revision="w-1"), [with_gpu], BOOK)
    assert isinstance(found, Priced)
    assert found.usd_month == MONTH * (ONE + Decimal("0.0001867"))
    odd = revision("w-1", Container(Decimal(1), Decimal("0.5"), True, gpu=1), accelerator="nvidia-x9")
    assert "nvidia-x9" in _why(
        estimate_worker_pool(pool("w", instances=1, latest_ready_revision="w-1"), [odd], BOOK)
    )


@pytest.mark.parametrize(
    ("instances", "revisions", "book", "why"),
    [
        (None, [revision()], BOOK, "how many instances"),
        (1, [], BOOK, "was not seen"),
        (1, [pool_revision("w", "w-1", containers=())], BOOK, "containers"),
        (
            1,
            [revision()],
            PriceBook("fallback", date(2026, 11, 1), {}),
            "no price of worker-pool-vcpu-second",
        ),
    ],
)
def test_what_is_not_known_is_unpriced_and_never_zero(
    instances: int | None, revisions: list[Revision], book: PriceBook, why: str
) -> None:
    asked = pool("w", instances=instances, latest_ready_revision="w-1")
    assert why in _why(estimate_worker_pool(asked, revisions, book))


def _why(found: object) -> str:
    assert isinstance(found, Unpriced)
    return found.why
