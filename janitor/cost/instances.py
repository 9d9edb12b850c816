"""Instances: what the instances of revisions cost a month, idle or always on. Pure arithmetic on a price book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from janitor.cost.book import Metered, PriceBook
from janitor.cost.metering import MONTH_HOURS, MONTH_SECONDS, no_price
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.names import ResourceName
from janitor.model.resources import Container

_ZERO = Decimal(0)
_L4 = "nvidia-l4"
_IN_USE = "what it costs in use is not known without metrics"


class BilledInstance(Protocol):
    """What each instance of a revision has, as far as it is billed (kinds/revision.py)."""

    @property
    def name(self) -> ResourceName: ...

    @property
    def containers(self) -> tuple[Container, ...]: ...

    @property
    def accelerator(self) -> str: ...

    @property
    def gpu_zonal_redundancy(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Minimum:
    """Instances that a revision keeps. `shared`: some of them may be another revision's."""

    count: int
    shared: bool = False


def instances_cost(revision: BilledInstance, minimum: Minimum, book: PriceBook) -> Estimate:
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
    basis = f"{minimum_instances(minimum.count)} of {_shape(revision.containers, with_gpu)}"
    return Priced(minimum.count * MONTH_SECONDS * second, basis, upper_bound=minimum.shared)


def _consumption(
    container: Container, instance_based: bool, revision: BilledInstance
) -> Iterable[tuple[Metered | None, Decimal]]:
    """What a container is billed for each second; None stands for a GPU of no known price."""
    yield Metered.INSTANCE_CPU if instance_based else Metered.IDLE_CPU, container.vcpu
    yield Metered.INSTANCE_MEMORY if instance_based else Metered.IDLE_MEMORY, container.memory_gib
    if container.gpu:
        yield gpu_of(revision), Decimal(container.gpu)


def gpu_of(revision: BilledInstance) -> Metered | None:
    """The price of one GPU of it; None where none is known."""
    if revision.accelerator != _L4:
        return None
    return Metered.GPU_L4_ZONAL if revision.gpu_zonal_redundancy else Metered.GPU_L4_NON_ZONAL


def total(parts: Sequence[Estimate]) -> Estimate:
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


def never_ran(asked: int) -> str:
    """That what never became ready runs nothing, whatever it asks for."""
    if not asked:
        return "never became ready: no instance runs"
    noun, verb = ("its minimum instance", "is") if asked == 1 else (f"its {asked} minimum instances", "are")
    return f"{noun} {verb} not billed while it was never ready (unverified)"


def minimum_instances(count: int) -> str:
    """So many, in words."""
    return f"{count} minimum instance{'' if count == 1 else 's'}"


def plain(amount: Decimal) -> str:
    """A number as people write it."""
    return f"{amount.normalize():f}"


def no_gpu(revision: BilledInstance) -> Unpriced:
    """Its accelerator is none whose price is known."""
    return Unpriced(f"no price of the accelerator {revision.accelerator or '(not named)'!r} is known")


def second_of_an_instance(revision: BilledInstance, book: PriceBook) -> Decimal | Unpriced:
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


def shape_of_an_instance(revision: BilledInstance) -> str:
    """All containers together, in words."""
    vcpu = sum((each.vcpu for each in revision.containers), _ZERO)
    memory = sum((each.memory_gib for each in revision.containers), _ZERO)
    gpus = sum(each.gpu for each in revision.containers)
    return f"{plain(vcpu)} vCPU + {plain(memory)} GiB" + (f" + {gpus} GPU" if gpus else "")
