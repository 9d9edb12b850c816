"""Batches that stop, fail or never end, and what is said and written of an image that stays (R18, R22, R23)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from janitor.apply.deletion import DELETED, UNANSWERED, UNTRIED, DeleteCalls, Watch
from janitor.apply.outcomes import Outcome
from janitor.apply.outcomes import OutcomeKind as O
from janitor.apply.ports import CallError, PushedBackError, StoppedError, UnclearError, UnendedError
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
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
from tests.making import REPOSITORY, contents, repository, revision


@dataclass
class Waiting(FakeGoogle):
    """Takes every delete; waiting for its operation raises this. `waited` are kinds and operations."""

    ends: Exception | None = None
    waited: list[tuple[Kind, str]] = field(default_factory=list)

    async def wait(self, kind: Kind, operation: str) -> frozenset[str]:
        self.waited.append((kind, operation))
        if self.ends:
            raise self.ends
        return await super().wait(kind, operation)


@dataclass
class Untaggable(FakeGoogle):
    """No tag can be put back."""

    async def create_tag(self, repository: RepositoryName, package: str, tag: str, digest: str) -> None:
        raise CallError("PERMISSION_DENIED")


def watch(stop: bool = False) -> Watch:
    event = asyncio.Event()
    if stop:
        event.set()

    async def noted(_: Sequence[Action], __: str) -> None:
        """Nobody listens."""

    return Watch(noted, event)


async def batch(google: FakeGoogle, actions: list[Action], of: Watch) -> list[Outcome]:
    return await DeleteCalls(google, google).carry_out_batch(actions, of)


async def test_after_a_stop_no_batch_is_sent_and_all_of_it_stays_open() -> None:
    google, of = FakeGoogle(), watch(stop=True)
    actions = images(google, of_image("a"), of_image("b"))
    outcomes = await batch(google, actions, of)
    assert [each.kind for each in outcomes] == [O.PLANNED, O.PLANNED]
    assert google.calls == []
    assert set(of.left) == {each.name for each in actions}


async def test_a_batch_that_a_quota_holds_up_may_have_begun_only_if_google_took_it() -> None:
    for google, begun in ((FakeGoogle(), False), (Waiting(ends=PushedBackError("quota")), True)):
        of = watch()
        actions = images(google, of_image("a"), of_image("b"))
        google.fails = {} if begun else {REPOSITORY.package("app"): [PushedBackError("quota")]}
        assert await batch(google, actions, of) == [UNTRIED, UNTRIED]
        assert of.again == {each.name for each in actions}
        assert of.asked == (of.again if begun else set())


async def test_what_a_batch_refuses_was_not_begun_and_is_sent_alone() -> None:
    google, of = FakeGoogle(), watch()
    actions = images(google, of_image("a"), of_image("b"))
    b = actions[1]
    google.refused = frozenset({b.name})
    assert await batch(google, actions, of) == [DELETED, UNTRIED]
    assert (of.again, of.apart, of.asked) == ({b.name}, {b.name}, set())


async def test_not_found_is_the_doing_of_a_call_that_an_earlier_turn_made() -> None:
    google, of = FakeGoogle(), watch()
    [web] = services(google, "web")
    of.asked.add(web.name)
    google.services.clear()
    assert await DeleteCalls(google, google).carry_out(web, of) == DELETED


async def test_a_batch_of_one_is_sent_alone() -> None:
    google = FakeGoogle()
    [a] = images(google, of_image("a"))
    assert (await batch(google, [a], watch()))[0].kind is O.DELETED
    assert google.sent("batch") == []


async def test_a_batch_that_does_not_end_leaves_open_what_stands_and_is_not_sent_again() -> None:
    google, of = Waiting(ends=UnendedError("it did not end")), watch()
    a, b = actions = images(google, of_image("a"), of_image("b"))
    google.refused = frozenset({a.name})
    outcomes = await batch(google, actions, of)
    assert [each.kind for each in outcomes] == [O.FAILED, O.DELETED]
    assert outcomes[0].error == "it did not end; the next sweep asks again"
    assert set(of.left) == of.accepted == {a.name}
    assert [call for call, _ in google.calls if call != "list_tags"] == ["batch"]
    assert b.name not in google.tags


async def test_not_found_after_a_batch_whose_operation_failed_is_its_doing() -> None:
    google = Waiting(ends=CallError("INTERNAL: half done"))
    a, b = actions = images(google, of_image("a"), of_image("b"))
    google.refused, of = frozenset({a.name}), watch()
    outcomes = await batch(google, actions, of)
    assert [each.kind for each in outcomes] == [O.PLANNED, O.PLANNED]
    assert of.apart == of.again == of.asked == {a.name, b.name}
    assert b.name not in google.tags


async def test_the_operation_that_is_noted_is_the_one_that_is_waited_for_by_its_kind() -> None:
    google, heard = Waiting(), []
    [web] = services(google, "web")

    async def noted(actions: Sequence[Action], operation: str) -> None:
        heard.append(([each.name for each in actions], operation))

    assert (await DeleteCalls(google, google).carry_out(web, Watch(noted, asyncio.Event()))).kind is O.DELETED
    assert heard == [([web.name], "operations/web")]
    assert google.waited == [(Kind.SERVICE, "operations/web")]


async def test_an_image_whose_operation_failed_has_its_tags_again() -> None:
    google, of = Waiting(ends=CallError("FAILED_PRECONDITION: no")), watch()
    [image] = images(google, of_image("a", "v1", "v2"))
    google._delete = _kept  # type: ignore[assignment, method-assign]
    outcome = await DeleteCalls(google, google).carry_out(image, of)
    assert outcome == Outcome(O.FAILED, "FAILED_PRECONDITION: no")
    assert google.tags == {image.name: {"v1", "v2"}}
    assert of.accepted == set()
    assert of.left == {}


async def _kept(*_: object) -> str:
    return "operations/refused-at-last"


async def test_the_intent_of_an_image_that_stays_ends_where_its_tags_are_back_and_only_there() -> None:
    for google, ended in ((FakeGoogle(), True), (Untaggable(), False)):
        recorder = FakeRecorder()
        [image] = images(google, of_image("a", "v1"))
        google.fails = {image.name: [REFUSED]}
        [outcome] = (await executor(google, recorder).run(cleared(image))).outcomes
        assert outcome.kind is O.FAILED
        assert (image.name in recorder.ends) is ended
        lost = "; its tag v1 could not be put back: PERMISSION_DENIED"
        assert outcome.error == f"{REFUSED}{'' if ended else lost}"


async def test_an_image_whose_tags_cannot_be_put_back_takes_no_other_turn() -> None:
    google, recorder = Untaggable(), FakeRecorder()
    [image] = images(google, of_image("a", "v1"))
    google.fails = {image.name: [PushedBackError("quota")]}
    [outcome] = (await executor(google, recorder).run(cleared(image))).outcomes
    assert outcome == Outcome(O.FAILED, "its tag v1 could not be put back: PERMISSION_DENIED")
    assert len(google.sent("delete_version")) == 1
    assert recorder.ends == {}


async def test_nothing_is_said_of_tags_where_none_was_taken_off() -> None:
    google = Waiting(ends=UnendedError("it did not end"))
    [image] = images(google, of_image("a", "moved"))
    google.tags[image.name] = set()
    google._delete = _kept  # type: ignore[assignment, method-assign]
    outcome = await DeleteCalls(google, google).carry_out(image, watch())
    assert outcome.error == "it did not end; the next sweep asks again"


async def test_what_cannot_be_read_after_an_unclear_answer_counts_as_standing() -> None:
    class Blind(FakeGoogle):
        async def workload(self, kind: Kind, name: str) -> None:
            raise CallError("UNAVAILABLE")

    google = Blind()
    [web] = services(google, "web")
    google.fails = {web.name: [UnclearError("INTERNAL")] * 2}
    outcome = await DeleteCalls(google, google).carry_out(web, watch())
    assert outcome == Outcome(O.FAILED, "INTERNAL (asked 2 times; it is still there)")
    assert len(google.sent("delete_service")) == 2
    google.fails = {web.name: [REFUSED]}
    assert await DeleteCalls(google, google).carry_out(web, watch()) == Outcome(O.FAILED, str(REFUSED))


async def test_a_service_that_is_deployed_after_it_was_read_again_stays() -> None:
    """R21: the delete carries the etag, so Google refuses it."""
    google = FakeGoogle()
    [web] = services(google, "web")
    google.services[web.name] = replace(google.services[web.name], etag='"new"')
    assert (await DeleteCalls(google, google).carry_out(web, watch())).kind is O.DRIFTED
    assert web.name in google.services


@pytest.mark.parametrize("lost", [True, False])
async def test_a_delete_that_a_stop_holds_back_says_whether_an_earlier_one_was_sent(lost: bool) -> None:
    google, of = FakeGoogle(), watch()
    [web] = services(google, "web")
    google.fails = {web.name: [UnclearError("INTERNAL")] * lost + [StoppedError("interrupted")]}
    outcome = await DeleteCalls(google, google).carry_out(web, of)
    assert outcome == (UNANSWERED if lost else UNTRIED)
    assert of.left == {web.name: outcome}


@pytest.mark.parametrize("stands", [True, False])
async def test_whatever_its_kind_what_stands_after_an_unclear_answer_is_not_called_deleted(
    stands: bool,
) -> None:
    google = FakeGoogle()
    [web] = services(google, "web")
    [untagged] = images(google, of_image("a"))
    old = revision("web", "web-1")
    google.revisions = {str(old.name): old}
    google.repositories = {str(REPOSITORY): (repository(), contents())}
    whole = action(Kind.REPOSITORY, str(REPOSITORY))
    of_revision = action(Kind.REVISION, str(old.name), etag=old.etag, uid=old.uid)
    held: Sequence[tuple[Action, dict]] = (  # type: ignore[type-arg]
        (web, google.services), (untagged, google.tags), (of_revision, google.revisions),
        (whole, google.repositories),
    )  # fmt: skip
    for one, things in held:
        google.fails = {one.name: [UnclearError("INTERNAL")] * 2}
        if not stands:
            google.before = lambda name, things=things: things.pop(name, None)  # type: ignore[misc]
        outcome = await DeleteCalls(google, google).carry_out(one, watch())
        assert outcome.kind is (O.FAILED if stands else O.DELETED), one.kind
