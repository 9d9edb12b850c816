"""Unmatched policies: which policies matched any resource. One that matches none is often misspelled."""

from collections.abc import Iterable
from typing import TypeVar

from janitor.policy.conditions.expression import Failures
from janitor.policy.conditions.truth import NO, YES, Test, always
from janitor.policy.deciding.verdict import CompiledPolicy

T = TypeVar("T")
_NEVER: Test[object] = always(NO)


def note_matches(
    matched: set[str], questions: Iterable[CompiledPolicy[T]], resources: Iterable[T], failures: Failures
) -> None:
    """Add to `matched` each policy whose `when` holds of any of the resources, whatever keeps them.

    To be asked once they are decided: an expression that fails was counted then (`failures`). A policy
    that is in there already is not asked again, and of a repository that its selectors leave out no
    image is: over a whole sweep only a policy that matches nothing reads everything.
    """
    with failures.unheard():
        for each in questions:
            if each.policy.name in matched or each.matches is _NEVER:
                continue
            if any(each.matches(resource) is YES for resource in resources):
                matched.add(each.policy.name)
