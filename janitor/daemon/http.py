"""What the daemon answers over HTTP: health, readiness, metrics, and the report. Nothing that changes state."""

import asyncio
import html
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from janitor.daemon.connections import Connection
from janitor.daemon.health import TICK, Health
from janitor.daemon.host_names import OnlyLoopbackNames, is_loopback
from janitor.daemon.metrics import Metrics
from janitor.error_facts import named, trace
from janitor.errors import JanitorError, UsageError
from janitor.logs import Event, emit

# The HTML report as it is now. It is asked for in the event loop of the HTTP thread, one at a time.
Page = Callable[[], Awaitable[str]]

# The page is one file without scripts: styles and pictures are in it, and nothing else may be loaded or sent.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# How long a page may take to be made, in seconds.
_PAGE_PATIENCE = 30.0
# What is sent before a request is whole, in bytes; how many requests may wait for the page at once.
_HEADER_BYTES, _PAGE_QUEUE = 16 * 1024, 10
# How long a connection may rest, how long answers that are under way may take on leaving, and how long leaving
# may take in all, in seconds.
_KEEP_ALIVE, _GRACE, _LEAVE = 5, 1, 5


@contextmanager
def serving(host: str, port: int, health: Health, metrics: Metrics, page: Page) -> Iterator[int]:
    """Answer on this address from a thread with a separate event loop, so that a busy sweep keeps no
    probe waiting. Yields the port, which is the system's choice where 0 was asked for.

    UsageError where the address cannot be had. Leaving closes every connection, and takes two seconds at most.
    """
    listener = _listen(host, port)
    app = _app(health, metrics, page)
    if is_loopback(listener.getsockname()[0]):
        app = OnlyLoopbackNames(app, host)
    server = _Server(_config(app), health)
    thread = threading.Thread(target=server.run_on, args=(listener,), name="janitor-http", daemon=True)
    bound: int = listener.getsockname()[1]
    thread.start()
    try:
        yield bound
    finally:
        server.should_exit = True
        thread.join(_LEAVE)


class _Server(uvicorn.Server):
    """Uvicorn takes no signals outside of the main thread, and leaves open what does not end in time."""

    def __init__(self, config: uvicorn.Config, health: Health) -> None:
        super().__init__(config)
        self._health = health

    def run_on(self, listener: socket.socket) -> None:
        # should this thread die, a probe is refused instead of left waiting
        with listener:
            asyncio.run(self._serve_on(listener))

    async def _serve_on(self, listener: socket.socket) -> None:
        ticking = asyncio.create_task(self._tick())
        await self.serve(sockets=[listener])
        ticking.cancel()
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    async def _tick(self) -> None:
        while True:
            self._health.tick()
            await asyncio.sleep(TICK)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens: what comes before the thread has started waits."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
        except BaseException:
            listener.close()
            raise
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"cannot listen on port {port} of {host!r}: {why}."
            " Set PORT to a free port (0 takes any), and JANITOR_HOST to 127.0.0.1 or 0.0.0.0."
        ) from error
    return listener


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=Connection,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        # of every response, errors too
        headers=list(_HEADERS.items()),
        h11_max_incomplete_event_size=_HEADER_BYTES,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )


def _app(health: Health, metrics: Metrics, page: Page) -> ASGIApp:
    answers = _Answers(health, metrics, page)
    app = Starlette(
        routes=[
            Route("/", answers.report),
            # Cloud Run's front end keeps paths that end in z to itself (cloud.google.com/run/docs/known-issues)
            Route("/health", answers.healthz),
            Route("/ready", answers.readyz),
            Route("/healthz", answers.healthz),
            Route("/readyz", answers.readyz),
            Route("/metrics", answers.metrics),
        ]
    )
    # a redirect would be made from what the Host header says
    app.router.redirect_slashes = False
    return app


@dataclass(frozen=True, slots=True)
class _Answers:
    """One method a path; each answers GET and HEAD."""

    health: Health
    source: Metrics
    page: Page
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: set[object] = field(default_factory=set)

    async def healthz(self, _: Request) -> Response:
        if self.health.alive():
            return JSONResponse({"status": "alive"})
        why = f"the scheduler has not responded for {self.health.silent_for():.0f} s"
        return JSONResponse({"status": "stuck", "why": why}, 503)

    async def readyz(self, _: Request) -> Response:
        found = await self.health.readiness()
        checks = {name: why or "good" for name, why in found.checks.items()}
        status = "ready" if found.is_ready else "not-ready"
        return JSONResponse({"status": status, "checks": checks}, 200 if found.is_ready else 503)

    async def metrics(self, _: Request) -> Response:
        text, content_type = self.source.render()
        return Response(text, headers={"Content-Type": content_type})

    async def report(self, request: Request) -> Response:
        if len(self.waiting) >= _PAGE_QUEUE:
            return _busy()
        self.waiting.add(request)
        try:
            async with self.one_at_a_time:
                return HTMLResponse(await asyncio.wait_for(self.page(), _PAGE_PATIENCE))
        except Exception as error:
            return _no_page(error)
        finally:
            self.waiting.discard(request)


def _busy() -> Response:
    text = f"{_PAGE_QUEUE} requests already wait for the report. Try again in a moment.\n"
    return PlainTextResponse(text, 503, {"Retry-After": "5"})


def _traceback(error: Exception) -> str:
    """Of a bug; janitor's own errors say what to do by themselves."""
    return "" if isinstance(error, JanitorError) else trace(error)


def _no_page(error: Exception) -> Response:
    """What a person may know: janitor's own errors hold no secrets, of others only the name is safe."""
    if isinstance(error, JanitorError):
        why = str(error)
    elif isinstance(error, TimeoutError):
        why = f"It was not ready within {_PAGE_PATIENCE:g} seconds."
    else:
        why = f"It could not be created ({type(error).__name__}); the log says more."
    emit(Event.PAGE_FAILED, error=named(error), traceback=_traceback(error))
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>janitor: no report</title>'
        f"<h1>No report available</h1><p>{html.escape(why)}</p></html>"
    )
    return HTMLResponse(body, 503)
