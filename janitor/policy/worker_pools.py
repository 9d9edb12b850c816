"""Deciding worker pools: each goes with its revisions, which have no verdict of their own."""

from collections.abc import Sequence

from janitor.kinds.provenance import managers_of_pool
from janitor.kinds.worker_pool import may_have_instances, pool_since, pool_status, pool_times
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.reasons import KeepReason
from janitor.model.resources import Revision, WorkerPool
from janitor.policy.decision import Delete
from janitor.policy.holders import Guards, by_holder, holder_guards, workload_facts
from janitor.policy.workload_rules import Rules, WorkloadVerdicts, decided


def decide_worker_pools(rules: Rules, workloads: Workloads, verdicts: WorkloadVerdicts) -> None:
    """Adds a verdict on each worker pool in scope."""
    of = by_holder(workloads.revisions, "workerPools")
    for pool in workloads.worker_pools:
        if rules.context.in_scope(pool.name):
            _decide(rules, pool, of.get(pool.name, []), verdicts)


def _decide(rules: Rules, pool: WorkerPool, revisions: list[Revision], verdicts: WorkloadVerdicts) -> None:
    name, status = pool.name, pool_status(pool, revisions)
    managers, times = managers_of_pool(pool), pool_times(pool, revisions)
    facts = workload_facts(Kind.WORKER_POOL, pool, status, pool_since(pool), managers, times)
    guards = _guards(rules, pool, status, revisions)
    verdicts.worker_pools[name] = decision = decided(rules, Kind.WORKER_POOL, pool, facts, guards)
    if isinstance(decision, Delete):
        verdicts.contained[name] = revisions


def _guards(rules: Rules, pool: WorkerPool, status: Status, revisions: Sequence[Revision]) -> Guards:
    """Every reason that may keep it, strongest first."""
    return holder_guards(rules, pool, revisions) | {
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.HAS_INSTANCES: may_have_instances(pool, revisions),
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }
