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
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from janitor.daemon.health import Health
from janitor.daemon.metrics import Metrics
from janitor.error_facts import named, trace
from janitor.errors import JanitorError, UsageError
from janitor.logs import Event, emit

# The HTML report, made anew. It is asked for in the event loop of the HTTP thread, one at a time.
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
# What is sent before a request is whole, in bytes; how many connections there may be at once.
_HEADER_BYTES, _CONNECTIONS = 16 * 1024, 100
# How long a connection may rest, how long answers that are under way may take on leaving, and how long leaving
# may take in all, in seconds.
_KEEP_ALIVE, _GRACE, _LEAVE = 5, 1, 5


@contextmanager
def serving(host: str, port: int, health: Health, metrics: Metrics, page: Page) -> Iterator[int]:
    """Answer on this address from a thread with an event loop of its own, so that a busy sweep keeps no
    probe waiting. Yields the port, which is the system's choice where 0 was asked for.

    UsageError where the address cannot be had. Leaving closes every connection, and takes two seconds at most.
    """
    listener = _listen(host, port)
    server = _Server(_config(_app(health, metrics, page)))
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

    def run_on(self, listener: socket.socket) -> None:
        # should this thread die, a probe is refused instead of left waiting
        with listener:
            asyncio.run(self._serve_on(listener))

    async def _serve_on(self, listener: socket.socket) -> None:
        await self.serve(sockets=[listener])
        for connection in list(self.server_state.connections):
            connection.transport.abort()


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
            " Set PORT to one that is free (0 takes any), and JANITOR_HOST to 127.0.0.1 or 0.0.0.0."
        ) from error
    return listener


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        # of every response: errors, and the one where there are too many connections
        headers=list(_HEADERS.items()),
        limit_concurrency=_CONNECTIONS,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )


def _app(health: Health, metrics: Metrics, page: Page) -> ASGIApp:
    answers = _Answers(health, metrics, page)
    app = Starlette(
        routes=[
            Route("/", answers.report),
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

    async def healthz(self, _: Request) -> Response:
        if self.health.alive():
            return JSONResponse({"status": "alive"})
        why = f"the scheduler has been silent for {self.health.silent_for():.0f} s"
        return JSONResponse({"status": "stuck", "why": why}, 503)

    async def readyz(self, _: Request) -> Response:
        found = await self.health.readiness()
        checks = {name: why or "good" for name, why in found.checks.items()}
        status = "ready" if found.is_ready else "not-ready"
        return JSONResponse({"status": status, "checks": checks}, 200 if found.is_ready else 503)

    async def metrics(self, _: Request) -> Response:
        text, content_type = self.source.render()
        return Response(text, headers={"Content-Type": content_type})

    async def report(self, _: Request) -> Response:
        try:
            async with self.one_at_a_time:
                return HTMLResponse(await asyncio.wait_for(self.page(), _PAGE_PATIENCE))
        except Exception as error:
            return _no_page(error)


def _traceback(error: Exception) -> str:
    """Of a bug; janitor's own errors say what to do by themselves."""
    return "" if isinstance(error, JanitorError) else trace(error)


def _no_page(error: Exception) -> Response:
    """What a person may know: janitor's own errors hold no secrets, of others only the name is safe."""
    if isinstance(error, JanitorError):
        why = str(error)
    elif isinstance(error, TimeoutError):
        why = f"It was not made within {_PAGE_PATIENCE:g} seconds."
    else:
        why = f"It could not be made ({type(error).__name__}); the log says more."
    emit(Event.PAGE_FAILED, error=named(error), traceback=_traceback(error))
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>janitor: no report</title>'
        f"<h1>No report now</h1><p>{html.escape(why)}</p></html>"
    )
    return HTMLResponse(body, 503)
