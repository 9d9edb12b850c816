"""Marks as pure values: whatever policies say from day to day, nothing goes before a date that stood for it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.policy.conditions.condition import All
from janitor.policy.deciding.grace import Candidate, Grace, Mark, Marks, Waiting, announced_on, holders
from janitor.policy.deciding.verdict import Delete, Keep
from janitor.policy.model import Policy
from tests.making import NOW

SERVICE = "projects/p/locations/l/services/web"
REVISION = f"{SERVICE}/revisions/web-1"
REPOSITORY = "projects/p/locations/l/repositories/r"
IMAGE = f"{REPOSITORY}/packages/team%2Fapp/versions/sha256:ab"
_GRACES = st.none() | st.integers(min_value=1, max_value=40 * 86400).map(
    lambda seconds: timedelta(seconds=seconds)
)
# One apply a step: how long after the one before, the policy's grace, what the thing is like, whether it matches.
_STEPS = st.lists(
    st.tuples(st.integers(1, 20 * 86400), _GRACES, st.sampled_from("ab"), st.integers(0, 9)),
    min_size=1,
    max_size=30,
)


def asked(
    marks: Marks, grace: timedelta | None, now: datetime, name: str = SERVICE, state: str = "a"
) -> Grace:
    """One sweep in which one thing would go by a policy with this grace."""
    sweep = Grace(marks)
    decision = Delete(Policy("any", Kind.SERVICE, All(()), grace=grace), DeleteReason.MATCHED)
    answer = sweep.answer(decision, Candidate(Kind.SERVICE, name, lambda: state, ""), now)
    assert answer is decision or (isinstance(answer, Keep) and name not in sweep.lapsed)
    assert (name in sweep.waiting) == (answer == Keep(KeepReason.GRACE))
    return sweep


def after(sweep: Grace) -> dict[str, Mark]:
    """The marks that an apply leaves in the ledger."""
    sweep.close(lambda _: True)
    left = {name: mark for name, mark in sweep.marks.marks.items() if name not in sweep.lapsed}
    for each in sweep.waiting.values():
        left[each.name] = Mark(each.announced_at, each.due_at, each.state)
    return left


@given(_STEPS)
def test_nothing_goes_earlier_than_any_date_that_stood_for_it(
    steps: list[tuple[int, timedelta | None, str, int]],
) -> None:
    now, marks = NOW, dict[str, Mark]()
    for seconds, grace, state, matches in steps:
        now += timedelta(seconds=seconds)
        stood = marks.get(SERVICE)
        if not matches:
            marks = after(Grace(Marks(marks)))
            assert marks == {}
            continue
        sweep = asked(Marks(marks), grace, now, state=state)
        waiting = sweep.waiting.get(SERVICE)
        if waiting is None:
            assert stood is None or stood.due_at <= now
            assert grace is None or (stood and stood.state == state and stood.announced_at + grace <= now)
        else:
            assert waiting.due_at > now
            assert stood is None or waiting.due_at >= stood.due_at
        marks = after(sweep)


@given(_GRACES, st.integers(0, 86400 * 1000))
def test_the_date_is_a_whole_minute_and_no_earlier_than_the_grace(
    grace: timedelta | None, thousandths: int
) -> None:
    now = NOW + timedelta(milliseconds=thousandths)
    for each in asked(Marks(), grace, now).waiting.values():
        assert grace is not None
        assert (each.due_at.second, each.due_at.microsecond, each.is_new) == (0, 0, True)
        assert grace <= each.due_at - now < grace + timedelta(minutes=1)


def test_a_mark_of_the_same_thing_stays_as_it_is() -> None:
    mark = Mark(NOW, NOW + timedelta(days=7), "a")
    sweep = asked(Marks({SERVICE: mark}), timedelta(days=7), NOW + timedelta(days=1))
    assert not sweep.waiting[SERVICE].is_new
    assert after(sweep) == {SERVICE: mark}


def test_what_was_not_seen_keeps_its_mark() -> None:
    mark = Mark(NOW, NOW + timedelta(days=7), "a")
    sweep = Grace(Marks({SERVICE: mark}))
    sweep.close(lambda _: False)
    assert sweep.lapsed == []


def test_what_holds_something_that_is_announced_waits_for_it() -> None:
    due = NOW + timedelta(days=9)
    marks = Marks({REVISION: Mark(NOW, due, "a"), IMAGE: Mark(NOW, due, "a")})
    for whole, grace in ((SERVICE, None), (REPOSITORY, timedelta(days=1))):
        assert asked(marks, grace, NOW, whole).waiting[whole].due_at == due
        assert asked(marks, None, due, whole).waiting == {}


@pytest.mark.parametrize(
    ("opted_out", "covered"),
    [
        (SERVICE, {SERVICE, REVISION}),
        (REVISION, {SERVICE, REVISION}),
        (REPOSITORY, {REPOSITORY, IMAGE}),
        (f"{REPOSITORY}/packages/team%2Fapp", {REPOSITORY, IMAGE}),
        (IMAGE, {REPOSITORY, IMAGE}),
        (f"{SERVICE}-2", set()),
        ("projects/p/locations/l/services/we", set()),
    ],
)
def test_an_opt_out_covers_what_holds_a_thing_and_what_it_holds(opted_out: str, covered: set[str]) -> None:
    marks = Marks(opted_out=frozenset({opted_out}))
    assert {name for name in (SERVICE, REVISION, REPOSITORY, IMAGE) if marks.is_opted_out(name)} == covered


def test_what_holds_a_thing_is_named_by_its_name_the_nearest_first() -> None:
    package = f"{REPOSITORY}/packages/team%2Fapp"
    assert list(holders(IMAGE)) == [package, REPOSITORY]
    assert list(holders(REVISION)) == [SERVICE]
    assert list(holders(SERVICE)) == []


@pytest.mark.parametrize("state", ["a", "b"])
def test_a_date_that_stood_for_what_it_holds_is_its_own_whether_it_changed_or_not(state: str) -> None:
    first, last = NOW + timedelta(days=1), NOW + timedelta(days=9)
    marks = Marks({REPOSITORY: Mark(NOW, first, "a"), IMAGE: Mark(NOW, last, "a")})
    now = NOW + timedelta(hours=1)
    assert asked(marks, timedelta(days=1), now, REPOSITORY, state).waiting[REPOSITORY].due_at == last


@pytest.mark.parametrize("days", [1, 7])
def test_a_mark_of_what_waits_or_goes_does_not_lapse(days: int) -> None:
    mark = Mark(NOW, NOW + timedelta(days=7), "a")
    sweep = asked(Marks({SERVICE: mark, REVISION: mark}), timedelta(days=7), NOW + timedelta(days=days))
    sweep.close(lambda _: True)
    assert sweep.lapsed == [REVISION]


NEW = Waiting(Kind.SERVICE, SERVICE, "p", "", NOW, NOW + timedelta(days=7), "a", is_new=True)


def test_a_new_grace_period_starts_when_it_is_announced() -> None:
    """R32: and people are told whole minutes, the next one."""
    later = NOW + timedelta(minutes=5, seconds=1)
    found = announced_on(NEW, NOW, later)
    assert (found.announced_at, found.due_at) == (later, NOW + timedelta(days=7, minutes=6))
    assert found._replace(announced_at=NEW.announced_at, due_at=NEW.due_at) == NEW
    assert announced_on(NEW, NOW, NOW + timedelta(minutes=5)).due_at == NOW + timedelta(days=7, minutes=5)


@pytest.mark.parametrize(
    ("waiting", "at"),
    [
        (NEW._replace(is_new=False), NOW + timedelta(minutes=5)),
        (NEW._replace(announced_at=NOW - timedelta(days=1)), NOW + timedelta(minutes=5)),
        (NEW, NOW),
        (NEW, NOW - timedelta(minutes=5)),
    ],
)
def test_a_grace_period_that_had_started_keeps_its_dates(waiting: Waiting, at: datetime) -> None:
    assert announced_on(waiting, NOW, at) is waiting
