"""Conditions as three-valued functions: holds, does not hold, or cannot be known.

What cannot be known stays so under `not`, so that no missing time, size or odd tag ever deletes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from janitor.model.kinds import KeepReason
from janitor.policy.values import SELECTORS, All, AnyOf, Condition, Key, Not


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """`holds` is None where it cannot be known; `reason` is why a resource would stay for it."""

    holds: bool | None
    reason: KeepReason


YES = Truth(True, KeepReason.NOT_MATCHED)
NO = Truth(False, KeepReason.NOT_MATCHED)
NO_TAG_MATCHES = Truth(False, KeepReason.OTHER_TAGS)
SOME_TAGS_MATCH = Truth(None, KeepReason.OTHER_TAGS)
AGE_UNKNOWN = Truth(None, KeepReason.AGE_UNKNOWN)
TTL_UNREADABLE = Truth(None, KeepReason.TTL_UNREADABLE)
VERSION_UNREADABLE = Truth(None, KeepReason.VERSION_UNREADABLE)
SIZE_UNKNOWN = Truth(None, KeepReason.SIZE_UNKNOWN)
CREATOR_UNKNOWN = Truth(None, KeepReason.NOT_MATCHED)

SUBJECT_UNKNOWN = Truth(None, KeepReason.SUBJECT_UNKNOWN)

T = TypeVar("T")
# An inner function quotes it: evaluating the annotation costs as much as compiling a key.
Test = Callable[[T], Truth]
Leaf = Callable[[Key], Test[T]]


def truth(holds: bool) -> Truth:
    """YES or NO."""
    return YES if holds else NO


def always(answer: Truth) -> Test[T]:
    """A test whose answer does not depend on the resource; `compiled` folds it away."""
    return _ALWAYS[answer]


_ALWAYS: dict[Truth, Test[object]] = {YES: lambda _: YES, NO: lambda _: NO}


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
        case _ if not isinstance(condition, SELECTORS):
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
    if _ALWAYS[NO] in tests:
        return _ALWAYS[NO]
    tests = [test for test in tests if test is not _ALWAYS[YES]]
    if len(tests) < 2:
        return tests[0] if tests else _ALWAYS[YES]

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
    if _ALWAYS[YES] in tests:
        return _ALWAYS[YES]
    tests = [test for test in tests if test is not _ALWAYS[NO]]
    if len(tests) < 2:
        return tests[0] if tests else _ALWAYS[NO]

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
        if test is _ALWAYS[answer]:
            return _ALWAYS[opposite]

    def run(resource: T) -> Truth:
        found = test(resource)
        return found if found.holds is None else truth(not found.holds)

    return run
