"""Explanation of one resource, built from the plan and from the trace of its verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from janitor.explain.changes import to_go, to_stay
from janitor.explain.names import Inside, Target
from janitor.explain.policy_answers import answers
from janitor.explain.protections import (
    Bearer,
    held_bearers,
    image_bearers,
    protections,
    repository_bearers,
    workload_bearers,
)  # fmt: skip
from janitor.explain.trace import ResourceTracer
from janitor.explain.words import Has, facts_have, image_has, stored_has
from janitor.kinds.table import HOLDER_KINDS
from janitor.model.inventory import Observed
from janitor.model.meanings import meaning_of
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Repository
from janitor.plan.plan import Action, Plan
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.deciding.context import DecisionInput
from janitor.policy.deciding.grace import Waiting
from janitor.policy.deciding.trace import Trace
from janitor.report.data.explanation import Explanation, Fate, GuardAnswer, PolicyAnswer, UserAnswer, Verdict


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource that is explained, by Google's name: `repository` where it is one or is in one, `image` where it
    is one, `inside` where it is a package, a version or a tag."""

    target: Target
    name: str
    repository: Repository | None = None
    image: Image | None = None
    inside: Inside | None = None


@dataclass(frozen=True, slots=True)
class DecidedResource:
    """What was decided about a resource, and what the decision showed; `waiting` where its deletion is announced."""

    question: DecisionInput
    observed: Observed
    plan: Plan
    subject: Subject
    tracer: ResourceTracer
    waiting: Waiting | None = None

    @property
    def in_scope(self) -> bool:
        """Whether it is where anything may be deleted."""
        repository = self.subject.repository
        return self.question.in_scope(repository.name if repository else self.subject.target.name)


def explanation(
    decided: DecidedResource, rests_on: tuple[str, ...], notices: tuple[str, ...] = ()
) -> Explanation:
    """The whole of it. The verdict is the plan's own; all else says what it rests on."""
    plan, kind, image = decided.plan, decided.subject.target.kind, decided.subject.image
    verdict, action = verdict_of(
        plan,
        decided.subject.name,
        decided.in_scope,
        decided.subject.inside.holder if decided.subject.inside else "",
    )
    within = decided.tracer.within
    artifact = within.artifact(image) if within and image else ("", "")
    if verdict.reason == KeepReason.SUBJECT_UNKNOWN.value and artifact[0]:
        verdict = replace(verdict, detail=artifact[0])
    if decided.waiting:
        verdict = replace(verdict, detail=_announced(decided.waiting))
    case, has = _case(decided)
    policies = answers(case, has) if case else ()
    users = within.users(image) if within and image else _tag_users(case)
    follows = within.follows(image.digest) if within and image else ()
    guards = tuple(_guards(decided, case, policies)) if case else ()
    stays = verdict.fate is Fate.KEEP
    changes = (
        to_go(verdict, guards, policies, users, kind, follows, artifact[1]) if stays
        else _elsewhere(verdict) if verdict.fate in (Fate.CONTAINED, Fate.OUT_OF_SCOPE)
        else to_stay(verdict, kind, decided.subject.name, decided.question.policies.protect)
    )  # fmt: skip
    return Explanation(
        kind, decided.subject.name, _uri(decided), decided.question.now, verdict, policies, guards, users, follows,
        action.contains if action and action.name == decided.subject.name else (),
        action.after if action and action.name == decided.subject.name else (),
        tuple(changes), rests_on, plan.gaps, notices,
    )  # fmt: skip


def _tag_users(case: Trace[Any] | None) -> tuple[UserAnswer, ...]:
    if case is None:
        return ()
    remain = [UserAnswer(user, "by this tag") for user in sorted(case.users)]
    return (*remain, *(UserAnswer(user, "by this tag", user) for user in sorted(case.freed)))


