"""Deciding services and revisions: what a policy matches, and what is never deleted (R6, R14, R15)."""

from collections.abc import Callable, Sequence

from janitor.kinds.provenance import managers_of, managers_of_service
from janitor.kinds.revision import (
    has_traffic,
    is_latest,
    revision_since,
    revision_status,
    revision_times,
    was_ready,
)
from janitor.kinds.service import service_since, service_status, service_times
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.reasons import KeepReason
from janitor.model.resources import Revision, Service
from janitor.policy.decision import Delete
from janitor.policy.holders import (
    Guards,
    by_holder,
    decide_held,
    held_guards,
    holder_guards,
    workload_facts,
)
from janitor.policy.jobs import decide_jobs
from janitor.policy.resource_keys import Facts, seconds
from janitor.policy.worker_pools import decide_worker_pools
from janitor.policy.workload_rules import Context, Rules, WorkloadVerdicts, decided, note_contained, rules_of

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
            verdicts.revisions.update(decide_held(rules, Kind.REVISION, holder, facts, guards, was_ready))


def _decide_service(
    rules: Rules, service: Service, revisions: list[Revision], verdicts: WorkloadVerdicts
) -> None:
    name, status = service.name, service_status(service, revisions)
    managers = managers_of_service(service)
    times = service_times(service, revisions)
    facts = workload_facts(Kind.SERVICE, service, status, service_since(service), managers, times)
    guards = _service_guards(rules, service, status, revisions)
    verdicts.services[name] = decision = decided(rules, Kind.SERVICE, service, facts, guards)
    if isinstance(decision, Delete):
        verdicts.contained[name] = revisions
        note_contained(rules, Kind.REVISION, (_revision_facts(each, service) for each in revisions))


def _service_guards(rules: Rules, service: Service, status: Status, revisions: Sequence[Revision]) -> Guards:
    """Every reason that may keep it, strongest first; a policy may waive some (`_forbidden`)."""
    return holder_guards(rules, service, revisions) | {
        KeepReason.MULTI_REGION: service.multi_region,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.SERVING: status in _LIVE,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def _revision_facts(revision: Revision, service: Service | None) -> Facts:
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
