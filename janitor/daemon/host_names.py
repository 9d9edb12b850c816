"""The names by which the daemon's HTTP may be called where it listens on loopback alone.

A website can let its own name point to 127.0.0.1 (DNS rebinding). A browser then reads what is served there, but it
sends that name as Host.
"""

import ipaddress
from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_REFUSED = (
    "Host {host!r} is not served here: janitor listens on loopback only. Use localhost or 127.0.0.1; a proxy"
    " must send one of these as Host.\n"
)


def is_loopback(address: str) -> bool:
    """Whether this is an IP address that only this machine itself reaches."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


class OnlyLoopbackNames:
    """Answers 421 where Host is neither `localhost`, nor a loopback address, nor the configured name.

    The port does not matter. A request of HTTP/1.0 may have no Host: a browser always sends one.
    """

    def __init__(self, app: ASGIApp, configured: str) -> None:
        self._app, self._names = app, {"localhost", configured.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = _host(scope.get("headers", ()))
        if host is None or self._is_expected(host):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse(_REFUSED.format(host=host[:255]), 421)(scope, receive, send)

    def _is_expected(self, host: str) -> bool:
        name = _without_port(host).lower().removesuffix(".")
        return name in self._names or is_loopback(name)


def _host(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    return next((value.decode("latin-1") for name, value in headers if name == b"host"), None)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, _, port = host.rpartition(":")
    return name if name and port.isdecimal() else host
