"""Announcement of scheduled deletions in Slack: each is named, with owner, date, dollars and how to stop it (R32)."""

from dataclasses import replace
from decimal import Decimal

from janitor.model.amounts import NOTHING, Priced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.plan.guard import Refusal
from janitor.report.data.announcing import unannounced
from janitor.report.data.snapshot import RunningCosts, Stored
from janitor.report.slack.blocks import BLOCKS, ROOM, size
from janitor.report.slack.messages import announcing_note, more_announced, note
from tests.report.samples import REGION
from tests.report.test_grace_words import API, WEB, swept, waiting

REPOSITORY = f"{REGION}/repositories/apps"


def test_the_note_after_a_sweep_names_each_newly_scheduled_deletion() -> None:
    """R32: owner, date, dollars, and how to stop it."""
    found = note(
        swept(waiting(is_new=True), waiting(API, owner="", is_new=True, days=1), waiting(f"{API}-2"))
    )
    assert found.text.endswith("; 2 deletions scheduled, $19.71/month")
    text = "\n".join(block["text"]["text"] for block in found.blocks if block["type"] == "section")
    assert "*Scheduled for deletion: 2, $19.71/month*" in text
    assert (
        "put the label `janitor: keep` on the service, job or repository, or run `janitor keep NAME`" in text
    )
    web, api = (line for line in text.splitlines() if line.startswith("• "))
    assert "`service web`" in web
    assert "owner `shop`, deletes on *2026-12-01 03:05 UTC* or later, $9.86/month (policy failed)" in web
    assert "`service api`" in api
    assert "_unowned_, deletes on *2026-12-02 03:05 UTC* or later" in api


def test_a_note_without_newly_scheduled_deletions_announces_nothing() -> None:
    for quiet in (
        swept(waiting()),
        swept(waiting(is_new=True), mode="dry-run"),
        unannounced(swept(waiting(is_new=True)), "Slack answered 404"),
    ):
        assert "cheduled" not in str(note(quiet))


def test_what_a_note_has_no_room_for_is_counted_and_each_is_named_in_the_messages_that_follow() -> None:
    names = [f"{WEB}-{number:03}" for number in range(300)]
    result = swept(*(waiting(name, is_new=True) for name in names))
    found, named = announcing_note(result)
    assert size(found.blocks) <= ROOM
    (more,) = [line for block in found.blocks for line in str(block).split("\\n") if "more, $" in line]
    assert f"… and {300 - len(named)} more, $" in more
    assert "in the next message" in more
    announced = [each.name for each in named]
    while len(announced) < 300:
        message, named = more_announced(result, set(announced))
        assert size(message.blocks) <= ROOM
        assert len(message.blocks) <= BLOCKS
        assert all(f"`service {each.name.rpartition('/')[2]}`" in str(message.blocks) for each in named)
        assert "janitor keep NAME" in str(message.blocks)
        first, last = len(announced) + 1, len(announced) + len(named)
        assert message.text == f"Scheduled for deletion, {first} to {last} of 300"
        announced += [each.name for each in named]
    assert announced == names


def test_a_note_that_is_not_an_announcement_says_where_the_others_are() -> None:
    found = note(swept(*(waiting(f"{WEB}-{number:03}", is_new=True) for number in range(300))))
    assert "more, $" in str(found.blocks)
    assert "`janitor marks`" in str(found.blocks)
    assert found.details == ()


def test_images_of_one_package_are_announced_in_one_row_that_names_each() -> None:
    package = f"{REPOSITORY}/packages/team%2Fapp"
    images = [
        waiting(f"{package}/versions/sha256:{number:064x}", is_new=True)._replace(
            kind=Kind.IMAGE, size_bytes=100, estimate=Priced(Decimal("0.5"), "x", upper_bound=True)
        )
        for number in range(25)
    ]
    other = waiting(f"{package}/versions/sha256:{'f' * 64}", is_new=True, days=9)._replace(kind=Kind.IMAGE)
    found, named = announcing_note(swept(*images, other))
    assert len(named) == 26
    text = "\n".join(block["text"]["text"] for block in found.blocks if block["type"] == "section")
    first, second, alone = (line for line in text.splitlines() if line.startswith("• "))
    assert first.startswith("• 20 images of `apps/team/app` in ")
    assert (
        "owner `shop`, deletes on *2026-12-01 03:05 UTC* or later, ≤ $10.00/month (policy failed): `" in first
    )
    assert second.startswith("• 5 images of `apps/team/app` in ")
    assert second.count("` ≤ $0.50") == 5
    assert alone.startswith("• `image apps/team/app@ffffffffffff` in ")
    every = [f"`{each.name.rpartition(':')[2][:12]}` ≤ $0.50" for each in images]
    assert all(each in first + second for each in every[-5:])


def test_a_row_comes_to_no_more_than_google_bills_for_its_repository() -> None:
    """R25."""
    images = [
        waiting(f"{REPOSITORY}/packages/app/versions/sha256:{number:064x}", is_new=True)._replace(
            kind=Kind.IMAGE, size_bytes=100, estimate=Priced(Decimal(1), "x")
        )
        for number in range(4)
    ]
    billed = Stored(REPOSITORY, "DOCKER", "", 200, Priced(Decimal(2), ""))
    standing = RunningCosts((billed,), (), NOTHING, NOTHING)
    found, _ = announcing_note(replace(swept(*images), standing=standing))
    assert "or later, $2.00/month" in str(found.blocks)
    assert found.text.endswith("4 deletions scheduled, $2.00/month")


def test_a_note_that_is_full_of_trouble_names_the_deletions_in_the_next_message() -> None:
    """Nothing counts as announced that its message does not name."""
    gaps = tuple(Gap(f"p{number}", "l", Kind.IMAGE, "why " * 500, "r" * 60) for number in range(9))
    refusals = tuple(Refusal(f"limit-{number}", "far too many " * 100) for number in range(9))
    result = swept(*(waiting(f"{WEB}-{number:03}", is_new=True) for number in range(300)))
    found, named = announcing_note(replace(result, refusals=refusals, plan=replace(result.plan, gaps=gaps)))
    assert size(found.blocks) <= ROOM
    for number in range(300):
        assert (f"service web-{number:03}`" in str(found.blocks)) == (
            f"{WEB}-{number:03}" in [n.name for n in named]
        )
