"""slack-sdk's clients, kept to the host they are given, silent, and bounded in how long they try.

Each overrides one private method of slack-sdk. Its public API cannot refuse redirects, ignore the environment's
proxy, or bound the size of an answer: its clients build urllib's opener inside these methods.
"""

import logging
from typing import Any
from urllib.parse import urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from slack_sdk.errors import SlackRequestError
from slack_sdk.http_retry import (
    ConnectionErrorRetryHandler,
    HttpRequest,
    HttpResponse,
    RateLimitErrorRetryHandler,
    RetryHandler,
    RetryState,
)
from slack_sdk.http_retry.builtin_handlers import ServerErrorRetryHandler
from slack_sdk.web import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from janitor.proxies import proxy_for

TRIES_AGAIN = 2
LONGEST_WAIT = 30  # seconds that Slack may ask to be left alone; more is a failure
_LONGEST_ANSWER = 1_000_000

# slack-sdk logs webhook URLs, headers and bodies, and errors that hold the URL; what went wrong is raised.
_SILENT = logging.Logger("janitor.notify", logging.CRITICAL + 1)


class _RateLimit(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks, if that is not too long."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if not super()._can_retry(state=state, request=request, response=response, error=error):
            return False
        assert response is not None
        asked = next((v for k, v in response.headers.items() if k.lower() == "retry-after"), ["1"])
        return asked[0].isdecimal() and int(asked[0][:9]) <= LONGEST_WAIT


def retry_handlers() -> list[RetryHandler]:
    """slack-sdk's own, which share one count: a message is sent three times at most."""
    return [
        _RateLimit(TRIES_AGAIN),
        ServerErrorRetryHandler(TRIES_AGAIN),
        ConnectionErrorRetryHandler(TRIES_AGAIN),
    ]


class _NoRedirect(HTTPRedirectHandler):
    """urllib would carry the token along to wherever it is sent."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _opener(client: WebClient | WebhookClient, req: Request) -> OpenerDirector:
    """As slack-sdk opens, but without redirects, and with the proxy that janitor's own rule says."""
    if not req.full_url.lower().startswith(("http://", "https://")):
        raise SlackRequestError("not an http or https URL")
    proxy = proxy_for(urlsplit(req.full_url).hostname or "")
    # given also where it is empty: else urllib would read the environment itself
    by = ProxyHandler({"http": proxy.url, "https": proxy.url} if proxy else {})
    return build_opener(_NoRedirect(), HTTPSHandler(context=client.ssl), by)


class Webhook(WebhookClient):
    """An incoming webhook."""

    def __init__(self, url: str, timeout: int) -> None:
        super().__init__(url, timeout=timeout, logger=_SILENT, retry_handlers=retry_handlers())

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        with _opener(self, req).open(req, timeout=self.timeout) as answer:
            return WebhookResponse(
                url=url,
                status_code=answer.status,
                body=answer.read(_LONGEST_ANSWER).decode(errors="replace"),
                headers=answer.headers,
            )


class Bot(WebClient):
    """A bot, by its token."""

    def __init__(self, token: str, base_url: str, timeout: int) -> None:
        super().__init__(token, base_url, timeout, logger=_SILENT, retry_handlers=retry_handlers())

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002
        with _opener(self, req).open(req, timeout=self.timeout) as answer:
            return {
                "status": answer.status,
                "headers": answer.headers,
                "body": answer.read(_LONGEST_ANSWER).decode(errors="replace"),
            }
