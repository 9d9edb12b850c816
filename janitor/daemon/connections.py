"""HTTP connections that send nothing, or too slowly: they are closed, and never keep a probe waiting."""

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

# How many connections there may be at once: one more closes the one that has been idle for the longest time.
CONNECTIONS = 100
# How long a request may take until it is whole, and how long its answer may take, in seconds.
HEAD_PATIENCE, ANSWER_PATIENCE = 10.0, 60.0


class Connection(H11Protocol):
    """Uvicorn's connection with a deadline from its first moment on.

    Uvicorn's own timeouts begin after the first answer, and any byte ends them; its limit of connections counts
    idle ones, so that a hundred of those refused every probe.
    """

    _timer: TimerHandle | None = None
    _since = 0.0
    _answering: Any = None

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._allow(HEAD_PATIENCE)
        if len(self.connections) > CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if not self.is_idle and self._answering is not self.cycle:
            self._answering = self.cycle
            self._allow(ANSWER_PATIENCE)

    def on_response_complete(self) -> None:
        self._allow(HEAD_PATIENCE)
        super().on_response_complete()

    def _allow(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._since = self.loop.time()
        self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _make_room(self) -> None:
        others = [
            each
            for each in self.connections
            if isinstance(each, Connection) and each is not self and not each.transport.is_closing()
        ]
        idle = [each for each in others if each.is_idle]
        min(idle or others, key=lambda each: each._since).transport.abort()
