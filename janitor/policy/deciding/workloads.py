"""Workloads: the verdicts on what Cloud Run has, of each kind as it declares itself (R6, R14, R15, R50)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from janitor.kinds.repository import has_managed_labels
from janitor.kinds.table import HOLDER_KINDS, KINDS, PART_KINDS, holder_key, listed_of
from janitor.kinds.workload import Guards, RunResource, Seen
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.facts import ResourceFacts, seconds
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.retention import Traits, retained, standing
from janitor.policy.deciding.verdict import Decision, latest_of
from janitor.policy.deciding.workload_rules import Rules, WorkloadVerdicts, decided, note_contained, rules_of

R = TypeVar("R", bound=RunResource)


def decide_workloads(context: Context, workloads: Workloads) -> WorkloadVerdicts:
    """Workloads are decided first; images are unused only by what remains (R12)."""
    verdicts, rules = WorkloadVerdicts(), rules_of(context)
    for kind in HOLDER_KINDS:
        _Deciding(rules, kind, workloads, verdicts).decide()
    return verdicts


class _Deciding:
    """The verdicts on one kind of holders, and on what they hold."""

    def __init__(self, rules: Rules, kind: Kind, workloads: Workloads, verdicts: WorkloadVerdicts) -> None:
        self._rules, self._kind, self._verdicts = rules, kind, verdicts
        self._of_kind = HOLDER_KINDS[kind]
        self._holders: dict[ResourceName, Any] = {each.name: each for each in workloads.of(kind)}
        # Those that policies may be about. Revisions of a worker pool only go with it.
        self._parts = tuple(part for part in PART_KINDS if KINDS[part].parent is kind)
        collection = KINDS[kind].collection
        self._held = {
            part: by_holder(listed_of(part, workloads), collection)
            for part in {*self._parts, self._of_kind.holds}
        }

    def decide(self) -> None:
        """A verdict on each holder in scope, and on each part that does not go with its holder."""
        for holder in self._holders.values():
            if self._rules.context.in_scope(holder.name):
                self._decide_holder(holder)
        for part in self._parts:
            for name, held in self._held[part].items():
                if not self._verdicts.goes(self._kind, name) and self._rules.context.in_scope(name):
                    decisions = decide_held(self._rules, part, self._holders.get(name), held)
                    self._verdicts.by_kind[part].update(decisions)

    def _decide_holder(self, holder: Any) -> None:
        name, rules = holder.name, self._rules
        held = self._held[self._of_kind.holds].get(name, [])
        seen = self._of_kind.seen(holder, held)
        facts = workload_facts(self._kind, holder, seen)
        guards = holder_guards(rules, holder, held) | self._of_kind.guards(holder, held, seen.status)
        self._verdicts.by_kind[self._kind][name] = decided(rules, self._kind, holder, facts, guards)
        if self._verdicts.goes(self._kind, name):
            self._verdicts.contained[self._of_kind.holds][name] = held
            for part in self._parts:
                self._contain(part, holder)

    def _contain(self, part: Kind, holder: Any) -> None:
        if KINDS[part].listed_by is self._kind and not self._rules.questions[part]:
            return
        held, of_part = self._held[part].get(holder.name, []), PART_KINDS[part]
        self._verdicts.contained[part][holder.name] = held
        facts = (workload_facts(part, each, of_part.seen(each, holder)) for each in held)
        note_contained(self._rules, part, facts)


def by_holder(things: Iterable[R], collection: str) -> dict[ResourceName, list[R]]:
    """The content of the resources of this collection (``services``), by the name of the container."""
    found: dict[ResourceName, list[R]] = {}
    for each in things:
        if each.name.path[0] == collection:
            found.setdefault(each.name.parent, []).append(each)
    return found


def workload_facts(kind: Kind, resource: RunResource, seen: Seen) -> ResourceFacts:
    """A workload as policies read it."""
    name = resource.name
    key = holder_key(kind)
    held_by = {key: name.parent.short} if key else {}
    return ResourceFacts(
        name.short, name.location, held_by.get("service", ""), resource.labels, seen.status, seen.since,
        kind=kind, project=name.project, annotations=resource.annotations, creator=resource.creator,
        job=held_by.get("job", ""), managed_by=seen.managed_by, newest=latest_of(seen.times), reported=resource,
    )  # fmt: skip


def holder_guards(rules: Rules, holder: RunResource, held: Iterable[RunResource]) -> Guards:
    """Reasons to keep a container whatever its state, strongest first; it is deleted with its content."""
    name = holder.name.short
    return {
        KeepReason.SELF: name in rules.context.asked.own,
        KeepReason.PROTECTED: rules.protects(name, holder.labels),
        KeepReason.HOLDS_PROTECTED: any(rules.protects_label(each.labels) for each in held),
        KeepReason.GOOGLE_MANAGED: has_managed_labels(holder.labels),
    }


def held_guards(rules: Rules, kind: Kind, holder: RunResource) -> Callable[[RunResource], Guards]:
    """The same of what it holds: the holder's protection covers it (R11), and the labels of what it stands for."""
    name = holder.name.short
    own, covered = name in rules.context.asked.own, rules.protects(name, holder.labels)
    managed = has_managed_labels(holder.labels)
    stands_for, is_tag = PART_KINDS[kind].stands_for, KINDS[kind].is_tag

    def guards(each: RunResource) -> Guards:
        labels = (stands_for(each) or each).labels
        tagged = is_tag and rules.protects_tag(each.name.short)
        return {
            KeepReason.SELF: own,
            KeepReason.PROTECTED: covered or rules.protects_label(labels) or tagged,
            KeepReason.GOOGLE_MANAGED: managed or has_managed_labels(labels),
        }

    return guards


