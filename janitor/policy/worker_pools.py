"""Deciding worker pools: each goes with its revisions, which have no verdict of their own."""

from collections.abc import Sequence

from janitor.kinds.provenance import managers_of_pool
from janitor.kinds.repository import has_managed_labels
from janitor.kinds.worker_pool import may_have_instances, pool_since, pool_status
from janitor.model.inventory import Workloads
from janitor.model.kinds import KeepReason, Kind, Status
from janitor.model.names import ResourceName
from janitor.model.resources import Revision, WorkerPool
from janitor.policy.decision import Delete
from janitor.policy.resource_keys import Facts
from janitor.policy.workload_rules import Rules, WorkloadVerdicts, decided


def decide_worker_pools(rules: Rules, workloads: Workloads, verdicts: WorkloadVerdicts) -> None:
    """Adds a verdict on each worker pool in scope."""
    of: dict[ResourceName, list[Revision]] = {}
    for revision in workloads.revisions:
        if revision.name.path[0] == "workerPools":
            of.setdefault(revision.name.parent, []).append(revision)
    for pool in workloads.worker_pools:
        if rules.context.in_scope(pool.name):
            _decide(rules, pool, of.get(pool.name, []), verdicts)


def _decide(rules: Rules, pool: WorkerPool, revisions: list[Revision], verdicts: WorkloadVerdicts) -> None:
    name, status = pool.name, pool_status(pool, revisions)
    facts = Facts(
        name.short, name.location, "", pool.labels, status, pool_since(pool),
        kind=Kind.WORKER_POOL, project=name.project, annotations=pool.annotations, creator=pool.creator,
        managed_by=managers_of_pool(pool),
    )  # fmt: skip
    guards = _guards(rules, pool, status, revisions)
    verdicts.worker_pools[name] = decision = decided(rules, Kind.WORKER_POOL, pool, facts, guards)
    if isinstance(decision, Delete):
        verdicts.contained[name] = revisions


def _guards(
    rules: Rules, pool: WorkerPool, status: Status, revisions: Sequence[Revision]
) -> dict[KeepReason, bool]:
    """Every reason that may keep it, strongest first."""
    return {
        KeepReason.SELF: pool.name.short in rules.context.own,
        KeepReason.PROTECTED: rules.protects(pool.name.short, pool.labels),
        KeepReason.HOLDS_PROTECTED: any(rules.protects_label(each.labels) for each in revisions),
        KeepReason.GOOGLE_MANAGED: has_managed_labels(pool.labels),
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.HAS_INSTANCES: may_have_instances(pool, revisions),
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }
