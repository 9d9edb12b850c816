"""Workloads: the verdicts on services, jobs and worker pools, and on revisions and executions (R6, R14, R15)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from janitor.kinds.execution import execution_since, execution_status, execution_times, last_of
from janitor.kinds.job import job_since, job_status, job_times
from janitor.kinds.managers import (
    Manager,
    managers_of,
    managers_of_job,
    managers_of_pool,
    managers_of_service,
)
from janitor.kinds.repository import has_managed_labels
from janitor.kinds.revision import (
    has_traffic,
    is_latest,
    revision_since,
    revision_status,
    revision_times,
    was_ready,
)
from janitor.kinds.service import service_since, service_status, service_times
from janitor.kinds.table import KINDS
from janitor.kinds.traffic_tag import (
    carries_traffic,
    is_settled,
    traffic_tag_since,
    traffic_tag_times,
    traffic_tags,
)
from janitor.kinds.worker_pool import may_have_instances, pool_since, pool_status, pool_times
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Execution, Job, Revision, Service, TrafficTag, WorkerPool
from janitor.policy.conditions.facts import Reported, ResourceFacts, seconds
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.retention import Traits, retained, standing
from janitor.policy.deciding.verdict import Decision, Delete, latest_of
from janitor.policy.deciding.workload_rules import (
    IdentifiedWorkload,
    Rules,
    WorkloadVerdicts,
    decided,
    note_contained,
    rules_of,
)


class Workload(IdentifiedWorkload, Protocol):
    """What every workload has that policies may ask for."""

    @property
    def annotations(self) -> Mapping[str, str]: ...

    @property
    def create_time(self) -> datetime | None: ...


W = TypeVar("W", bound=Workload)
Guards = dict[KeepReason, bool]


def by_holder(things: Iterable[W], collection: str) -> dict[ResourceName, list[W]]:
    """The things that something of this collection (``services``) holds, by the name of that."""
    found: dict[ResourceName, list[W]] = {}
    for each in things:
        if each.name.path[0] == collection:
            found.setdefault(each.name.parent, []).append(each)
    return found


def workload_facts(
    kind: Kind,
    resource: Reported,
    status: Status,
    since: datetime | None,
    managed_by: frozenset[Manager],
    times: Iterable[datetime | None],
) -> ResourceFacts:
    """A workload as policies read it; `since` is what ages count from (R7), `times` are all that are known."""
    name, of = resource.name, KINDS[kind].parent
    return ResourceFacts(
        name.short, name.location, name.parent.short if of is Kind.SERVICE else "", resource.labels,
        status, since, kind=kind, project=name.project, annotations=resource.annotations,
        creator=resource.creator, job=name.parent.short if of is Kind.JOB else "",
        managed_by=managed_by, newest=latest_of(times), reported=resource,
    )  # fmt: skip


def holder_guards(rules: Rules, holder: IdentifiedWorkload, held: Iterable[IdentifiedWorkload]) -> Guards:
    """What may keep a holder whatever it is doing, strongest first; it goes with all that it holds."""
    name = holder.name.short
    return {
        KeepReason.SELF: name in rules.context.asked.own,
        KeepReason.PROTECTED: rules.protects(name, holder.labels),
        KeepReason.HOLDS_PROTECTED: any(rules.protects_label(each.labels) for each in held),
        KeepReason.GOOGLE_MANAGED: has_managed_labels(holder.labels),
    }


def held_guards(rules: Rules, holder: IdentifiedWorkload) -> Callable[[IdentifiedWorkload], Guards]:
    """The same of what it holds: the holder's protection covers it (R11)."""
    name = holder.name.short
    own, covered = name in rules.context.asked.own, rules.protects(name, holder.labels)
    managed = has_managed_labels(holder.labels)

    def guards(each: IdentifiedWorkload) -> Guards:
        return {
            KeepReason.SELF: own,
            KeepReason.PROTECTED: covered or rules.protects_label(each.labels),
            KeepReason.GOOGLE_MANAGED: managed or has_managed_labels(each.labels),
        }

    return guards


def decide_held(
    rules: Rules,
    kind: Kind,
    holder: IdentifiedWorkload | None,
    held: Iterable[tuple[W, ResourceFacts]],
    guards: Callable[[W], Guards] | None,
    ready: Callable[[W], bool | None] | None = None,
) -> dict[ResourceName, Decision]:
    """One verdict on each thing of one holder, of which `keep` counts (R10). Without `guards` nothing about
    them is known. `ready` is for revisions: whether one ever was, None where that is not known."""
    pairs = list(held)
    by_name = {facts.name: each for each, facts in pairs}
    traits: Traits[ResourceFacts, str] = Traits(
        key=lambda facts: facts.name,
        made=lambda facts: seconds(by_name[facts.name].create_time),
        since=lambda facts: seconds(facts.since),
        tags=lambda _: (),
    )
    if ready is not None:
        traits = replace(
            traits,
            ready=lambda facts: ready(by_name[facts.name]),
            takes_place=lambda _, facts: _takes_place(facts, ready(by_name[facts.name])),
        )
    group, now = [facts for _, facts in pairs], rules.context.now.timestamp()
    kept = retained(rules.questions[kind], group, traits, now)
    found: dict[ResourceName, Decision] = {}
    for each, facts in pairs:
        stand = guards(each) if guards else {KeepReason.STATUS_UNKNOWN: True}
        keeps = partial(standing, group=group, traits=traits, now=now, key=facts.name)
        found[each.name] = decided(rules, kind, each, facts, stand, kept.get(facts.name), keeps, holder)
    return found


def _takes_place(facts: ResourceFacts, was_ready: bool | None) -> bool | None:
    """R36: a revision that is failed now takes no place; one whose readiness is unknown is held without one."""
    if facts.status is Status.FAILED:
        return False
    return None if was_ready is None else True


_LIVE = (Status.SERVING, Status.DEGRADED)


def decide_workloads(context: Context, workloads: Workloads) -> WorkloadVerdicts:
    """Workloads are decided first; images are unused only by what remains (R12)."""
    verdicts, rules = WorkloadVerdicts(), rules_of(context)
    _decide_services(rules, workloads, verdicts)
    decide_jobs(rules, workloads, verdicts)
    decide_worker_pools(rules, workloads, verdicts)
    return verdicts


def _decide_services(rules: Rules, workloads: Workloads, verdicts: WorkloadVerdicts) -> None:
    of = by_holder(workloads.revisions, "services")
    services = {service.name: service for service in workloads.services}
    for service in workloads.services:
        if rules.context.in_scope(service.name):
            _decide_service(rules, service, of.get(service.name, []), verdicts)
    for name, revisions in of.items():
        if name not in verdicts.contained and rules.context.in_scope(name):
            holder = services.get(name)
            facts = ((each, _revision_facts(each, holder)) for each in revisions)
            guards = _revision_guards(rules, holder, revisions) if holder else None
            verdicts.by_kind[Kind.REVISION].update(
                decide_held(rules, Kind.REVISION, holder, facts, guards, was_ready)
            )


def _decide_service(
    rules: Rules, service: Service, revisions: list[Revision], verdicts: WorkloadVerdicts
) -> None:
    name, status = service.name, service_status(service, revisions)
    managers = managers_of_service(service)
    times = service_times(service, revisions)
    facts = workload_facts(Kind.SERVICE, service, status, service_since(service), managers, times)
    guards = _service_guards(rules, service, status, revisions)
    verdicts.by_kind[Kind.SERVICE][name] = decision = decided(rules, Kind.SERVICE, service, facts, guards)
    if isinstance(decision, Delete):
        verdicts.contained[name] = revisions
        note_contained(rules, Kind.REVISION, (_revision_facts(each, service) for each in revisions))
        if rules.questions[Kind.TRAFFIC_TAG]:
            verdicts.tags[name] = tags = traffic_tags(service, revisions)
            note_contained(rules, Kind.TRAFFIC_TAG, map(_traffic_tag_facts, tags))
        return
    for tag in traffic_tags(service, revisions):
        verdicts.by_kind[Kind.TRAFFIC_TAG][tag.name] = decided(
            rules,
            Kind.TRAFFIC_TAG,
            tag,
            _traffic_tag_facts(tag),
            _traffic_tag_guards(rules, tag),
            holder=service,
        )


def _traffic_tag_facts(tag: TrafficTag) -> ResourceFacts:
    managers, times = managers_of_service(tag.service), traffic_tag_times(tag)
    return workload_facts(Kind.TRAFFIC_TAG, tag, Status.ACTIVE, traffic_tag_since(tag), managers, times)


def _traffic_tag_guards(rules: Rules, tag: TrafficTag) -> Guards:
    """Every reason that may keep it, strongest first: those of its service and of its revision (R11), then its own."""
    service, revision = tag.service, tag.revision
    own = held_guards(rules, service)(revision) if revision else held_guards(rules, service)(service)
    own[KeepReason.PROTECTED] |= rules.protects_tag(tag.name.short)
    return own | {
        KeepReason.MULTI_REGION: service.multi_region,
        KeepReason.RECONCILING: service.reconciling,
        KeepReason.HAS_TRAFFIC: carries_traffic(tag.entries),
        KeepReason.STATUS_UNKNOWN: not is_settled(tag),
    }


