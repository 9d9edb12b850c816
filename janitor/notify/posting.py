"""What is posted to Slack and when. A sweep's outcome never depends on it."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, assert_never

from janitor.apply.outcomes import OutcomeKind
from janitor.errors import SlackError, UsageError
from janitor.ledger.history import Posts
from janitor.logs import Event, emit
from janitor.notify.slack import TAKEN_WITHIN, Slack, Taken, ToChannel, ToWebhook, payloads
from janitor.policy.model import ReportOptions
from janitor.report.data.announcing import accepted, dated, newly_scheduled, unannounced
from janitor.report.data.result import SweepResult
from janitor.report.data.summary import Summary
from janitor.report.data.totals import exit_code
from janitor.report.slack.blocks import Message
from janitor.report.slack.messages import announcing_note, more_announced, note, trouble
from janitor.report.slack.report import report
from janitor.runtime import elapsed, now
from janitor.settings import Settings

What = Literal["report", "note", "trouble"]
# Told of each message that was posted (True) or could not be; not of those that there was no need to post.
Ended = Callable[[What, bool], None]
# docs.slack.dev/apis/web-api/rate-limits: one message a second in a channel, and short bursts.
PAUSE = 1.0
# How long a sweep may take to announce what it schedules, in seconds; what is left then, the next one announces.
_ALL_WITHIN = 600
_TOO_MANY = Taken(
    why=f"Slack did not accept all messages of the announcement within {_ALL_WITHIN // 60} minutes"
)
_NOT_SET_UP = (
    "Slack is not set up: set JANITOR_SLACK_WEBHOOK_URL, or JANITOR_SLACK_BOT_TOKEN and JANITOR_SLACK_CHANNEL"
)


def _nobody(_what: What, _posted: bool) -> None: ...


async def post_note(
    settings: Settings, options: ReportOptions, result: SweepResult, ended: Ended = _nobody
) -> None:
    """A short note after a sweep, if `options.note` wants one and Slack is set up. Never raises for Slack:
    what it does not take is logged. A note that announced deletions is not posted twice."""
    if _wanted(options, result) and (not result.noted or result.error):
        await _told(settings, "note", lambda: note(result), ended)


async def post_announcement(
    settings: Settings, result: SweepResult, stop: asyncio.Event, ended: Ended | None = None
) -> SweepResult:
    """Post the note of a sweep that schedules deletions, whatever `report.note` says, and further messages until each
    of them is named; the grace period of each starts when Slack takes its message (R32). The result as it is then; never
    raises for Slack: what it does not take has not started, and the next apply announces it.

    The dates that are told allow for the time that Slack may need to take the message. Further messages are in the
    thread of the first, where a bot posts.
    """
    way = _way(settings)
    if way is None:
        raise UsageError(_NOT_SET_UP)
    total, end = len(newly_scheduled(result)), elapsed() + _ALL_WITHIN
    announced, thread, why = set[str](), None, None
    while len(announced) < total and why is None:
        promised = dated(result, now() + timedelta(seconds=TAKEN_WITHIN + 1))
        message, named = announcing_note(promised) if thread is None else more_announced(promised, announced)
        taken = await _taken(way, message, stop, thread) if elapsed() < end else _TOO_MANY
        why = taken.why or None
        if why is None:
            emit(Event.NOTE_POSTED, what="note")
            result, thread = accepted(result, named, now()), thread or taken.ts
            announced.update(each.name for each in named)
        else:
            emit(Event.NOTE_UNPOSTED, what="note", error=why)
        (ended or _nobody)("note", why is None)
    return result if why is None else unannounced(result, why, announced)


async def _taken(
    way: ToWebhook | ToChannel, message: Message, stop: asyncio.Event, thread: str | None
) -> Taken:
    """Why Slack did not take it, if it did not. A stop does not wait for Slack. `thread` is None for the first message."""
    post = asyncio.create_task(_posted(way, message, thread))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({post, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not post.done():
            return Taken(why="The sweep was stopped before Slack took the announcement")
        return await post
    except SlackError as error:
        return Taken(why=str(error))
    finally:
        stopped.cancel()
        post.cancel()


async def _posted(way: ToWebhook | ToChannel, message: Message, thread: str | None) -> Taken:
    if thread is not None:
        await asyncio.sleep(PAUSE)
    return await Slack(way).post(message, thread=thread or "")


async def post_trouble(settings: Settings, text: str, ended: Ended = _nobody) -> bool:
    """The daemon's own trouble. True when it was posted, or where Slack is not set up; never raises for
    Slack: what it does not take is logged."""
    return await _told(settings, "trouble", lambda: trouble(text), ended)


async def post_due_report(
    settings: Settings, summary: Summary, posts: Posts, due: datetime, ended: Ended = _nobody
) -> bool:
    """Post the report that is due at `due` once, however many processes try.

    Whether it needs no second attempt: it was posted, also by another process, or Slack is not set up. What Slack
    does not take is logged, and may be tried again for the same `due`. LedgerError from `posts`.
    """
    way = _way(settings)
    if way is None:
        return True
    message = report(summary, settings.report_url)
    # One that was claimed by a process that died since was perhaps posted: it is not posted twice.
    if not await posts.claim_post(due, summary.period.until, now()):
        return True
    try:
        taken = await Slack(way).post(message)
    except SlackError as error:
        emit(Event.REPORT_UNPOSTED, due=due, error=str(error))
        ended("report", False)
        await posts.close_post(due, False, now())
        return False
    emit(Event.REPORT_POSTED, due=due, **_facts(taken))
    ended("report", True)
    await posts.close_post(due, True, now())
    return True


async def post_report(settings: Settings, summary: Summary, posts: Posts | None = None) -> None:
    """Post by hand. SlackError where Slack does not take it, UsageError where it is not set up.

    With `posts` it is written down, so that the next report begins where this one ends; LedgerError from
    these comes after it was posted.
    """
    way = _way(settings)
    if way is None:
        raise UsageError(_NOT_SET_UP)
    taken = await Slack(way).post(report(summary, settings.report_url))
    at = now()
    emit(Event.REPORT_POSTED, due=at, **_facts(taken))
    if posts and await posts.claim_post(at, summary.period.until, at):
        await posts.close_post(at, True, at)


def payload_json(settings: Settings, summary: Summary) -> str:
    """The JSON that `post_report` would send, made by the same function; a list where a thread follows.

    Where Slack is not set up, it is as for a webhook.
    """
    sent = payloads(_way(settings) or ToWebhook(""), report(summary, settings.report_url))
    return json.dumps(sent if len(sent) > 1 else sent[0], indent=2, ensure_ascii=False)


def _way(settings: Settings) -> ToWebhook | ToChannel | None:
    if settings.slack_webhook_url:
        return ToWebhook(settings.slack_webhook_url.get_secret_value())
    if settings.slack_bot_token and settings.slack_channel:
        return ToChannel(settings.slack_bot_token.get_secret_value(), settings.slack_channel)
    return None


def _wanted(options: ReportOptions, result: SweepResult) -> bool:
    failed = bool(exit_code(result))
    match options.note:
        case "always":
            return True
        case "changes":
            return failed or any(end.kind is OutcomeKind.DELETED for end in result.outcomes)
        case "failures":
            return failed
        case "never":
            return False
        case _:
            assert_never(options.note)


async def _told(settings: Settings, what: What, message: Callable[[], Message], ended: Ended) -> bool:
    way = _way(settings)
    if way is None:
        return True
    try:
        await Slack(way).post(message())
    except SlackError as error:
        emit(Event.NOTE_UNPOSTED, what=what, error=str(error))
        ended(what, False)
        return False
    emit(Event.NOTE_POSTED, what=what)
    ended(what, True)
    return True


def _facts(taken: Taken) -> dict[str, object]:
    if not taken.lost_details:
        return {}
    return {"lost_details": taken.lost_details, "error": taken.why}
