"""Keys of a policy as they are written, and what a resource has for each."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from janitor.kinds.image import image_since
from janitor.kinds.managers import Manager, managers_of_repository
from janitor.model.resources import Image, Repository
from janitor.model.units import show_age, show_size
from janitor.policy.conditions.keys import Expr, Key, LabelsAre, LabelsRegex, LargerThan, TtlExpired, key_name
from janitor.policy.conditions.package_keys import StoredFacts
from janitor.policy.conditions.resource_keys import ResourceFacts
from janitor.policy.model import PerSemver, PerTag, Retention


def key_asks(key: Key) -> str:
    """``older_than: 3d``."""
    if not fields(key):
        return f"{key_name(type(key))}: true"
    if isinstance(key, TtlExpired):
        return "ttl: expired"
    value = getattr(key, fields(key)[0].name)
    shown = show_size(value) if isinstance(key, LargerThan) else _shown(value)
    return f"{key_name(type(key))}: {shown}"


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case timedelta():
            return show_age(value.total_seconds())
        case StrEnum():
            return value.value
        case tuple():
            return ", ".join(map(_shown, value))
        case Mapping():
            return ", ".join(f"{key}={text}" for key, text in value.items())
        case _:
            return str(value)


def keep_asks(keep: Retention) -> str:
    """``latest: 3, tagged: v*``."""
    parts = [
        f"latest: {keep.latest}" if keep.latest is not None else "",
        f"tagged: {', '.join(keep.tagged)}" if keep.tagged else "",
        f"newer_than: {_shown(keep.newer_than)}" if keep.newer_than else "",
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


def key_has(key: Key, values: Mapping[str, str]) -> str:
    """What the resource has for it; "" for an expression, which may ask anything."""
    if isinstance(key, Expr):
        return ""
    if isinstance(key, LabelsAre | LabelsRegex | TtlExpired):
        return values["labels"] or "no label"
    return values.get(key_name(type(key)), "")


def facts_values(facts: ResourceFacts, now: datetime) -> dict[str, str]:
    """What a workload or a repository has, by the names of keys."""
    return {
        "name": facts.name,
        "location": facts.location,
        "service": facts.service,
        "job": facts.job,
        "labels": _shown(facts.labels),
        "annotations": (noted := _shown(facts.annotations) or "no annotation"),
        "annotations_regex": noted,
        "creator": facts.creator or "creator unknown",
        "managed_by": _managers(facts.managed_by),
        "status": facts.status.value,
        "older_than": _age(facts.since, now),
        "larger_than": show_size(facts.size_bytes) if facts.size_bytes else "size unknown",
        "unused": "not known" if facts.unused is None else "not in use" if facts.unused else "in use",
    }


def image_values(
    image: Image, repository: Repository, now: float, about: Sequence[str] = ()
) -> dict[str, str]:
    """What an image has, by the names of keys; `about` are the digests that it is about."""
    since = image_since(image)
    known = datetime.fromtimestamp(since, UTC) if since else None
    tags = ", ".join(image.tags) or "no tag"
    size = show_size(image.size_bytes) if image.size_bytes > 0 else "size unknown"
    return _of_repository(repository) | {
        "name": image.package,
        "tagged": tags,
        "tags": tags,
        "any_tag": tags,
        "tags_regex": tags,
        "tags_semver": tags,
        "orphaned": f"about {', '.join(about)}" if about else "no subject that is known",
        "artifact_type": image.artifact_type or "no type",
        "older_than": _age(known, datetime.fromtimestamp(now, UTC)),
        "larger_than": size,
        "largest": size,
        "unused": "see who names it, below",
        "unused_for": "counted from its last recorded use, its age, and the first of the recorded sweeps",
    }


def held_values(held: StoredFacts, repository: Repository, now: datetime) -> dict[str, str]:
    """What a package, a version or a tag has, by the names of keys."""
    tags = ", ".join(held.tags) or "no tag"
    size = show_size(held.size_bytes) if held.size_bytes else "size unknown"
    return _of_repository(repository) | {
        "name": held.package,
        "version": held.id,
        "version_semver": held.id,
        "prerelease": held.id,
        "tags": tags,
        "tags_regex": tags,
        "tags_semver": tags,
        "older_than": _age(datetime.fromtimestamp(held.since, UTC) if held.since else None, now),
        "larger_than": size,
        "largest": size,
        "empty": f"{held.versions} versions",
    }


def _of_repository(repository: Repository) -> dict[str, str]:
    """What the repository gives to all that lies in it."""
    return {
        "location": repository.name.location,
        "repository": repository.name.repository,
        "labels": _shown(repository.labels),
        "managed_by": _managers(managers_of_repository(repository)),
        "format": repository.format.lower(),
    }


def _managers(managers: frozenset[Manager]) -> str:
    return _shown(tuple(sorted(managers))) or "nobody known"


def _age(since: datetime | None, now: datetime) -> str:
    if since is None or since > now:
        return "age unknown"
    return f"{show_age((now - since).total_seconds())} old, since {since:%Y-%m-%d %H:%M} UTC"
