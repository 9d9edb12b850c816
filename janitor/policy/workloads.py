"""Deciding services and revisions: what a policy matches, and what is never deleted (R6, R14, R15)."""

from collections.abc import Callable, Sequence
from functools import partial

from janitor.kinds.provenance import managers_of, managers_of_service
from janitor.kinds.repository import has_managed_labels
from janitor.kinds.revision import has_traffic, is_latest, revision_since, revision_status, was_ready
from janitor.kinds.service import service_since, service_status
from janitor.model.inventory import Workloads
from janitor.model.kinds import KeepReason, Kind, Status
from janitor.model.names import ResourceName
from janitor.model.resources import Revision, Service
from janitor.policy.decision import Delete
from janitor.policy.groups import Traits
from janitor.policy.jobs import decide_jobs
from janitor.policy.resource_keys import Facts
from janitor.policy.retention import retained, standing
from janitor.policy.worker_pools import decide_worker_pools
from janitor.policy.workload_rules import Context, Rules, WorkloadVerdicts, decided, rules_of, seconds

_LIVE = (Status.SERVING, Status.DEGRADED)


def decide_workloads(context: Context, workloads: Workloads) -> WorkloadVerdicts:
    """Workloads are decided first; images are unused only by what remains (R12)."""
    by_service: dict[ResourceName, list[Revision]] = {}
    for revision in workloads.revisions:
        if revision.name.path[0] == "services":
            by_service.setdefault(revision.name.parent, []).append(revision)
    verdicts, rules = WorkloadVerdicts(), rules_of(context)
    services = {service.name: service for service in workloads.services}
    for service in workloads.services:
        if context.in_scope(service.name):
            _decide_service(rules, service, by_service.get(service.name, []), verdicts)
    for name, revisions in by_service.items():
        if name not in verdicts.contained and context.in_scope(name):
            _decide_revisions(rules, services.get(name), revisions, verdicts)
    decide_jobs(rules, workloads, verdicts)
    decide_worker_pools(rules, workloads, verdicts)
    return verdicts


def _decide_service(
    rules: Rules, service: Service, revisions: list[Revision], verdicts: WorkloadVerdicts
) -> None:
    status = service_status(service, revisions)
    facts = Facts(
        service.name.short, service.name.location, "", service.labels, status, service_since(service),
        kind=Kind.SERVICE, project=service.name.project, annotations=service.annotations,
        creator=service.creator, managed_by=managers_of_service(service),
    )  # fmt: skip
    guards = _service_guards(rules, service, status, revisions)
    decision = decided(rules, Kind.SERVICE, service, facts, guards)
    verdicts.services[service.name] = decision
    if isinstance(decision, Delete):
        verdicts.contained[service.name] = revisions


def _service_guards(
    rules: Rules, service: Service, status: Status, revisions: Sequence[Revision]
) -> dict[KeepReason, bool]:
    """Every reason that may keep it, strongest first; a policy may waive some (`_forbidden`)."""
    name = service.name
    return {
        KeepReason.SELF: name.short in rules.context.own,
        KeepReason.PROTECTED: rules.protects(name.short, service.labels),
        KeepReason.HOLDS_PROTECTED: any(rules.protects_label(r.labels) for r in revisions),
        KeepReason.GOOGLE_MANAGED: has_managed_labels(service.labels),
        KeepReason.MULTI_REGION: service.multi_region,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.SERVING: status in _LIVE,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def _decide_revisions(
    rules: Rules, service: Service | None, revisions: list[Revision], verdicts: WorkloadVerdicts
) -> None:
    facts = {revision.name.short: _revision_facts(revision, service) for revision in revisions}
    by_name = {revision.name.short: revision for revision in revisions}
    traits: Traits[Facts, str] = Traits(
        key=lambda each: each.name,
        made=lambda each: seconds(by_name[each.name].create_time),
        since=lambda each: seconds(each.since),
        tags=lambda _: (),
        ready=lambda each: was_ready(by_name[each.name]),
    )
    group, now = list(facts.values()), rules.context.now.timestamp()
    held = retained(rules.questions[Kind.REVISION], group, traits, now)
    guards = _revision_guards(rules, service, revisions)
    for revision in revisions:
        each = facts[revision.name.short]
        keeps = partial(standing, group=group, traits=traits, now=now, key=each.name)
        verdicts.revisions[revision.name] = decided(
            rules, Kind.REVISION, revision, each, guards(revision), held.get(each.name), keeps, service
        )


def _revision_facts(revision: Revision, service: Service | None) -> Facts:
    name = revision.name
    status, since = revision_status(revision), revision_since(revision)
    return Facts(
        name.short, name.location, name.parent.short, revision.labels, status, since,
        kind=Kind.REVISION, project=name.project, annotations=revision.annotations, creator=revision.creator,
        managed_by=managers_of(revision.labels, revision.annotations, revision.images)
        | (managers_of_service(service) if service else frozenset()),
    )  # fmt: skip


def _revision_guards(
    rules: Rules, service: Service | None, revisions: list[Revision]
) -> Callable[[Revision], dict[KeepReason, bool]]:
    """Its service's protection covers it (R11); without the service nothing about it is known."""
    if service is None:
        return lambda _: {KeepReason.STATUS_UNKNOWN: True}
    covered = rules.protects(service.name.short, service.labels)
    managed = has_managed_labels(service.labels)
    latest = _latest(service, revisions)

    def guards(revision: Revision) -> dict[KeepReason, bool]:
        status = revision_status(revision)
        return {
            KeepReason.SELF: service.name.short in rules.context.own,
            KeepReason.PROTECTED: covered or rules.protects_label(revision.labels),
            KeepReason.GOOGLE_MANAGED: managed or has_managed_labels(revision.labels),
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
