"""`unused_for`: what recorded sweeps know of use, and what it counts from (R49)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from janitor.model.resources import Image
from janitor.policy.conditions.use import UnusedFor
from janitor.policy.conditions.values import LONGEST_UNUSED, unused_for
from janitor.policy.deciding.references import usage
from janitor.policy.deciding.retention import by_package
from janitor.policy.deciding.use_history import (
    REMEMBERED,
    UseHistory,
    UseLog,
    history_of,
    unbroken_since,
    unused_for_leaf,
    use_of,
)
from tests.making import NOW, REPOSITORY, ago, digest, image, repository, service, uri, workloads
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
    ],
)
def test_a_run_is_broken_by_a_pause_and_by_a_sweep_that_read_less(
    recorded: list[tuple[datetime, frozenset[str]]], hours: float
) -> None:
    assert unbroken_since(NOW, recorded, ["p"]) == NOW - timedelta(hours=hours)
    assert unbroken_since(NOW, [*runs(1, of=PQ), *runs(2)], ["p", "q"]) == NOW - timedelta(hours=1)


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
