"""What janitor itself costs: the smallest Cloud Run service, job or worker pool that runs it."""

from dataclasses import dataclass
from decimal import Decimal

from janitor.cost.book import Metered, PriceBook
from janitor.cost.metering import MONTH_HOURS, MONTH_SECONDS
from janitor.model.amounts import Estimate, Priced, Unpriced

# The least that each of the three takes. A service of less than 1 vCPU needs request-based billing, where
# nothing runs between requests; the second generation of execution environments, the only one of jobs and
# worker pools, needs 512 MiB, and less is too little for a sweep (docs/performance.md).
# cloud.google.com/run/docs/configuring/{services,jobs,workerpools}/{cpu,memory-limits}
VCPU, MEMORY_GIB = Decimal(1), Decimal("0.5")
_SHAPE = "1 vCPU + 0.5 GiB"
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class OwnCost:
    """A month of each way to run janitor in a region; `job_seconds` is how long one nightly run takes."""

    region: str
    job_seconds: int
    service: Estimate
    job: Estimate
    worker_pool: Estimate


def own_cost(book: PriceBook, region: str, job_seconds: int) -> OwnCost:
    """The three estimates, gross: free tiers are a billing account's. What has no price is Unpriced."""
    nights = Decimal(MONTH_HOURS) / _DAY_HOURS
    always = f"{_SHAPE}, one instance for {MONTH_HOURS} hours"
    nightly = f"{_SHAPE}, {job_seconds} s a night"
    return OwnCost(
        region=region,
        job_seconds=job_seconds,
        service=_estimate(
            book, region, Metered.INSTANCE_CPU, Metered.INSTANCE_MEMORY, Decimal(MONTH_SECONDS),
            f"{always}, instance-based billing",
        ),
        # all jobs are billed by instance: cloud.google.com/run/docs/configuring/billing-settings
        job=_estimate(
            book, region, Metered.JOB_CPU, Metered.JOB_MEMORY, job_seconds * nights, nightly
        ),
        worker_pool=_estimate(
            book, region, Metered.WORKER_POOL_CPU, Metered.WORKER_POOL_MEMORY, Decimal(MONTH_SECONDS), always
        ),
    )  # fmt: skip


def _estimate(
    book: PriceBook, region: str, cpu: Metered, memory: Metered, seconds: Decimal, basis: str
) -> Estimate:
    """One instance for that many seconds a month."""
    second = Decimal(0)
    for item, amount in ((cpu, VCPU), (memory, MEMORY_GIB)):
        price = book.price(item, region)
        if price is None:
            return Unpriced(f"no price of {item.value} is known in {region}")
        second += amount * price
    return Priced(seconds * second, basis)
