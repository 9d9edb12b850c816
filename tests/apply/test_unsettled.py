"""Refusals that are read again, stops, and operations that do not end (R18, R22, R23)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from janitor.apply.deletion import DeleteCalls, Watch
from janitor.apply.outcomes import OutcomeKind as O
from janitor.apply.ports import CallError, InvalidError, UnclearError, UnendedError
from janitor.model.kinds import Kind
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
from tests.making import REPOSITORY, revision, service

PACKAGE = REPOSITORY.package("app")


def watching(stop: asyncio.Event | None = None) -> tuple[Watch, list[tuple[int, str]]]:
    """A watch, and what it notes: how many actions, and the operation."""
    heard: list[tuple[int, str]] = []

    async def noted(actions: Sequence[Action], operation: str) -> None:
        heard.append((len(actions), operation))

    return Watch(noted, stop or asyncio.Event()), heard


@dataclass
class Unending(FakeGoogle):
    """Takes every delete, and ends none; `goes` is whether the thing is gone at last."""

    goes: bool = False

    async def _delete(self, call: str, name: str, held: dict[str, object]) -> str:  # type: ignore[type-arg]
        self.calls.append((call, name))
        if self.goes:
            held.pop(name)
        return "operations/endless"

    async def wait(self, kind: Kind, operation: str) -> frozenset[str]:
        raise UnendedError("it did not end within 900 s")


async def test_a_refused_image_with_a_tag_that_the_plan_lacks_is_drifted_and_its_own_tags_come_back() -> None:
    google = FakeGoogle()
    [image] = images(google, of_image("a", "v1"))
    google.fails = {image.name: [REFUSED]}
    google.before = lambda name: google.tags[name].add("prod")
    outcome = await DeleteCalls(google, google).carry_out(image, watching()[0])
    assert outcome.kind is O.DRIFTED
    assert "tag prod" in (outcome.error or "")
    assert google.tags == {image.name: {"v1", "prod"}}


async def test_a_refused_service_that_changed_is_drifted_and_one_that_did_not_has_failed() -> None:
    google = FakeGoogle()
    web, api = services(google, "web", "api")
    google.fails = {web.name: [REFUSED], api.name: [REFUSED]}
    google.services[web.name] = replace(google.services[web.name], etag='"new"')
    deletion = DeleteCalls(google, google)
    assert (await deletion.carry_out(web, watching()[0])).kind is O.DRIFTED
    assert (await deletion.carry_out(api, watching()[0])).error == str(REFUSED)


async def test_a_refused_revision_that_has_traffic_by_now_is_drifted() -> None:
    old, web = revision("web", "old"), service("web", traffic=("old",))
    google = FakeGoogle(services={str(web.name): web}, revisions={str(old.name): old})
    google.fails = {str(old.name): [REFUSED]}
    gone = action(Kind.REVISION, str(old.name), etag=old.etag, uid=old.uid)
    assert (await DeleteCalls(google, google).carry_out(gone, watching()[0])).kind is O.DRIFTED


async def test_a_batch_that_is_too_large_is_halved() -> None:
    google = FakeGoogle()
    actions = images(google, *(of_image(f"i{n}") for n in range(8)))
    google.fails = {PACKAGE: [InvalidError("too many"), InvalidError("too many"), None, None, None]}
    outcomes = await DeleteCalls(google, google).carry_out_batch(actions, watching()[0])
    assert {each.kind for each in outcomes} == {O.DELETED}
    assert [call.split()[1] for call in google.sent("batch")] == ["8", "4", "2", "2", "4"]
    assert google.sent("delete_version") == []


async def test_a_stop_ends_single_deletes_after_a_refused_batch_and_leaves_their_intents_open() -> None:
    google, recorder, stop = FakeGoogle(), FakeRecorder(), asyncio.Event()
    a, b, c = images(google, of_image("a"), of_image("b"), of_image("c"))
    google.fails = {PACKAGE: [CallError("PERMISSION_DENIED")]}
    google.before = lambda _: stop.set()
    outcomes = (await executor(google, recorder, stop=stop).run(cleared(a, b, c))).outcomes
    assert [each.kind for each in outcomes] == [O.DELETED, O.PLANNED, O.PLANNED]
    assert google.sent("delete_version") == [a.name]
    assert list(recorder.ends) == [a.name]
    assert recorder.intents == [a.name, b.name, c.name]


async def test_a_single_delete_after_a_refused_batch_is_noted_on_its_own_intent_alone() -> None:
    google, recorder = FakeGoogle(), FakeRecorder()
    a, b = images(google, of_image("a"), of_image("b"))
    google.fails = {PACKAGE: [CallError("PERMISSION_DENIED")]}
    await executor(google, recorder).run(cleared(a, b))
    assert [name for what, name in recorder.events if what == "note"] == [a.name, b.name]


async def test_nothing_is_sent_a_second_time_after_a_stop() -> None:
    google, stop = FakeGoogle(), asyncio.Event()
    [web] = services(google, "web")
    google.fails = {web.name: [UnclearError("INTERNAL")]}
    google.before = lambda _: stop.set()
    watch, _ = watching(stop)
    assert (await DeleteCalls(google, google).carry_out(web, watch)).kind is O.PLANNED
    assert len(google.sent("delete_service")) == 1
    assert set(watch.left) == {web.name}


async def test_tags_stay_off_while_google_may_still_delete_and_the_outcome_names_them() -> None:
    google, recorder, stop = FakeGoogle(), FakeRecorder(), asyncio.Event()

    async def endless(kind: Kind, operation: str) -> frozenset[str]:
        stop.set()
        await asyncio.Event().wait()
        return frozenset()

    google.wait = endless  # type: ignore[method-assign]
    [image] = images(google, of_image("a", "v1", "v2"))
    [outcome] = (await executor(google, recorder, stop=stop, patience=0.01).run(cleared(image))).outcomes
    assert outcome.kind is O.PLANNED
    assert "v1, v2" in (outcome.error or "")
    assert google.sent("create_tag") == []
    assert recorder.ends == {}


async def test_an_operation_that_does_not_end_is_not_asked_for_again_and_its_intent_stays_open() -> None:
    google, recorder = Unending(), FakeRecorder()
    [web] = services(google, "web")
    [image] = images(google, of_image("a", "v1"))
    outcomes = (await executor(google, recorder).run(cleared(web, image))).outcomes
    assert [each.kind for each in outcomes] == [O.FAILED, O.FAILED]
    assert "v1" in (outcomes[1].error or "")
    assert google.sent("delete_service") == [web.name]
    assert google.sent("delete_version") == [image.name]
    assert google.sent("create_tag") == []
    assert recorder.ends == {}


async def test_what_is_gone_though_its_operation_did_not_end_is_deleted() -> None:
    google, recorder = Unending(goes=True), FakeRecorder()
    [web] = services(google, "web")
    [outcome] = (await executor(google, recorder).run(cleared(web))).outcomes
    assert outcome.kind is O.DELETED
    assert recorder.ends[web.name].kind is O.DELETED
