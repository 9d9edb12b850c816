"""Carrying out a plan (R12, R18, R22, R23)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from janitor.apply.executor import SIDE_BY_SIDE
from janitor.apply.outcomes import OutcomeKind as O
from janitor.model.kinds import Kind
from janitor.plan.guard import ClearedPlan
from janitor.plan.plan import Action
from tests.apply.fakes import (
    REFUSED,
    FakeGoogle,
    FakeRecorder,
    action,
    cleared,
    executor,
    images,
    of_image,
    services,
)
from tests.making import digest, name_of, revision, service


async def test_one_failure_never_stops_the_rest_and_outcomes_keep_the_plans_order() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    a, b, c = services(google, "a", "b", "c")
    google.fails = {b.name: [REFUSED]}
    outcomes = (await executor(google, recorder).run(cleared(a, b, c))).outcomes
    assert [each.kind for each in outcomes] == [O.DELETED, O.FAILED, O.DELETED]
    assert outcomes[1].error == str(REFUSED)
    assert {name: end.kind for name, end in recorder.ends.items()} == {
        a.name: O.DELETED, b.name: O.FAILED, c.name: O.DELETED,
    }  # fmt: skip


async def test_what_waits_for_something_that_did_not_go_is_skipped_and_not_tried() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    [web] = services(google, "web")
    [image] = images(google, of_image("a", after=(web.name,)))
    google.fails = {web.name: [REFUSED]}
    outcomes = (await executor(google, recorder).run(cleared(web, image))).outcomes
    assert [each.kind for each in outcomes] == [O.FAILED, O.SKIPPED]
    assert image.name in google.tags
    assert ("intend", image.name) not in recorder.events


async def test_what_waits_for_something_that_was_gone_already_goes() -> None:
    google = FakeGoogle()
    [web] = services(google, "web")
    google.services.clear()
    [image] = images(google, of_image("a", after=(web.name,)))
    outcomes = (await executor(google, FakeRecorder()).run(cleared(web, image))).outcomes
    assert [each.kind for each in outcomes] == [O.ALREADY_GONE, O.DELETED]


async def test_each_intent_stands_before_its_call_and_its_end_after() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    actions = services(google, "a", "b")
    google.before = lambda name: recorder.events.append(("call", name))
    await executor(google, recorder).run(cleared(*actions))
    for each in actions:
        steps = [what for what, name in recorder.events if name == each.name]
        assert steps == ["intend", "call", "note", "conclude"]


async def test_at_most_so_many_of_an_api_and_location_run_side_by_side() -> None:
    google = FakeGoogle(pause=0.01)
    actions = services(google, *(f"s{n}" for n in range(80)))
    outcomes = (await executor(google, FakeRecorder()).run(cleared(*actions))).outcomes
    assert {each.kind for each in outcomes} == {O.DELETED}
    assert google.busiest == SIDE_BY_SIDE["run"]


async def test_the_next_rank_starts_when_the_former_has_ended() -> None:
    google, recorder = FakeGoogle(pause=0.01), FakeRecorder()
    first = services(google, "a", "b")
    second = [each._replace(rank=(1, 0)) for each in services(google, "c", "d")]
    await executor(google, recorder).run(cleared(*first, *second))
    concluded = [recorder.events.index(("conclude", each.name)) for each in first]
    intended = [recorder.events.index(("intend", each.name)) for each in second]
    assert max(concluded) < min(intended)


async def test_untagged_images_of_a_package_go_in_batches_of_fifty() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    actions = images(google, *(of_image(f"i{n}") for n in range(120)), of_image("other", package="web"))
    outcomes = (await executor(google, recorder).run(cleared(*actions))).outcomes
    assert {each.kind for each in outcomes} == {O.DELETED}
    assert sorted(int(call.split()[1]) for call in google.sent("batch")) == [20, 50, 50]
    assert google.sent("delete_version") == [actions[-1].name]
    assert google.sent("list_package_tags") == ["app"] * 3
    assert google.sent("list_tags") == [digest("other")]


async def test_two_untagged_images_of_a_package_are_read_and_deleted_at_once() -> None:
    google = FakeGoogle()
    await executor(google, FakeRecorder()).run(cleared(*images(google, of_image("a"), of_image("b"))))
    assert [call for call, _ in google.calls] == ["list_package_tags", "batch"]


async def test_a_batch_goes_without_the_image_that_drifted() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    a, b, c = images(google, of_image("a"), of_image("b"), of_image("c"))
    google.tags[b.name].add("v2")
    outcomes = (await executor(google, recorder).run(cleared(a, b, c))).outcomes
    assert [each.kind for each in outcomes] == [O.DELETED, O.DRIFTED, O.DELETED]
    assert set(google.tags) == {b.name}
    assert ("intend", b.name) not in recorder.events


async def test_after_a_stop_nothing_new_starts_and_what_runs_is_finished() -> None:
    google, recorder, stop = FakeGoogle(), FakeRecorder(), asyncio.Event()
    actions = services(google, *(f"s{n}" for n in range(12)))
    later = services(google, "later")[0]._replace(rank=(1, 0))
    google.before = lambda _: stop.set()
    outcomes = (await executor(google, recorder, stop=stop).run(cleared(*actions, later))).outcomes
    kinds = [each.kind for each in outcomes]
    assert kinds.count(O.DELETED) == len(recorder.intents) == len(google.sent("delete_service"))
    assert O.PLANNED in kinds[:-1]
    assert kinds[-1] is O.PLANNED
    assert later.name in google.services


async def test_after_a_stop_nothing_is_called_skipped_even_if_the_time_ended_too() -> None:
    google, recorder, stop, time_up = FakeGoogle(), FakeRecorder(), asyncio.Event(), asyncio.Event()
    actions = services(google, "a", "b")
    stop.set()
    time_up.set()
    applied = await executor(google, recorder, stop=stop, time_up=time_up).run(cleared(*actions))
    assert [each.kind for each in applied.outcomes] == [O.PLANNED, O.PLANNED]
    assert recorder.ends == {}


async def test_what_google_does_not_answer_after_a_stop_stays_an_open_intent() -> None:
    google, recorder, stop = FakeGoogle(), FakeRecorder(), asyncio.Event()
    [web] = services(google, "web")
    google.hangs = {web.name}
    google.before = lambda _: stop.set()
    outcomes = (await executor(google, recorder, stop=stop, patience=0.01).run(cleared(web))).outcomes
    assert outcomes[0].kind is O.PLANNED
    assert recorder.intents == [web.name]
    assert recorder.ends == {}


async def test_tags_are_put_back_when_a_stop_cuts_the_deletion_off() -> None:
    google, stop = FakeGoogle(), asyncio.Event()
    [image] = images(google, of_image("a", "v1", "v2"))
    google.hangs = {image.name}
    google.before = lambda _: stop.set()
    await executor(google, FakeRecorder(), stop=stop, patience=0.01).run(cleared(image))
    assert google.tags == {image.name: {"v1", "v2"}}


async def test_what_is_skipped_says_for_what_it_waited() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    [web] = services(google, "web")
    [image] = images(google, of_image("a", after=(web.name,)))
    google.fails = {web.name: [REFUSED]}
    await executor(google, recorder).run(cleared(web, image))
    assert recorder.ends[image.name].error == f"{web.name} did not go"


async def test_progress_and_the_plans_bytes_are_handed_on() -> None:
    google, heard, given = FakeGoogle(), [], []

    class Listening(FakeRecorder):
        async def intend(self, actions: Sequence[Action], group_bytes: Mapping[str, int]) -> list[int]:
            given.append(dict(group_bytes))
            return await super().intend(actions, group_bytes)

    plan = cleared(*services(google, "a", "b")).plan
    whole = ClearedPlan(replace(plan, group_bytes={"r": 7}))
    await executor(google, Listening(), on_done=lambda *done: heard.append(done)).run(whole)
    assert heard[-1] == (2, 2)
    assert {total for _, total in heard} == {2}
    assert given == [{"r": 7}, {"r": 7}]


async def test_each_location_has_its_own_workers_and_services_share_theirs_with_revisions() -> None:
    google = FakeGoogle(pause=0.01)
    near = services(google, *(f"s{n}" for n in range(SIDE_BY_SIDE["run"])))
    olds = [revision("web", f"web-{n}") for n in range(SIDE_BY_SIDE["run"])]
    google.revisions = {str(old.name): old for old in olds}
    google.services[str(name_of("services", "web"))] = service("web", latest_created_revision="new")
    revisions = [action(Kind.REVISION, str(old.name), etag=old.etag, uid=old.uid) for old in olds]
    await executor(google, FakeRecorder()).run(cleared(*near, *revisions))
    assert google.busiest == SIDE_BY_SIDE["run"]
    far = [each._replace(name=each.name.replace("us-central1", "europe-west1")) for each in near]
    near = services(google, *(f"s{n}" for n in range(SIDE_BY_SIDE["run"])))
    google.services |= {
        each.name: google.services[str(name_of("services", each.name.rpartition("/")[2]))] for each in far
    }
    google.busiest = 0
    await executor(google, FakeRecorder()).run(cleared(*near, *far))
    assert google.busiest == 2 * SIDE_BY_SIDE["run"]
