"""Workload actions: from decisions on Cloud Run's resources to deletions, with what each contains and saves."""

from collections.abc import Mapping
from dataclasses import dataclass

from janitor.cost.metering import (
    estimate_revision,
    estimate_service,
    estimate_worker_pool,
    free_of_charge,
)
from janitor.kinds.execution import execution_since
from janitor.kinds.job import job_since, last_run
from janitor.kinds.owner import owner_of
from janitor.kinds.revision import revision_since
from janitor.kinds.service import never_ready, service_since
from janitor.kinds.table import delete_rank
from janitor.kinds.traffic_tag import all_traffic_tags, labels_state, traffic_tag_since
from janitor.kinds.worker_pool import pool_since
from janitor.model.amounts import Estimate
from janitor.model.inventory import Workload, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Execution, Instance, Job, Revision, Service, TrafficTag, WorkerPool
from janitor.plan.build import Builder, cause_of, details
from janitor.plan.plan import Action
from janitor.policy.deciding.verdict import Delete
from janitor.policy.deciding.workload_rules import WorkloadVerdicts


def workload_actions(builder: Builder, workloads: Workloads, verdicts: WorkloadVerdicts) -> list[Action]:
    """One for each workload that is to be deleted, unordered. What is deleted with it is contained."""
    resources = {each.name: each for each in (*workloads.all(), *all_traffic_tags(workloads))}
    plan = _WorkloadPlan(builder, verdicts, resources)
    return [
        plan.action(kind, resources[name], decision)
        for kind, decisions in verdicts.by_kind.items()
        for name, decision in decisions.items()
        if isinstance(decision, Delete)
    ]


@dataclass(frozen=True, slots=True)
class _Deletion:
    """What the deletion of a workload says beside its name."""

    detail: str
    estimate: Estimate
    content: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True)
class _WorkloadPlan:
    builder: Builder
    verdicts: WorkloadVerdicts
    resources: Mapping[ResourceName, Workload | TrafficTag]

    def action(self, kind: Kind, resource: Workload | TrafficTag, decision: Delete) -> Action:
        """Its owner is that of the resource that holds it, who deploys it: a revision and an execution keep the
        labels of their own day."""
        if isinstance(resource, Instance):
            raise AssertionError("no policy is about instances")
        deletion = self._deletion(resource, decision)
        labels = (self._holder(resource) or resource).labels
        return Action(
            kind, str(resource.name), deletion.uri, decision.policy.name, decision.reason, deletion.detail, 0,
            deletion.estimate, delete_rank(kind), etag=resource.etag, uid=resource.uid,
            contains=self.verdicts.contained_in(resource.name),
            content=deletion.content,
            owner=owner_of(labels, resource.creator if self.builder.show_creator else ""),
        )  # fmt: skip

    def _holder(self, resource: Workload | TrafficTag) -> Service | Job | None:
        found = self.resources.get(resource.name.parent) if len(resource.name.path) > 2 else None
        return found if isinstance(found, Service | Job) else None

    def _deletion(self, resource: Workload | TrafficTag, decision: Delete) -> _Deletion:
        match resource:
            case Service():
                return self._service(resource)
            case Revision():
                return self._revision(resource, decision)
            case TrafficTag():
                return self._traffic_tag(resource)
            case Job():
                return self._job(resource)
            case Execution():
                return self._execution(resource)
            case WorkerPool():
                return self._worker_pool(resource)
            case Instance():
                raise AssertionError("no policy is about instances")

    def _service(self, service: Service) -> _Deletion:
        revisions = self.verdicts.contained[service.name]
        never = never_ready(revisions) and not service.traffic
        return _Deletion(
            details(self.builder.age(service_since(service)), cause_of(service.terminal)),
            estimate_service(service, revisions, never, self.builder.book),
            uri=service.uri,
        )

    def _revision(self, revision: Revision, decision: Delete) -> _Deletion:
        word = "retired" if decision.reason is DeleteReason.RETIRED else "old"
        cause = cause_of(revision.ready) if revision.ready else ""
        service = self._holder(revision)
        return _Deletion(
            details(self.builder.age(revision_since(revision), word), cause),
            estimate_revision(revision, service if isinstance(service, Service) else None, self.builder.book),
        )

    def _traffic_tag(self, tag: TrafficTag) -> _Deletion:
        since = self.builder.age(traffic_tag_since(tag))
        return _Deletion(
            details(since, f"for revision {tag.target}"),
            free_of_charge(Kind.TRAFFIC_TAG),
            labels_state(tag.service),
        )

    def _job(self, job: Job) -> _Deletion:
        executions = self.verdicts.runs[job.name]
        since = self.builder.age(job_since(job, executions), "since it was updated or ran")
        return _Deletion(
            details(since, cause_of(job.terminal)),
            free_of_charge(Kind.JOB),
            last_run(job),
        )

    def _execution(self, execution: Execution) -> _Deletion:
        cause = cause_of(execution.completed) if execution.completed else ""
        since = self.builder.age(execution_since(execution), "since it ended")
        return _Deletion(details(since, cause), free_of_charge(Kind.EXECUTION))

    def _worker_pool(self, pool: WorkerPool) -> _Deletion:
        revisions = self.verdicts.contained[pool.name]
        return _Deletion(
            details(self.builder.age(pool_since(pool)), cause_of(pool.terminal)),
            estimate_worker_pool(pool, revisions, self.builder.book),
        )
