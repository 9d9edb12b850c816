"""Explanation of one resource, built from the plan and from the trace of its verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
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
from janitor.model.inventory import Observed
from janitor.model.meanings import meaning_of
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Repository
from janitor.plan.plan import Action, Plan
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.deciding.grace import Waiting
from janitor.policy.deciding.trace import Trace
from janitor.policy.model import Policies
from janitor.report.data.explanation import Explanation, Fate, GuardAnswer, PolicyAnswer, UserAnswer, Verdict


@dataclass(frozen=True, slots=True)
class DecidedResource:
    """What was decided, and about what: `image` where it is one, `repository` where it is or holds it;
    `waiting` where its deletion is announced; `inside` where it is a package, a version or a tag."""

    policies: Policies
    observed: Observed
    plan: Plan
    target: Target
    name: str
    in_scope: bool
    image: Image | None
    repository: Repository | None
    tracer: ResourceTracer
    now: datetime
    waiting: Waiting | None = None
    inside: Inside | None = None


def explanation(
    decided: DecidedResource, rests_on: tuple[str, ...], notices: tuple[str, ...] = ()
) -> Explanation:
    """The whole of it. The verdict is the plan's own; all else says what it rests on."""
    plan, kind, image = decided.plan, decided.target.kind, decided.image
    verdict, action = verdict_of(
        plan, decided.name, decided.in_scope, decided.inside.holder if decided.inside else ""
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
        else to_stay(verdict, kind, decided.name, decided.policies.protect)
    )  # fmt: skip
    return Explanation(
        kind, decided.name, _uri(decided), decided.now, verdict, policies, guards, users, follows,
        action.contains if action and action.name == decided.name else (),
        action.after if action and action.name == decided.name else (),
        tuple(changes), rests_on, plan.gaps, notices,
    )  # fmt: skip


def _tag_users(case: Trace[Any] | None) -> tuple[UserAnswer, ...]:
    if case is None:
        return ()
    remain = [UserAnswer(user, "by this tag") for user in sorted(case.users)]
    return (*remain, *(UserAnswer(user, "by this tag", user) for user in sorted(case.freed)))


def verdict_of(plan: Plan, name: str, in_scope: bool, holder: str = "") -> tuple[Verdict, Action | None]:
    """What a plan that names all that is kept says of one resource; and the action that takes it, or
    its `holder`, where it goes with that."""
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
        return f"policy {waiting.policy} would delete it: the next apply announces it, and it goes on {when} or later"
    return (
        f"policy {waiting.policy} would delete it: announced on {waiting.announced_at:%Y-%m-%d %H:%M} UTC, "
        f"goes on {when} or later, if it is then as it was"
    )


def _elsewhere(verdict: Verdict) -> Iterator[str]:
    if verdict.fate is Fate.CONTAINED:
        yield f"{verdict.container} stays"
    else:
        yield "its project and its location are in the scope of what may be deleted"


def _case(decided: DecidedResource) -> tuple[Trace[Any] | None, Has]:
    image, repository, tracer = decided.image, decided.repository, decided.tracer
    if image and repository:
        about = within.about(image) if (within := tracer.within) else ()
        has = image_has(image, repository, decided.now, about)
        return (within.case(image) if within else None), has
    found = tracer.found
    if found is None:
        return None, lambda _: ""
    if isinstance(found.resource, StoredFacts) and repository:
        return found, stored_has(found.resource, repository, decided.now)
    facts: ResourceFacts = found.resource
    return found, facts_have(facts, decided.now)


def _bearers(decided: DecidedResource, case: Trace[Any] | None) -> Mapping[KeepReason, Sequence[Bearer]]:
    target, repository = decided.target, decided.repository
    if decided.image and repository:
        return {KeepReason.PROTECTED: image_bearers(decided.image, repository)}
    if repository and decided.inside:
        where, held = repository_bearers(repository, "its repository"), Bearer("its package", target.package)
        tags = case.resource.tags if case else ()
        return {
            KeepReason.PROTECTED: [*where, replace(held, tags=tags)],
            KeepReason.HOLDS_PROTECTED: [replace(held, tags=decided.inside.tags)],
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
    bearers, protect = _bearers(decided, case), decided.policies.protect
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
    if decided.image and decided.repository:
        return f"{decided.repository.name.uri}/{decided.image.package}@{decided.image.digest}"
    if decided.inside:
        return decided.inside.uri
    if decided.repository:
        return decided.repository.name.uri
    services = {str(each.name): each.uri for each in decided.observed.workloads.services}
    return services.get(decided.name, "")
