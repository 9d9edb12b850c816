"""Repositories: the verdict on a whole repository (R13, R14)."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from janitor.kinds.managers import managers_of_repository
from janitor.kinds.repository import DOCKER, SOURCE_DEPLOY, is_managed, repository_since, repository_times
from janitor.model.kinds import Kind, Status
from janitor.model.reasons import KeepReason
from janitor.model.resources import Contents, Mode, Repository
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.truth import NO
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.image_rules import repository_protected
from janitor.policy.deciding.packages import kinds_in_policies
from janitor.policy.deciding.trace import Trace
from janitor.policy.deciding.verdict import Decision, floor_guards, latest, names_literally, verdict
from janitor.policy.model import Policies, Policy


def may_match(context: Context, repository: Repository) -> bool:
    """Whether any repository policy could match, whatever its content: else it need not be read."""
    questions = context.compiled.resources(Kind.REPOSITORY)
    if not questions or repository.format != DOCKER or repository.mode is not Mode.STANDARD:
        return False
    facts = _facts(repository, repository.update_time, None)
    return any(each.selects(facts) is not NO for each in questions)


def decide_repository(
    context: Context, repository: Repository, contents: Contents, held: set[KeepReason], gap: bool
) -> Decision:
    """`held` says what its images are: reasons of `_HELD`.

    `gap`: something about its content or its users could not be read.
    """
    if not context.policies.of(Kind.REPOSITORY):
        contents = Contents()  # nothing asks how old its images are, and there may be a million
    if not kinds_in_policies(context, repository) - {Kind.TAG}:
        # packages are read then only to explain one of them, and a sweep decides without them
        contents = replace(contents, packages=None)
    since = repository_since(repository, contents.images, context.memory.uploads.of(str(repository.name)))
    guards = _guards(context.policies, repository) | {reason: reason in held for reason in _HELD}
    late = context.by_inventory and repository.format == DOCKER
    guards |= floor_guards(latest(repository_times(repository, contents)), context.now.timestamp(), late)
    unused = KeepReason.HOLDS_IN_USE not in held if repository.format == DOCKER else None
    facts = _facts(repository, since, unused)
    questions = context.compiled.resources(Kind.REPOSITORY)
    case = Trace(facts, questions, guards, partial(_forbidden, repository), gap=gap)
    if context.tracer:
        context.tracer.case(str(repository.name), case)
    stand = case.standing_guards()
    decision = verdict(questions, facts, stand, case.forbids, gap, WAIVED_BY_NAME)
    context.note_matches(questions, (facts,))
    context.held.note(questions, [(facts, stand)], case.forbids)
    return decision


WAIVED_BY_NAME = (
    KeepReason.NEEDS_LITERAL_NAME,
    KeepReason.HOLDS_SUBJECT_UNKNOWN,
    KeepReason.HOLDS_RETAINED,
)
_HELD = (
    KeepReason.HOLDS_IN_USE,
    KeepReason.HOLDS_PROTECTED,
    KeepReason.HOLDS_REFERRER,
    KeepReason.HOLDS_SUBJECT_UNKNOWN,
    KeepReason.HOLDS_RETAINED,
)


def _guards(policies: Policies, repository: Repository) -> dict[KeepReason, bool]:
    return {
        KeepReason.PROTECTED: repository_protected(policies, repository),
        KeepReason.GOOGLE_MANAGED: is_managed(repository),
        KeepReason.NOT_STANDARD: repository.mode is not Mode.STANDARD,
        KeepReason.FORMAT_UNSUPPORTED: repository.format != DOCKER,
        KeepReason.NEEDS_LITERAL_NAME: repository.name.repository == SOURCE_DEPLOY,
    }


def _forbidden(repository: Repository, policy: Policy, guard: KeepReason) -> bool:
    literal = names_literally(policy, repository.name.repository)
    if guard is KeepReason.GOOGLE_MANAGED:
        return not (literal and policy.managed)
    if guard in WAIVED_BY_NAME:
        return not literal
    return True


def _facts(repository: Repository, since: datetime | None, unused: bool | None) -> ResourceFacts:
    name = repository.name
    return ResourceFacts(
        name.repository, name.location, "", repository.labels, Status.UNKNOWN, since,
        repository.size_bytes, unused, name.project, kind=Kind.REPOSITORY,
        managed_by=managers_of_repository(repository),
    )  # fmt: skip
