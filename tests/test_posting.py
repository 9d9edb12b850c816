"""What is posted when, with a real Slack client and a Slack on this machine."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
import structlog
from pydantic import SecretStr

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.errors import LedgerError, SlackError, UsageError
from janitor.notify.posting import (
    _taken,
    payload_json,
    post_due_report,
    post_note,
    post_report,
    post_trouble,
)
from janitor.notify.slack import ToChannel
from janitor.policy.model import Note, ReportOptions
from janitor.report.data.result import SweepResult
from janitor.report.slack.report import report
from janitor.settings import Settings
from tests.notify.server import CHANNEL, TOKEN, Mood, StandIn, slack_stand_in
from tests.report.samples import GAP, REFUSAL, image, result
from tests.report.summaries import EMPTY, SMALL, UNTIL, large

DUE = datetime(2026, 11, 23, 9, tzinfo=UTC)
AWAY = Mood(404, "no_service")
DELETED, FAILED = Outcome(OutcomeKind.DELETED), Outcome(OutcomeKind.FAILED, "PERMISSION_DENIED: no")


class Book:
    """Posts as the ledger keeps them: due times, and whether each was posted (None: claimed)."""

    def __init__(self, broken: bool = False) -> None:
        self.rows: dict[datetime, bool | None] = {}
        self.untils: list[datetime] = []
        self.broken = broken

    async def claim_post(self, due: datetime, until: datetime, at: datetime) -> bool:
        if self.broken:
            raise LedgerError("the database is away")
        if self.rows.get(due, False) is not False:
            return False
        self.rows[due] = None
        self.untils.append(until)
        return True

    async def close_post(self, due: datetime, posted: bool, at: datetime) -> None:
        assert self.rows[due] is None
        self.rows[due] = posted

    async def unposted(self) -> datetime | None:
        return max((due for due, posted in self.rows.items() if posted is False), default=None)


class Tally(list[tuple[str, bool]]):
    """What was said to have been posted."""

    def __call__(self, what: str, posted: bool) -> None:
        self.append((what, posted))


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with slack_stand_in() as stand_in:
        yield stand_in


@pytest.fixture
def events() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def webhook(slack: StandIn) -> Settings:
    return Settings(JANITOR_SLACK_WEBHOOK_URL=slack.webhook_url)


NOWHERE = Settings()


def swept(*outcomes: Outcome, **facts: Any) -> SweepResult:
    actions = tuple(image(number) for number in range(len(outcomes)))
    return result(*actions, mode="apply", outcomes=outcomes, **facts)


QUIET = result(image(1))
NOTHING, CHANGED, FAILING = swept(), swept(DELETED), swept(DELETED, FAILED)
REFUSED, BLIND, STOPPED = result(image(1), refusals=(REFUSAL,)), result(gaps=(GAP,)), swept(interrupted=True)


@pytest.mark.parametrize(
    ("note", "posted_after"),
    [
        ("always", [QUIET, NOTHING, CHANGED, FAILING, REFUSED, BLIND, STOPPED]),
        ("changes", [CHANGED, FAILING, REFUSED, BLIND, STOPPED]),
        ("failures", [FAILING, REFUSED, BLIND, STOPPED]),
        ("never", []),
    ],
)
async def test_a_note_is_posted_after_those_sweeps_that_the_policy_file_wants(
    slack, note: Note, posted_after
) -> None:
    for end in (QUIET, NOTHING, CHANGED, FAILING, REFUSED, BLIND, STOPPED):
        before = len(slack.posted)
        await post_note(webhook(slack), ReportOptions(note=note), end)
        assert len(slack.posted) - before == (end in posted_after)


def test_every_choice_of_note_is_tried_above() -> None:
    assert set(get_args(Note)) == {"always", "changes", "failures", "never"}


async def test_a_note_that_slack_does_not_take_is_logged_and_raises_nothing(slack, events) -> None:
    slack.moods, tally = [AWAY], Tally()
    await post_note(webhook(slack), ReportOptions("always"), CHANGED, tally)
    (event,) = events
    assert event["event"] == "note.unposted"
    assert "no_service" in event["error"]
    assert tally == [("note", False)]


async def test_without_slack_nothing_is_posted_logged_or_counted(events) -> None:
    tally, book = Tally(), Book()
    await post_note(NOWHERE, ReportOptions("always"), CHANGED, tally)
    assert await post_trouble(NOWHERE, "the database is away", tally)
    assert await post_due_report(NOWHERE, SMALL, book, DUE, tally)
    assert (tally, events, book.rows) == ([], [], {})


async def test_trouble_says_whether_it_was_taken(slack, events) -> None:
    slack.moods, tally = [AWAY], Tally()
    assert not await post_trouble(webhook(slack), "the sweep failed: the database is away", tally)
    assert await post_trouble(webhook(slack), "the sweep failed: the database is away", tally)
    assert tally == [("trouble", False), ("trouble", True)]
    assert [event["event"] for event in events] == ["note.unposted", "note.posted"]
    assert "the database is away" in slack.posted[0]["text"]


async def test_a_due_report_is_posted_once_however_often_it_is_tried(slack, events) -> None:
    book, tally = Book(), Tally()
    for _ in range(3):
        assert await post_due_report(webhook(slack), SMALL, book, DUE, tally)
    assert len(slack.posted) == 1
    assert (book.rows, book.untils, tally) == ({DUE: True}, [UNTIL], [("report", True)])
    assert [event["event"] for event in events] == ["report.posted"]


async def test_a_due_report_that_a_killed_process_had_claimed_is_not_posted_again(slack) -> None:
    book = Book()
    await book.claim_post(DUE, UNTIL, DUE)
    assert await post_due_report(webhook(slack), SMALL, book, DUE)
    assert slack.posted == []


async def test_a_due_report_that_slack_did_not_take_is_posted_by_the_next_attempt(slack, events) -> None:
    slack.moods, book, tally = [AWAY], Book(), Tally()
    assert not await post_due_report(webhook(slack), SMALL, book, DUE, tally)
    assert await book.unposted() == DUE
    assert await post_due_report(webhook(slack), SMALL, book, DUE, tally)
    assert await book.unposted() is None
    assert len(slack.posted) == 1
    assert tally == [("report", False), ("report", True)]
    assert [event["event"] for event in events] == ["report.unposted", "report.posted"]


async def test_nothing_is_posted_that_the_ledger_cannot_remember(slack) -> None:
    with pytest.raises(LedgerError):
        await post_due_report(webhook(slack), SMALL, Book(broken=True), DUE)
    assert slack.posted == []


async def test_lost_details_are_told_with_the_report_that_was_posted(slack, events, monkeypatch) -> None:
    monkeypatch.setattr("janitor.notify.posting._way", lambda _: ToChannel(TOKEN, CHANNEL, slack.api))
    slack.moods, book = [Mood(), AWAY], Book()
    assert await post_due_report(NOWHERE, SMALL, book, DUE)
    assert book.rows == {DUE: True}
    assert (events[0]["event"], events[0]["lost_details"]) == ("report.posted", 1)


async def test_by_hand_it_is_posted_and_written_down(slack) -> None:
    book = Book()
    await post_report(webhook(slack), SMALL, book)
    assert list(book.rows.values()) == [True]
    assert book.untils == [UNTIL]


async def test_by_hand_it_says_why_it_was_not_posted_and_writes_nothing_down(slack) -> None:
    slack.moods, book = [AWAY], Book()
    with pytest.raises(SlackError, match="no_service"):
        await post_report(webhook(slack), SMALL, book)
    with pytest.raises(UsageError, match="JANITOR_SLACK_WEBHOOK_URL"):
        await post_report(NOWHERE, SMALL, book)
    assert book.rows == {}


async def test_what_is_shown_is_what_is_posted(slack) -> None:
    await post_report(webhook(slack), SMALL)
    assert [json.loads(payload_json(webhook(slack), SMALL))] == slack.posted
    assert payload_json(NOWHERE, SMALL) == payload_json(webhook(slack), SMALL)


def test_what_is_shown_for_a_bot_is_the_message_and_its_thread_and_no_token() -> None:
    settings = Settings(JANITOR_SLACK_BOT_TOKEN=SecretStr(TOKEN), JANITOR_SLACK_CHANNEL=CHANNEL)
    first, *details = json.loads(payload_json(settings, large(1000)))
    assert first["channel"] == CHANNEL
    assert all(detail["thread_ts"] for detail in details)
    assert TOKEN not in payload_json(settings, large(1000))


def test_a_report_without_details_is_one_message_for_a_bot_too() -> None:
    settings = Settings(JANITOR_SLACK_BOT_TOKEN=SecretStr(TOKEN), JANITOR_SLACK_CHANNEL=CHANNEL)
    assert isinstance(json.loads(payload_json(settings, replace(EMPTY, foot=(), troubles=()))), dict)


async def test_an_announcement_of_which_slack_took_only_the_first_names_was_not_accepted(slack) -> None:
    """R32: the names of the others are in the thread, which failed."""
    message = report(large(1000))
    assert message.details
    slack.moods = [Mood(), AWAY]
    assert (await _taken(ToChannel(TOKEN, CHANNEL, slack.api), message, asyncio.Event(), None)).why
    slack.moods = []
    assert not (await _taken(ToChannel(TOKEN, CHANNEL, slack.api), message, asyncio.Event(), None)).why
