"""`unused_for`: what recorded sweeps know of use, and what it counts from (R49)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from janitor.model.kinds import Kind
from janitor.model.resources import Image
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Not
from janitor.policy.conditions.use import UnusedFor
from janitor.policy.conditions.values import LONGEST_UNUSED, unused_for
from janitor.policy.deciding.context import Context, Memory
from janitor.policy.deciding.grace import Grace, Mark, Marks
from janitor.policy.deciding.images import decide_images, image_rules
from janitor.policy.deciding.references import usage
from janitor.policy.deciding.retention import by_package
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.use_history import (
    REMEMBERED,
    InventoryRuns,
    UseHistory,
    UseLog,
    asks_for_use,
    history_of,
    unbroken_of_each,
    unbroken_since,
    unused_for_leaf,
    use_of,
    with_unborn,
)
from tests.deciding import asking
from tests.making import (
    NOW,
    REPOSITORY,
    ago,
    contents,
    digest,
    execution,
    image,
    policies,
    policy,
    repository,
    service,
    uri,
    workloads,
)
from tests.policy.test_document_mistakes import of_policy

P, PQ = frozenset({"p"}), frozenset({"p", "q"})
WEEK = UnusedFor(timedelta(days=7))


def runs(*hours: float, of: frozenset[str] = P) -> list[tuple[datetime, frozenset[str]]]:
    return [(NOW - timedelta(hours=each), of) for each in hours]


@pytest.mark.parametrize(
    ("recorded", "hours"),
    [
        ([], 0),
        (runs(24, 48, 72), 72),
        (runs(48), 48),
        (runs(48.1), 0),
        (runs(24, 72, 120.1, 130), 72),
        (runs(-5, 24), 24),
        ([*runs(1, 2, of=PQ), *runs(3)], 3),
        ([*runs(0, of=frozenset({"q"})), *runs(24)], 0),
    ],
)
def test_a_run_is_broken_by_a_pause_and_by_a_sweep_that_read_less(
    recorded: list[tuple[datetime, frozenset[str]]], hours: float
) -> None:
    assert unbroken_since(NOW, recorded, ["p"]) == NOW - timedelta(hours=hours)
    assert unbroken_since(NOW, [*runs(1, of=PQ), *runs(2)], ["p", "q"]) == NOW - timedelta(hours=1)
    assert unbroken_since(NOW, recorded, []) == NOW


def test_a_project_that_did_not_exist_yet_breaks_no_run() -> None:
    """An organization gets a project a day: `unused_for` would never hold."""
    recorded = [*runs(1, of=PQ), *runs(25, 49)]
    for hours, since in ((24, 49), (25, 1), (26, 1), (0.5, 49)):
        made = {"q": NOW - timedelta(hours=hours), "p": NOW - timedelta(days=900)}
        found = unbroken_since(NOW, with_unborn(recorded, made), ["p", "q"])
        assert found == NOW - timedelta(hours=since), hours
    assert list(with_unborn(recorded, {})) == recorded


def test_projects_created_one_after_another_are_each_unborn_before() -> None:
    made = {name: NOW - timedelta(hours=hours) for name, hours in (("a", 2), ("b", 30), ("c", 60))}
    found = with_unborn(runs(1, 25, 49, 61, of=frozenset({"p"})), made)
    assert ["".join(sorted(of)) for _, of in found] == ["p", "ap", "abp", "abcp"]


def test_a_run_goes_back_no_further_than_the_ledger_remembers() -> None:
    days = range(1, 500)
    whole = [(NOW - timedelta(days=each), P) for each in days]
    assert unbroken_since(NOW, whole, ["p"]) == NOW - REMEMBERED
    assert unbroken_since(NOW, [*whole[:10], *whole[450:]], ["p"]) == NOW - timedelta(days=10)
    assert LONGEST_UNUSED < REMEMBERED


def test_longer_than_the_ledger_remembers_is_refused(tmp_path: Path) -> None:
    assert unused_for("366d") == LONGEST_UNUSED
    for where in ("unused_for: 367d", "any: [{unused_for: 9w}, {unused_for: 60w}]"):
        lines = of_policy(tmp_path, f"{{name: a, kind: artifact.image, when: {{{where}}}}}")
        assert "unused_for is at most 366d" in lines[0], lines


def used(
    found: Image, history: UseHistory | None, *others: Image, key: UnusedFor = WEEK
) -> tuple[bool | None, str]:
    leaf = unused_for_leaf(REPOSITORY, by_package([found, *others]), NOW.timestamp(), history)
    answer = leaf(key)(found)
    return answer.holds, answer.reason.value


LONG = ago(days=90)
OTHERS_USE = f"*  @ {digest('a')}"


@pytest.mark.parametrize(
    ("history", "holds"),
    [
        (history_of(LONG, []), True),
        (history_of(ago(days=7), []), False),
        (history_of(ago(days=7.1), []), True),
        (history_of(LONG, [(use_of(REPOSITORY, image("a")), ago(days=6))]), False),
        (history_of(LONG, [(use_of(REPOSITORY, image("a")), ago(days=8))]), True),
        (history_of(LONG, [(use_of(REPOSITORY, image("b")), ago(days=6))]), True),
        (history_of(LONG, [(use_of(REPOSITORY, image("a")), NOW + timedelta(days=1))]), None),
        (history_of(NOW + timedelta(days=1), []), None),
        (history_of(NOW, []), False),
        (history_of(LONG, [(OTHERS_USE, ago(days=6))]), False),
        (history_of(LONG, [(OTHERS_USE, ago(days=8)), (use_of(REPOSITORY, image("a")), ago(days=6))]), False),
        (history_of(LONG, [(OTHERS_USE, ago(days=6)), (use_of(REPOSITORY, image("a")), ago(days=8))]), False),
        (None, None),
    ],
)
def test_it_counts_from_the_last_use_and_the_start_of_the_run(
    history: UseHistory | None, holds: bool | None
) -> None:
    assert used(image("a", days=60), history)[0] is holds


def test_it_counts_from_the_upload_and_an_unknown_one_keeps() -> None:
    assert used(image("a", days=6), history_of(LONG, []))[0] is False
    assert used(image("a", days=None), history_of(LONG, [])) == (None, "age-unknown")
    assert used(image("a", days=60), None) == (None, "age-unknown")


def log_of(*references: str) -> list[tuple[str, datetime]]:
    log = UseLog()
    loads = workloads(service("web", images=references))
    for named in vars_of(usage(loads, {}, (), {REPOSITORY: repository()})):
        log.note(named)
    return [(name, ago(days=1)) for name in sorted(log.names)]


def vars_of(found: object) -> tuple[object, ...]:
    return (found.remaining, found.freed)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("reference", "holds"),
    [
        (uri("a"), False),
        (uri("b"), True),
        (uri(":v1"), False),
        (uri(":v2"), True),
        (uri(":gone"), False),
        (f"us-central1-docker.pkg.dev/elsewhere/x/app@{digest('a')}", False),
        (f"us-central1-docker.pkg.dev/elsewhere/x/app@{digest('b')}", True),
        (f"us-central1-docker.pkg.dev/elsewhere/x/other@{digest('a')}", False),
        ("us-central1-docker.pkg.dev/elsewhere/x/app:v1", False),
        ("us-central1-docker.pkg.dev/elsewhere/x/app:v2", False),
        ("us-central1-docker.pkg.dev/elsewhere/x/other:v1", True),
        (f"{uri(':v1')}@{digest('b')}", False),
        (f"{uri(':gone')}@{digest('b')}", True),
    ],
)
def test_recorded_references_lead_to_the_images_that_they_named(reference: str, holds: bool) -> None:
    """By digest, by a tag that the image bears, and by a tag that no image bears any more: then all of the package."""
    history = history_of(LONG, log_of(reference))
    assert used(image("a", "v1", days=60), history, image("b", "v2", days=60))[0] is holds


def test_it_may_not_stand_under_not(tmp_path: Path) -> None:
    lines = of_policy(tmp_path, "{name: a, kind: artifact.image, when: {name: x, not: {unused_for: 3d}}}")
    assert "unused_for is not allowed under not" in lines[0]


def test_what_a_running_execution_pulled_by_a_tag_is_a_use_of_the_whole_package() -> None:
    """R46."""
    log = UseLog()
    loads = workloads(execution("j", "run", uri(":v2"), state="running"))
    log.note(usage(loads, {}, (), {REPOSITORY: repository()}).remaining)
    assert log.names == {f"{REPOSITORY} app : v2", f"{REPOSITORY} app * "}
    history = history_of(LONG, [(name, ago(days=1)) for name in log.names])
    assert used(image("a", "v1", days=60), history, image("b", "v2", days=60))[0] is False


def test_uses_are_recorded_as_texts_that_stay_the_same() -> None:
    """The ledger keeps them: another spelling would forget what was recorded."""
    log = UseLog()
    log.note_images(REPOSITORY, "app", [digest("a")])
    assert log.names == {use_of(REPOSITORY, image("a"))} == {f"{REPOSITORY} app @ {digest('a')}"}
    log.names.clear()
    loads = workloads(service("web", images=(f"us-central1-docker.pkg.dev/elsewhere/x/app@{digest('a')}",)))
    log.note(usage(loads, {}, (), {REPOSITORY: repository()}).remaining)
    assert log.names == {f"* app @ {digest('a')}", OTHERS_USE}


def test_an_upload_after_the_last_use_starts_the_time_again() -> None:
    history = history_of(LONG, [(use_of(REPOSITORY, image("a")), ago(days=8))])
    assert used(image("a", days=6), history)[0] is False


def test_an_upload_at_the_epoch_is_not_known_and_one_a_second_later_is() -> None:
    assert used(image("a")._replace(upload_time=1.0, update_time=None), history_of(LONG, []))[0] is True
    assert (
        used(image("a", days=60)._replace(upload_time=0.0, update_time=None), history_of(LONG, []))[0] is None
    )


def test_uses_are_asked_for_where_a_policy_of_images_says_so() -> None:
    assert asks_for_use(policies(policy("a", Kind.IMAGE, Not(WEEK))))
    assert not asks_for_use(policies(policy("a", Kind.IMAGE, OlderThan(timedelta(days=1)))))


def test_a_policy_deletes_what_no_recorded_sweep_saw_in_use() -> None:
    memory = Memory(uses=UseLog(history_of(LONG, [(use_of(REPOSITORY, image("a")), ago(days=6))])))
    asked = Context(asking(policies(policy("a", Kind.IMAGE, WEEK))), memory=memory)
    found = contents(image("a", days=60), image("b", days=60))
    rules = image_rules(asked, repository(), found, usage(workloads(), {}, (), {}))
    assert [each.image for each in decide_images(rules, found.images, want_names=False).goes] == [
        image("b", days=60)
    ]


def test_a_fresh_memory_keeps_what_earlier_sweeps_recorded_and_nothing_of_this_one() -> None:
    history = history_of(LONG, [])
    marks = Marks({"x": Mark(NOW, NOW, "s")})
    inventories = InventoryRuns(frozenset({"p"}), {"p": LONG})
    memory = Memory(Grace(marks), Uploads({"r": 1.0}, noting=True), UseLog(history, ("p",)), inventories)
    memory.uploads.noted["r"] = 2.0
    memory.uses.names.add("x")
    memory.uses.complete = True
    memory.grace.lapsed.append("x")
    fresh = memory.fresh()
    assert fresh.grace == Grace(marks)
    assert fresh.uploads == Uploads({"r": 1.0}, noting=True)
    assert fresh.uses == UseLog(history, ("p",))
    assert fresh.inventories == inventories
    assert memory.uploads.noted == {"r": 2.0}


def test_the_runs_of_a_thousand_projects_are_found_in_one_look_at_the_sweeps() -> None:
    """An organization over a year: projects times sweeps would take minutes at the start of each sweep."""
    looked = 0

    def sweeps() -> Iterator[tuple[datetime, frozenset[str]]]:
        nonlocal looked
        for hour in range(1, 30):
            looked += 1
            yield NOW - timedelta(hours=hour), frozenset(map(str, range(1000 - hour)))

    found = unbroken_of_each(NOW, sweeps(), map(str, range(1000)))
    assert (found["0"], found["998"], found["999"]) == (
        NOW - timedelta(hours=29),
        NOW - timedelta(hours=1),
        NOW,
    )
    assert looked == 29


@pytest.mark.parametrize(
    ("starts", "since"),
    [([], LONG), ([ago(days=5), ago(days=3)], ago(days=3)), ([ago(days=3), ago(days=5)], ago(days=3)), ([ago(days=99)], LONG)],
)  # fmt: skip
def test_uses_are_known_since_every_inventory_is_read(starts: list[datetime], since: datetime) -> None:
    """R51."""
    log = UseLog(history_of(LONG, [(use_of(REPOSITORY, image("a")), ago(days=6))]))
    log.known_since(starts)
    assert log.history == history_of(since, [(use_of(REPOSITORY, image("a")), ago(days=6))])


def test_without_recorded_uses_an_inventory_adds_none() -> None:
    log = UseLog()
    log.known_since([ago(days=3)])
    assert log.history is None
