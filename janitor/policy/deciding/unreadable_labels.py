"""Unreadable labels: time-to-live labels whose value cannot be read, to report by name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from janitor.kinds.repository import DOCKER
from janitor.kinds.table import KINDS, listed
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Repository
from janitor.model.text import show
from janitor.policy.conditions.condition import keys
from janitor.policy.conditions.ttl import TtlExpired, lifetime
from janitor.policy.deciding.context import DecisionInput, Located

MOST_NAMED = 10


class LabelledResource(Protocol):
    """What has a place and labels."""

    @property
    def name(self) -> Located: ...

    @property
    def labels(self) -> Mapping[str, str]: ...


def unreadable_labels(
    asked: DecisionInput, workloads: Workloads, repositories: Iterable[Repository]
) -> tuple[str, ...]:
    """One line for each unreadable lifetime label of a resource to which a policy with `ttl` may apply, by name;
    past ten they are counted. The resource is kept, `ttl-unreadable`."""
    keys_by_kind = {policy.kind: key for policy in asked.policies.policies for key in keys(policy.when)
             if isinstance(key, TtlExpired)}  # fmt: skip
    lines = sorted({
        line
        for key, name, labels in _labelled(keys_by_kind, workloads, repositories, asked.in_scope)
        if lifetime(key, labels) is None
        for line in _lines(key, name, labels)
    })  # fmt: skip
    more = len(lines) - MOST_NAMED
    return (
        *lines[:MOST_NAMED],
        *([f"{more:,} more lifetime labels cannot be read"] * (more > 0)),
    )


def _labelled(
    asked: Mapping[Kind, TtlExpired],
    workloads: Workloads,
    repositories: Iterable[Repository],
    in_scope: Callable[[Located], bool],
) -> Iterator[tuple[TtlExpired, str, Mapping[str, str]]]:
    labelled = with_labels(workloads, tuple(repositories))
    for kind, key in asked.items():
        for each in labelled.get(kind, ()):
            if in_scope(each.name):
                yield key, str(each.name), each.labels


def with_labels(
    workloads: Workloads, repositories: Sequence[Repository]
) -> Mapping[Kind, Sequence[LabelledResource]]:
    """The labels that count for each kind: everything in a repository has the repository's labels."""
    found: dict[Kind, list[LabelledResource]] = {kind: [] for kind in KINDS}
    for kind, each in listed(workloads):
        found[kind].append(each)
    found[Kind.REPOSITORY].extend(repositories)
    with_own = {kind: found[KINDS[kind].labelled_by or kind] for kind in KINDS}
    return with_own | {
        Kind.IMAGE: [each for each in repositories if each.format == DOCKER],
        Kind.VERSION: [each for each in repositories if each.format != DOCKER],
    }


def _lines(key: TtlExpired, name: str, labels: Mapping[str, str]) -> Iterator[str]:
    """Each of the two labels by itself, so that the readable one is not blamed."""
    for label, example in ((key.label, "72h or 30d"), (key.expires_label, "2026-12-01 or 2026-12-01t18-30z")):
        alone = {label: labels[label]} if label in labels else {}
        if lifetime(key, alone) is None:
            yield (
                f"{name}: the label {label} says {show(labels[label])}, which cannot be read: write it like "
                f"{example}; the resource is kept ({KeepReason.TTL_UNREADABLE})"
            )
