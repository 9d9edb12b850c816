"""Kinds that can be deleted: the table of all kinds, and the source of docs/kinds.md."""

from collections.abc import Mapping

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
from janitor.model.kinds import Kind

KINDS: Mapping[Kind, KindSpec] = {
    spec.kind: spec
    for spec in (
        service.SPEC,
        revision.SPEC,
        traffic_tag.SPEC,
        job.SPEC,
        execution.SPEC,
        worker_pool.SPEC,
        image.SPEC,
        version.SPEC,
        tag.SPEC,
        package.SPEC,
        repository.SPEC,
    )
}
# Cloud Run's, and the kind of each of its collections.
RUN_KINDS = tuple(kind for kind in KINDS if kind.is_run)
RUN_COLLECTIONS = {KINDS[kind].collection: kind for kind in RUN_KINDS}

# Several of one parent can be deleted in one call, of which Google may refuse some.
BATCHED = frozenset(kind for kind, spec in KINDS.items() if spec.batch > 1)

# Deletes run in this order: workloads first, because they free images.
DELETE_ORDER = (
    Kind.SERVICE,
    Kind.REVISION,
    Kind.TRAFFIC_TAG,
    Kind.JOB,
    Kind.EXECUTION,
    Kind.WORKER_POOL,
    Kind.IMAGE,
    Kind.TAG,
    Kind.VERSION,
    Kind.PACKAGE,
    Kind.REPOSITORY,
)
_RANKS = {kind: rank for rank, kind in enumerate(DELETE_ORDER)}


def delete_rank(kind: Kind, within: int = 0) -> tuple[int, int]:
    """The rank of a delete in a plan; `within` orders the resources of one kind."""
    return _RANKS[kind], within


def kind_noun(kind: Kind, count: int = 1) -> str:
    """What people call so many resources of a kind: ``image``, ``images``, ``repositories``."""
    spec = KINDS.get(kind)
    word = (spec.noun if spec else "") or kind.value.partition(".")[2].replace("_", " ")
    if count == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
