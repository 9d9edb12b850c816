"""The two listeners, gRPC and HTTP, on loopback."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
from grpc_status import rpc_status

from janitor.emulator import wire_artifacts
from janitor.emulator.dispatch import Dispatcher
from janitor.emulator.errors import RefusedCall
from janitor.emulator.method import Method
from janitor.emulator.rest import Rest
from janitor.emulator.rpcs import served
from janitor.emulator.world import load

LOOPBACK = "127.0.0.1"
_OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
_Handler = Callable[[Any, Any], Awaitable[Any]]


class Listening:
    """Both listeners, started in the running loop; `host` and `http` are where."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._grpc: Any = None
        self._http: Any = None
        self.host = self.http = ""

    async def start(self, port: int = 0, http_port: int = 0) -> None:
        """OSError or RuntimeError where a port is taken; 0 takes any."""
        wire_artifacts.warm(self._dispatcher.world)
        self._grpc = grpc.aio.server(options=[*_OPTIONS, ("grpc.so_reuseport", 0)])
        self._grpc.add_generic_rpc_handlers(_handlers(self._dispatcher))
        bound = self._grpc.add_insecure_port(f"{LOOPBACK}:{port}")
        self._http = await asyncio.start_server(Rest(self._dispatcher).serve, LOOPBACK, http_port)
        await self._grpc.start()
        self.host = f"{LOOPBACK}:{bound}"
        self.http = f"http://{LOOPBACK}:{self._http.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._http.close()
        await self._grpc.stop(grace=0)


def _handlers(dispatcher: Dispatcher) -> list[Any]:
    by_service: dict[str, dict[str, Any]] = {}
    for method in served():
        by_service.setdefault(method.service, {})[method.name] = grpc.unary_unary_rpc_method_handler(
            _handler(dispatcher, method),
            request_deserializer=method.request.FromString,
            response_serializer=_serialised,
        )
    return [grpc.method_handlers_generic_handler(name, handlers) for name, handlers in by_service.items()]


def _handler(dispatcher: Dispatcher, method: Method) -> _Handler:
    async def handle(request: Any, context: Any) -> Any:
        try:
            return await dispatcher.answer(method, request)
        except RefusedCall as refused:
            await context.abort_with_status(rpc_status.to_status(refused.status()))

    return handle


def _serialised(reply: Any) -> bytes:
    return reply if isinstance(reply, bytes) else bytes(reply.SerializeToString())


def serve(world: Path, port: int = 0, http_port: int = 0) -> None:
    """Serves the world of a file until SIGINT or SIGTERM.

    Prints the two variables to set once it listens. WorldError where the file is wrong, OSError or
    RuntimeError where a port is taken.
    """
    asyncio.run(_until_signalled(Dispatcher(*load(world)), port, http_port))


async def _until_signalled(dispatcher: Dispatcher, port: int, http_port: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    listening = Listening(dispatcher)
    await listening.start(port, http_port)
    print(  # noqa: T201  what the command is started for
        f"JANITOR_EMULATOR_HOST={listening.host}\nJANITOR_EMULATOR_HTTP={listening.http}", flush=True
    )
    await stopped.wait()
    await listening.stop()
