"""Grace starts when a channel has accepted the announcement, which names what is deleted and how to stop it (R32)."""

import json
import os
import re
import signal
from datetime import datetime, timedelta

import pytest

from janitor import runtime
from janitor.notify import posting
from janitor.notify.slack import ToChannel
from tests.notify.server import CHANNEL, TOKEN, Mood, StandIn, slack_stand_in
from tests.sweep.conftest import Placing
from tests.sweep.stepping import FAILED, WEB, WEEK, Days, applied, listed, said
from tests.sweep.sweeping import Place, world

AWAY = Mood(404, "no_service")
NEVER = WEEK + "report: {note: never}\n"
WEEK_LATER = timedelta(days=7)


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A webhook, which is set up."""
    with slack_stand_in() as stand_in:
        monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", stand_in.webhook_url)
        yield stand_in  # type: ignore[misc]


def text_of(message: dict[str, object]) -> str:
    return json.dumps(message["blocks"])


def test_an_accepted_announcement_starts_the_grace_period(place: Placing, days: Days, slack: StandIn) -> None:
    here = place(world(services=FAILED.replace("state: failed", "state: failed, labels: {team: shop}")))
    before = days.now()
    swept = here.sweep("--apply", policies=WEEK)
    assert swept.code == 0
    (message,) = slack.posted
    for words in ("service web", "owner `shop`", "$0.00/month", "janitor: keep", "janitor keep NAME"):
        assert words in text_of(message)
    (row,) = swept.document["grace"]
    announced, due = (datetime.fromisoformat(row[key]) for key in ("announced_at", "due_at"))
    assert row["announced"] is True
    assert before <= announced <= days.now()
    assert due >= announced + WEEK_LATER
    assert f"{due:%Y-%m-%d %H:%M} UTC" in text_of(message)
    (mark,) = listed()["marks"]
    assert (mark["announced_at"], mark["due_at"]) == (row["announced_at"], row["due_at"])
    days.pass_until(due - timedelta(minutes=1))
    assert applied(here) == []
    days.pass_until(due)
    assert applied(here) == [WEB]


def test_while_slack_refuses_the_announcement_no_grace_period_starts(
    place: Placing, days: Days, slack: StandIn
) -> None:
    here = place(world(services=FAILED))
    slack.moods += [AWAY, AWAY]  # the announcement, and the note that the sweep may still post
    refused = here.sweep("--apply", policies=WEEK)
    assert (refused.code, refused.actions, refused.kept("run.service")) == (0, [], {"grace": 1})
    assert [row["announced"] for row in refused.document["grace"]] == [False]
    assert refused.document["notices"][0].startswith(
        "NOT ANNOUNCED: 1 scheduled deletion. Slack answered 404"
    )
    assert listed()["marks"] == []
    report = json.loads(said("report", "--format", "json")[1])
    assert "unannounced" in [trouble["kind"] for trouble in report["troubles"]]
    slack.moods.clear()
    days.pass_by(days=30)
    again = here.sweep("--apply", policies=WEEK)
    assert again.actions == []
    (row,) = again.document["grace"]
    assert datetime.fromisoformat(row["due_at"]) >= days.now() + WEEK_LATER - timedelta(minutes=1)
    days.pass_by(days=8)
    assert applied(here) == [WEB]


def test_what_changed_while_slack_refuses_keeps_the_date_that_was_accepted(
    place: Placing, days: Days, slack: StandIn
) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    (mark,) = listed()["marks"]
    here.google.control.now(lambda google: google.touch(WEB))
    days.pass_by(days=8)
    slack.moods += [AWAY, AWAY]
    assert applied(here) == []
    assert listed()["marks"] == [mark]
    slack.moods.clear()
    assert applied(here) == []
    assert listed()["marks"] != [mark]


def test_an_announcement_is_posted_though_notes_are_not_wanted(
    place: Placing, days: Days, slack: StandIn
) -> None:
    here = place(world(services=FAILED))
    assert applied(here, NEVER) == []
    assert len(slack.posted) == 1
    assert applied(here, NEVER) == []
    assert len(slack.posted) == 1


def test_a_sweep_that_deletes_and_announces_posts_one_note(
    place: Placing, days: Days, slack: StandIn
) -> None:
    two = FAILED[:-1] + ", old: {updated: 90d ago, state: failed, image: docker.io/library/old}}"
    here = place(world(services=two))
    both = WEEK.replace(
        "policies:",
        "limits: {max_share: 100%}\npolicies:\n  - {name: at-once, kind: run.service, when: {name: old, status: failed, older_than: 60d}}",
    )
    assert [name.rpartition("/")[2] for name in applied(here, both)] == ["old"]
    (message,) = slack.posted
    assert (
        message["text"]
        == "janitor deleted 1 resource and saves $0.00/month; 1 deletion scheduled, $0.00/month"
    )


def test_the_daemon_s_single_run_announces_in_the_same_way(
    place: Placing, days: Days, slack: StandIn
) -> None:
    here: Place = place(world(services=FAILED))
    (here.folder / "policies.yaml").write_text(WEEK, encoding="utf-8")
    slack.moods += [AWAY, AWAY]
    assert said("daemon", "--once", "--apply")[0] == 0
    assert listed()["marks"] == []
    slack.moods.clear()
    assert said("daemon", "--once", "--apply")[0] == 0
    assert [mark["name"] for mark in listed()["marks"]] == [WEB]
    assert len(slack.posted) == 1


MANY = (
    """{
  """
    + ",\n  ".join(
        f"old-{number:03}: {{updated: 90d ago, state: failed, image: docker.io/library/web, labels: {{team: t{number}}}}}"
        for number in range(150)
    )
    + "}"
)
ALL = {f"old-{number:03}" for number in range(150)}


NOW = "{updated: 90d ago, state: failed, image: docker.io/library/now}"


def named_in(messages: list[dict[str, object]]) -> set[str]:
    return {name for name in ALL if any(f"service {name}`" in text_of(message) for message in messages)}


def marked() -> set[str]:
    return {mark["name"].rpartition("/")[2] for mark in listed()["marks"]}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between messages."""
    monkeypatch.setattr(posting, "PAUSE", 0)


@pytest.mark.usefixtures("hasty")
def test_what_one_message_cannot_hold_is_announced_in_further_ones(
    place: Placing, days: Days, slack: StandIn
) -> None:
    here = place(world(services=MANY))
    assert applied(here) == []
    assert len(slack.posted) > 2
    assert named_in(slack.posted) == ALL == marked()
    numbers = [
        int(number) for message in slack.posted for number in re.findall(r"owner `t(\d+)`", text_of(message))
    ]
    assert sorted(numbers) == list(range(150))
    dates = {mark["name"].rpartition("/")[2]: mark["due_at"] for mark in listed()["marks"]}
    for message in slack.posted:
        assert "janitor keep NAME" in text_of(message)
        for name, due in re.findall(r"service (old-\d+)`.*?deletes on \*(.*?) UTC\*", text_of(message)):
            assert f"{datetime.fromisoformat(dates[name]):%Y-%m-%d %H:%M}" == due


@pytest.mark.usefixtures("hasty")
def test_what_was_not_posted_is_not_announced_and_the_next_apply_announces_it(
    place: Placing, days: Days, slack: StandIn
) -> None:
    here = place(world(services=MANY))
    slack.moods += [Mood(), AWAY]
    swept = here.sweep("--apply", policies=WEEK)
    (message,) = slack.posted
    told = named_in([message])
    assert 0 < len(told) < 150
    assert marked() == told
    assert {row["name"].rpartition("/")[2] for row in swept.document["grace"] if row["announced"]} == told
    assert swept.document["notices"][0].startswith(
        f"NOT ANNOUNCED: {150 - len(told)} scheduled deletions. Slack"
    )
    days.pass_by(days=8)
    again = here.sweep("--apply", "--limit", "max_share=100%", "--limit", "max_deletions=200", policies=WEEK)
    assert {action["name"].rpartition("/")[2] for action in again.actions} == told
    assert named_in(slack.posted[1:]) == ALL - told == marked() - told


@pytest.mark.usefixtures("hasty")
def test_a_bot_s_further_messages_are_in_the_thread_of_the_first(
    place: Placing, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(world(services=MANY))
    with slack_stand_in() as stand_in:
        monkeypatch.setenv("JANITOR_SLACK_BOT_TOKEN", TOKEN)
        monkeypatch.setenv("JANITOR_SLACK_CHANNEL", CHANNEL)
        monkeypatch.setattr(
            posting, "ToChannel", lambda token, channel: ToChannel(token, channel, stand_in.api)
        )
        assert applied(here) == []
    first, *others = stand_in.posted
    assert "thread_ts" not in first
    assert {message["thread_ts"] for message in others} == {"1763888400.000001"}
    assert named_in(stand_in.posted) == ALL


@pytest.mark.usefixtures("hasty")
def test_a_stop_after_the_first_message_keeps_what_it_announced(
    place: Placing, days: Days, slack: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a limit refuses the plan, so that no deletion begins."""
    here = place(world(services=MANY[:-1] + f", now-1: {NOW}, now-2: {NOW}}}"))
    refused = WEEK.replace(
        "policies:",
        "limits: {max_deletions: 1}\npolicies:\n  - {name: at-once, kind: run.service, when: {name: now-*, status: failed,"
        " older_than: 60d}}",
    )
    more_announced = posting.more_announced

    def stopped(*facts: object) -> object:
        os.kill(os.getpid(), signal.SIGTERM)
        return more_announced(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr(posting, "more_announced", stopped)
    monkeypatch.setattr(posting, "PAUSE", 1)
    monkeypatch.setattr(runtime, "_end_in_time", lambda: None)
    swept = here.sweep("--apply", policies=refused)
    told = named_in(slack.posted)
    assert 0 < len(told) < 150
    assert marked() == told
    assert swept.code == 4
    assert [refusal["limit"] for refusal in swept.document["refusals"]] == ["max_deletions"]
    assert swept.document["notices"][0].startswith(f"NOT ANNOUNCED: {150 - len(told)} scheduled deletions")
