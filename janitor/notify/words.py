"""Why Slack did not take a message, in its words, with the way out, and never with a secret."""

import re

from janitor.report.text import safe_text, shorten

_LONGEST = 300
# A token, or a webhook's path, of whomever, and as little of it as there may be.
_SECRET = re.compile(r"xox\w*-\S*|services/\S*")
# Slack's error codes: docs.slack.dev/reference/methods/chat.postMessage, and for webhooks
# docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks.
_WAYS_OUT = {
    "not_in_channel": "invite janitor's app into the channel (/invite), or give it the scope chat:write.public",
    "channel_not_found": "see JANITOR_SLACK_CHANNEL: the channel's id is surest, and a private one needs /invite",
    "is_archived": "the channel is archived: choose another",
    "channel_is_archived": "the channel is archived: make a webhook for another",
    "missing_scope": "give the app the scope chat:write, and install it again",
    "no_service": "the webhook was removed or switched off: make a new one for JANITOR_SLACK_WEBHOOK_URL",
    "no_team": "the webhook's workspace is gone: make a new one for JANITOR_SLACK_WEBHOOK_URL",
    "invalid_token": "the webhook's URL is not whole: copy it again into JANITOR_SLACK_WEBHOOK_URL",
    "action_prohibited": "an administrator of the workspace restricts who posts there: ask one",
    "restricted_action": "an administrator of the workspace restricts who posts there: ask one",
    "ratelimited": "Slack takes no more for a while; it is tried again later",
    "rate_limited": "Slack takes no more for a while; it is tried again later",
} | dict.fromkeys(
    ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
    "see JANITOR_SLACK_BOT_TOKEN: it is the app's Bot User OAuth Token, which begins with xoxb-",
)


def not_taken(status: int, said: str, secrets: tuple[str, ...]) -> str:
    """For an answer: what Slack said, which is an error code where it is Slack that answers."""
    words = _tidy(said, secrets) or "nothing"
    code = said.strip().partition(" ")[0].rstrip(":")
    way_out = "Slack takes no more for a while; it is tried again later" if status == 429 else ""
    way_out = _WAYS_OUT.get(code, way_out)
    if 300 <= status < 400:
        way_out = "that is a redirect, which is not followed: is there a proxy, or a login page, in between?"
    return f"Slack answered {status}: {words}" + (f"; {way_out}" if way_out else "")


def not_reached(error: BaseException, secrets: tuple[str, ...]) -> str:
    """For a failure on the way. Only the system's words are shown: others may quote what was sent."""
    said = _tidy(str(error), secrets) if isinstance(error, OSError) else ""
    return f"Slack could not be reached: {type(error).__name__}" + (f": {said}" if said else "")


def _tidy(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    text = _SECRET.sub("***", text)
    return shorten(safe_text(" ".join(text.split())), _LONGEST)
