"""The short note that an apply posts to Slack; the sweep's own end never depends on it."""

import pytest

from tests.notify.server import Mood, slack_stand_in
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, image, world

WORLD = world(image("a"))
NEVER = POLICIES + "report: {note: never}\n"


def test_an_apply_that_deleted_something_says_so_in_slack(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(WORLD)
    with slack_stand_in() as slack:
        monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", slack.webhook_url)
        assert here.sweep("--apply").code == 0
    [note] = slack.posted
    assert note["text"].startswith("janitor deleted 1 resource (100.0 MB)")


def test_a_dry_run_by_hand_posts_nothing_nor_an_apply_that_is_told_never_to(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(WORLD)
    with slack_stand_in() as slack:
        monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", slack.webhook_url)
        assert here.sweep("--dry-run").code == 0
        assert here.sweep("--apply", policies=NEVER).code == 0
    assert slack.requests == []


def test_a_slack_that_refuses_changes_neither_code_nor_result(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(WORLD)
    with slack_stand_in(Mood(404, "no_service")) as slack:
        monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", slack.webhook_url)
        swept = here.sweep("--apply")
    assert swept.code == 0
    assert [action["outcome"] for action in swept.actions] == ["deleted"]
    assert '"note.unposted"' in swept.err
    assert "SecretOfTheWebhook" not in swept.err + swept.out
