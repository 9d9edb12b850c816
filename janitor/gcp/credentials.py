"""Who janitor is to Google, and the one check that no token leaves for another host."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import google.auth
import google.auth.exceptions
import google.auth.transport.requests
import httpx2

from janitor.errors import ObservationError

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_WAYS_OUT = (
    "Run `gcloud auth application-default login`, or let GOOGLE_APPLICATION_CREDENTIALS name a key file, "
    "or run where a service account is attached (Cloud Run, GCE, GKE with workload identity). "
    "`janitor demo` needs no credentials."
)


def load_credentials() -> Any:
    """The default credentials, already refreshed once. ObservationError names the ways out. Blocks."""
    try:
        credentials, _ = google.auth.default(scopes=SCOPES)
        credentials.refresh(google.auth.transport.requests.Request())  # type: ignore[no-untyped-call]
    except google.auth.exceptions.GoogleAuthError as error:
        raise ObservationError(f"no usable Google credentials: {_first_line(error)}\n{_WAYS_OUT}") from error
    return credentials


def default_project() -> str | None:
    """The project of the default credentials; None where they name none, or where there are none. Blocks."""
    try:
        _, project = google.auth.default(scopes=SCOPES)
    except google.auth.exceptions.DefaultCredentialsError:
        return None
    return project or None


def require_google(host: str) -> str:
    """The host, if a token may go there: googleapis.com or one below it. ObservationError otherwise."""
    bare = host.partition(":")[0].lower()
    if bare != "googleapis.com" and not bare.endswith(".googleapis.com"):
        raise ObservationError(f"refused to send credentials to {host!r}: it is not a host of googleapis.com")
    return host


class GoogleAuth(httpx2.Auth):
    """Adds the bearer token, and the quota project where the credentials have one, to a request."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials
        self._one_at_a_time = asyncio.Lock()

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Refreshes off the event loop, once for all that wait."""
        require_google(request.url.host)
        if request.url.scheme != "https":
            raise ObservationError(f"refused to send credentials in plain text to {request.url.host!r}")
        headers: dict[str, str] = {}
        async with self._one_at_a_time:
            await asyncio.to_thread(
                self._credentials.before_request,
                google.auth.transport.requests.Request(),
                request.method,
                str(request.url),
                headers,
            )
        request.headers.update(headers)
        yield request


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
