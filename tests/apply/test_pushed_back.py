"""What a used up quota holds up, and what the sweep's time does not reach (R53)."""

import asyncio
from dataclasses import replace

from janitor.apply.deletion import UNANSWERED
from janitor.apply.outcomes import TIME_UP
from janitor.apply.outcomes import OutcomeKind as O
from janitor.apply.ports import PushedBackError, UnclearError
from tests.apply.fakes import (
    REFUSED,
    FakeGoogle,
    FakeRecorder,
    FakeTurns,
    cleared,
    executor,
    images,
    of_image,
    services,
)
from tests.making import REPOSITORY

PUSHED = PushedBackError("a quota is used up")


async def test_a_429_never_ends_an_action_and_each_try_takes_a_turn_of_its_own() -> None:
    google, recorder, turns = FakeGoogle(), FakeRecorder(), FakeTurns()
    [web] = services(google, "web")
    google.fails = {web.name: [PUSHED] * 9}
    applied = await executor(google, recorder, turns=turns).run(cleared(web))
    assert applied.outcomes[0].kind is O.DELETED
    assert turns.taken == [(web.name, 1)] * 10
    assert (turns.answered, turns.left_over) == (1, 9)
    assert recorder.intents == [web.name]
    assert [what for what, _ in recorder.events] == ["intend", "note", "conclude"]


async def test_what_a_quota_held_up_is_read_again_before_it_is_sent_again() -> None:
    """R21."""
    google, recorder = FakeGoogle(), FakeRecorder()
    [web] = services(google, "web")
    google.fails = {web.name: [PUSHED]}

    def deployed(_: str) -> None:
        google.services[web.name] = replace(google.services[web.name], etag='"deployed"')

    google.before = deployed
    applied = await executor(google, recorder).run(cleared(web))
    assert applied.outcomes[0].kind is O.DRIFTED
    assert len(google.sent("delete_service")) == 1
    assert recorder.ends[web.name].kind is O.DRIFTED
    assert web.name in google.services


async def test_a_refused_batch_is_sent_again_as_a_batch() -> None:
    google, turns = FakeGoogle(), FakeTurns()
    actions = images(google, *(of_image(f"i{n}") for n in range(50)))
    google.fails = {REPOSITORY.package("app"): [PUSHED, PUSHED]}
    applied = await executor(google, FakeRecorder(), turns=turns).run(cleared(*actions))
    assert {each.kind for each in applied.outcomes} == {O.DELETED}
    assert len(google.sent("batch")) == 3
    assert google.sent("delete_version") == []
    assert [deletes for _, deletes in turns.taken] == [50, 50, 50]
    assert turns.answered == 50


async def test_a_tagged_image_takes_a_turn_for_each_of_its_deletes() -> None:
    google, turns = FakeGoogle(), FakeTurns()
    [image] = images(google, of_image("a", "v1", "v2"))
    await executor(google, FakeRecorder(), turns=turns).run(cleared(image))
    assert turns.taken == [(image.name, 3)]
    assert (turns.answered, turns.left_over) == (3, 0)


async def test_an_image_gets_its_tags_back_while_a_quota_holds_up_its_delete() -> None:
    """R18: nobody waits a minute for an image without its tag."""
    google = FakeGoogle()
    [image] = images(google, of_image("a", "v1", "v2"))
    google.fails = {image.name: [PUSHED]}
    held: list[set[str]] = []
    turns = FakeTurns(hold=lambda: held.append(set(google.tags[image.name])))
    applied = await executor(google, FakeRecorder(), turns=turns).run(cleared(image))
    assert applied.outcomes[0].kind is O.DELETED
    assert held == [{"v1", "v2"}, {"v1", "v2"}]


async def test_the_second_tag_that_a_quota_holds_up_brings_the_first_one_back() -> None:
    google = FakeGoogle()
    [image] = images(google, of_image("a", "v1", "v2"))
    google.fails = {REPOSITORY.tag("app", "v2"): [PUSHED]}
    applied = await executor(google, FakeRecorder()).run(cleared(image))
    assert applied.outcomes[0].kind is O.DELETED
    assert google.sent("create_tag") == ["v1"]


