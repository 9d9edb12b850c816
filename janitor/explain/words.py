"""Keys and `keep` of a policy as they are written, and what a resource has for each key."""

from collections.abc import Callable, Sequence
from datetime import datetime

from janitor.model.resources import Image, Repository
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.key import Key, shown
from janitor.policy.model import PerSemver, PerTag, Retention

Has = Callable[[Key], str]


def key_asks(key: Key) -> str:
    """``older_than: 3d``."""
    return f"{key.name}: {key.written()}"


def keep_asks(keep: Retention) -> str:
    """``latest: 3, tagged: v*``."""
    parts = [
        f"latest: {keep.latest}" if keep.latest is not None else "",
        f"tagged: {', '.join(keep.tagged)}" if keep.tagged else "",
        f"newer_than: {shown(keep.newer_than)}" if keep.newer_than else "",
        _per(keep),
        f"rollback: {keep.rollback}" if keep.rollback is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _per(keep: Retention) -> str:
    match keep.per:
        case PerTag(expression):
            return f"per tag: {expression}"
        case PerSemver(part):
            return f"per semver: {part}"
        case None:
            return ""


def facts_have(facts: ResourceFacts, now: datetime) -> Has:
    """What a workload or a repository has for each key; "" for an expression, which may ask anything."""
    return lambda key: key.workload_has(facts, now)


def image_has(image: Image, repository: Repository, now: datetime, about: Sequence[str] = ()) -> Has:
    """What an image has for each key; `about` are the digests that it is about."""
    return lambda key: key.repository_has(repository) or key.image_has(image, now, about)


def stored_has(held: StoredFacts, repository: Repository, now: datetime) -> Has:
    """What a package, a version or a tag has for each key."""
    return lambda key: key.repository_has(repository) or key.stored_has(held, now)
