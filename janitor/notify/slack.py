"""Slack, through its own SDK: an incoming webhook, or a bot that also posts into threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError

from janitor.errors import SlackError
from janitor.notify.clients import Bot, Webhook
from janitor.notify.words import not_reached, not_taken
from janitor.report.slack.blocks import Message
from janitor.runtime import in_background

T = TypeVar("T")
API = "https://slack.com/api/"
# In the JSON that is only shown: Slack says which it is when it has taken the first message.
THREAD = "the ts of the first message"
_ANSWER_WITHIN = 10  # seconds for one try
TAKEN_WITHIN = 100  # seconds for one message with all its tries and waits, and for all of its details


@dataclass(frozen=True, slots=True)
class ToWebhook:
    """An incoming webhook; its URL is a secret."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToChannel:
    """A bot's channel, by id or name; details follow in a thread."""

    token: str = field(repr=False)
    channel: str
    api: str = API


@dataclass(frozen=True, slots=True)
class Taken:
    """The message was taken, as `ts` where a bot posts; so many of its details were not, and why."""

    lost_details: int = 0
    why: str = ""
    ts: str = field(default="", compare=False)


def payloads(way: ToWebhook | ToChannel, message: Message) -> list[dict[str, Any]]:
    """The JSON of each message as it is sent, the details' with `THREAD` for what only Slack can say."""
    first: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks)}
    first |= {"unfurl_links": False, "unfurl_media": False}
    match way:
        case ToWebhook():
            return [first]
        case ToChannel(channel=channel):
            details = [payloads(way, detail)[0] | {"thread_ts": THREAD} for detail in message.details]
            return [{"channel": channel, **first}, *details]


class Slack:
    """Posts. Each message is tried three times at most, by slack-sdk's own handlers."""

    def __init__(self, way: ToWebhook | ToChannel, answer_within: int = _ANSWER_WITHIN) -> None:
        self._way = way
        self._answer_within = answer_within

    async def post(self, message: Message, taken_within: float = TAKEN_WITHIN, thread: str = "") -> Taken:
        """Post it, with its details where there are threads; into a `thread`, where that is given and there are any.
        SlackError: it was not taken, as far as is known; details that were not taken are no error any more."""
        first, *details = payloads(self._way, message)
        if thread and isinstance(self._way, ToChannel):
            first |= {"thread_ts": thread}
        ts = await self._in_time(lambda: self._sent(first), taken_within)
        if not details:
            return Taken(ts=ts)
        sent: list[str] = []
        try:
            await self._in_time(lambda: self._send_all(details, ts, sent), taken_within)
        except SlackError as error:
            return Taken(len(details) - len(sent), str(error), ts)
        return Taken(ts=ts)

    async def _in_time(self, call: Callable[[], T], seconds: float) -> T:
        try:
            return await in_background(call, seconds)
        except TimeoutError:
            raise SlackError(f"Slack did not accept the message within {seconds:g} seconds.") from None

    def _send_all(self, details: Sequence[dict[str, Any]], ts: str, sent: list[str]) -> None:
        for detail in details:
            sent.append(self._sent(detail | {"thread_ts": ts}))

    def _sent(self, payload: dict[str, Any]) -> str:
        """The message's ts, "" where a webhook took it."""
        try:
            match self._way:
                case ToWebhook(url):
                    return self._by_webhook(url, payload)
                case ToChannel(token, _, api):
                    answer = Bot(token, api, self._answer_within).chat_postMessage(**payload)
                    return str(answer.get("ts", ""))
        except SlackError:
            raise
        except SlackApiError as error:
            raise SlackError(not_taken(*_answer(error))) from None
        except Exception as error:  # whatever slack-sdk makes of an answer that is not Slack's
            raise SlackError(not_reached(error)) from None

    def _by_webhook(self, url: str, payload: dict[str, Any]) -> str:
        answer = Webhook(url, self._answer_within).send_dict(payload)
        # Slack says "ok"; a page is somebody's in between, who asks for a login.
        if answer.status_code != 200 or answer.body.lstrip().startswith("<"):
            raise SlackError(not_taken(answer.status_code, answer.body))
        return ""


def _answer(error: SlackApiError) -> tuple[int, str]:
    """Its status and its code."""
    data = error.response.data if isinstance(error.response.data, dict) else {}
    return error.response.status_code, str(data.get("error", ""))
