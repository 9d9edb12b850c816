"""Deciding whole repositories (R13, R14)."""

from datetime import datetime

from janitor.kinds.repository import DOCKER, SOURCE_DEPLOY, is_managed, repository_since
from janitor.model.kinds import KeepReason, Kind, Status
from janitor.model.resources import Image, Mode, Repository
from janitor.policy.decision import Decision, Keep, asked, names_literally, question, strongest
from janitor.policy.images import repository_protected
from janitor.policy.resource_keys import Facts, facts_leaf
from janitor.policy.truth import NO
from janitor.policy.values import Policies, Policy
from janitor.policy.workload_rules import Context


def may_match(context: Context, repository: Repository) -> bool:
    """Whether any repository policy could match, whatever its content: else it need not be read."""
    facts = _facts(repository, repository.update_time, None)
    if repository.format != DOCKER or repository.mode is not Mode.STANDARD:
        return False
    leaf = facts_leaf(context.now, context.failures)
    questions = [question(p, leaf, True) for p in context.policies.of(Kind.REPOSITORY)]
    return any(each.selects(facts) is not NO for each in questions)


def decide_repository(
    context: Context, repository: Repository, images: list[Image], held: set[KeepReason], gap: bool
) -> Decision:
    """`held` says what its images are: HOLDS_IN_USE, HOLDS_PROTECTED, HOLDS_RETAINED.

    `gap`: something about its content or its users could not be read.
    """
    guards = _guards(context.policies, repository) + [r for r in _HELD if r in held]
    unused = KeepReason.HOLDS_IN_USE not in held if repository.format == DOCKER else None
    facts = _facts(repository, repository_since(repository, images), unused)

    def forbids(policy: Policy) -> KeepReason | None:
        return next((g for g in guards if _forbidden(policy, g, repository)), None)

    leaf = facts_leaf(context.now, context.failures)
    policies = context.policies.of(Kind.REPOSITORY)
    decision = asked([question(p, leaf, p.name in context.selected) for p in policies], facts, forbids)
    if isinstance(decision, Keep):
        # a guard that a literal name waives is named only where a matching policy lacked that name
        return Keep(strongest([*(g for g in guards if g not in _WAIVED_BY_NAME), decision.reason]))
    return Keep(KeepReason.GAP) if gap else decision


_WAIVED_BY_NAME = (KeepReason.NEEDS_LITERAL_NAME, KeepReason.HOLDS_RETAINED)
_HELD = (KeepReason.HOLDS_IN_USE, KeepReason.HOLDS_PROTECTED, KeepReason.HOLDS_RETAINED)


def _guards(policies: Policies, repository: Repository) -> list[KeepReason]:
    found = {
        KeepReason.PROTECTED: repository_protected(policies, repository),
        KeepReason.GOOGLE_MANAGED: is_managed(repository),
        KeepReason.NOT_STANDARD: repository.mode is not Mode.STANDARD,
        KeepReason.FORMAT_UNSUPPORTED: repository.format != DOCKER,
        KeepReason.NEEDS_LITERAL_NAME: repository.name.repository == SOURCE_DEPLOY,
    }
    return [reason for reason, holds in found.items() if holds]


def _forbidden(policy: Policy, guard: KeepReason, repository: Repository) -> bool:
    literal = names_literally(policy, repository.name.repository)
    if guard is KeepReason.GOOGLE_MANAGED:
        return not (literal and policy.managed)
    if guard in _WAIVED_BY_NAME:
        return not literal
    return True


def _facts(repository: Repository, since: datetime | None, unused: bool | None) -> Facts:
    name = repository.name
    return Facts(
        name.repository, name.location, "", repository.labels, Status.UNKNOWN, since,
        repository.size_bytes, unused, Kind.REPOSITORY, name.project,
    )  # fmt: skip
