"""Deciding services and revisions: what a policy matches, and what is never deleted (R6, R14, R15)."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from janitor.kinds.repository import has_managed_labels
from janitor.kinds.revision import has_traffic, is_latest, revision_since, revision_status
from janitor.kinds.service import service_since, service_status
from janitor.model.inventory import Workloads
from janitor.model.kinds import KeepReason, Kind, Status
from janitor.model.names import ResourceName
from janitor.model.resources import Revision, Service
from janitor.policy.decision import (
    Decision,
    Delete,
    Keep,
    Question,
    asked,
    may_take_serving,
    names_literally,
    question,
    strongest,
)  # fmt: skip
from janitor.policy.globs import labels_match, matcher
from janitor.policy.resource_keys import Facts, facts_leaf
from janitor.policy.retention import Traits, retained
from janitor.policy.values import Policies, Policy, ServiceIs

_LIVE = (Status.SERVING, Status.DEGRADED)


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision needs beside the resource: all of it passed in, nothing looked up.

    `selected` are the policies that may delete (--policy); `blocked` the (project, location) pairs
    with a gap; `own` the short names of what janitor itself runs as.
    """

    policies: Policies
    selected: Set[str]
    projects: Set[str]
    blocked: Set[tuple[str, str]]
    own: Set[str]
    now: datetime

    def in_scope(self, name: "Located") -> bool:
        """Whether it stands where the scope lets anything be deleted (R1)."""
        scope = self.policies.scope
        if name.project not in self.projects or name.project in scope.also_read:
            return False
        return scope.locations is None or name.location in scope.locations

    def is_blocked(self, name: "Located") -> bool:
        """Whether a gap of its own project and location hides something (R4)."""
        return (name.project, name.location) in self.blocked or (name.project, "-") in self.blocked


class Located(Protocol):
    """A name with a place."""

    @property
    def project(self) -> str: ...

    @property
    def location(self) -> str: ...


@dataclass(frozen=True, slots=True)
class WorkloadVerdicts:
    """One decision for each service and revision in scope; a revision that goes with its service
    has none of its own and stands in `contained`."""

    services: dict[ResourceName, Decision] = field(default_factory=dict)
    revisions: dict[ResourceName, Decision] = field(default_factory=dict)
    contained: dict[ResourceName, list[Revision]] = field(default_factory=dict)

    def freed_by(self) -> Mapping[ResourceName, str]:
        """Each workload that goes -> the name of the action that takes it."""
        freed = {n: str(n) for found in (self.services, self.revisions)
                 for n, decision in found.items() if isinstance(decision, Delete)}  # fmt: skip
        for service, revisions in self.contained.items():
            freed.update({revision.name: str(service) for revision in revisions})
        return freed


