"""Workload rules: the policies of workloads compiled, the verdict on one workload, and all verdicts by kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from janitor.kinds.owner import owner_of
from janitor.kinds.table import PART_KINDS, RUN_KINDS
from janitor.kinds.workload import RunResource
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.names import HOLDER_KEYS
from janitor.policy.conditions.patterns import matcher
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.grace import Candidate
from janitor.policy.deciding.retention import RetentionAnswer
from janitor.policy.deciding.trace import Trace, no_keep
from janitor.policy.deciding.verdict import (
    CompiledPolicy,
    Decision,
    Delete,
    Keep,
    floor_guards,
    may_take_serving,
    names_literally,
    strongest,
    verdict,
)  # fmt: skip
from janitor.policy.model import Policy


@dataclass(frozen=True, slots=True)
class WorkloadVerdicts:
    """Decisions on workloads: `by_kind`, one for each in scope. What is deleted with the resource that holds it has
    none: it is in `contained`, by its kind and the name of the holder. A kind that Google lists with its holder, such as
    traffic tags, is there where a policy is about it."""

    by_kind: Mapping[Kind, dict[ResourceName, Decision]] = field(
        default_factory=lambda: {kind: {} for kind in RUN_KINDS}
    )
    contained: Mapping[Kind, dict[ResourceName, list[RunResource]]] = field(
        default_factory=lambda: {kind: {} for kind in PART_KINDS}
    )

    def contained_in(self, holder: ResourceName) -> tuple[tuple[Kind, int], ...]:
        """How many of each kind are deleted with the resource that holds them."""
        return tuple((kind, len(of[holder])) for kind, of in self.contained.items() if of.get(holder))

    def goes(self, kind: Kind, name: ResourceName) -> bool:
        """Whether a resource is deleted, and not as a part of another one."""
        return isinstance(self.by_kind[kind].get(name), Delete)

    def freed_by(self) -> Mapping[ResourceName, str]:
        """Each deleted workload -> the name of the action that deletes it."""
        freed = {n: str(n) for found in self.by_kind.values()
                 for n, decision in found.items() if isinstance(decision, Delete)}  # fmt: skip
        for of in self.contained.values():
            for holder, parts in of.items():
                freed.update({each.name: str(holder) for each in parts})
        return freed


@dataclass(frozen=True, slots=True)
class Rules:
    """The policies made ready once for all that is asked."""

    context: Context
    questions: Mapping[Kind, tuple[CompiledPolicy[ResourceFacts], ...]]
    protects_name: Callable[[str], bool]
    protects_tag: Callable[[str], bool]

    def protects(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether `protect` names it or a label of it (R11)."""
        return self.protects_name(name) or self.protects_label(labels)

    def protects_label(self, labels: Mapping[str, str]) -> bool:
        """Whether one of these labels protects."""
        return bool(labels) and self.context.policies.protect.covers(labels)


def rules_of(context: Context) -> Rules:
    """Every policy that is about workloads, compiled."""
    protect = context.policies.protect
    questions = {kind: context.compiled.resources(kind) for kind in RUN_KINDS}
    return Rules(context, questions, matcher(protect.names), matcher(protect.tags))


def decided(
    rules: Rules,
    kind: Kind,
    resource: RunResource,
    facts: ResourceFacts,
    guards: Mapping[KeepReason, bool],
    held: KeepReason | None = None,
    keeps: Callable[[CompiledPolicy[ResourceFacts]], RetentionAnswer | None] = no_keep,
    holder: RunResource | None = None,
) -> Decision:
    """The policies' answer, unless a guard stands that the matching policy may not waive, a `keep` holds
    it, a gap in its project and location hides something (R4), or its grace period is not over.

    `guards` are all of the kind beside the floor (R43), the strongest first; `keeps` says for people how a policy's `keep` takes
    it. `holder` is a revision's service, an execution's job: who deploys that owns it.
    """
    context, questions = rules.context, rules.questions[kind]
    gap = context.is_blocked(resource.name)
    guards = {**guards, **floor_guards(facts.newest, context.now.timestamp())}
    case = Trace(facts, questions, guards, partial(_forbidden, facts), keeps, gap)
    if context.tracer:
        context.tracer.case(str(resource.name), case)
    stand = case.standing_guards()
    if held is None:
        decision = verdict(questions, facts, stand, case.forbids, gap)
    else:
        decision = Keep(strongest([*stand, held]))
    context.note_matches(questions, (facts,))
    if held is None:
        context.held.note(questions, [(facts, stand)], case.forbids)
    if isinstance(decision, Keep):
        return decision
    return _released(context, decision, kind, resource, holder or resource)


def _released(
    context: Context, decision: Delete, kind: Kind, resource: RunResource, owned_by: RunResource
) -> Decision:
    """Whether a workload is deleted now, or is announced first. It has changed once its etag has, and its uid where
    another workload has its name. An opt-out of what it stands for keeps it, too: of its revision a traffic tag."""
    creator = owned_by.creator if context.policies.report.show_creator else ""
    owner = owner_of(owned_by.labels, creator)
    stood_for = PART_KINDS[kind].stands_for(resource) if kind in PART_KINDS else None
    also = (str(stood_for.name),) if stood_for else ()
    thing = Candidate(kind, str(resource.name), lambda: f"{resource.uid} {resource.etag}", owner, also)
    return context.memory.grace.answer(decision, thing, context.now)


def note_contained(rules: Rules, kind: Kind, held: Iterable[ResourceFacts]) -> None:
    """Content that is deleted with its container has no verdict, and yet a policy that applies to it has matched."""
    context = rules.context
    context.note_matches(rules.questions[kind], list(held))


def _forbidden(facts: ResourceFacts, policy: Policy, guard: KeepReason) -> bool:
    """Whether a guard stands against a policy that matches."""
    if guard is KeepReason.GOOGLE_MANAGED:
        named = names_literally(policy, facts.name) or any(
            names_literally(policy, getattr(facts, key), by) for key, by in HOLDER_KEYS.items()
        )
        return not (policy.managed and named)
    if guard is KeepReason.SERVING:
        return not may_take_serving(policy)
    return True
