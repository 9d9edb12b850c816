"""Checks by kind: how each kind of resource is read again before, after and instead of its delete."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from janitor.apply.artifacts import (
    Users,
    image_still,
    image_tagged_since,
    package_still,
    repository_still,
    tag_points_elsewhere,
    tag_still,
    version_still,
)
from janitor.apply.outcomes import Outcome
from janitor.apply.ports import CallError, Reader
from janitor.apply.traffic_tags import traffic_tag_exists, traffic_tag_still
from janitor.apply.workloads import workload_exists, workload_still
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


def _workload(kind: Kind) -> KindChecks:
    async def found(reader: Reader, name: str, uid: str) -> bool:
        return await workload_exists(reader, kind, name, uid)

    async def still(reader: Reader, _users: Users, action: Action) -> Outcome | None:
        return await workload_still(reader, action)

    return KindChecks(found, still, workload_still)


async def _image(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.image_tags(*image_of(name)) is not None


async def _version(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.version(name) is not None


async def _version_still(reader: Reader, _users: Users, action: Action) -> Outcome | None:
    return await version_still(reader, action)


async def _tag(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.tag_version(name) is not None


async def _package(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.package(name) is not None


async def _repository(reader: Reader, name: str, _uid: str) -> bool:
    return await reader.repository(RepositoryName.parse(name)) is not None


async def _traffic_tag_still(reader: Reader, _users: Users, action: Action) -> Outcome | None:
    return await traffic_tag_still(reader, action)


CHECKS: Mapping[Kind, KindChecks] = {
    Kind.SERVICE: _workload(Kind.SERVICE),
    Kind.REVISION: _workload(Kind.REVISION),
    Kind.TRAFFIC_TAG: KindChecks(traffic_tag_exists, _traffic_tag_still, traffic_tag_still),
    Kind.JOB: _workload(Kind.JOB),
    Kind.EXECUTION: _workload(Kind.EXECUTION),
    Kind.WORKER_POOL: _workload(Kind.WORKER_POOL),
    Kind.IMAGE: KindChecks(_image, image_still, image_tagged_since),
    Kind.VERSION: KindChecks(_version, _version_still, version_still),
    Kind.TAG: KindChecks(_tag, tag_still, ready=tag_points_elsewhere),
    Kind.PACKAGE: KindChecks(_package, package_still),
    Kind.REPOSITORY: KindChecks(_repository, repository_still),
}
