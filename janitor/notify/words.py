"""Why Slack did not take a message: its status, its error code, and the way out."""

import re

from janitor.error_facts import facts

# Slack's error codes: docs.slack.dev/reference/methods/chat.postMessage, and for webhooks
# docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks.
_WAYS_OUT = {
    "not_in_channel": "invite janitor's app into the channel (/invite), or give it the scope chat:write.public",
    "channel_not_found": "check JANITOR_SLACK_CHANNEL: use the channel's id; a private channel needs /invite",
    "is_archived": "the channel is archived: choose another",
    "channel_is_archived": "the channel is archived: create a webhook for another",
    "missing_scope": "give the app the scope chat:write, and install it again",
    "no_service": "the webhook was removed or disabled: create a new one for JANITOR_SLACK_WEBHOOK_URL",
    "no_team": "the webhook's workspace was deleted: create a new one for JANITOR_SLACK_WEBHOOK_URL",
    "invalid_token": "the webhook's URL is incomplete: copy it again into JANITOR_SLACK_WEBHOOK_URL",
    "action_prohibited": "an administrator of the workspace restricts posting to this channel: ask them",
    "restricted_action": "an administrator of the workspace restricts posting to this channel: ask them",
    "ratelimited": "Slack limits the rate of messages; janitor tries again later",
    "rate_limited": "Slack limits the rate of messages; janitor tries again later",
} | dict.fromkeys(
    ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
    "check JANITOR_SLACK_BOT_TOKEN: it must be the app's Bot User OAuth Token, which begins with xoxb-",
)


_CODE = re.compile(r"[a-z][a-z_]{2,40}")
# Those that need no other way out than their name.
_CODES = frozenset(_WAYS_OUT) | {
    "as_user_not_supported",
    "attachment_payload_limit_exceeded",
    "duplicate_channel_not_found",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "fatal_error",
    "internal_error",
    "invalid_arguments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_form_data",
    "invalid_json",
    "invalid_payload",
    "message_limit_exceeded",
    "messages_tab_disabled",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_permission",
    "no_text",
    "not_allowed_token_type",
    "org_login_required",
    "posting_to_general_channel_denied",
    "request_timeout",
    "rollup_error",
    "service_unavailable",
    "team_access_not_granted",
    "team_not_found",
    "too_many_attachments",
    "two_factor_setup_required",
    "user_not_found",
}


def not_taken(status: int, said: str) -> str:
    """For an answer: its status and Slack's error code, with the way out. No other text of an answer is shown (R29)."""
    code = next((found for found in _CODE.findall(said) if found in _CODES), "")
    way_out = _WAYS_OUT.get(
        code, "Slack limits the rate of messages; janitor tries again later" if status == 429 else ""
    )
    if 300 <= status < 400:
        way_out = "this is a redirect, which janitor does not follow: check for a proxy or a login page"
    elif not code and said.lstrip().startswith("<"):
        way_out = "the answer is a web page and not from Slack: check for a proxy or a login page"
    return f"Slack answered {status}{f': {code}' if code else ''}" + (f"; {way_out}" if way_out else "")


def not_reached(error: BaseException) -> str:
    """For a failure on the way, by its type and code alone: its text may quote what was sent."""
    return f"Slack could not be reached: {facts(error)}"
