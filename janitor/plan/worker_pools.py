"""Actions on worker pools, each with its revisions contained."""

from janitor.cost.worker_pools import estimate_worker_pool
from janitor.kinds.owner import owner_of
from janitor.kinds.worker_pool import pool_since
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.plan.build import POOL_RANK, Builder, cause_of, details
from janitor.plan.values import Action
from janitor.policy.deciding.verdict import Delete
from janitor.policy.deciding.workload_rules import WorkloadVerdicts


def worker_pool_actions(builder: Builder, workloads: Workloads, verdicts: WorkloadVerdicts) -> list[Action]:
    """One for each worker pool that is to go, unordered."""
    actions = []
    for pool in workloads.worker_pools:
        decision = verdicts.worker_pools.get(pool.name)
        if not isinstance(decision, Delete):
            continue
        revisions = verdicts.contained[pool.name]
        actions.append(Action(
            Kind.WORKER_POOL, str(pool.name), "", decision.policy.name, decision.reason,
            details(builder.age(pool_since(pool)), cause_of(pool.terminal)), 0,
            estimate_worker_pool(pool, revisions, builder.book), (POOL_RANK, 0), etag=pool.etag, uid=pool.uid,
            contains=((Kind.REVISION, len(revisions)),) if revisions else (),
            owner=owner_of(pool.labels, pool.creator if builder.show_creator else ""),
        ))  # fmt: skip
    return actions
