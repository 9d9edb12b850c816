"""What one sweep hands on to those who carry out its plan."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from janitor.apply.executor import PlanApplier
from janitor.apply.outcomes import Outcome
from janitor.apply.outcomes import OutcomeKind as O
from janitor.errors import LedgerError, LockHeldError
from janitor.model.inventory import Observed, Workloads
from janitor.plan.plan import Action
from janitor.policy.deciding.references import usage
from janitor.policy.model import Protect
from tests.apply.fakes import FakeGoogle, FakeRecorder, FakeTurns, cleared, images, of_image, services
from tests.making import NOW, REPOSITORY, job, repository, uri, workloads

SEEN = Observed(NOW, ("p",), Workloads(), (repository(),), ())
NAMED = usage(Workloads(), {}, (), {REPOSITORY: repository()}).remaining


def applier(google: FakeGoogle, recorder: FakeRecorder, heard: list[object], **facts: object) -> PlanApplier:
    values: dict[str, object] = {
        "reader": google, "deleter": google, "recorder": recorder, "protect": Protect({}, holders="off"), "in_flight": frozenset(),
        "turns": FakeTurns(), "seconds_left": lambda: 3600.0,
        "stop": asyncio.Event(), "clock": lambda: NOW, "on_start": lambda: heard.append("start"),
        "on_done": lambda done, total: heard.append((done, total)),
    }  # fmt: skip
    return PlanApplier(**(values | facts))  # type: ignore[arg-type]


async def test_what_is_done_is_told_and_written_down() -> None:
    google, recorder, heard = FakeGoogle(), FakeRecorder(), []
    actions = [*services(google, "a", "b"), *images(google, of_image("i", "v1"))]
    applied = await applier(google, recorder, heard)(cleared(*actions), NAMED, SEEN)
    assert [each.kind for each in applied.outcomes] == [O.DELETED] * 3
    assert not applied.interrupted
    assert (heard[0], heard[-1]) == ("start", (3, 3))
    assert set(recorder.ends) == {action.name for action in actions}


async def test_references_are_read_again_when_those_of_the_plan_are_old_and_files_count_with_them() -> None:
    """R3, R21."""
    google = FakeGoogle(now_running=workloads(job("j", uri("b"))))
    actions = images(google, *(of_image(each, rank=(1, n)) for n, each in enumerate("abc")))
    later = applier(
        google,
        FakeRecorder(),
        [],
        protect=Protect({}, references=(uri("a"),), holders="off"),
        clock=lambda: NOW + timedelta(minutes=6),
    )
    applied = await later(cleared(*actions), NAMED, SEEN)
    assert [each.kind for each in applied.outcomes] == [O.DRIFTED, O.DRIFTED, O.DRIFTED]
    google.now_running = workloads(job("j", uri("b", package="other")))
    applied = await applier(google, FakeRecorder(), [])(cleared(*actions), NAMED, SEEN)
    assert [each.kind for each in applied.outcomes] == [O.DELETED] * 3


async def test_what_an_earlier_sweep_still_deletes_is_left_alone() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    a, b = services(google, "a", "b")
    busy = applier(google, recorder, [], in_flight=frozenset({a.name}))
    applied = await busy(cleared(a, b), NAMED, SEEN)
    assert [each.kind for each in applied.outcomes] == [O.DRIFTED, O.DELETED]
    assert google.sent("delete_service") == [b.name]


async def test_a_stop_leaves_work_undone_and_says_so() -> None:
    google, stop = FakeGoogle(), asyncio.Event()
    actions = services(google, "a", "b")
    stop.set()
    applied = await applier(google, FakeRecorder(), [], stop=stop)(cleared(*actions), NAMED, SEEN)
    assert ([each.kind for each in applied.outcomes], applied.interrupted) == ([O.PLANNED, O.PLANNED], True)
    assert google.calls == []


class Broken(FakeRecorder):
    """A ledger that takes so many intents and ends, and then fails."""

    def __init__(self, intents: int = 99, ends: int = 99) -> None:
        super().__init__()
        self.intents_left, self.ends_left = intents, ends

    async def intend(self, actions: Sequence[Action], group_bytes: Mapping[str, int]) -> list[int]:
        self.intents_left -= len(actions)
        if self.intents_left < 0:
            raise LockHeldError("lost")
        return await super().intend(actions, group_bytes)

    async def conclude(self, ends: Sequence[tuple[Action, int | None, Outcome]]) -> None:
        self.ends_left -= len(ends)
        if self.ends_left < 0:
            raise LedgerError("full")
        await super().conclude(ends)


@pytest.mark.parametrize(
    ("takes", "error", "ends"),
    [
        ({"intents": 1}, LockHeldError, [O.DELETED, O.PLANNED, O.PLANNED]),
        ({"ends": 1}, LedgerError, [O.DELETED, O.DELETED, O.PLANNED]),
    ],
)
async def test_a_ledger_or_lock_that_fails_ends_the_work_and_what_was_deleted_is_told(
    takes: dict[str, int], error: type[Exception], ends: list[O]
) -> None:
    google, recorder = FakeGoogle(), Broken(**takes)
    actions = [each._replace(rank=(n, 0)) for n, each in enumerate(services(google, "a", "b", "c"))]
    applied = await applier(google, recorder, [])(cleared(*actions), NAMED, SEEN)
    assert ([each.kind for each in applied.outcomes], applied.interrupted) == (ends, True)
    assert isinstance(applied.error, error)
    assert len(google.sent("delete_service")) == ends.count(O.DELETED)


@pytest.mark.parametrize(("left", "ends"), [(-1.0, O.SKIPPED), (0.0, O.SKIPPED), (1.0, O.DELETED)])
async def test_once_the_time_of_the_sweep_is_used_up_nothing_is_tried(left: float, ends: O) -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    actions = services(google, "a", "b")
    turns = FakeTurns()
    late = applier(google, recorder, [], seconds_left=lambda: left, turns=turns)
    applied = await late(cleared(*actions), NAMED, SEEN)
    assert [each.kind for each in applied.outcomes] == [ends] * 2
    assert len(turns.taken) == len(recorder.intents) == len(google.sent("delete_service"))
    assert len(turns.taken) == (2 if ends is O.DELETED else 0)


async def test_a_ledger_that_cannot_take_what_is_skipped_is_told() -> None:
    google = FakeGoogle()
    late = applier(google, Broken(ends=0), [], seconds_left=lambda: 0.0)
    applied = await late(cleared(*services(google, "a")), NAMED, SEEN)
    assert isinstance(applied.error, LedgerError)
    assert ([each.kind for each in applied.outcomes], applied.interrupted) == ([O.PLANNED], True)
