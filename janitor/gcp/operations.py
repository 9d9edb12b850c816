"""Google's long-running operations: waiting for one, and asking about one once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud import artifactregistry_v1 as ar
from google.cloud.artifactregistry_v1 import ArtifactRegistryAsyncClient
from google.cloud.run_v2 import ServicesAsyncClient
from google.longrunning import operations_pb2
from google.protobuf.message import DecodeError

from janitor.apply.ports import CallError, UnendedError
from janitor.apply.settle import OperationState
from janitor.gcp import budgets
from janitor.gcp.errors import CALL_FAILURES, as_call_error, error_of
from janitor.gcp.retry import READ_RETRY, READ_TIMEOUT
from janitor.model.kinds import Kind

# Seconds between questions: the first, how it grows, and the longest.
_FIRST, _GROWTH, _LONGEST = 0.25, 1.5, 10.0


@dataclass(frozen=True, slots=True)
class GoogleOperations:
    """Asks by GetOperation, the only method that both APIs have (artifactregistry_v1.yaml).

    Polled here and not by api_core's AsyncOperation, which takes "done with neither error nor response"
    for an error and has no separate retry. `budget` is in seconds, None is each kind's own (budgets.py).
    """

    services: ServicesAsyncClient
    artifacts: ArtifactRegistryAsyncClient
    budget: float | None = None
    first: float = _FIRST
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep

    async def wait(self, kind: Kind, operation: str) -> frozenset[str]:
        """Wait for its end; versions that a batch reports as failed, also where it succeeded.

        Raises the operation's own error (as_call_error). UnendedError: it did not end within its budget,
        or cannot be asked about: what it was to delete may be gone or not.
        """
        budget = self.budget if self.budget is not None else _budget(kind)
        deadline, pause = self.clock() + budget, self.first
        while not (found := await self._found(kind, operation)).done:
            if self.clock() + pause > deadline:
                raise UnendedError(f"Google's operation {operation} did not end within {budget:g} s")
            await self.sleep(pause)
            pause = min(pause * _GROWTH, _LONGEST)
        if found.HasField("error"):
            raise error_of(found.error)
        try:
            return _failed_versions(found)
        except DecodeError:
            raise UnendedError(
                f"Google's operation {operation} ended with metadata that cannot be read"
            ) from None

    async def state(self, kind: Kind, operation: str) -> OperationState:
        """Ask once. CallError: it cannot be asked about."""
        try:
            found = await self._get(kind, operation)
        except NotFound:
            return OperationState.UNKNOWN
        except CALL_FAILURES as error:
            raise CallError(str(as_call_error(error))) from error
        if not found.done:
            return OperationState.RUNNING
        return OperationState.FAILED if found.HasField("error") else OperationState.SUCCEEDED

    async def _found(self, kind: Kind, operation: str) -> Any:
        try:
            return await self._get(kind, operation)
        except CALL_FAILURES as error:
            # not the thing's error: whether it went is unknown
            raise UnendedError(f"Google's operation {operation}: {as_call_error(error)}") from error

    async def _get(self, kind: Kind, operation: str) -> Any:
        client = self.services if kind.value.startswith("run.") else self.artifacts
        request = operations_pb2.GetOperationRequest(name=operation)
        return await client.get_operation(request=request, retry=READ_RETRY, timeout=READ_TIMEOUT)


def _budget(kind: Kind) -> float:
    holds_many = kind in (Kind.REPOSITORY, Kind.PACKAGE)
    return budgets.HOLDER_OPERATION if holds_many else budgets.OPERATION


def _failed_versions(operation: Any) -> frozenset[str]:
    """Those of BatchDeleteVersionsMetadata (version.proto); other operations have none. DecodeError: unreadable."""
    metadata = ar.BatchDeleteVersionsMetadata.pb()()
    return frozenset(metadata.failed_versions) if operation.metadata.Unpack(metadata) else frozenset()
