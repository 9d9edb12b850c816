"""Conditions: keys joined by all, any and not, compiled into one three-valued function.

An unknown value is unknown under `not` too, so that no missing time, size or odd tag ever deletes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from janitor.model.reasons import KeepReason
from janitor.model.resources import Repository
from janitor.policy.conditions.key import Key, Leaf
from janitor.policy.conditions.truth import ALWAYS, NO, YES, Test, Truth, always, truth

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. `when` itself is one of these."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold, and it is known that it does not."""

    part: "Condition"


Condition = Key | All | AnyOf | Not


def compiled(condition: Condition, leaf: Leaf[T]) -> Test[T]:
    """One function for a whole condition; `leaf` gives the function of each key."""
    match condition:
        case All(parts):
            return _all([compiled(part, leaf) for part in parts])
        case AnyOf(parts):
            return _any([compiled(part, leaf) for part in parts])
        case Not(part):
            return _not(compiled(part, leaf))
        case _:
            return leaf(condition)


def whom(condition: Condition, negated: bool = False) -> Condition:
    """The condition with every key that is no selector counted as met, negated or not (R9)."""
    match condition:
        case All(parts) | AnyOf(parts):
            joined = All if isinstance(condition, All) is not negated else AnyOf
            return joined(tuple(whom(part, negated) for part in parts))
        case Not(part):
            return whom(part, not negated)
        case _ if not condition.selector:
            return All(())
        case _:
            return Not(condition) if negated else condition


def keys(condition: Condition) -> Iterator[Key]:
    """Every key in it, in the order of the file, negated ones too."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from keys(part)
        case Not(part):
            yield from keys(part)
        case _:
            yield condition


def _all(tests: list[Test[T]]) -> Test[T]:
    if ALWAYS[NO] in tests:
        return ALWAYS[NO]
    tests = [test for test in tests if test is not ALWAYS[YES]]
    if len(tests) < 2:
        return tests[0] if tests else ALWAYS[YES]

    def run(resource: T) -> Truth:
        answer = YES
        for test in tests:
            found = test(resource)
            if found is NO:
                return NO
            if found is not YES and (answer is YES or answer.holds is None):
                answer = found
        return answer

    return run


def _any(tests: list[Test[T]]) -> Test[T]:
    if ALWAYS[YES] in tests:
        return ALWAYS[YES]
    tests = [test for test in tests if test is not ALWAYS[NO]]
    if len(tests) < 2:
        return tests[0] if tests else ALWAYS[NO]

    def run(resource: T) -> Truth:
        answer = NO
        for test in tests:
            found = test(resource)
            if found is YES:
                return YES
            if answer.holds is not None and found is not NO:
                answer = found
        return answer

    return run


def _not(test: Test[T]) -> Test[T]:
    for answer, opposite in ((YES, NO), (NO, YES)):
        if test is ALWAYS[answer]:
            return ALWAYS[opposite]

    def run(resource: T) -> Truth:
        found = test(resource)
        return found if found.holds is None else truth(not found.holds)

    return run


def may_hold_in(condition: Condition, repository: Repository) -> bool:
    """Whether it could hold of anything in the repository, whatever that is: else that need not be read."""

    def leaf(key: Key) -> "Test[None]":
        answer = key.repository(repository)
        return (lambda _: _CANNOT_SAY) if answer is None else always(truth(answer))

    return compiled(condition, leaf)(None) is not NO


_CANNOT_SAY = Truth(None, KeepReason.NOT_MATCHED)
