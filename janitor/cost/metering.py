"""Metering: what an unused resource costs a month, of each kind. Pure arithmetic on a price book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache

from janitor.cost.book import Metered, PriceBook
from janitor.kinds.revision import revision_status
from janitor.kinds.table import KINDS
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Container, Revision, Service, WorkerPool

MONTH_HOURS = 730
MONTH_SECONDS = MONTH_HOURS * 3600
GIB = 2**30
_ZERO = Decimal(0)
_DIGITS = 60
AN_INDEX = Priced(
    _ZERO, "an index stores nothing by itself: the images that it holds are counted on their own"
)
_L4 = "nvidia-l4"
_IN_USE = "what it costs in use is not known without metrics"


@dataclass(frozen=True, slots=True)
class _Minimum:
    """Instances that a revision keeps. `shared`: some of them may be another revision's."""

    count: int
    shared: bool = False


def estimate_service(
    service: Service, revisions: Sequence[Revision], never_ready: bool, book: PriceBook
) -> Estimate:
    """What deleting it surely saves: the idle minimum instances of the revisions that serve.

    `revisions` are all of this service. An upper bound where the service's own minimum is divided
    among several revisions by their traffic.
    """
    if never_ready:
        return Priced(_ZERO, _never_ready(_configured(service, revisions)))
    serving = _serving(service)
    known = {revision.name.short: revision for revision in revisions}
    missing = sorted(set(serving) - set(known))
    if missing:
        return Unpriced(f"revision {missing[0]!r} has traffic and was not seen")
    minimums = {
        revision.name.short: _minimum(revision, service, serving)
        for revision in revisions
        if revision.name.short in serving or revision.desired_min_instances
    }
    return _total([_instances_cost(known[name], least, book) for name, least in minimums.items()])


def estimate_revision(revision: Revision, service: Service | None, book: PriceBook) -> Estimate:
    """What deleting it saves by itself; `service` is the one it belongs to, where that was seen."""
    status = revision_status(revision)
    if status is Status.RETIRED:
        return Priced(_ZERO, "a retired revision keeps no instances")
    if status is Status.FAILED:
        return Priced(_ZERO, _never_ready(revision.scaling.minimum))
    serving = _serving(service) if service else {}
    if service and revision.name.short in serving:
        return _total([_instances_cost(revision, _minimum(revision, service, serving), book)])
    if revision.desired_min_instances is not None:
        return _total([_instances_cost(revision, _Minimum(revision.desired_min_instances), book)])
    if not revision.scaling.minimum:
        return Priced(_ZERO, "no minimum instances and no traffic")
    return Unpriced(
        f"no traffic is known, and whether its {_instances(revision.scaling.minimum)} run is not either"
    )


def estimate_image(size_bytes: int, location: str, book: PriceBook) -> Estimate:
    """Storage of one image: at most this, as its layers may be other images' too (R25)."""
    if size_bytes <= 0:
        return Unpriced("Google gave no size")
    price = book.price(Metered.STORAGE, location)
    if price is None:
        return no_price(Metered.STORAGE, location)
    return Priced(stored(size_bytes, price), _image_basis(price), upper_bound=True)


def estimate_repository(size_bytes: int, location: str, book: PriceBook) -> Estimate:
    """Storage of a whole repository, by the size that Google bills (R25)."""
    if size_bytes == 0:
        return Priced(_ZERO, "Google bills 0 bytes of it")
    price = book.price(Metered.STORAGE, location)
    if price is None:
        return no_price(Metered.STORAGE, location)
    basis = f"billed size at ${price:f} a GiB-month; the free 0.5 GiB is not subtracted"
    return Priced(stored(size_bytes, price), basis)


def stored(size_bytes: int, price: Decimal) -> Decimal:
    """Dollars a month of so many bytes at a price a GiB. Exact: 2^30 divides a decimal in at most 30 places."""
    with localcontext(prec=_DIGITS):
        return size_bytes * price / GIB


def _serving(service: Service) -> dict[str, int]:
    """Traffic in percent of each revision that serves, 0 where only a tag leads to it.

    A service whose traffic is not told is taken to serve by its latest ready revision alone.
    """
    shares: dict[str, int] = {}
    for entry in service.traffic:
        name = entry.revision or service.latest_ready_revision
        shares[name] = shares.get(name, 0) + entry.percent
    if not shares and service.latest_ready_revision:
        return {service.latest_ready_revision: 100}
    return shares


def _minimum(revision: Revision, service: Service, serving: dict[str, int]) -> _Minimum:
    """A manual count first, then Google's own target, else the greater of the two settings.

    How the service's minimum and the revision's combine is not documented: the greater one is the
    conservative reading. A revision without a share of the traffic gets none of the service's.
    """
    share = serving.get(revision.name.short, 0)
    divided = 0 < share < 100
    manual = service.scaling.manual
    if manual is not None:
        return _Minimum(manual, divided) if share else _Minimum(0)
    if revision.desired_min_instances is not None:
        return _Minimum(revision.desired_min_instances)
    if revision_status(revision) is Status.RETIRED:
        return _Minimum(0)
    own, whole = revision.scaling.minimum, service.scaling.minimum if share else 0
    return _Minimum(max(own, whole), divided and whole > own)


def _instances_cost(revision: Revision, minimum: _Minimum, book: PriceBook) -> Estimate:
    """`minimum` instances of all containers of a revision for a month, idle."""
    if minimum.count <= 0:
        return Priced(_ZERO, "")
    if not revision.containers:
        return Unpriced(f"the containers of revision {revision.name.short!r} were not seen")
    with_gpu = any(container.gpu for container in revision.containers)
    second = _ZERO
    for container in revision.containers:
        instance_based = with_gpu or not container.cpu_idle
        for item, amount in _consumption(container, instance_based, revision):
            price = book.price(item, revision.name.location) if item else None
            if price is None:
                return no_price(item, revision.name.location) if item else no_gpu(revision)
            second += amount * price
    basis = f"{_instances(minimum.count)} of {_shape(revision.containers, with_gpu)}"
    return Priced(minimum.count * MONTH_SECONDS * second, basis, upper_bound=minimum.shared)


