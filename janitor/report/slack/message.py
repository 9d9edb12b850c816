"""A message for Slack, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what notifications and screen readers get, `blocks` is Block Kit.

    `details` are further messages, for the thread below this one; they have no details of their own.
    """

    text: str
    blocks: tuple[Block, ...]
    details: tuple["Message", ...] = ()
