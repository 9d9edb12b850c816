"""Workload actions: from decisions on Cloud Run's resources to deletions, with what each contains and saves."""

from collections.abc import Mapping
from dataclasses import dataclass

from janitor.kinds.owner import owner_of
from janitor.kinds.table import HOLDER_KINDS, KINDS, PART_KINDS, delete_rank, estimate_workload, listed
from janitor.kinds.workload import RunResource, Seen, Told
from janitor.model.amounts import Estimate
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.plan.build import Builder, cause_of, details
from janitor.plan.plan import Action
from janitor.policy.deciding.verdict import Delete
from janitor.policy.deciding.workload_rules import WorkloadVerdicts


def workload_actions(builder: Builder, workloads: Workloads, verdicts: WorkloadVerdicts) -> list[Action]:
    """One for each workload that is to be deleted, unordered. What is deleted with it is contained."""
    plan = _WorkloadPlan(builder, verdicts, {each.name: each for _, each in listed(workloads)})
    return [
        plan.action(kind, plan.resources[name], decision)
        for kind, decisions in verdicts.by_kind.items()
        for name, decision in decisions.items()
        if isinstance(decision, Delete)
    ]


@dataclass(frozen=True, slots=True)
class _WorkloadPlan:
    builder: Builder
    verdicts: WorkloadVerdicts
    resources: Mapping[ResourceName, RunResource]

    def action(self, kind: Kind, resource: RunResource, decision: Delete) -> Action:
        """Its owner is that of the resource that holds it, who deploys it: a revision and an execution keep the
        labels of their own day."""
        holder = self.resources.get(resource.name.parent) if KINDS[kind].parent else None
        seen, told, estimate = self._of(kind, resource, holder, decision)
        cause = cause_of(told.cause) if told.cause else ""
        return Action(
            kind, str(resource.name), told.uri, decision.policy.name, decision.reason,
            details(self.builder.age(seen.since, told.age), cause, told.more), 0,
            estimate, delete_rank(kind), etag=resource.etag, uid=resource.uid,
            contains=self.verdicts.contained_in(resource.name),
            content=told.content,
            owner=owner_of((holder or resource).labels, resource.creator if self.builder.show_creator else ""),
        )  # fmt: skip

    def _of(
        self, kind: Kind, resource: RunResource, holder: RunResource | None, decision: Delete
    ) -> tuple[Seen, Told, Estimate]:
        if kind in PART_KINDS:
            part = PART_KINDS[kind]
            seen, told = part.seen(resource, holder), part.told(resource, decision.reason)
            return seen, told, estimate_workload(kind, resource, holder, self.builder.book)
        of_kind = HOLDER_KINDS[kind]
        held = self.verdicts.contained[of_kind.holds][resource.name]
        seen, told = of_kind.seen(resource, held), of_kind.told(resource, held)
        return seen, told, estimate_workload(kind, resource, held, self.builder.book)
