"""Policy answers: how each policy answers for one resource, key by key, from the functions that decide."""

from typing import TypeVar

from janitor.explain.words import Has, keep_asks, key_asks
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.condition import All, AnyOf, Condition, Not, compiled
from janitor.policy.deciding.trace import Trace
from janitor.policy.deciding.verdict import CompiledPolicy, kept_by_policy
from janitor.report.data.explanation import Asked, KeepAnswer, PolicyAnswer

T = TypeVar("T")


def answers(case: Trace[T], has: Has) -> tuple[PolicyAnswer, ...]:
    """Every policy of the kind, in file order. `has` says what the resource has for a key."""
    return tuple(_answer(case, each, has) for each in case.questions)


def _answer(case: Trace[T], question: CompiledPolicy[T], has: Has) -> PolicyAnswer:
    return PolicyAnswer(
        question.policy.name,
        question.matches(case.resource).holds,
        tuple(_asked(part, question, case.resource, has) for part in question.policy.when.parts),
        _keep(case, question),
        question.policy.deletes,
    )


def _asked(condition: Condition, question: CompiledPolicy[T], resource: T, has: Has) -> Asked:
    holds = compiled(condition, question.leaf)(resource).holds

    def below(parts: tuple[Condition, ...]) -> tuple[Asked, ...]:
        return tuple(_asked(part, question, resource, has) for part in parts)

    match condition:
        case All((part,)):  # what `not` and `any` hold is a mapping, mostly of one key
            return _asked(part, question, resource, has)
        case All(parts):
            return Asked("all of", "", holds, below(parts))
        case AnyOf(parts):
            return Asked("any of", "", holds, below(parts))
        case Not(part):
            return Asked("not", "", holds, below((part,)))
        case _:
            return Asked(key_asks(condition), has(condition), holds)


def _keep(case: Trace[T], question: CompiledPolicy[T]) -> KeepAnswer | None:
    keep = question.policy.keep
    if keep is None:
        if question.policy.deletes:
            return None
        holds = kept_by_policy((question,), case.resource)
        return KeepAnswer("everything that it matches", True, KeepReason.KEEP_POLICY if holds else None)
    found = case.keeps(question)
    if found is None:
        return KeepAnswer(keep_asks(keep), False)
    return KeepAnswer(keep_asks(keep), True, found.reason, found.rank, found.of, found.rank_by_update)
