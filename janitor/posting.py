"""What is posted to Slack and when. A sweep's outcome never depends on it."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from janitor.ledger.history import Posts
from janitor.policy.schedule import ReportOptions
from janitor.report.result import SweepResult
from janitor.report.summary import Summary
from janitor.settings import Settings

What = Literal["report", "note", "trouble"]
# Told of each message that was posted (True) or could not be; not of those that there was no need to post.
Ended = Callable[[What, bool], None]


def _nobody(_what: What, _posted: bool) -> None: ...


async def post_note(
    settings: Settings, options: ReportOptions, result: SweepResult, ended: Ended = _nobody
) -> None:
    """A short note after a sweep, if `options.note` wants one and Slack is set up. Never raises for Slack:
    what it does not take is logged."""
    raise NotImplementedError


async def post_trouble(settings: Settings, text: str, ended: Ended = _nobody) -> bool:
    """The daemon's own trouble. True when it was posted, or where Slack is not set up; never raises for
    Slack: what it does not take is logged."""
    raise NotImplementedError


async def post_due_report(
    settings: Settings, summary: Summary, posts: Posts, due: datetime, ended: Ended = _nobody
) -> bool:
    """Post the report that is due at `due` once, whoever tries and however often.

    Whether it needs no second attempt: posted, by somebody else too, or Slack is not set up. What Slack
    does not take is logged, and may be tried again for the same `due`. LedgerError from `posts`.
    """
    raise NotImplementedError


async def post_report(settings: Settings, summary: Summary, posts: Posts | None = None) -> None:
    """Post by hand. SlackError where Slack does not take it, UsageError where it is not set up.

    With `posts` it is written down, so that the next report begins where this one ends; LedgerError from
    these comes after it was posted.
    """
    raise NotImplementedError


def payload_json(settings: Settings, summary: Summary) -> str:
    """The JSON that `post_report` would send, made by the same function; a list where a thread follows.

    Where Slack is not set up, it is as for a webhook.
    """
    raise NotImplementedError
