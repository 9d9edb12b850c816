"""The demo's Slack: what a person would see of what it is sent."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from janitor.demo.slack import WIDTH, as_seen, slack_on_this_machine
from janitor.notify.slack import Slack, ToWebhook
from janitor.report.slack.blocks import Message
from janitor.report.slack.messages import trouble
from janitor.report.slack.report import report
from tests.docs.pages import between, text_of
from tests.report.summaries import EMPTY, SMALL, large


def seen(message: Message, colour: bool = False) -> str:
    return as_seen(json.loads(json.dumps({"text": message.text, "blocks": list(message.blocks)})), colour)


def test_a_message_is_drawn_as_a_person_would_see_it() -> None:
    page = seen(report(SMALL))
    assert "│  ⚠ 1 to fix: Could not be read: revisions in xai-community (us-west1)" in page
    assert "│  • web/team/app@000000000000 ≤ $0.02/month, web" in page
    assert "*" not in page
    assert "`" not in page


@pytest.mark.parametrize("summary", [EMPTY, SMALL, large(1000)], ids=["nothing", "the story", "too much"])
def test_no_line_is_wider_than_a_hundred_columns_and_none_steers_the_terminal(summary) -> None:
    from rich.cells import cell_len

    lines = seen(report(summary)).split("\n")
    assert {cell_len(line) for line in lines} == {WIDTH}
    assert all(line.isprintable() for line in lines)


def test_the_page_about_slack_shows_what_a_person_would_see() -> None:
    example = between(text_of("docs/slack.md"), "example").strip().strip("`").strip()
    assert example == seen(report(SMALL))


def test_a_link_is_shown_by_its_label() -> None:
    page = seen(report(SMALL, "https://costs.example.com/"))
    assert "Full report · List prices" in page
    assert "example.com" not in page


def test_escaped_text_is_shown_as_it_was_and_not_as_mark_up() -> None:
    page = seen(trouble("a & b <c> *d* _e_ `f` :warning:\n*g* <h>"))
    assert "a & b <c> ∗d∗ ˍeˍ ˋfˋ ∶warning:" in page
    assert "*g* <h>" in page


def test_colour_is_for_terminals() -> None:
    assert "\x1b[" in seen(report(SMALL), colour=True)
    assert "\x1b" not in seen(report(SMALL))


async def test_it_takes_what_janitor_posts_and_shows_it(monkeypatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    shown: list[str] = []
    with slack_on_this_machine(shown.append) as url:
        await Slack(ToWebhook(url)).post(report(SMALL))
    assert shown == [seen(report(SMALL))]


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        ("/services/T0DEMO/B0DEMO/demo", b"{", (400, b"invalid_payload")),
        ("/services/T0DEMO/B0DEMO/demo", b"[]", (400, b"invalid_payload")),
        ("/services/T0DEMO/B0DEMO/demo", b'{"blocks": [{"type": "video"}]}', (400, b"invalid_payload")),
        ("/services/T0DEMO/B0DEMO/demo", b'{"text": "hello"}', (200, b"ok")),
        ("/elsewhere", b'{"text": "hello"}', (404, b"no_service")),
    ],
)
def test_it_answers_as_a_webhook_does(path: str, body: bytes, answer: tuple[int, bytes]) -> None:
    shown: list[str] = []
    with slack_on_this_machine(shown.append) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request("POST", path, body)
        response = connection.getresponse()
        assert (response.status, response.read()) == answer
        connection.close()
    assert len(shown) == (answer[0] == 200)
