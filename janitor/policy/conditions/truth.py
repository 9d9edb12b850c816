"""Truth values of conditions: holds, does not hold, or cannot be known; and tests, which are functions to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from janitor.model.reasons import KeepReason


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


def truth(holds: bool) -> Truth:
    """YES or NO."""
    return YES if holds else NO


def always(answer: Truth) -> Test[T]:
    """A test whose answer does not depend on the resource; `compiled` folds it away."""
    return ALWAYS[answer]


ALWAYS: dict[Truth, Test[object]] = {YES: lambda _: YES, NO: lambda _: NO}
