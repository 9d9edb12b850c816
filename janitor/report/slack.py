"""Messages for Slack: the cost report, the note after a sweep, the daemon's own trouble. Rendering is pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from janitor.report.result import SweepResult
from janitor.report.summary import Summary

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what notifications and screen readers get, `blocks` is Block Kit.

    `details` are further messages, for the thread below this one; they have no details of their own.
    """

    text: str
    blocks: tuple[Block, ...]
    details: tuple["Message", ...] = ()


def report(summary: Summary) -> Message:
    """A period's report, most important first."""
    raise NotImplementedError


def note(result: SweepResult) -> Message:
    """What one sweep did, in short."""
    raise NotImplementedError


def trouble(text: str) -> Message:
    """Something is wrong with janitor itself, said in its own words."""
    raise NotImplementedError
