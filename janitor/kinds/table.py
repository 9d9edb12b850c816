"""Kinds that can be deleted: the table of all kinds, and the source of docs/kinds.md."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from janitor.cost.book import PriceBook
from janitor.kinds import (
    execution,
    image,
    job,
    package,
    repository,
    revision,
    service,
    tag,
    traffic_tag,
    version,
    worker_pool,
)
from janitor.kinds.spec import KindSpec
from janitor.kinds.workload import HolderKind, PartKind, RunResource
from janitor.model.amounts import Estimate, Priced
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind

_RUN: tuple[tuple[KindSpec, HolderKind[Any, Any] | PartKind[Any, Any]], ...] = (
    (service.SPEC, service.SERVICE),
    (revision.SPEC, revision.REVISION),
    (traffic_tag.SPEC, traffic_tag.TRAFFIC_TAG),
    (job.SPEC, job.JOB),
    (execution.SPEC, execution.EXECUTION),
    (worker_pool.SPEC, worker_pool.WORKER_POOL),
)
_ARTIFACTS = (image.SPEC, version.SPEC, tag.SPEC, package.SPEC, repository.SPEC)

KINDS: Mapping[Kind, KindSpec] = {spec.kind: spec for spec in (*(spec for spec, _ in _RUN), *_ARTIFACTS)}
BY_WIRE_NAME: Mapping[str, KindSpec] = {kind.value: spec for kind, spec in KINDS.items()}
# Cloud Run's, and the kind of each of its collections.
RUN_KINDS = tuple(kind for kind in KINDS if kind.is_run)
HOLDER_KINDS = {spec.kind: each for spec, each in _RUN if isinstance(each, HolderKind)}
PART_KINDS = {spec.kind: each for spec, each in _RUN if isinstance(each, PartKind)}
RUN_COLLECTIONS = {KINDS[kind].collection: kind for kind in RUN_KINDS}

# Google has no call for one of these: it is read and deleted in what holds it.
READ_IN_HOLDER = {kind: each.read_in_holder for kind, each in PART_KINDS.items() if each.read_in_holder}

# Several of one parent can be deleted in one call, of which Google may refuse some.
BATCHED = frozenset(kind for kind, spec in KINDS.items() if spec.batch > 1)

# Deletes run in this order: workloads first, because they free images.
DELETE_ORDER = tuple(sorted(KINDS, key=lambda kind: KINDS[kind].rank))
_RANKS = {kind: rank for rank, kind in enumerate(DELETE_ORDER)}


def delete_rank(kind: Kind, within: int = 0) -> tuple[int, int]:
    """The rank of a delete in a plan; `within` orders the resources of one kind."""
    return _RANKS[kind], within


def listed(workloads: Workloads) -> Iterator[tuple[Kind, RunResource]]:
    """Every resource that policies may be about, with its kind."""
    for kind in RUN_KINDS:
        for resource in listed_of(kind, workloads):
            yield kind, resource


def listed_of(kind: Kind, workloads: Workloads) -> Iterable[Any]:
    """Every resource of a kind of Cloud Run that was read, be it in what holds it."""
    inside = READ_IN_HOLDER.get(kind)
    return inside.listed(workloads) if inside else workloads.of(kind)


def runs_earlier_pull(kind: Kind, resource: Any) -> bool:
    """Whether it still runs what a tag led to when it began (R46)."""
    return kind in PART_KINDS and PART_KINDS[kind].runs_earlier_pull(resource)


def listing_of(kind: Kind) -> str:
    """What everything of a kind is called together in policy tests, such as ``worker_pools``."""
    return kind_noun(kind, 2).replace(" ", "_")


def holder_key(kind: Kind) -> str:
    """The key of `when` that names what holds one of Cloud Run, such as ``service``; "" where nothing does."""
    parent = KINDS[kind].parent
    return _short(parent) if kind.is_run and parent else ""


def free_of_charge(kind: Kind) -> Estimate:
    """What deleting one of a kind saves that costs nothing, and why (Cloud Run pricing; docs/money.md)."""
    return Priced(Decimal(0), KINDS[kind].free)


def estimate_workload(kind: Kind, resource: Any, around: Any, book: PriceBook) -> Estimate:
    """What deleting one of Cloud Run's saves; `around` is what holds a part, or all that a holder holds."""
    estimate = (HOLDER_KINDS.get(kind) or PART_KINDS[kind]).estimate
    return estimate(resource, around, book) if estimate else free_of_charge(kind)


def kind_noun(kind: Kind, count: int = 1) -> str:
    """What people call so many resources of a kind: ``image``, ``images``, ``repositories``."""
    spec = KINDS.get(kind)
    word = (spec.noun if spec else "") or _short(kind).replace("_", " ")
    if count == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _short(kind: Kind) -> str:
    return kind.value.partition(".")[2]