def _consumption(
    container: Container, instance_based: bool, revision: Revision
) -> Iterable[tuple[Metered | None, Decimal]]:
    """What a container is billed for each second; None stands for a GPU of no known price."""
    yield Metered.INSTANCE_CPU if instance_based else Metered.IDLE_CPU, container.vcpu
    yield Metered.INSTANCE_MEMORY if instance_based else Metered.IDLE_MEMORY, container.memory_gib
    if container.gpu:
        yield gpu_of(revision), Decimal(container.gpu)


def gpu_of(revision: Revision) -> Metered | None:
    """The price of one GPU of it; None where none is known."""
    if revision.accelerator != _L4:
        return None
    return Metered.GPU_L4_ZONAL if revision.gpu_zonal_redundancy else Metered.GPU_L4_NON_ZONAL


def _total(parts: Sequence[Estimate]) -> Estimate:
    """The sum of a service's revisions: one that is not known leaves the whole unknown."""
    usd, bases, upper_bound = _ZERO, [], False
    for part in parts:
        if isinstance(part, Unpriced):
            return part
        usd += part.usd_month
        bases += [part.basis] if part.basis else []
        upper_bound |= part.upper_bound
    if not bases:
        return Priced(_ZERO, f"no minimum instances; {_IN_USE}")
    basis = f"{' + '.join(bases)}, idle for {MONTH_HOURS} hours; {_IN_USE}"
    return Priced(usd, basis, upper_bound)


def _shape(containers: Sequence[Container], with_gpu: bool) -> str:
    vcpu = sum((container.vcpu for container in containers), _ZERO)
    memory = sum((container.memory_gib for container in containers), _ZERO)
    instance_based = with_gpu or not all(container.cpu_idle for container in containers)
    billing = "instance-based" if instance_based else "request-based"
    gpu = f" + {sum(container.gpu for container in containers)} GPU" if with_gpu else ""
    return f"{plain(vcpu)} vCPU + {plain(memory)} GiB{gpu} ({billing} billing)"


def _configured(service: Service, revisions: Sequence[Revision]) -> int:
    """The most minimum instances that anything of the service asks for."""
    asked = [service.scaling.minimum, service.scaling.manual or 0]
    return max(asked + [revision.scaling.minimum for revision in revisions])


def _never_ready(asked: int) -> str:
    if not asked:
        return "never became ready: no instance runs"
    noun, verb = ("its minimum instance", "is") if asked == 1 else (f"its {asked} minimum instances", "are")
    return f"{noun} {verb} not billed while it was never ready (unverified)"


def _instances(count: int) -> str:
    return f"{count} minimum instance{'' if count == 1 else 's'}"


def plain(amount: Decimal) -> str:
    """A number as people write it."""
    return f"{amount.normalize():f}"


@lru_cache(maxsize=64)
def _image_basis(price: Decimal) -> str:
    return (
        f"image size at ${price:f} a GiB-month; at most, as layers may be shared; "
        "the free 0.5 GiB is not subtracted"
    )


def no_price(item: Metered, region: str) -> Unpriced:
    """Neither the catalogue nor the dated table has it there."""
    return Unpriced(f"no price of {item.value} is known in {region}")


def no_gpu(revision: Revision) -> Unpriced:
    """Its accelerator is none whose price is known."""
    return Unpriced(f"no price of the accelerator {revision.accelerator or '(not named)'!r} is known")


def free_of_charge(kind: Kind) -> Estimate:
    """A kind that costs nothing, and why (Cloud Run pricing; docs/money.md)."""
    return Priced(_ZERO, KINDS[kind].free)


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
    shapes = " or ".join(_instance_shape(known[short]) for short in _shares(pool))
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


def _instance_shape(revision: Revision) -> str:
    vcpu = sum((each.vcpu for each in revision.containers), _ZERO)
    memory = sum((each.memory_gib for each in revision.containers), _ZERO)
    gpus = sum(each.gpu for each in revision.containers)
    return f"{plain(vcpu)} vCPU + {plain(memory)} GiB" + (f" + {gpus} GPU" if gpus else "")


def estimate_package(
    size_bytes: int | None, versions: int, unsized: int, is_docker: bool, location: str, book: PriceBook
) -> Estimate:
    """Storage of all of its versions of known size; nothing where it has none. A lower bound where the size of
    some (`unsized`) is not known."""
    if not versions:
        return Priced(Decimal(0), "it is empty: nothing is stored")
    found = (
        estimate_image(size_bytes or 0, location, book)
        if is_docker
        else estimate_version(size_bytes, location, book)
    )
    if unsized and isinstance(found, Priced):
        basis = f"lower bound: the size of {unsized} of its {versions} versions is not known; {found.basis}"
        return Priced(found.usd_month, basis)
    return found


def estimate_version(size_bytes: int | None, location: str, book: PriceBook) -> Estimate:
    """Storage of a version of another format than docker, by its files' sizes (file.proto).

    Whether Google stores a file twice that two versions own is not stated: an upper bound.
    """
    if not size_bytes:
        return Unpriced("Google names no files of it, so its size is not known")
    price = book.price(Metered.STORAGE, location)
    if price is None:
        return no_price(Metered.STORAGE, location)
    basis = f"its files at ${price:f} a GiB-month; at most; the free 0.5 GiB is not subtracted"
    return Priced(stored(size_bytes, price), basis, upper_bound=True)
