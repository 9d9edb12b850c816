"""Policy answers: how each policy answers for one resource, key by key, from the functions that decide."""

from collections.abc import Mapping
from typing import TypeVar

from janitor.explain.words import keep_asks, key_asks, key_has
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.keys import All, AnyOf, Condition, Not
from janitor.policy.conditions.truth import compiled
from janitor.policy.deciding.trace import Trace
from janitor.policy.deciding.verdict import CompiledPolicy, kept_by_policy
from janitor.report.data.explanation import Asked, KeepAnswer, PolicyAnswer

T = TypeVar("T")


def answers(case: Trace[T], values: Mapping[str, str]) -> tuple[PolicyAnswer, ...]:
    """Every policy of the kind, in file order. `values` are what the resource has, by the names of keys."""
    return tuple(_answer(case, each, values) for each in case.questions)


def _answer(case: Trace[T], question: CompiledPolicy[T], values: Mapping[str, str]) -> PolicyAnswer:
    return PolicyAnswer(
        question.policy.name,
        question.matches(case.resource).holds,
        tuple(_asked(part, question, case.resource, values) for part in question.policy.when.parts),
        _keep(case, question),
        question.policy.deletes,
    )


def _asked(
    condition: Condition, question: CompiledPolicy[T], resource: T, values: Mapping[str, str]
) -> Asked:
    holds = compiled(condition, question.leaf)(resource).holds

    def below(parts: tuple[Condition, ...]) -> tuple[Asked, ...]:
        return tuple(_asked(part, question, resource, values) for part in parts)

    match condition:
        case All((part,)):  # what `not` and `any` hold is a mapping, mostly of one key
            return _asked(part, question, resource, values)
        case All(parts):
            return Asked("all of", "", holds, below(parts))
        case AnyOf(parts):
            return Asked("any of", "", holds, below(parts))
        case Not(part):
            return Asked("not", "", holds, below((part,)))
        case _:
            return Asked(key_asks(condition), key_has(condition, values), holds)


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