@dataclass(frozen=True, slots=True)
class _Rules:
    """The policies made ready once for all that is asked."""

    context: Context
    services: tuple[Question[Facts], ...]
    revisions: tuple[Question[Facts], ...]
    protects_name: Callable[[str], bool]

    def protects(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether `protect` names it or a label of it (R11)."""
        return self.protects_name(name) or self.protects_label(labels)

    def protects_label(self, labels: Mapping[str, str]) -> bool:
        return bool(labels) and any(labels_match(self.context.policies.protect.labels, labels))


def _rules(context: Context) -> _Rules:
    policies, leaf = context.policies, facts_leaf(context.now)
    services, revisions = (
        tuple(question(p, leaf, p.name in context.selected) for p in policies.of(kind))
        for kind in (Kind.SERVICE, Kind.REVISION)
    )
    return _Rules(context, services, revisions, matcher(policies.protect.names))


def decide_workloads(context: Context, workloads: Workloads) -> WorkloadVerdicts:
    """Workloads are decided first; images are unused only by what remains (R12)."""
    by_service: dict[ResourceName, list[Revision]] = {}
    for revision in workloads.revisions:
        if revision.name.path[0] == "services":
            by_service.setdefault(revision.name.parent, []).append(revision)
    verdicts, rules = WorkloadVerdicts(), _rules(context)
    services = {service.name: service for service in workloads.services}
    for service in workloads.services:
        if context.in_scope(service.name):
            _decide_service(rules, service, by_service.get(service.name, []), verdicts)
    for name, revisions in by_service.items():
        if name not in verdicts.contained and context.in_scope(name):
            _decide_revisions(rules, services.get(name), revisions, verdicts)
    return verdicts


def _decide_service(
    rules: _Rules, service: Service, revisions: list[Revision], verdicts: WorkloadVerdicts
) -> None:
    status = service_status(service, revisions)
    facts = Facts(
        service.name.short, service.name.location, "", service.labels, status, service_since(service)
    )
    guards = _service_guards(rules, service, status, revisions)
    decision = _decided(rules.services, facts, guards, None)
    if isinstance(decision, Delete) and rules.context.is_blocked(service.name):
        decision = Keep(KeepReason.GAP)
    verdicts.services[service.name] = decision
    if isinstance(decision, Delete):
        verdicts.contained[service.name] = revisions


def _service_guards(
    rules: _Rules, service: Service, status: Status, revisions: Sequence[Revision]
) -> list[KeepReason]:
    """Every reason that keeps it, strongest first; a policy may waive some (`_forbidden`)."""
    name = service.name
    found = {
        KeepReason.SELF: name.short in rules.context.own,
        KeepReason.PROTECTED: rules.protects(name.short, service.labels),
        KeepReason.HOLDS_PROTECTED: any(rules.protects_label(r.labels) for r in revisions),
        KeepReason.GOOGLE_MANAGED: has_managed_labels(service.labels),
        KeepReason.MULTI_REGION: service.multi_region,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.SERVING: status in _LIVE,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }
    return [reason for reason, holds in found.items() if holds]


def _decide_revisions(
    rules: _Rules, service: Service | None, revisions: list[Revision], verdicts: WorkloadVerdicts
) -> None:
    context = rules.context
    facts = {revision.name.short: _revision_facts(revision) for revision in revisions}
    made = {revision.name.short: revision.create_time for revision in revisions}
    traits: Traits[Facts, str] = Traits(
        key=lambda each: each.name,
        made=lambda each: _seconds(made[each.name]),
        since=lambda each: _seconds(each.since),
        tags=lambda _: (),
    )
    held = retained(rules.revisions, list(facts.values()), traits, context.now.timestamp())
    guards = _revision_guards(rules, service, revisions)
    for revision in revisions:
        each = facts[revision.name.short]
        decision = _decided(rules.revisions, each, guards(revision), held.get(each.name))
        if isinstance(decision, Delete) and context.is_blocked(revision.name):
            decision = Keep(KeepReason.GAP)
        verdicts.revisions[revision.name] = decision


def _revision_facts(revision: Revision) -> Facts:
    name = revision.name
    status, since = revision_status(revision), revision_since(revision)
    return Facts(name.short, name.location, name.parent.short, revision.labels, status, since)


def _revision_guards(
    rules: _Rules, service: Service | None, revisions: list[Revision]
) -> Callable[[Revision], list[KeepReason]]:
    """Its service's protection covers it (R11); without the service nothing about it is known."""
    if service is None:
        return lambda _: [KeepReason.STATUS_UNKNOWN]
    covered = rules.protects(service.name.short, service.labels)
    managed = has_managed_labels(service.labels)
    latest = _latest(service, revisions)

    def guards(revision: Revision) -> list[KeepReason]:
        status = revision_status(revision)
        found = {
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
        return [reason for reason, holds in found.items() if holds]

    return guards


def _latest(service: Service, revisions: list[Revision]) -> Revision | None:
    """The newest stands in where the service names no latest that is there: one must remain."""
    if len(revisions) == 1 or any(is_latest(revision, service) for revision in revisions):
        return None
    return max(revisions, key=lambda each: (_seconds(each.create_time) or float("inf"), each.name))


def _decided(
    questions: Iterable[Question[Facts]], facts: Facts, guards: list[KeepReason], held: KeepReason | None
) -> Decision:
    """The policies' answer, unless a guard stands that the matching policy may not waive."""
    if held is not None:
        return Keep(strongest([*guards, held]))

    def forbids(policy: Policy) -> KeepReason | None:
        return next((g for g in guards if _forbidden(policy, g, facts)), None)

    decision = asked(questions, facts, forbids)
    if isinstance(decision, Keep):
        return Keep(strongest([*guards, decision.reason]))
    return decision


def _forbidden(policy: Policy, guard: KeepReason, facts: Facts) -> bool:
    """Whether a guard stands against a policy that matches."""
    if guard is KeepReason.GOOGLE_MANAGED:
        named = names_literally(policy, facts.name) or names_literally(policy, facts.service, ServiceIs)
        return not (policy.managed and named)
    if guard is KeepReason.SERVING:
        return not may_take_serving(policy)
    return True


def _seconds(time: datetime | None) -> float | None:
    return time.timestamp() if time else None
