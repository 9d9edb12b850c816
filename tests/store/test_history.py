"""The reading side of the ledger: past sweeps, their actions, deletions, and what was seen of them since."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.ledger.entries import Conclusion, SweepEnd, SweepStart
from janitor.ledger.history import (
    Origin,
    PastAction,
    PastSweep,
    SweepCounts,
    SweepScope,
    Watched,
    WatchedDeletion,
)
from janitor.ledger.name_keys import name_key
from janitor.ledger.savings import Deletion
from janitor.model.amounts import Priced, Unpriced
from janitor.plan.plan import Action
from janitor.store.database import Database
from janitor.store.history import SqlHistory
from janitor.store.ledger import SNAPSHOTS_KEPT, SqlLedger
from janitor.store.tables import sweeps
from tests.making import NOW
from tests.store.books import deletions
from tests.store.recording import action, start

DELETED = Outcome(OutcomeKind.DELETED)
HOUR = timedelta(hours=1)


@pytest.fixture
def ledger(database: Database) -> SqlLedger:
    return SqlLedger(database)


@pytest.fixture
def history(database: Database) -> SqlHistory:
    return SqlHistory(database)


async def begun(ledger: SqlLedger, sweep_id: str, at: datetime = NOW, origin: Origin = Origin.HAND) -> None:
    await ledger.begin(replace(start(sweep_id), started_at=at, origin=origin))


async def done(
    ledger: SqlLedger,
    actions: Sequence[Action],
    outcome: Outcome = DELETED,
    sweep_id: str = "s-1",
    at: datetime = NOW,
    settled_by: str = "",
    ended_at: datetime | None = None,
) -> list[int]:
    """Intents of a sweep, and what became of them a minute later."""
    ids = await ledger.intend(sweep_id, actions, {action().group: 5000}, at)
    ends = [
        Conclusion(intent, each.kind.value, each.name, outcome)
        for intent, each in zip(ids, actions, strict=True)
    ]
    await ledger.conclude(settled_by or sweep_id, ends, ended_at or at + timedelta(minutes=1))
    return ids


async def test_an_empty_ledger_remembers_nothing(history: SqlHistory, database: Database) -> None:
    assert await history.sweeps(10) == []
    assert await history.find_sweeps("s") == []
    assert await history.actions("s-1") == []
    assert await history.last_sweep(Origin.HAND) is None
    assert await deletions(database) == ()
    assert await history.recorded() == []
    assert await history.snapshot_of("s-1") is None
    assert await history.last_reported() is None
    assert (await history.watched(NOW)).unseen == []
    assert await history.unposted() is None


async def test_sweeps_stand_newest_first_with_what_is_known_of_them(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    await begun(ledger, "s-1")
    await begun(ledger, "s-2", NOW + HOUR, Origin.DAEMON)
    await begun(ledger, "s-0", NOW - HOUR)
    end = SweepEnd("s-1", NOW + HOUR, "sha256:p", "sha256:d", 6, '{"deleted": 1, "saves_usd_month": "0.10"}')
    await ledger.finish(end)
    assert await history.sweeps(2) == [
        PastSweep("s-2", NOW + HOUR, "apply", "host:1", "daemon", None, None, None, None, counted=SweepCounts()),
        PastSweep(
            "s-1", NOW, "apply", "host:1", "hand", NOW + HOUR, "sha256:p", 6,
            {"deleted": 1, "saves_usd_month": "0.10"}, SweepScope(policy_digest="sha256:d"),
        ),
    ]  # fmt: skip


async def test_a_sweep_is_found_by_the_start_of_its_id_at_most_three_the_newest_first(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    for hours, sweep_id in enumerate(["20261124T04-a", "20261124T04-b", "20261124T05-c", "20261124T05-cc"]):
        await begun(ledger, sweep_id, NOW + hours * HOUR)
    found = await history.find_sweeps("20261124")
    assert [sweep.id for sweep in found] == ["20261124T05-cc", "20261124T05-c", "20261124T04-b"]
    assert [sweep.id for sweep in await history.find_sweeps("20261124T05-c")] == ["20261124T05-c"]
    assert [sweep.id for sweep in await history.find_sweeps("20261124T04-a")] == ["20261124T04-a"]
    assert await history.find_sweeps("2027") == []


async def test_an_id_is_found_by_itself_though_three_newer_ones_begin_like_it(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    for hours, sweep_id in enumerate(["s", "s-1", "s-2", "s-3"]):
        await begun(ledger, sweep_id, NOW + hours * HOUR)
    assert [sweep.id for sweep in await history.find_sweeps("s")] == ["s"]


@pytest.mark.parametrize(
    "text", ["%", "_", "2%", "20_6", "2026112_", "[2]", "t", "20261124t", "'", "\0", "\ud800"]
)
async def test_the_start_of_an_id_is_no_pattern(ledger: SqlLedger, history: SqlHistory, text: str) -> None:
    await begun(ledger, "20261124T04-a")
    assert await history.find_sweeps(text) == []


async def test_the_last_sweep_is_told_by_who_asked_for_it(ledger: SqlLedger, history: SqlHistory) -> None:
    await begun(ledger, "s-1", NOW, Origin.DAEMON)
    await begun(ledger, "s-2", NOW + HOUR, Origin.DAEMON)
    await begun(ledger, "s-3", NOW + 2 * HOUR, Origin.HAND)
    last = await history.last_sweep(Origin.DAEMON)
    assert last is not None
    assert last.id == "s-2"
    assert await history.last_sweep(Origin.REPORT) is None


async def test_the_last_success_of_each_mode_is_known(ledger: SqlLedger, history: SqlHistory) -> None:
    assert await history.last_done() == {}
    for number, code in enumerate((0, 0, 3)):
        await begun(ledger, f"s-{number}")
        at = NOW + timedelta(hours=number)
        await ledger.finish(SweepEnd(f"s-{number}", at, "plan", "digest", code, "{}", None))
    assert await history.last_done() == {start("s").mode: NOW + timedelta(hours=1)}


async def scoped(
    ledger: SqlLedger, sweep_id: str, hours: int, digest: str = "d", projects: tuple[str, ...] = ("p",),
    mode: str = "dry-run", snapshot: str | None = "{}", only: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """A sweep that is closed, at so many hours."""
    at, scope = NOW + hours * HOUR, SweepScope("policies.yaml", digest, projects, only)
    await ledger.begin(SweepStart(sweep_id, at, mode, "host:1", Origin.HAND, scope))
    await ledger.finish(SweepEnd(sweep_id, at, "plan", digest, 0, "{}", snapshot))


async def test_a_snapshot_is_kept_of_each_policy_digest_and_its_projects(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    await scoped(ledger, "s-0", 0)
    await scoped(ledger, "s-1", 1, snapshot='{"sweep_id": "s-1 \0"}')
    await scoped(ledger, "narrow", 2, projects=("q",))
    await scoped(ledger, "other file", 3, digest="e")
    await scoped(ledger, "one policy", 4, mode="apply", snapshot=None, only=("jobs",))
    recorded = await history.recorded()
    assert [each.sweep_id for each in recorded] == ["other file", "narrow", "s-1"]
    assert recorded[0].scope == SweepScope("policies.yaml", "e", ("p",))
    assert await history.snapshot_of("s-1") == '{"sweep_id": "s-1 \ufffd"}'
    assert await history.snapshot_of("s-0") is None


async def test_of_many_scopes_the_newest_snapshots_are_kept(ledger: SqlLedger, history: SqlHistory) -> None:
    for hours in range(SNAPSHOTS_KEPT + 3):
        await scoped(ledger, f"s-{hours:02}", hours, digest=str(hours))
    kept = [each.sweep_id for each in await history.recorded()]
    assert kept == [f"s-{hours:02}" for hours in range(SNAPSHOTS_KEPT + 2, 2, -1)]


async def test_a_snapshot_of_before_scopes_were_recorded_gives_way_to_one_of_the_same_digest(
    ledger: SqlLedger, history: SqlHistory, database: Database
) -> None:
    await scoped(ledger, "old", 0)
    await database.run(lambda db: db.execute(sweeps.update().values(projects=None, only_policies=None)))
    assert [each.sweep_id for each in await history.recorded()] == ["old"]
    await scoped(ledger, "new", 1)
    assert [each.sweep_id for each in await history.recorded()] == ["new"]


async def test_what_a_sweep_without_an_end_did_is_counted(ledger: SqlLedger, history: SqlHistory) -> None:
    """Its database failed before the totals could be written."""
    await begun(ledger, "s-1")
    actions = [action(label) for label in "abcd"]
    ids = await ledger.intend("s-1", actions, {}, NOW)
    ends = [
        Outcome(OutcomeKind.DELETED),
        Outcome(OutcomeKind.FAILED, "INTERNAL"),
        Outcome(OutcomeKind.DELETED),
    ]
    done_ = [
        Conclusion(i, each.kind.value, each.name, end)
        for i, each, end in zip(ids, actions, ends, strict=False)
    ]
    drifted = Conclusion(None, "run.service", "services/web", Outcome(OutcomeKind.DRIFTED, "etag"))
    await ledger.conclude("s-1", [*done_, drifted], NOW)
    (found,) = await history.sweeps(5)
    price = Decimal("0.0000000931")
    assert (found.totals, found.counted) == (
        None, SweepCounts(begun=4, deleted=2, drifted=1, failed=1, open=1, saves_usd_month=2 * price)
    )  # fmt: skip
    await ledger.finish(SweepEnd("s-1", NOW + HOUR, "p", "d", 0, '{"deleted": 2}'))
    (ended,) = await history.sweeps(5)
    assert (ended.totals, ended.counted) == ({"deleted": 2}, None)


async def test_dry_runs_are_left_out_and_counted_where_nobody_asks_for_them(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    for hours, mode in enumerate(("dry-run", "apply", "dry-run")):
        await scoped(ledger, f"s-{hours}", hours, mode=mode)
    assert [sweep.id for sweep in await history.sweeps(1, dry_runs=False)] == ["s-1"]
    assert [sweep.id for sweep in await history.sweeps(9)] == ["s-2", "s-1", "s-0"]
    assert await history.dry_runs() == 2


async def test_actions_stand_as_they_were_begun_with_what_became_of_them(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    await begun(ledger, "s-1")
    owned = action("a")._replace(owner="team-a")
    await done(ledger, [owned])
    drifted = Conclusion(None, "run.service", "services/web", Outcome(OutcomeKind.DRIFTED, "etag"))
    await ledger.conclude("s-1", [drifted], NOW + timedelta(minutes=2))
    await ledger.intend("s-1", [action("b", Unpriced("no SKU"))], {}, NOW + timedelta(minutes=3))
    price = Priced(Decimal("0.0000000931"), "", upper_bound=True)
    facts = (owned.policy, "older-than", owned.detail)
    assert await history.actions("s-1") == [
        PastAction("artifact.image", owned.name, *facts, "team-a", 1000, price, "deleted", None, NOW),
        PastAction(
            "run.service", "services/web", "", "", "", "", 0, None, "drifted", "etag", NOW + timedelta(minutes=2)
        ),
        PastAction(
            "artifact.image", action("b").name, *facts, "", 1000, Unpriced("no SKU"), None, None,
            NOW + timedelta(minutes=3),
        ),
    ]  # fmt: skip
    assert await history.actions("s-2") == []


async def test_an_action_says_which_later_sweep_settled_it_and_is_none_of_that_ones(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    await begun(ledger, "s-1")
    await begun(ledger, "s-2", NOW + HOUR)
    await done(ledger, [action()], settled_by="s-2", ended_at=NOW + HOUR)
    (settled,) = await history.actions("s-1")
    assert (settled.outcome, settled.settled_by, settled.at) == ("deleted", "s-2", NOW)
    assert await history.actions("s-2") == []


async def test_deletions_are_what_google_confirmed_and_nothing_else(
    ledger: SqlLedger, history: SqlHistory, database: Database
) -> None:
    await begun(ledger, "s-1")
    for label, kind in enumerate(OutcomeKind):
        await done(ledger, [action(str(label))], Outcome(kind))
    await ledger.intend("s-1", [action("open")], {}, NOW)
    found = await deletions(database)
    assert [deletion.name for deletion in found] == [
        action(str(label)).name for label, kind in enumerate(OutcomeKind) if kind is OutcomeKind.DELETED
    ]


async def test_a_deletion_carries_its_price_its_owner_and_what_caps_it(
    ledger: SqlLedger, history: SqlHistory, database: Database
) -> None:
    await begun(ledger, "s-1")
    image = action("a")._replace(owner="team-a")
    (first, second) = await done(ledger, [image, action("b", Unpriced("no SKU"))])
    common = ("artifact.image", "stale-images", "older-than", 1000, image.group)
    kind, policy, reason, size, group = common
    at = NOW + timedelta(minutes=1)
    assert await deletions(database) == (
        Deletion(
            first, "s-1", kind, image.name, policy, reason, "team-a", size, Decimal("0.0000000931"), True, group,
            5000, at,
        ),
        Deletion(
            second, "s-1", kind, action("b").name, policy, reason, "", size, None, False, group, 5000, at
        ),
    )  # fmt: skip


async def test_a_deletion_that_a_later_sweep_found_out_counts_from_its_intent(
    ledger: SqlLedger, history: SqlHistory, database: Database
) -> None:
    await begun(ledger, "s-1")
    await begun(ledger, "s-2", NOW + 24 * HOUR)
    await done(ledger, [action("late")], at=NOW, settled_by="s-2", ended_at=NOW + 24 * HOUR)
    await done(ledger, [action("soon")], at=NOW - HOUR)
    assert [(each.name, each.deleted_at) for each in await deletions(database)] == [
        (action("soon").name, NOW - HOUR + timedelta(minutes=1)),
        (action("late").name, NOW),
    ]


async def test_the_first_sighting_holds_whoever_notes_it(
    ledger: SqlLedger, history: SqlHistory, database: Database
) -> None:
    await begun(ledger, "s-1")
    await begun(ledger, "s-2")
    (one, two) = await done(ledger, [action("1"), action("2")])
    await history.note_sightings("s-1", [one, two, two], [], NOW + HOUR)
    await history.note_sightings("s-2", [two, one], [one], NOW + 2 * HOUR)
    await history.note_sightings("s-2", [], [one], NOW + 3 * HOUR)
    assert [(each.gone_at, each.back_at) for each in await deletions(database)] == [
        (NOW + HOUR, NOW + 2 * HOUR),
        (NOW + HOUR, None),
    ]


async def test_two_that_look_at_the_same_time_may_note_the_same(
    ledger: SqlLedger, history: SqlHistory, database: Database
) -> None:
    await begun(ledger, "s-1")
    ids = await done(ledger, [action(str(n)) for n in range(200)])
    notes = [history.note_sightings("s-1", found, [], NOW) for found in (ids, ids[::-1], ids[50:], ids[:150])]
    await asyncio.gather(*notes)
    assert {each.gone_at for each in await deletions(database)} == {NOW}


async def test_what_came_back_or_was_seen_gone_is_unseen_no_more(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    await begun(ledger, "s-1")
    old = await done(ledger, [action("old")], at=NOW - 100 * HOUR)
    (gone, back, new) = await done(ledger, [action("gone"), action("back"), action("new")])
    await done(ledger, [action("failed")], Outcome(OutcomeKind.FAILED, "no"))
    await history.note_sightings("s-1", [gone], [back], NOW + HOUR)
    found = await history.watched(NOW - HOUR)
    assert found == Watched(NOW - HOUR, [watched(new, "new")], frozenset({("p", "artifact.image")}))
    assert (await history.watched(NOW - 1000 * HOUR)).unseen == [watched(old[0], "old"), watched(new, "new")]
    assert await history.watched(NOW + HOUR) == Watched(NOW + HOUR, [], frozenset())


async def test_what_was_seen_gone_is_found_by_its_name_until_it_comes_back(
    ledger: SqlLedger, history: SqlHistory
) -> None:
    await begun(ledger, "s-1")
    labels = ("gone", "later", "back", "unseen", "other")
    gone, later, back, _, other = await done(ledger, [action(label) for label in labels])
    await history.note_sightings("s-1", [gone, back, other], [back], NOW + HOUR)
    await history.note_sightings("s-1", [later], [], NOW + 9 * HOUR)
    keys = [name_key("artifact.image", action(label).name) for label in labels[:-1]] * 300
    assert await history.seen_gone(iter(keys), NOW - HOUR, NOW + HOUR) == [watched(gone, "gone")] * 3
    assert await history.seen_gone(keys[:4], NOW - HOUR, NOW + HOUR) == [watched(gone, "gone")]
    assert await history.seen_gone(keys[:4], NOW + HOUR, NOW + HOUR) == []
    assert await history.seen_gone([name_key("run.job", action("gone").name)], NOW - HOUR, NOW + HOUR) == []


def watched(intent: int, label: str) -> WatchedDeletion:
    return WatchedDeletion(intent, "artifact.image", action(label).name, "u-1")


async def test_a_deletion_of_a_name_that_was_deleted_again_had_come_back_by_then(
    ledger: SqlLedger, history: SqlHistory, database: Database
) -> None:
    """A sweep that was killed before it wrote down what it saw leaves no sighting."""
    await begun(ledger, "s-1")
    for hours in (0, 10, 30):
        await done(ledger, [action("a"), action(f"only {hours}")], at=NOW + hours * HOUR)
    minute = timedelta(minutes=1)
    ends = {
        each.deleted_at: each.back_at for each in await deletions(database) if each.name == action("a").name
    }
    assert ends == {
        NOW + minute: NOW + 10 * HOUR + minute,
        NOW + 10 * HOUR + minute: NOW + 30 * HOUR + minute,
        NOW + 30 * HOUR + minute: None,
    }
    assert [each.back_at for each in await deletions(database) if each.name != action("a").name] == [None] * 3


async def test_a_come_back_that_was_seen_before_it_was_deleted_again_stays_the_end(
    ledger: SqlLedger, history: SqlHistory, database: Database
) -> None:
    await begun(ledger, "s-1")
    (first,) = await done(ledger, [action("a")])
    await history.note_sightings("s-1", [], [first], NOW + HOUR)
    await done(ledger, [action("a")], at=NOW + 9 * HOUR)
    assert [each.back_at for each in await deletions(database)] == [NOW + HOUR, None]
