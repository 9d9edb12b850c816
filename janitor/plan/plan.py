"""Plan: an ordered list of actions as a value, with what is kept and what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from janitor.model.amounts import Estimate
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason


class Action(NamedTuple):
    """One deletion. A NamedTuple, because a sweep may make a million (docs/performance.md).

    `name` is Google's, exactly as the delete call carries it. `detail` is for people. `etag`, `uid`
    (Cloud Run) and `tags` (images) are what must still be true at the delete. `after` are names of
    actions that must be done before. `contains` counts the content that is deleted with it. `rank` orders execution:
    actions of one rank may run side by side. `group` is the repository an image's cap counts in.
    `content` is the fingerprint of all that a repository holds: a change means drifted. `owner` is
    the owner in reports (kinds/owner.py), "" where there is none. `subjects` are digests that no
    repository may hold: the artifact is about these images, and is deleted because they are gone (R40).
    """

    kind: Kind
    name: str
    uri: str
    policy: str
    reason: DeleteReason
    detail: str
    size_bytes: int
    estimate: Estimate
    rank: tuple[int, int]
    etag: str = ""
    uid: str = ""
    tags: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    contains: tuple[tuple[Kind, int], ...] = ()
    group: str = ""
    content: str = ""
    owner: str = ""
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of a kind stay for one reason; `names` only where they were asked for."""

    kind: Kind
    reason: KeepReason
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What one sweep would do. Actions stand in the order of execution.

    `group_bytes` is each repository's billed size: its images never count for more (R25).
    """

    observed_at: datetime
    policy_digest: str
    gaps: tuple[Gap, ...]
    # asyncio and signal show a finished task, and what it came to, in errors that nobody sees: a
    # million actions in words would take more memory than all else together.
    actions: tuple[Action, ...] = field(repr=False)
    kept: tuple[Kept, ...]
    examined: Mapping[Kind, int]
    group_bytes: Mapping[str, int]
    plan_id: str
