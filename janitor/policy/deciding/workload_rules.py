"""What the decisions on workloads share: the policies made ready, where they hold, guards against them."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from janitor.kinds.kind import RUN_KINDS
from janitor.kinds.owner import owner_of
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Execution, Revision
from janitor.policy.conditions.expression import Failures
from janitor.policy.conditions.keys import JobIs, ServiceIs
from janitor.policy.conditions.patterns import matcher
from janitor.policy.conditions.resource_keys import ResourceFacts, facts_leaf
from janitor.policy.deciding.grace import Candidate, Grace
from janitor.policy.deciding.retention import RetentionAnswer
from janitor.policy.deciding.trace import Trace, Tracer, no_keep
from janitor.policy.deciding.unmatched import note_matches
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.verdict import (
    CompiledPolicy,
    Decision,
    Delete,
    Keep,
    floor_guards,
    may_take_serving,
    names_literally,
    question,
    strongest,
    verdict,
)  # fmt: skip
from janitor.policy.model import Policies, Policy


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision needs beside the resource: all of it passed in, nothing looked up.

    `selected` are the policies that may delete (--policy); `blocked` the (project, location) pairs
    with a gap; `own` the short names of what janitor itself runs as; `failures` hears what failed;
    `witness` is shown what each verdict rests on; `wanted` is a kind that is decided though no policy
    speaks of it; `matched` takes the names of policies whose `when` holds of anything; `grace` is asked
    last of whatever would go; `uploads` are those that the ledger remembers.
    """

    policies: Policies
    selected: Set[str]
    projects: Set[str]
    blocked: Set[tuple[str, str]]
    own: Set[str]
    now: datetime
    failures: Failures = field(default_factory=Failures)
    witness: Tracer | None = None
    wanted: Kind | None = None
    matched: set[str] = field(default_factory=set)
    grace: Grace = field(default_factory=Grace)
    uploads: Uploads = field(default_factory=Uploads)

    def in_scope(self, name: "Located") -> bool:
        """Whether it stands where the scope lets anything be deleted (R1)."""
        scope = self.policies.scope
        if name.project not in self.projects or name.project in scope.also_read:
            return False
        return scope.locations is None or name.location in scope.locations

    def is_blocked(self, name: "Located") -> bool:
        """Whether a gap of its own project and location hides something (R4)."""
        return (name.project, name.location) in self.blocked or (name.project, "-") in self.blocked

    def released(
        self, decision: Delete, kind: Kind, resource: "IdentifiedWorkload", owned_by: "IdentifiedWorkload"
    ) -> Decision:
        """Whether a workload goes now (policy/deciding/grace.py). Its etag changes with whatever changes in it, and
        its uid where another of its name stands there."""
        owner = owner_of(owned_by.labels, owned_by.creator if self.policies.report.show_creator else "")
        thing = Candidate(kind, str(resource.name), lambda: f"{resource.uid} {resource.etag}", owner)
        return self.grace.answer(decision, thing, self.now)


class Located(Protocol):
    """A name with a place."""

    @property
    def project(self) -> str: ...

    @property
    def location(self) -> str: ...


class IdentifiedWorkload(Protocol):
    """What every workload that may be deleted has."""

    @property
    def name(self) -> ResourceName: ...

    @property
    def uid(self) -> str: ...

    @property
    def etag(self) -> str: ...

    @property
    def labels(self) -> Mapping[str, str]: ...

    @property
    def creator(self) -> str: ...


@dataclass(frozen=True, slots=True)
class WorkloadVerdicts:
    """Decisions on workloads: `by_kind`, one for each in scope. A revision or an execution that is deleted with
    the resource that holds it has none: it is in `contained` or `runs`, by the name of the holder."""

    by_kind: Mapping[Kind, dict[ResourceName, Decision]] = field(
        default_factory=lambda: {kind: {} for kind in RUN_KINDS}
    )
    contained: dict[ResourceName, list[Revision]] = field(default_factory=dict)
    runs: dict[ResourceName, list[Execution]] = field(default_factory=dict)

    def freed_by(self) -> Mapping[ResourceName, str]:
        """Each workload that goes -> the name of the action that takes it."""
        freed = {n: str(n) for found in self.by_kind.values()
                 for n, decision in found.items() if isinstance(decision, Delete)}  # fmt: skip
        for holder, revisions in self.contained.items():
            freed.update({each.name: str(holder) for each in revisions})
        for holder, executions in self.runs.items():
            freed.update({each.name: str(holder) for each in executions})
        return freed


@dataclass(frozen=True, slots=True)
class Rules:
    """The policies made ready once for all that is asked."""

    context: Context
    questions: Mapping[Kind, tuple[CompiledPolicy[ResourceFacts], ...]]
    protects_name: Callable[[str], bool]

    def protects(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether `protect` names it or a label of it (R11)."""
        return self.protects_name(name) or self.protects_label(labels)

    def protects_label(self, labels: Mapping[str, str]) -> bool:
        """Whether one of these labels protects."""
        return bool(labels) and self.context.policies.protect.covers(labels)


def rules_of(context: Context) -> Rules:
    """Every policy that is about workloads, compiled."""
    policies, leaf = context.policies, facts_leaf(context.now, context.failures)
    questions = {
        kind: tuple(question(p, leaf, p.name in context.selected) for p in policies.of(kind))
        for kind in RUN_KINDS
    }
    return Rules(context, questions, matcher(policies.protect.names))


def decided(
    rules: Rules,
    kind: Kind,
    resource: IdentifiedWorkload,
    facts: ResourceFacts,
    guards: Mapping[KeepReason, bool],
    held: KeepReason | None = None,
    keeps: Callable[[CompiledPolicy[ResourceFacts]], RetentionAnswer | None] = no_keep,
    holder: IdentifiedWorkload | None = None,
) -> Decision:
    """The policies' answer, unless a guard stands that the matching policy may not waive, a `keep` holds
    it, a gap of its own project and location hides something (R4), or grace is due to it.

    `guards` are all of the kind beside the floor (R43), the strongest first; `keeps` says for people how a policy's `keep` takes
    it. `holder` is a revision's service, an execution's job: who deploys that owns it.
    """
    context, questions = rules.context, rules.questions[kind]
    gap = context.is_blocked(resource.name)
    guards = {**guards, **floor_guards(facts.newest, context.now.timestamp())}
    case = Trace(facts, questions, guards, partial(_forbidden, facts), keeps, gap)
    if context.witness:
        context.witness.case(str(resource.name), case)
    stand = case.standing_guards()
    if held is None:
        decision = verdict(questions, facts, stand, case.forbids, gap)
    else:
        decision = Keep(strongest([*stand, held]))
    note_matches(context.matched, questions, (facts,), context.failures)
    if isinstance(decision, Keep):
        return decision
    return context.released(decision, kind, resource, holder or resource)


def note_contained(rules: Rules, kind: Kind, held: Iterable[ResourceFacts]) -> None:
    """What goes with its holder is no verdict's, and yet a policy that speaks of it has matched."""
    context = rules.context
    note_matches(context.matched, rules.questions[kind], list(held), context.failures)


def _forbidden(facts: ResourceFacts, policy: Policy, guard: KeepReason) -> bool:
    """Whether a guard stands against a policy that matches."""
    if guard is KeepReason.GOOGLE_MANAGED:
        named = names_literally(policy, facts.name) or names_literally(policy, facts.service, ServiceIs)
        return not (policy.managed and (named or names_literally(policy, facts.job, JobIs)))
    if guard is KeepReason.SERVING:
        return not may_take_serving(policy)
    return True
