"""The one module that sends deletes (apply.ports.Deleter)."""

import functools
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import AlreadyExists, NotFound, ServiceUnavailable
from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2
from google.protobuf.message import DecodeError

from janitor.apply.ports import (
    CallError,
    ChangedError,
    NotFoundError,
    PushedBackError,
    StoppedError,
    UnclearError,
    no_check,
)
from janitor.gcp.channels import Clients
from janitor.gcp.errors import CALL_FAILURES, as_call_error
from janitor.gcp.failures import READ_FAILURES, cause
from janitor.gcp.operations import GoogleOperations
from janitor.gcp.retry import DELETE_RETRY, DELETE_TIMEOUT, PUT_BACK_RETRY, READ_RETRY, READ_TIMEOUT
from janitor.gcp.run_kinds import RUN_CALLS
from janitor.kinds.table import KINDS
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName


@dataclass(frozen=True, slots=True)
class _DeleteCall:
    """The RPC that deletes a resource of one kind of Artifact Registry. `at_once`: it ends without an operation."""

    method: str
    request: Any
    at_once: bool = False


# A service, a job, a pool, a package and a repository go with all that they contain. An execution that runs must be
# cancelled first: janitor never does. A version goes without force: "a version that is tagged may not be
# deleted" (version.proto:178-186). DeleteTag is synchronous (service.proto:380).
_VERSION = _DeleteCall("delete_version", ar.DeleteVersionRequest)
_DELETES: Mapping[Kind, _DeleteCall] = {
    Kind.IMAGE: _VERSION,
    Kind.VERSION: _VERSION,
    Kind.TAG: _DeleteCall("delete_tag", ar.DeleteTagRequest, at_once=True),
    Kind.PACKAGE: _DeleteCall("delete_package", ar.DeletePackageRequest),
    Kind.REPOSITORY: _DeleteCall("delete_repository", ar.DeleteRepositoryRequest),
}


