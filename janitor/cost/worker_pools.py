"""What a worker pool costs a month: its instances are always on, each at full price (docs/money.md)."""

from collections.abc import Sequence
from decimal import Decimal

from janitor.cost.book import Metered, PriceBook
from janitor.cost.metering import MONTH_SECONDS, gpu_of, no_gpu, no_price, plain
from janitor.model.money import Estimate, Priced, Unpriced
from janitor.model.resources import Revision, WorkerPool

_ZERO = Decimal(0)


def estimate_worker_pool(pool: WorkerPool, revisions: Sequence[Revision], book: PriceBook) -> Estimate:
    """`revisions` are all of this pool. Where several share its instances, each counts by its percentage."""
    if pool.instances is None:
        return Unpriced("how many instances it has is not known")
    if pool.instances == 0:
        return Priced(_ZERO, "no instances")
    known = {revision.name.short: revision for revision in revisions}
    second = _ZERO
    for short, percent in _shares(pool).items():
        if short not in known:
            return Unpriced(f"revision {short!r} has instances and was not seen")
        cost = _second(known[short], book)
        if isinstance(cost, Unpriced):
            return cost
        second += cost * percent / 100
    shapes = " or ".join(_shape(known[short]) for short in _shares(pool))
    plural = "" if pool.instances == 1 else "s"
    basis = f"{pool.instances} instance{plural} of {shapes}, always on at full price"
    return Priced(pool.instances * MONTH_SECONDS * second, basis)


def _shares(pool: WorkerPool) -> dict[str, int]:
    """Percent of the instances by revision; all of the latest ready one where nothing is said."""
    shares: dict[str, int] = {}
    for each in pool.splits:
        name = each.revision or pool.latest_ready_revision
        shares[name] = shares.get(name, 0) + each.percent
    return shares or {pool.latest_ready_revision: 100}


def _second(revision: Revision, book: PriceBook) -> Decimal | Unpriced:
    """What one instance costs a second, all containers together."""
    region, second = revision.name.location, _ZERO
    if not revision.containers:
        return Unpriced(f"the containers of revision {revision.name.short!r} were not seen")
    for container in revision.containers:
        amounts = [
            (Metered.WORKER_POOL_CPU, container.vcpu),
            (Metered.WORKER_POOL_MEMORY, container.memory_gib),
        ]
        if container.gpu:
            gpu = gpu_of(revision)
            if gpu is None:
                return no_gpu(revision)
            amounts.append((gpu, Decimal(container.gpu)))
        for item, amount in amounts:
            price = book.price(item, region)
            if price is None:
                return no_price(item, region)
            second += amount * price
    return second


def _shape(revision: Revision) -> str:
    vcpu = sum((each.vcpu for each in revision.containers), _ZERO)
    memory = sum((each.memory_gib for each in revision.containers), _ZERO)
    gpus = sum(each.gpu for each in revision.containers)
    return f"{plain(vcpu)} vCPU + {plain(memory)} GiB" + (f" + {gpus} GPU" if gpus else "")
