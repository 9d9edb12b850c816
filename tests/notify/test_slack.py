"""Posting, by the real slack-sdk, to a Slack that keeps its documented limits and has its moods."""

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator

import pytest

from janitor.errors import SlackError
from janitor.notify.slack import THREAD, Slack, Taken, ToChannel, ToWebhook, payloads
from janitor.report.slack.blocks import Message
from janitor.report.slack.messages import trouble
from janitor.report.slack.report import report
from tests.notify.server import CHANNEL, TOKEN, WEBHOOK_PATH, Mood, StandIn, slack_stand_in
from tests.report.summaries import EMPTY, SMALL, large

TOO_MANY = Mood(429, "rate_limited", (("Retry-After", "0"),))
BROKEN = Mood(500, "rollup_error")
NOT_SLACK = "<html><title>Sign in to the network</title></html>"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with slack_stand_in() as stand_in:
        yield stand_in


def by_webhook(slack: StandIn, answer_within: int = 5) -> Slack:
    return Slack(ToWebhook(slack.webhook_url), answer_within)


def to_channel(slack: StandIn) -> ToChannel:
    return ToChannel(TOKEN, CHANNEL, slack.api)


def by_bot(slack: StandIn, answer_within: int = 5) -> Slack:
    return Slack(to_channel(slack), answer_within)


@pytest.mark.parametrize("summary", [EMPTY, SMALL, large(10_000)], ids=["nothing", "the story", "too much"])
async def test_a_webhook_takes_the_report_as_it_was_rendered(slack: StandIn, summary) -> None:
    message = report(summary)
    assert await by_webhook(slack).post(message) == Taken()
    assert slack.posted == json.loads(json.dumps(payloads(ToWebhook(slack.webhook_url), message)))


@pytest.mark.parametrize("summary", [EMPTY, SMALL, large(10_000)], ids=["nothing", "the story", "too much"])
async def test_a_bot_posts_the_report_and_its_details_in_the_thread_below(slack: StandIn, summary) -> None:
    message = report(summary)
    assert await by_bot(slack).post(message) == Taken()
    first, *details = json.loads(json.dumps(payloads(to_channel(slack), message)))
    assert slack.posted[0] == first
    assert len(slack.posted) == 1 + len(message.details)
    assert slack.posted[1:] == [detail | {"thread_ts": "1763888400.000001"} for detail in details]
    assert all(detail["thread_ts"] == THREAD for detail in details)


async def test_the_token_goes_into_the_header_and_nowhere_else(slack: StandIn) -> None:
    await by_bot(slack).post(trouble("the database is away"))
    (request,) = slack.requests
    assert request.authorization == f"Bearer {TOKEN}"
    assert TOKEN not in json.dumps(request.payload)


@pytest.mark.parametrize(
    "mood", [TOO_MANY, BROKEN, Mood(503), Mood(drop=True)], ids=["429", "500", "503", "cut off"]
)
async def test_tries_again_after_what_passes(slack: StandIn, mood: Mood) -> None:
    slack.moods = [mood]
    assert await by_webhook(slack).post(trouble("again")) == Taken()
    assert (len(slack.requests), len(slack.posted)) == (2, 1)


@pytest.mark.parametrize("way", [by_webhook, by_bot], ids=["webhook", "bot"])
@pytest.mark.parametrize(("mood", "said"), [(TOO_MANY, "429"), (BROKEN, "500")])
async def test_tries_three_times_and_no_more(slack: StandIn, way, mood: Mood, said: str) -> None:
    slack.moods = [mood] * 10
    with pytest.raises(SlackError, match=said):
        await way(slack).post(trouble("again and again"))
    assert len(slack.requests) == 3


@pytest.mark.parametrize(
    "asked", ["3600", "31", "99999999999999999999", "soon", "-1", "Wed, 25 Nov 2026 00:00:00 GMT"]
)
@pytest.mark.parametrize("way", [by_webhook, by_bot], ids=["webhook", "bot"])
async def test_does_not_wait_where_slack_asks_for_too_long(slack: StandIn, way, asked: str) -> None:
    slack.moods = [Mood(429, '{"ok": false, "error": "ratelimited"}', (("Retry-After", asked),))]
    with pytest.raises(SlackError, match=r"429: .*tries again later"):
        await way(slack).post(trouble("not now"))
    assert len(slack.requests) == 1


@pytest.mark.parametrize("way", [by_webhook, by_bot], ids=["webhook", "bot"])
async def test_gives_up_on_one_that_never_answers(slack: StandIn, way) -> None:
    slack.moods = [Mood(hang=True)]
    with pytest.raises(SlackError, match="could not be reached: TimeoutError"):
        await way(slack, answer_within=1).post(trouble("anybody there?"))


async def test_gives_up_on_the_whole_in_time_whatever_the_tries_may_take(slack: StandIn) -> None:
    slack.moods = [Mood(hang=True)]
    with pytest.raises(SlackError, match=r"within 0\.2 seconds"):
        await by_webhook(slack, answer_within=30).post(trouble("anybody there?"), taken_within=0.2)


async def test_is_given_up_on_at_once_when_the_task_is_cancelled(slack: StandIn) -> None:
    slack.moods = [Mood(hang=True)]
    task = asyncio.create_task(by_webhook(slack, answer_within=30).post(trouble("stop")))
    while not slack.requests:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_says_why_a_webhook_did_not_take_it(slack: StandIn) -> None:
    slack.moods = [Mood(404, "no_service")]
    with pytest.raises(SlackError, match="Slack answered 404: no_service; the webhook was removed"):
        await by_webhook(slack).post(trouble("hello"))


async def test_says_what_slack_says_of_blocks_that_it_does_not_take(slack: StandIn) -> None:
    broken = Message("text", ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},))
    with pytest.raises(SlackError, match="Slack answered 400: invalid_blocks"):
        await by_webhook(slack).post(broken)
    with pytest.raises(SlackError, match=r"200: invalid_blocks$"):
        await by_bot(slack).post(broken)
    assert len(slack.requests) == 2


async def test_says_how_to_mend_a_channel_or_a_token_that_is_wrong(slack: StandIn) -> None:
    with pytest.raises(SlackError, match=r"channel_not_found.*JANITOR_SLACK_CHANNEL"):
        await Slack(ToChannel(TOKEN, "#elsewhere", slack.api)).post(trouble("hello"))
    with pytest.raises(SlackError, match=r"invalid_auth.*JANITOR_SLACK_BOT_TOKEN"):
        await Slack(ToChannel("xoxb-old", CHANNEL, slack.api)).post(trouble("hello"))


@pytest.mark.parametrize("body", ["", NOT_SLACK, "[]", '"ok"', "null", '{"ok": false}', "\x1b[31m{"])
async def test_what_is_not_slacks_answer_is_a_failure_in_words_that_are_safe(
    slack: StandIn, body: str
) -> None:
    slack.moods = [Mood(200, body)]
    with pytest.raises(SlackError) as caught:
        await by_bot(slack).post(trouble("hello"))
    assert str(caught.value).isprintable()


async def test_a_login_page_in_between_is_not_slack(slack: StandIn) -> None:
    slack.moods = [Mood(200, NOT_SLACK)]
    with pytest.raises(SlackError, match="login page"):
        await by_webhook(slack).post(trouble("hello"))


async def test_a_webhook_is_on_the_web_and_no_file(tmp_path) -> None:
    (tmp_path / "file").write_text("what is in it")
    with pytest.raises(SlackError) as caught:
        await Slack(ToWebhook(f"file://{tmp_path}/file")).post(trouble("hello"))
    assert "what is in it" not in str(caught.value)


async def test_details_that_are_not_taken_are_no_failure_of_the_report(slack: StandIn) -> None:
    message = report(large(10_000))
    slack.moods = [Mood(), Mood(), Mood(404, "gone")]
    taken = await by_bot(slack).post(message)
    assert taken.lost_details == len(message.details) - 1
    assert "Slack answered 404" in taken.why
    assert len(slack.posted) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("way", [by_webhook, by_bot], ids=["webhook", "bot"])
async def test_follows_nobody_elsewhere(slack: StandIn, way, status: int) -> None:
    with slack_stand_in() as elsewhere:
        slack.moods = [Mood(status, "", (("Location", elsewhere.webhook_url),))]
        with pytest.raises(SlackError, match="redirect"):
            await way(slack).post(trouble("stay"))
        assert elsewhere.requests == []


MOODS = [
    TOO_MANY,
    BROKEN,
    Mood(404, f"no such webhook: {WEBHOOK_PATH}"),
    Mood(403, f"{WEBHOOK_PATH} may not, nor {TOKEN}"),
    Mood(400, f"{'a long story, and then half a token: ':>90}{TOKEN}"),
    Mood(400, json.dumps({"ok": False, "error": f"token {TOKEN}"})),
    Mood(302, "", (("Location", "/"),)),
    Mood(drop=True),
]
NOT_REACHED = [
    ToWebhook("http://127.0.0.1:1" + WEBHOOK_PATH),
    ToWebhook("http://127.0.0.1:1" + WEBHOOK_PATH + "\n x"),
    ToWebhook("https://[" + WEBHOOK_PATH),
    ToWebhook("ftp://127.0.0.1" + WEBHOOK_PATH),
    ToChannel(f"{TOKEN}\nx", CHANNEL, "http://127.0.0.1:1/"),
    ToChannel(f"{TOKEN}é가", CHANNEL, "http://127.0.0.1:1/"),
]


def test_nothing_that_is_shown_or_logged_holds_the_secret(slack: StandIn, monkeypatch, caplog, capfd) -> None:
    """In every failure there is, with every logger as talkative as it gets."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "slack_sdk")
    reached = [ToWebhook(slack.webhook_url), to_channel(slack)]
    said = []
    for way, mood in [
        *((way, mood) for way in reached for mood in MOODS),
        *((way, Mood()) for way in NOT_REACHED),
    ]:
        slack.moods = [mood] * 3
        with pytest.raises(SlackError) as caught:
            asyncio.run(Slack(way, 5).post(trouble("hello")))
        said += ["".join(traceback.format_exception(caught.value)), repr(way)]
    said += [caplog.text, *capfd.readouterr()]
    secret_path = WEBHOOK_PATH.removeprefix("/services/")
    assert not [text for text in said if secret_path in text or TOKEN in text]


async def test_goes_through_the_proxy_of_the_environment(slack: StandIn, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{slack.port}")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(SlackError, match="no_service"):
        await Slack(ToWebhook("http://hooks.slack.invalid/services/T/B/X")).post(trouble("hello"))
    (request,) = slack.requests
    assert request.path == "http://hooks.slack.invalid/services/T/B/X"