def verdict_of(plan: Plan, name: str, in_scope: bool, holder: str = "") -> tuple[Verdict, Action | None]:
    """What a plan that names all that is kept says of one resource; and the action that takes it, or
    its `holder`, where it is deleted with that."""
    for action in plan.actions:
        if action.name == name:
            return Verdict(Fate.DELETE, action.policy, action.reason.value, action.detail), action
    for action in plan.actions:
        if name.startswith(f"{action.name}/"):
            verdict = Verdict(Fate.CONTAINED, action.policy, action.reason.value, "", action.name)
            return verdict, action
    if not in_scope:
        return Verdict(Fate.OUT_OF_SCOPE), None
    for kept in plan.kept:
        if name in kept.names:
            return Verdict(Fate.KEEP, "", kept.reason.value, meaning_of(kept.reason.value)), None
    for action in plan.actions:
        if action.name == holder:
            return Verdict(Fate.CONTAINED, action.policy, action.reason.value, "", holder), action
    return Verdict(Fate.KEEP, "", KeepReason.GAP.value, meaning_of(KeepReason.GAP.value)), None


def _announced(waiting: Waiting) -> str:
    when = f"{waiting.due_at:%Y-%m-%d %H:%M} UTC"
    if waiting.is_new:
        return f"policy {waiting.policy} would delete it: the next apply announces it, and it is deleted on {when} or later"
    return (
        f"policy {waiting.policy} would delete it: announced on {waiting.announced_at:%Y-%m-%d %H:%M} UTC, "
        f"deleted on {when} or later, if it does not change until then"
    )


def _elsewhere(verdict: Verdict) -> Iterator[str]:
    if verdict.fate is Fate.CONTAINED:
        yield f"{verdict.container} is kept"
    else:
        yield "its project and its location are in the scope of what may be deleted"


def _case(decided: DecidedResource) -> tuple[Trace[Any] | None, Has]:
    image, repository, tracer = decided.subject.image, decided.subject.repository, decided.tracer
    if image and repository:
        about = within.about(image) if (within := tracer.within) else ()
        has = image_has(image, repository, decided.question.now, about)
        return (within.case(image) if within else None), has
    found = tracer.found
    if found is None:
        return None, lambda _: ""
    if isinstance(found.resource, StoredFacts) and repository:
        return found, stored_has(found.resource, repository, decided.question.now)
    facts: ResourceFacts = found.resource
    return found, facts_have(facts, decided.question.now)


def _bearers(decided: DecidedResource, case: Trace[Any] | None) -> Mapping[KeepReason, Sequence[Bearer]]:
    target, repository = decided.subject.target, decided.subject.repository
    if decided.subject.image and repository:
        return {KeepReason.PROTECTED: image_bearers(decided.subject.image, repository)}
    if repository and decided.subject.inside:
        where, held = repository_bearers(repository, "its repository"), Bearer("its package", target.package)
        tags = case.resource.tags if case else ()
        return {
            KeepReason.PROTECTED: [*where, replace(held, tags=tags)],
            KeepReason.HOLDS_PROTECTED: [replace(held, tags=decided.subject.inside.tags)],
        }
    if repository:
        return {KeepReason.PROTECTED: repository_bearers(repository)}
    return {
        KeepReason.PROTECTED: workload_bearers(target, decided.observed),
        KeepReason.HOLDS_PROTECTED: held_bearers(target, decided.observed),
    }


def _guards(
    decided: DecidedResource, case: Trace[Any], policies: Sequence[PolicyAnswer]
) -> Iterator[GuardAnswer]:
    bearers, protect = _bearers(decided, case), decided.question.policies.protect
    matching = {policy.name for policy in policies if policy.matches}
    for reason, holds in case.guards.items():
        waiving = [
            each.policy.name
            for each in case.questions
            if holds
            and each.policy.deletes
            and each.policy.name in matching
            and not case.forbids(each.policy, reason)
        ]
        details = protections(protect, bearers.get(reason, ())) if holds else ()
        yield GuardAnswer(reason, holds, details, tuple(waiving))


def _uri(decided: DecidedResource) -> str:
    if decided.subject.image and decided.subject.repository:
        return f"{decided.subject.repository.name.uri}/{decided.subject.image.package}@{decided.subject.image.digest}"
    if decided.subject.inside:
        return decided.subject.inside.uri
    if decided.subject.repository:
        return decided.subject.repository.name.uri
    told = (
        of_kind.told(each, ())
        for kind, of_kind in HOLDER_KINDS.items()
        for each in decided.observed.workloads.of(kind)
        if str(each.name) == decided.subject.name
    )
    return next((each.uri for each in told), "")