def _guards_of(
    rules: Rules, kind: Kind, holder: RunResource | None, held: Sequence[RunResource]
) -> Callable[[RunResource], Guards]:
    """Every reason that may keep a part, strongest first. Without its holder nothing about it is known."""
    if holder is None:
        return lambda _: {KeepReason.STATUS_UNKNOWN: True}
    shared, own = held_guards(rules, kind, holder), PART_KINDS[kind].guards(holder, held)
    return lambda each: shared(each) | own(each)


def decide_held(
    rules: Rules, kind: Kind, holder: RunResource | None, held: Sequence[RunResource]
) -> dict[ResourceName, Decision]:
    """One verdict on each resource in one container, in which `keep` counts (R10)."""
    of_kind, now = PART_KINDS[kind], rules.context.now.timestamp()
    pairs = [(each, workload_facts(kind, each, of_kind.seen(each, holder))) for each in held]
    group, traits = [facts for _, facts in pairs], _traits(kind, pairs)
    kept = retained(rules.questions[kind], group, traits, now)
    guards = _guards_of(rules, kind, holder, held)
    found: dict[ResourceName, Decision] = {}
    for each, facts in pairs:
        keeps = partial(standing, group=group, traits=traits, now=now, key=facts.name)
        held_for = kept.get(facts.name)
        found[each.name] = decided(rules, kind, each, facts, guards(each), held_for, keeps, holder)
    return found


def _traits(kind: Kind, pairs: Sequence[tuple[RunResource, ResourceFacts]]) -> Traits[ResourceFacts, str]:
    by_name = {facts.name: each for each, facts in pairs}
    traits: Traits[ResourceFacts, str] = Traits(
        key=lambda facts: facts.name,
        made=lambda facts: seconds(by_name[facts.name].create_time),
        since=lambda facts: seconds(facts.since),
        tags=lambda _: (),
    )
    ready = PART_KINDS[kind].was_ready
    if ready is None:
        return traits
    return replace(
        traits,
        ready=lambda facts: ready(by_name[facts.name]),
        takes_place=lambda _, facts: _takes_place(facts, ready(by_name[facts.name])),
    )


def _takes_place(facts: ResourceFacts, was_ready: bool | None) -> bool | None:
    """R36: a revision that is failed now takes no place; one whose readiness is unknown is held without one."""
    if facts.status is Status.FAILED:
        return False
    return None if was_ready is None else True