@dataclass(slots=True)
class _Attempts:
    """The deletes' retry, which also knows whether a lost answer came before the last one. `check` comes before
    every attempt. Once `stopped` nothing is sent: StoppedError, or the last lost answer."""

    stopped: Callable[[], bool]
    check: Callable[[], Awaitable[None]] = no_check
    lost: ServiceUnavailable | None = None

    def __call__(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(call)
        async def noted(*args: Any, **kwargs: Any) -> Any:
            if self.stopped():
                raise self.lost or StoppedError("interrupted before it was sent")
            await self.check()
            try:
                return await call(*args, **kwargs)
            except ServiceUnavailable as error:
                self.lost = error
                raise

        tried: Callable[..., Awaitable[Any]] = DELETE_RETRY(noted)
        return tried


@dataclass(frozen=True, slots=True)
class GoogleDeleter:
    """Each delete is one RPC of Google's official clients, tried again by DELETE_RETRY alone.

    A delete that Google refuses because a quota is used up is not sent again, and others are not sent at all until
    Google takes deletes again: PushedBackError, after which what is to be deleted is read again (R53).

    A delete that finds nothing after an earlier attempt with a lost answer has deleted it: it
    returns "", as a call without an operation does (R22).
    """

    clients: Clients
    operations: GoogleOperations
    stopped: Callable[[], bool] = lambda: False

    async def delete(
        self, kind: Kind, name: str, etag: str = "", check: Callable[[], Awaitable[None]] = no_check
    ) -> str:
        """Delete one resource. With an etag Google deletes it only as it was read."""
        self._check_quota(kind, name)
        named = {"name": name, "etag": etag} if etag else {"name": name}
        if kind.is_run:
            calls = RUN_CALLS[kind]
            method = getattr(self.clients.run[kind], f"delete_{calls.noun}")
            return await self._begun(method, calls.delete_request(**named), check)
        call = _DELETES[kind]
        method, request = getattr(self.clients.artifacts, call.method), call.request(**named)
        if not call.at_once:
            return await self._begun(method, request, check)
        await self._sent(method, request, check)
        return ""

    async def delete_versions(self, package: str, names: list[str]) -> str:
        """The package is the parent, as the HTTP binding has it (service.proto:284-288)."""
        if len(names) > KINDS[Kind.VERSION].batch:
            raise ValueError(
                f"at most {KINDS[Kind.VERSION].batch} versions go in one batch, not {len(names)}"
            )
        self._check_quota(Kind.VERSION, package)
        request = ar.BatchDeleteVersionsRequest(parent=package, names=names)
        return await self._begun(self.clients.artifacts.batch_delete_versions, request)

    async def remove_parts(self, kind: Kind, holder: str, parts: Collection[str], etag: str) -> str:
        """Traffic tags of a service are all there is. UpdateService with the mask `traffic`: every other entry is sent
        back as Google gave it. Whether Google compares the etag of an update is not verified, so that it is compared
        here too, before every attempt."""
        if kind is not Kind.TRAFFIC_TAG:
            raise CallError(f"nothing of kind {kind} is removed by an update")

        async def update(request: run_v2.Service, retry: _Attempts, timeout: Any) -> Any:
            async def attempt() -> Any:
                request.traffic = _without((await self._unchanged(holder, etag)).traffic, parts)
                masked = run_v2.UpdateServiceRequest(service=request, update_mask={"paths": ["traffic"]})
                return await self.clients.services.update_service(request=masked, retry=None, timeout=timeout)

            return await retry(attempt)()

        self._check_quota(kind, holder)
        return await self._begun(update, run_v2.Service(name=holder, etag=etag))

    async def _unchanged(self, service: str, etag: str) -> run_v2.Service:
        """The service as it is now. ChangedError where it has another etag, NotFound where it is gone."""
        try:
            found = await self.clients.services.get_service(
                request=run_v2.GetServiceRequest(name=service), retry=READ_RETRY, timeout=READ_TIMEOUT
            )
        except NotFound:
            raise
        except READ_FAILURES as error:
            raise CallError(cause(error)) from error
        if found.etag != etag:
            raise ChangedError("its service changed while its tags were being removed (etag)")
        return found

    async def create_tag(self, repository: RepositoryName, package: str, tag: str, digest: str) -> None:
        """Put a tag back; one that exists is left as it is."""
        name, version = repository.tag(package, tag), repository.version(package, digest)
        request = ar.CreateTagRequest(
            parent=repository.package(package), tag_id=tag, tag=ar.Tag(name=name, version=version)
        )
        try:
            await self.clients.artifacts.create_tag(
                request=request, retry=PUT_BACK_RETRY, timeout=DELETE_TIMEOUT
            )
        except AlreadyExists:
            return
        except CALL_FAILURES as error:
            raise as_call_error(error) from error

    async def wait(self, kind: Kind, operation: str) -> frozenset[str]:
        """See GoogleOperations.wait; "" has ended already."""
        return await self.operations.wait(kind, operation) if operation else frozenset()

    def _check_quota(self, kind: Kind, name: str) -> None:
        if any(pace.is_silent for pace in self.clients.paces.counting_deletes(kind, name)):
            raise PushedBackError("a quota is used up")

    async def _begun(self, method: Any, request: Any, check: Callable[[], Awaitable[None]] = no_check) -> str:
        """The name of the operation that a delete began."""
        started = await self._sent(method, request, check)
        if started is None or _ended_well(started.operation):
            return ""
        name = str(started.operation.name)
        if not name:
            raise UnclearError("Google started to delete it, but returned no operation")
        return name

    async def _sent(self, method: Any, request: Any, check: Callable[[], Awaitable[None]]) -> Any:
        """What Google answers; None where it has nothing of that name after a lost answer of our own. After a lost
        answer a change that is noticed may be our own, and a 429 or a check that failed says nothing of it:
        UnclearError."""
        attempts = _Attempts(self.stopped, check)
        try:
            return await method(request=request, retry=attempts, timeout=DELETE_TIMEOUT)
        except (NotFound, NotFoundError) as error:
            if attempts.lost:
                return None
            raise _as_call_error(error) from error
        except (*CALL_FAILURES, CallError) as error:
            refused = _as_call_error(error)
            unsaid = isinstance(error, CallError) or isinstance(refused, ChangedError | PushedBackError)
            if attempts.lost and unsaid:
                raise UnclearError(f"after a lost answer: {refused}") from error
            raise refused from error
        except (TypeError, DecodeError) as error:
            # api_core at an operation that ended at once with a result of another type (from_any_pb)
            raise UnclearError("Google started to delete it, but its answer cannot be read") from error


def _as_call_error(error: Exception) -> CallError:
    return error if isinstance(error, CallError) else as_call_error(error)


def _ended_well(operation: Any) -> bool:
    """Whether it ended with its first answer. A batch is asked about, for it says then which versions it refused."""
    batch = operation.metadata.Is(ar.BatchDeleteVersionsMetadata.pb().DESCRIPTOR)
    return bool(operation.done and not operation.HasField("error") and not batch)


def _without(traffic: Iterable[Any], tags: Collection[str]) -> list[Any]:
    """The entries that remain. ChangedError where one that would go has traffic, or where none would remain: Google
    sends all traffic to the latest revision then."""
    entries = list(traffic)
    remaining = [entry for entry in entries if entry.tag not in tags]
    if any(entry.percent for entry in entries if entry.tag in tags) or not remaining:
        raise ChangedError("a tag of it now has a share of the traffic")
    return remaining
