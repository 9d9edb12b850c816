"""Unmatched policies: those that match no resource, and whether a resource has the names in them."""

from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from janitor.model.inventory import Gap
from janitor.policy.conditions.condition import keys
from janitor.policy.deciding.context import Context
from janitor.policy.model import Policy


class UnmatchedPolicy(NamedTuple):
    """A policy that matches no resource. `known`: its selectors match one that other keys leave out, or it has none,
    so no name in it is misspelled."""

    policy: str
    known: bool


def unmatched(context: Context, gaps: Sequence[Gap]) -> Iterator[UnmatchedPolicy]:
    """The policies that may delete and match nothing at all, whatever would have kept it, in the file's order. Of one
    whose matches a gap may hide nothing is said."""
    hidden: Set[bool] = {gap.kind.is_run for gap in gaps}
    for policy in context.policies.policies:
        silent = policy.name in context.matched or policy.kind.is_run in hidden
        if policy.name in context.asked.selected and not silent:
            yield UnmatchedPolicy(policy.name, not _has_selectors(policy) or policy.name in context.named)


def _has_selectors(policy: Policy) -> bool:
    return any(key.selector for key in keys(policy.when))
