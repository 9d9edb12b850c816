"""google.longrunning.Operations over gRPC. Neither API has a cancel; only Cloud Run has a wait."""

import asyncio
import time
from typing import Any

from google.longrunning import operations_pb2

from janitor.emulator.errors import invalid
from janitor.emulator.method import Method
from janitor.emulator.state import World

SERVICE = "google.longrunning.Operations"
_LOOK_EVERY = 0.01
_LONGEST = 30.0


def methods() -> list[Method]:
    operation = operations_pb2.Operation
    return [
        Method(SERVICE, "GetOperation", operations_pb2.GetOperationRequest, operation, _get),
        Method(SERVICE, "WaitOperation", operations_pb2.WaitOperationRequest, operation, _wait),
    ]


def _get(world: World, request: Any) -> Any:
    return world.operations.get(request.name)


async def _wait(world: World, request: Any) -> Any:
    """Until it is done, or the timeout is over: then as it stands. For the operations of any API."""
    given = request.timeout.ToNanoseconds() / 1e9 if request.HasField("timeout") else _LONGEST
    if given < 0:
        raise invalid("timeout must not be negative")
    until = time.monotonic() + min(given, _LONGEST)
    while True:
        with world.lock:
            operation = world.operations.get(request.name)
            if operation.done or time.monotonic() >= until:
                return operation
        await asyncio.sleep(_LOOK_EVERY)
