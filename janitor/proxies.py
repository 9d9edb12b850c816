"""Proxies: the one rule by which every connection to Google and to Slack takes a proxy from the environment.

It is curl's rule for https. gRPC, httpx2, requests and urllib each read the environment in their own way, so
none of them is left to do it.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from janitor.errors import UsageError

# The first that is set decides.
VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "grpc_proxy")
_DIRECT = ("no_proxy", "NO_PROXY")
_NAMED_SCHEMES = frozenset({"https", "socks", "socks4", "socks4a", "socks5", "socks5h", "ftp", "quic"})
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_NEEDED = "janitor reaches Google through http:// proxies, such as http://proxy.example:3128"
_UNREADABLE = (
    "names a proxy with an unreadable host or port: write http://HOST:PORT, and percent-encode a user name and"
    " password in it"
)
# Google's metadata server answers on the machine itself, and takes no request that a proxy passed on.
_METADATA = frozenset({"169.254.169.254", "metadata.google.internal", "metadata", "fd20:ce::254"})


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that is spoken to in HTTP. `url` may hold a password; `shown` does not."""

    url: str = field(repr=False)
    shown: str


def proxy_for(host: str, environment: Mapping[str, str] | None = None) -> Proxy | None:
    """The proxy for https connections to a host (without port), None for a direct one.

    Loopback addresses and Google's metadata server are never proxied. UsageError names the variable with the
    invalid value, and nothing of the value that may be secret.
    """
    values = os.environ if environment is None else environment
    if _is_local(host):
        return None
    variable = next((name for name in VARIABLES if values.get(name, "").strip()), None)
    if variable is None or _is_direct(host, values):
        return None
    return _parsed(variable, values[variable].strip().strip("\"'"))


def _parsed(variable: str, value: str) -> Proxy:
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, rest = "http", value
    if scheme.lower() != "http":
        named = f"{scheme.lower()}://" if scheme.lower() in _NAMED_SCHEMES else "an unknown scheme"
        way = "write http:// if the proxy itself uses plain HTTP" if scheme.lower() == "https" else (
            "set HTTPS_PROXY to an http:// proxy, or unset it for janitor"
        )  # fmt: skip
        raise UsageError(f"{variable} names a proxy of {named}: {_NEEDED}; {way}")
    authority, *behind = re.split(r"[/?#]", rest, maxsplit=1)
    login, at, address = authority.rpartition("@")
    if "@" in "".join(behind):
        # a "/", "?" or "#" in a password: what seems to be the host is a part of it
        raise UsageError(f"{variable} {_UNREADABLE}")
    host, port = _host_and_port(variable, address)
    shown = f"http://{host}:{port}"
    user, colon, password = login.partition(":")
    # Quoted anew, so that what is no URL after all cannot end up in a header.
    secret = quote(unquote(user), safe="") + colon + quote(unquote(password), safe="") + at
    return Proxy(f"http://{secret}{host}:{port}", shown)


def _host_and_port(variable: str, address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(f"{variable} {_UNREADABLE}") from None
    bracketed = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(bracketed) or port == 0:
        raise UsageError(f"{variable} {_UNREADABLE}")
    return bracketed, port or 80


def _is_local(host: str) -> bool:
    bare = host.strip("[]").lower()
    if bare == "localhost" or bare.endswith(".localhost") or bare in _METADATA:
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def _is_direct(host: str, values: Mapping[str, str]) -> bool:
    """Whether NO_PROXY names the host: ``*``, a domain with all below it, an address, or a network."""
    listed = next((values[name] for name in _DIRECT if values.get(name, "").strip()), "")
    bare = host.strip("[]").lower().rstrip(".")
    return any(_matches(bare, entry) for entry in re.split(r"[,\s]+", listed.lower()) if entry)


def _matches(host: str, entry: str) -> bool:
    if entry == "*":
        return True
    if re.fullmatch(r"[^:]+:\d+|\[.*\]:\d+", entry):
        entry = entry.rpartition(":")[0]
    entry = entry.strip("[]").removeprefix("*").strip(".")
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return bool(entry) and (host == entry or host.endswith(f".{entry}"))
