"""Access tokens: fetched over HTTP by google-auth, through the same proxy as everything else."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import google.auth.exceptions
import google.auth.transport.grpc
import google.auth.transport.requests
import grpc
import requests

from janitor.error_facts import facts
from janitor.proxies import proxy_for


class _Session(requests.Session):
    """requests, with proxies by janitor's rule and without ~/.netrc."""

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return {**settings, "proxies": _proxies(str(url))}

    def rebuild_proxies(self, prepared_request: Any, proxies: Any) -> Any:  # noqa: ARG002
        return _proxies(str(prepared_request.url))


def _proxies(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    proxy = proxy_for(parts.hostname or "")
    return {parts.scheme: proxy.url} if proxy else {}


def token_request() -> google.auth.transport.requests.Request:
    """What google-auth fetches tokens with."""
    return google.auth.transport.requests.Request(session=_Session())


class TokenError(google.auth.exceptions.RefreshError):
    """No token could be had. The text is janitor's own: the type and the code of the error, nothing else."""

    def __init__(self, error: Exception) -> None:
        super().__init__(facts(error))  # type: ignore[no-untyped-call]


def in_own_words(call: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a call into google-auth; TokenError for whatever it raises."""
    try:
        return call(*arguments)
    except Exception as error:
        raise TokenError(error) from error


class TokenPlugin(grpc.AuthMetadataPlugin):
    """google-auth's plugin for gRPC. gRPC puts the text of an error into the status of the call: it is janitor's own."""

    def __init__(self, credentials: Any, host: str) -> None:
        super().__init__()
        self._plugin = google.auth.transport.grpc.AuthMetadataPlugin(  # type: ignore[no-untyped-call]
            credentials, token_request(), default_host=host
        )

    def __call__(self, context: Any, callback: Any) -> None:
        try:
            in_own_words(self._plugin, context, callback)
        except TokenError as error:
            callback((), error)


def channel_credentials(credentials: Any, host: str) -> grpc.ChannelCredentials:
    """TLS with a token in each call."""
    return grpc.composite_channel_credentials(
        grpc.ssl_channel_credentials(), grpc.metadata_call_credentials(TokenPlugin(credentials, host))
    )
