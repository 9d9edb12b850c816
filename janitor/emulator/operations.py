"""Long-running operations: begun by a delete, ended after a delay, their effect with their end."""

import heapq
import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from google.longrunning import operations_pb2
from google.rpc import status_pb2

from janitor.emulator.errors import RefusedCall, not_found
from janitor.emulator.wellknown import AnyMessage

Operation: Any = operations_pb2.Operation
Effect = Callable[[], tuple[Any, Any]]  # does it; gives the final metadata and the response


@dataclass
class RunningOperation:
    """`error` ends it without its effect; `never` lets it run for ever."""

    message: Any
    effect: Effect
    never: bool = False
    error: RefusedCall | None = None
    respond: bool = True


@dataclass
class OperationStore:
    """Every operation ever begun. An operation that is due ends when anyone next looks."""

    delay: float = 0.05
    clock: Callable[[], float] = time.monotonic
    all: dict[str, RunningOperation] = field(default_factory=dict)
    _due: list[tuple[float, int, RunningOperation]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)

    def begin(self, location: str, metadata: Any, effect: Effect) -> Any:
        """A new operation ``{location}/operations/…``, not done yet."""
        number = next(self._numbers)
        name = f"{location}/operations/{uuid.uuid5(uuid.NAMESPACE_URL, f'{location}#{number}')}"
        message = Operation(name=name)
        message.metadata.Pack(metadata)
        running = self.all[name] = RunningOperation(message, effect)
        heapq.heappush(self._due, (self.clock() + self.delay, number, running))
        return message

    def get(self, name: str) -> Any:
        self.settle()
        if name not in self.all:
            raise not_found(name)
        return self.all[name].message

    def settle(self) -> None:
        """Ends what is due, in the order of its beginning."""
        now = self.clock()
        while self._due and self._due[0][0] <= now:
            running = heapq.heappop(self._due)[2]
            if not running.never:
                _end(running)

    def end_all(self) -> None:
        """Ends everything that runs, what never ends by itself too."""
        for running in self.all.values():
            if not running.message.done:
                _end(running)
        self._due.clear()

    def hurry(self) -> None:
        """Makes everything that runs due now; what never ends still does not."""
        self._due = [(0.0, number, running) for _, number, running in sorted(self._due)]


def _end(running: RunningOperation) -> None:
    message = running.message
    message.done = True
    try:
        if running.error:
            raise running.error
        metadata, response = running.effect()
    except RefusedCall as refused:
        message.error.CopyFrom(status_pb2.Status(code=refused.number, message=refused.message))
        return
    message.metadata.CopyFrom(_packed(metadata))
    if running.respond:
        message.response.CopyFrom(_packed(response))


def _packed(content: Any) -> Any:
    packed = AnyMessage()
    packed.Pack(content)
    return packed
