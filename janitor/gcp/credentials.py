"""Who janitor is to Google, and the one check that no token leaves for another host."""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any

import google.auth
import google.auth.exceptions
import httpx2

from janitor.error_facts import facts, recognised
from janitor.errors import JanitorError, ObservationError, UsageError
from janitor.gcp.key_file import check_key_file
from janitor.gcp.tokens import in_own_words, token_request

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_WAYS_OUT = (
    "Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to a key file, "
    "or run with an attached service account (Cloud Run, GCE, GKE with workload identity). "
    "`janitor demo` needs no credentials."
)
# What google-auth and token endpoints say, in janitor's words: their texts may quote a key or a token (R29).
_MEANINGS = {
    "invalid_rapt": "invalid_rapt: the organisation requires a new login",
    "reauthentication": "a new login is needed",
    "invalid_grant": "invalid_grant: the login or the key was revoked, has expired, or the clock is wrong",
    "invalid_client": "invalid_client: the OAuth client of the file no longer exists",
    "unauthorized_client": "unauthorized_client",
    "invalid_scope": "invalid_scope",
    "access_denied": "access_denied",
    "invalid_request": "invalid_request",
    "invalid_target": "invalid_target: the audience of the workload identity pool is wrong",
    "iam_permission_denied": "IAM_PERMISSION_DENIED: impersonation needs roles/iam.serviceAccountTokenCreator",
    "permission_denied": "PERMISSION_DENIED: impersonation needs roles/iam.serviceAccountTokenCreator",
    "could not deserialize key": "its private key cannot be read",
    "unable to load pem": "its private key cannot be read",
    "no key could be detected": "its private key cannot be read",
    "asn1": "its private key cannot be read",
    "were not found": "none were found",
    "allow_executables": "they run a program: set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 to allow it",
}
# What google-auth raises at a value that it did not expect in a file.
_FILE_ERRORS = (google.auth.exceptions.DefaultCredentialsError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # fmt: skip
_PROJECT = re.compile(r"[a-z0-9][a-z0-9.:-]{0,99}", re.ASCII)


def load_credentials() -> Any:
    """The default credentials, already refreshed once. Blocks.

    ObservationError names the ways out, UsageError a proxy that cannot be used. Neither quotes what a library says.
    """
    source = check_key_file()
    request = token_request()
    try:
        credentials, _ = google.auth.default(scopes=SCOPES, request=request)
        credentials.refresh(request)  # type: ignore[no-untyped-call]
    except JanitorError:
        raise
    except Exception as error:
        raise ObservationError(_told(error, source)) from error
    return credentials


def default_project() -> str | None:
    """The project of the default credentials; None where they name none, or where there are none. Blocks.

    ObservationError as `load_credentials`; UsageError for a project that cannot be one.
    """
    source = check_key_file()
    try:
        _, project = google.auth.default(scopes=SCOPES, request=token_request())
    except JanitorError:
        raise
    except google.auth.exceptions.DefaultCredentialsError:
        return None
    except Exception as error:
        raise ObservationError(_told(error, source)) from error
    if project and not (isinstance(project, str) and _PROJECT.fullmatch(project)):
        raise UsageError(
            "the default project is not a project ID: check GOOGLE_CLOUD_PROJECT and the project of the"
            " credentials, or use --project P"
        )
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
        """Refreshes off the event loop, once for all that wait. TokenError where no token can be had."""
        require_google(request.url.host)
        if request.url.scheme != "https":
            raise ObservationError(f"refused to send credentials in plain text to {request.url.host!r}")
        headers: dict[str, str] = {}
        async with self._one_at_a_time:
            await asyncio.to_thread(
                in_own_words,
                self._credentials.before_request,
                token_request(),
                request.method,
                str(request.url),
                headers,
            )
        request.headers.update(headers)
        yield request


def _told(error: Exception, source: str) -> str:
    """Why there are no usable credentials, by facts alone."""
    why = recognised(error, _MEANINGS)
    if not why and source and isinstance(error, _FILE_ERRORS):
        why = "a field in it is missing or invalid"
    of = f" in {source}" if source else ""
    return f"no usable Google credentials{of}: {facts(error)}{f', {why}' if why else ''}\n{_WAYS_OUT}"
