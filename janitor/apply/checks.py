"""Checks by kind: how each kind of resource is read again before, after and instead of its delete."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from janitor.apply.artifacts import (
    Users,
    image_still,
    image_tagged_since,
    package_still,
    repository_still,
    tag_points_at,
    tag_still,
    version_still,
)
from janitor.apply.outcomes import Outcome
from janitor.apply.parts import part_exists, part_still
from janitor.apply.ports import CallError, Reader
from janitor.apply.workloads import workload_exists, workload_still
from janitor.kinds.table import READ_IN_HOLDER, RUN_KINDS
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, image_of
from janitor.plan.plan import Action


async def _nothing_changed(_reader: Reader, _action: Action) -> Outcome | None:
    return None


async def _ready(_reader: Reader, _action: Action) -> None:
    """Nothing more is asked before the call."""


@dataclass(frozen=True, slots=True)
class KindChecks:
    """What is read again of one kind. Each raises CallError where that cannot be read.

    `exists`: whether a resource of this name, and this uid where one is given, exists. `still`: None where it is as
    planned and unused, else its outcome (R21). `changed`: the same after Google refused the delete, by the
    resource alone. `ready` raises ChangedError or NotFoundError right before the call is sent.
    """

    exists: Callable[[Reader, str, str], Awaitable[bool]]
    still: Callable[[Reader, Users, Action], Awaitable[Outcome | None]]
    changed: Callable[[Reader, Action], Awaitable[Outcome | None]] = _nothing_changed
    ready: Callable[[Reader, Action], Awaitable[None]] = _ready


async def exists(reader: Reader, kind: Kind, name: str, uid: str = "") -> bool:
    """Whether a resource exists now; raises CallError where that cannot be read."""
    checks = CHECKS.get(kind)
    if checks is None:
        raise CallError(f"nothing of kind {kind} is ever deleted")
    return await checks.exists(reader, name, uid)


async def _workload_still(reader: Reader, _users: Users, action: Action) -> Outcome | None:
    return await workload_still(reader, action)


async def _part_still(reader: Reader, _users: Users, action: Action) -> Outcome | None:
    return await part_still(reader, action)


async def _image(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.image_tags(*image_of(name)) is not None


async def _version(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.version(name) is not None


async def _version_still(reader: Reader, _users: Users, action: Action) -> Outcome | None:
    return await version_still(reader, action)


async def _tag(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.tag_version(name) is not None


async def _tag_as_planned(reader: Reader, action: Action) -> None:
    await tag_points_at(reader, action.name, action.content)


async def _package(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.package(name) is not None


async def _repository(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.repository(RepositoryName.parse(name)) is not None


CHECKS: Mapping[Kind, KindChecks] = {
    **{k: KindChecks(partial(workload_exists, k), _workload_still, workload_still) for k in RUN_KINDS},
    **{k: KindChecks(partial(part_exists, k), _part_still, part_still) for k in READ_IN_HOLDER},
    Kind.IMAGE: KindChecks(_image, image_still, image_tagged_since),
    Kind.VERSION: KindChecks(_version, _version_still, version_still),
    Kind.TAG: KindChecks(_tag, tag_still, ready=_tag_as_planned),
    Kind.PACKAGE: KindChecks(_package, package_still),
    Kind.REPOSITORY: KindChecks(_repository, repository_still),
}
