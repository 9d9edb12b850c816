"""Slack's limits as its documentation states them, written down apart from janitor's own reading of them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

# docs.slack.dev/reference/block-kit/blocks and /composition-objects/text-object
MOST_BLOCKS = 50
LONGEST_TEXT_OBJECT = 3000
LONGEST_HEADER = 150
MOST_FIELDS, LONGEST_FIELD = 10, 2000
MOST_ELEMENTS = 10
# docs.slack.dev/changelog/2018-truncating-really-long-messages
LONGEST_MESSAGE = 40_000
# Stated by Slack nowhere, measured by its users: github.com/slackapi/bolt-js/issues/2509.
MOST_BLOCK_CHARACTERS = 13_000


def error_of(payload: Mapping[str, Any]) -> str | None:
    """The error code with which Slack would refuse it, None where it would not."""
    blocks = payload.get("blocks")
    if not blocks and not payload.get("text"):
        return "no_text"
    if len(json.dumps(payload, ensure_ascii=False)) > LONGEST_MESSAGE:
        return "msg_too_long"
    if blocks is None:
        return None
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS or any(_faults(block) for block in blocks):
        return "invalid_blocks"
    return "msg_blocks_too_long" if len(json.dumps(blocks)) > MOST_BLOCK_CHARACTERS else None


def _faults(block: Mapping[str, Any]) -> list[str]:
    match block:
        case {"type": "divider"}:
            return []
        case {"type": "header", "text": {"type": "plain_text", "text": text}}:
            return ["header"] if not 1 <= len(text) <= LONGEST_HEADER else []
        case {"type": "section", "text": text}:
            return [*_text_faults(text, LONGEST_TEXT_OBJECT), *_field_faults(block.get("fields", []))]
        case {"type": "section", "fields": fields}:
            return _field_faults(fields) if fields else ["no fields"]
        case {"type": "context", "elements": elements} if 1 <= len(elements) <= MOST_ELEMENTS:
            return [fault for each in elements for fault in _text_faults(each, LONGEST_TEXT_OBJECT)]
    return [f"no such block: {block}"]


def _field_faults(fields: list[Any]) -> list[str]:
    many = ["too many fields"] if len(fields) > MOST_FIELDS else []
    return many + [fault for field in fields for fault in _text_faults(field, LONGEST_FIELD)]


def _text_faults(text: Any, longest: int) -> list[str]:
    match text:
        case {"type": "mrkdwn", "text": str(words), **rest} if set(rest) <= {"verbatim"}:
            return [] if 1 <= len(words) <= longest else [f"{len(words)} characters"]
        case {"type": "plain_text", "text": str(words), **rest} if set(rest) <= {"emoji"}:
            return [] if 1 <= len(words) <= longest else [f"{len(words)} characters"]
    return [f"no text object: {text}"]


def mrkdwn_of(payload: Mapping[str, Any]) -> Iterator[str]:
    """Every text of a message in which Slack reads mark-up; its `text` is one."""
    yield payload["text"]
    for block in payload["blocks"]:
        texts = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
        yield from (text["text"] for text in texts if text and text["type"] == "mrkdwn")