def _service_guards(rules: Rules, service: Service, status: Status, revisions: Sequence[Revision]) -> Guards:
    """Every reason that may keep it, strongest first; a policy may waive some (`_forbidden`)."""
    return holder_guards(rules, service, revisions) | {
        KeepReason.MULTI_REGION: service.multi_region,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.SERVING: status in _LIVE,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def _revision_facts(revision: Revision, service: Service | None) -> ResourceFacts:
    managers = managers_of(revision.labels, revision.annotations, revision.images)
    managers |= managers_of_service(service) if service else frozenset()
    status, since = revision_status(revision), revision_since(revision)
    return workload_facts(Kind.REVISION, revision, status, since, managers, revision_times(revision))


def _revision_guards(
    rules: Rules, service: Service, revisions: list[Revision]
) -> Callable[[Revision], Guards]:
    """Every reason that may keep a revision, strongest first."""
    latest, shared = _latest(service, revisions), held_guards(rules, service)

    def guards(revision: Revision) -> Guards:
        status = revision_status(revision)
        return shared(revision) | {
            KeepReason.MULTI_REGION: service.multi_region,
            KeepReason.RECONCILING: service.reconciling,
            KeepReason.HAS_TRAFFIC: has_traffic(revision, service),
            KeepReason.LATEST_REVISION: revision is latest or is_latest(revision, service),
            KeepReason.ONLY_REVISION: len(revisions) == 1,
            KeepReason.NOT_RETIRED: status is Status.ACTIVE,
            KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
        }

    return guards


def _latest(service: Service, revisions: list[Revision]) -> Revision | None:
    """The newest stands in where the service names no latest that is there: one must remain."""
    if len(revisions) == 1 or any(is_latest(revision, service) for revision in revisions):
        return None
    return max(revisions, key=lambda each: (seconds(each.create_time) or float("inf"), each.name))


def decide_jobs(rules: Rules, workloads: Workloads, verdicts: WorkloadVerdicts) -> None:
    """Adds a verdict on each job in scope, and on each execution that does not go with its job."""
    of = by_holder(workloads.executions, "jobs")
    jobs = {job.name: job for job in workloads.jobs}
    for job in workloads.jobs:
        if rules.context.in_scope(job.name):
            _decide_job(rules, job, of.get(job.name, []), verdicts)
    for name, executions in of.items():
        if name not in verdicts.runs and rules.context.in_scope(name):
            holder = jobs.get(name)
            facts = ((each, _execution_facts(each, holder)) for each in executions)
            guards = _execution_guards(rules, holder, executions) if holder else None
            verdicts.by_kind[Kind.EXECUTION].update(decide_held(rules, Kind.EXECUTION, holder, facts, guards))


def _decide_job(rules: Rules, job: Job, executions: list[Execution], verdicts: WorkloadVerdicts) -> None:
    name, status = job.name, job_status(job, executions)
    since, times = job_since(job, executions), job_times(job, executions)
    facts = workload_facts(Kind.JOB, job, status, since, managers_of_job(job), times)
    guards = _job_guards(rules, job, status, executions)
    verdicts.by_kind[Kind.JOB][name] = decision = decided(rules, Kind.JOB, job, facts, guards)
    if isinstance(decision, Delete):
        verdicts.runs[name] = executions
        note_contained(rules, Kind.EXECUTION, (_execution_facts(each, job) for each in executions))


def _job_guards(rules: Rules, job: Job, status: Status, executions: Sequence[Execution]) -> Guards:
    """Every reason that may keep it, strongest first."""
    return holder_guards(rules, job, executions) | {
        KeepReason.RUNNING: status is Status.RUNNING,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def _execution_facts(execution: Execution, job: Job | None) -> ResourceFacts:
    managers = managers_of(execution.labels, execution.annotations, execution.images)
    managers |= managers_of_job(job) if job else frozenset()
    status, since = execution_status(execution), execution_since(execution)
    return workload_facts(Kind.EXECUTION, execution, status, since, managers, execution_times(execution))


def _execution_guards(
    rules: Rules, job: Job, executions: Sequence[Execution]
) -> Callable[[Execution], Guards]:
    """A job that stays keeps its last execution: it tells people how the job went, and janitor when it
    was used."""
    last, shared = last_of(job, executions), held_guards(rules, job)

    def guards(execution: Execution) -> Guards:
        status = execution_status(execution)
        return shared(execution) | {
            KeepReason.RUNNING: status is Status.RUNNING,
            KeepReason.RECONCILING: execution.reconciling or job.reconciling,
            KeepReason.LAST_EXECUTION: execution.name.short in last,
            KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
        }

    return guards


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
    verdicts.by_kind[Kind.WORKER_POOL][name] = decision = decided(
        rules, Kind.WORKER_POOL, pool, facts, guards
    )
    if isinstance(decision, Delete):
        verdicts.contained[name] = revisions


def _guards(rules: Rules, pool: WorkerPool, status: Status, revisions: Sequence[Revision]) -> Guards:
    """Every reason that may keep it, strongest first."""
    return holder_guards(rules, pool, revisions) | {
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.HAS_INSTANCES: may_have_instances(pool, revisions),
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }
