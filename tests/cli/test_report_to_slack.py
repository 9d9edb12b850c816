"""`janitor report --slack` by hand, as it is sent over the wire to a Slack on this machine."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import Janitor
from tests.cli.ledgers import written
from tests.notify.server import WEBHOOK_PATH, Mood, StandIn, slack_stand_in


@pytest.fixture
def slack(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A Slack that takes everything, named by the environment, and a ledger of two applies."""
    written(folder, monkeypatch)
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with slack_stand_in() as stand_in:
        monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", stand_in.webhook_url)
        yield stand_in


def deleted(janitor: Janitor) -> tuple[int, int]:
    """How many the report counts since the last one, and in all."""
    found = json.loads(janitor("report", "--format", "json").out)
    return found["saved"]["deleted"], found["in_all"]["deleted"]


def _without_clock(payload: Any) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "then", json.dumps(payload))


def test_a_dry_run_prints_exactly_what_is_posted_then(janitor: Janitor, slack: StandIn) -> None:
    printed = json.loads(janitor("report", "--slack", "--dry-run").out)
    assert slack.requests == []
    assert janitor("report", "--slack").code == 0
    sent = slack.posted if isinstance(printed, list) else slack.posted[0]
    assert _without_clock(printed) == _without_clock(sent)


def test_the_next_report_begins_where_the_posted_one_ended(janitor: Janitor, slack: StandIn) -> None:
    assert deleted(janitor) == (2, 2)
    assert janitor("report", "--slack").code == 0
    assert deleted(janitor) == (0, 2)


def test_by_hand_it_is_posted_whatever_was_posted_before(janitor: Janitor, slack: StandIn) -> None:
    assert [janitor("report", "--slack").code for _ in range(2)] == [0, 0]
    assert len(slack.posted) == 2


def test_a_post_of_one_project_leaves_the_period_open(janitor: Janitor, slack: StandIn) -> None:
    assert janitor("report", "--slack", "--project", "q").code == 0
    assert len(slack.posted) == 1
    assert deleted(janitor) == (2, 2)


def test_what_slack_refuses_is_told_without_the_webhooks_url_and_leaves_the_period_open(
    janitor: Janitor, slack: StandIn
) -> None:
    slack.moods = [Mood(400, "invalid_blocks")]
    called = janitor("report", "--slack")
    assert (called.code, called.out) == (2, "")
    assert "invalid_blocks" in called.err
    assert WEBHOOK_PATH not in called.err
    assert deleted(janitor) == (2, 2)
