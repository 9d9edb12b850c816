"""An apply whose ledger or lock fails in the middle: it stops, and what it did until then is reported."""

import pytest

from tests.notify.server import slack_stand_in
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import Place, Swept, image, world

# a service first, by itself; then tagged images, one by one, more than go side by side
ALL = 10
FAILED = "{web: {updated: 3d ago, state: failed, image: docker.io/library/web}}"
WORLD = world(*(image(f"i{n}", f"v{n}") for n in range(ALL - 1)), services=FAILED)
FULL = "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
BREAKS = {
    "the intent": f"BEFORE INSERT ON intents WHEN (SELECT count(*) FROM intents) {FULL}",
    "the outcome": f"BEFORE INSERT ON outcomes WHEN (SELECT count(*) FROM outcomes) {FULL}",
    "the end": f"BEFORE UPDATE ON sweeps {FULL}",
}
TAKEN = "AFTER INSERT ON intents BEGIN UPDATE locks SET token = 'another'; END"


def broken(here: Place, how: str, *flags: str, fmt: str = "json") -> Swept:
    """An apply whose ledger breaks like this, and is whole again afterwards."""
    assert here.sweep("--dry-run").code == 0
    here.ledger(f"CREATE TRIGGER broken {how}")
    swept = here.sweep("--apply", *flags, fmt=fmt)
    here.ledger("DROP TRIGGER broken")
    return swept


def left(here: Place) -> int:
    """How much Google still has of all that goes."""
    return len([*here.google.world.names("services"), *here.google.world.names("versions")])


@pytest.mark.parametrize("what", BREAKS)
def test_a_ledger_that_fails_ends_the_apply_with_2_and_what_was_deleted_is_reported(
    place: Placing, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fewer workers than deletions: some have not begun when the ledger fails
    monkeypatch.setattr("janitor.apply.executor.SIDE_BY_SIDE", {"run": 2, "artifact": 2})
    here = place(WORLD)
    swept = broken(here, BREAKS[what])
    assert swept.code == 2
    assert "The ledger in SQLite" in swept.document["error"]
    assert "The ledger in SQLite" in swept.said
    deleted = swept.document["totals"]["deleted"]
    assert deleted == ALL - left(here) == list(swept.outcomes.values()).count("deleted")
    assert 0 < deleted <= ALL
    assert (deleted == ALL) == (what == "the end")


def test_the_next_sweep_writes_down_what_a_broken_ledger_could_not_take(place: Placing) -> None:
    here = place(WORLD)
    broken(here, BREAKS["the outcome"])
    deleted = "SELECT count(DISTINCT name) FROM outcomes WHERE outcome = 'deleted'"
    assert [(1,)] == here.ledger(deleted) != [(ALL - left(here),)]
    after = here.sweep("--apply")
    assert (after.code, after.document["error"]) == (0, None)
    assert here.ledger(deleted) == [(ALL - left(here),)]


def test_a_lock_that_another_sweep_took_ends_the_apply_with_7_and_what_was_deleted_is_reported(
    place: Placing,
) -> None:
    here = place(WORLD)
    swept = broken(here, TAKEN)
    assert swept.code == 7
    assert "lost to another sweep" in swept.document["error"]
    assert 0 < swept.document["totals"]["deleted"] == ALL - left(here) < ALL


def test_the_table_and_slack_say_what_stopped_the_apply(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(WORLD)
    with slack_stand_in() as slack:
        monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", slack.webhook_url)
        swept = broken(here, BREAKS["the end"], fmt="table")
    assert f"Deleted {ALL} of {ALL}" in swept.out
    assert "Stopped at its end: The ledger in" in swept.out
    [note] = slack.posted
    assert "It was stopped: The ledger in" in str(note["blocks"])