async def test_what_a_lost_answer_deleted_before_a_429_counts_as_deleted() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    [web] = services(google, "web")
    google.fails = {web.name: [UnclearError("INTERNAL"), PUSHED]}
    turns = FakeTurns()
    calls: list[str] = []

    def gone_after_the_second(name: str) -> None:
        calls.append(name)
        if len(calls) == 2:
            turns.hold = google.services.clear

    google.before = gone_after_the_second
    applied = await executor(google, recorder, turns=turns).run(cleared(web))
    assert applied.outcomes[0].kind is O.DELETED


async def test_what_drifted_leaves_its_share_of_the_turn_over() -> None:
    google, turns = FakeGoogle(), FakeTurns()
    a, b, c = images(google, of_image("a"), of_image("b"), of_image("c"))
    google.tags[b.name].add("v2")
    await executor(google, FakeRecorder(), turns=turns).run(cleared(a, b, c))
    assert (turns.answered, turns.left_over) == (2, 1)


async def test_what_the_time_of_the_sweep_does_not_reach_is_skipped_and_written_down() -> None:
    google, recorder, time_up = FakeGoogle(), FakeRecorder(), asyncio.Event()
    first = services(google, *(f"s{n}" for n in range(40)))
    later = services(google, "later")[0]._replace(rank=(1, 0))
    google.before = lambda _: time_up.set()
    applied = await executor(google, recorder, time_up=time_up).run(cleared(*first, later))
    kinds = [each.kind for each in applied.outcomes]
    deleted = kinds.count(O.DELETED)
    assert 0 < deleted == len(google.sent("delete_service")) < 40
    assert kinds.count(O.SKIPPED) == 41 - deleted
    assert applied.outcomes[-1] == TIME_UP
    assert recorder.ends[later.name] == TIME_UP
    assert len(recorder.intents) == deleted
    assert not applied.interrupted


async def test_what_waits_for_its_turn_when_the_time_ends_is_skipped_with_its_intent_closed() -> None:
    google, recorder, time_up = FakeGoogle(), FakeRecorder(), asyncio.Event()
    [image] = images(google, of_image("a", "v1"))
    google.fails = {image.name: [PUSHED] * 9}
    google.before = lambda _: time_up.set()
    applied = await executor(google, recorder, time_up=time_up).run(cleared(image))
    assert applied.outcomes[0] == TIME_UP == recorder.ends[image.name]
    assert google.tags == {image.name: {"v1"}}


async def test_a_deletion_that_a_lost_call_may_have_begun_keeps_its_intent_open_when_the_time_ends() -> None:
    google, recorder, time_up = FakeGoogle(), FakeRecorder(), asyncio.Event()
    [web] = services(google, "web")
    google.fails = {web.name: [UnclearError("INTERNAL"), PUSHED]}
    calls: list[str] = []

    def end_with_the_second(name: str) -> None:
        calls.append(name)
        if len(calls) == 2:
            time_up.set()

    google.before = end_with_the_second
    applied = await executor(google, recorder, time_up=time_up).run(cleared(web))
    assert len(calls) == 2
    assert applied.outcomes[0] == UNANSWERED
    assert (recorder.intents, recorder.ends) == ([web.name], {})


async def test_what_waits_for_its_turn_when_a_stop_comes_stays_an_open_intent() -> None:
    google, recorder, stop = FakeGoogle(), FakeRecorder(), asyncio.Event()
    [web] = services(google, "web")
    google.fails = {web.name: [PUSHED] * 9}
    google.before = lambda _: stop.set()
    applied = await executor(google, recorder, stop=stop).run(cleared(web))
    assert applied.outcomes[0].kind is O.PLANNED
    assert applied.interrupted
    assert (recorder.intents, recorder.ends) == ([web.name], {})


async def test_another_refusal_after_a_429_is_told_as_it_is() -> None:
    google = FakeGoogle()
    [web] = services(google, "web")
    google.fails = {web.name: [PUSHED, REFUSED]}
    applied = await executor(google, FakeRecorder()).run(cleared(web))
    assert (applied.outcomes[0].kind, applied.outcomes[0].error) == (O.FAILED, str(REFUSED))
