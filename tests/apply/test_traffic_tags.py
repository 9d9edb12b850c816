"""Removing traffic tags: one update for all of a service, with one outcome each (R50)."""

import asyncio
from dataclasses import replace

import pytest

from janitor.apply.deletion import DELETED, UNANSWERED, UNTRIED, Watch
from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.outcomes import OutcomeKind as O
from janitor.apply.ports import (
    CallError,
    ChangedError,
    NotFoundError,
    PushedBackError,
    StoppedError,
    UnclearError,
    UnendedError,
)
from janitor.apply.settle import settle
from janitor.kinds.service import Service
from janitor.kinds.traffic_tag import labels_state
from janitor.ledger.entries import OpenIntent
from janitor.model.kinds import Kind
from janitor.model.resources import Traffic
from janitor.plan.plan import Action
from tests.apply.fakes import FakeGoogle, FakeRecorder, action, cleared, executor, recheck
from tests.apply.test_settle import FakeOperations
from tests.making import NOW, service, with_tags

WEB = with_tags(service("web", traffic=["web-9"]), {"pr-1": "web-1", "pr-2": "web-2", "pr-3": "web-3"})
NAME = str(WEB.name)


def planned(*tags: str, of: Service = WEB) -> list[Action]:
    """Actions that remove these tags; each names the revision of its number."""
    return [
        action(
            Kind.TRAFFIC_TAG,
            f"{of.name}/tags/{tag}",
            uid=of.uid,
            etag=f"web-{tag[-1]}",
            content=labels_state(of),
        )
        for tag in tags
    ]


def standing(of: Service = WEB) -> FakeGoogle:
    return FakeGoogle(services={str(of.name): of})


async def removed(google: FakeGoogle, *tags: str) -> dict[str, O]:
    """Tag -> outcome."""
    recorder = FakeRecorder()
    await executor(google, recorder).run(cleared(*planned(*tags)))
    return {name.rpartition("/")[2]: outcome.kind for name, outcome in recorder.ends.items()}


async def test_all_tags_of_a_service_are_removed_in_one_update() -> None:
    google = standing()
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.DELETED, "pr-2": O.DELETED}
    assert google.sent("update_service") == [f"{NAME} pr-1 pr-2"]
    assert {each.tag for each in google.services[NAME].requested} == {"pr-3"}
    assert google.services[NAME].traffic[0] == Traffic("web-9", 100, "")


async def test_one_tag_alone_is_removed_by_the_same_call() -> None:
    google = standing()
    assert await removed(google, "pr-1") == {"pr-1": O.DELETED}
    assert google.sent("update_service") == [f"{NAME} pr-1"]


async def test_tags_of_two_services_take_two_updates() -> None:
    api = with_tags(service("api"), {"pr-1": "web-1"})
    google = standing()
    google.services[str(api.name)] = api
    recorder = FakeRecorder()
    await executor(google, recorder).run(cleared(*planned("pr-1", of=api), *planned("pr-1", "pr-2")))
    assert {outcome.kind for outcome in recorder.ends.values()} == {O.DELETED}
    assert sorted(google.sent("update_service")) == [f"{api.name} pr-1", f"{NAME} pr-1 pr-2"]


@pytest.mark.parametrize(
    "entry",
    [Traffic("web-1", 10, "pr-1"), Traffic("", 0, "pr-1"), Traffic("web-8", 0, "pr-1")],
    ids=["a share", "latest", "moved"],
)
async def test_a_tag_that_is_not_as_planned_is_drifted_and_the_others_are_removed(entry: Traffic) -> None:
    others = tuple(each for each in WEB.requested if each.tag != "pr-1")
    google = standing(replace(WEB, requested=(*others, entry)))
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.DRIFTED, "pr-2": O.DELETED}
    assert google.sent("update_service") == [f"{NAME} pr-2"]


async def test_a_tag_that_gets_traffic_after_the_recheck_is_drifted() -> None:
    google, (gone, kept) = standing(), planned("pr-1", "pr-2")
    assert await recheck(google).still(gone) is None
    busy = tuple(replace(each, percent=5) if each.tag == "pr-2" else each for each in WEB.requested)
    google.services[NAME] = replace(WEB, requested=busy)
    calls = executor(google, FakeRecorder()).deletion
    outcomes = await calls.carry_out_batch([gone, kept], _watch())
    assert [each.kind for each in outcomes] == [O.DELETED, O.DRIFTED]


async def test_what_is_gone_already_is_said_to_be() -> None:
    left = replace(WEB, requested=tuple(each for each in WEB.requested if each.tag != "pr-1"))
    assert await removed(standing(left), "pr-1", "pr-2") == {"pr-1": O.ALREADY_GONE, "pr-2": O.DELETED}
    assert await removed(FakeGoogle(), "pr-1", "pr-2") == {"pr-1": O.ALREADY_GONE, "pr-2": O.ALREADY_GONE}


async def test_tags_of_another_service_of_the_same_name_are_left_alone() -> None:
    google = standing(replace(WEB, uid="another"))
    assert await removed(google, "pr-1") == {"pr-1": O.DRIFTED}
    assert google.sent("update_service") == []


async def test_a_service_that_changes_meanwhile_is_left_alone() -> None:
    google = standing()
    google.before = lambda _: google.services.update({NAME: replace(WEB, etag="another")})
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.DRIFTED, "pr-2": O.DRIFTED}
    assert google.services[NAME].requested == WEB.requested


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (CallError("PERMISSION_DENIED"), O.FAILED),
        (ChangedError("ABORTED"), O.DRIFTED),
        (NotFoundError("NOT_FOUND"), O.ALREADY_GONE),
        (UnendedError("it did not end"), O.PLANNED),
    ],
)
async def test_a_refusal_is_the_outcome_of_each(error: CallError, outcome: O) -> None:
    google = standing()
    google.fails = {NAME: [error]}
    calls = executor(google, FakeRecorder()).deletion
    watch = _watch()
    outcomes = await calls.carry_out_batch(planned("pr-1", "pr-2"), watch)
    if outcome is O.PLANNED:
        assert len(watch.left) == 2
    else:
        assert [each.kind for each in outcomes] == [outcome] * 2


async def test_after_an_unclear_answer_the_service_is_read_before_more_is_sent() -> None:
    google = standing()
    google.fails = {NAME: [UnclearError("INTERNAL")]}
    assert await removed(google, "pr-1") == {"pr-1": O.DELETED}
    assert len(google.sent("update_service")) == 2
    google = standing()
    google.fails = {NAME: [UnclearError("INTERNAL"), UnclearError("INTERNAL")]}
    assert await removed(google, "pr-1") == {"pr-1": O.FAILED}
    assert len(google.sent("update_service")) == 2


async def test_what_an_unclear_update_did_remove_counts_as_deleted() -> None:
    google = standing()
    google.fails = {NAME: [UnclearError("INTERNAL")]}
    google.before = lambda _: google.services.update({NAME: replace(WEB, requested=(), traffic=())})
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.DELETED, "pr-2": O.DELETED}
    assert len(google.sent("update_service")) == 1


LOST, PUSHED, STOPPED = UnclearError("INTERNAL"), PushedBackError("quota"), StoppedError("interrupted")


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([STOPPED], UNTRIED),
        ([LOST, STOPPED], UNANSWERED),
        ([NotFoundError("NOT_FOUND")], GONE),
        ([LOST, NotFoundError("NOT_FOUND")], DELETED),
        ([ChangedError("ABORTED")], drifted("ABORTED")),
        ([PUSHED], UNTRIED),
        ([LOST, PUSHED], UNTRIED),
    ],
)
async def test_an_answer_means_something_else_after_one_that_was_lost(
    answers: list[Exception], outcome: Outcome
) -> None:
    google, watch, actions = standing(), _watch(), planned("pr-1", "pr-2")
    google.fails = {NAME: list(answers)}
    calls = executor(google, FakeRecorder()).deletion
    assert await calls.carry_out_batch(actions, watch) == [outcome, outcome]
    names = {each.name for each in actions}
    assert watch.left.keys() == (names if STOPPED in answers else set())
    assert watch.again == (names if PUSHED in answers else set())
    assert watch.asked == (names if answers == [LOST, PUSHED] else set())


async def test_what_the_second_of_two_lost_updates_removed_is_deleted() -> None:
    google, calls = standing(), []

    def remove_with_the_second(_: str) -> None:
        calls.append("update")
        if len(calls) == 2:
            google.services[NAME] = replace(WEB, requested=(), traffic=())

    google.fails = {NAME: [LOST, LOST]}
    google.before = remove_with_the_second
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.DELETED, "pr-2": O.DELETED}
    assert len(calls) == 2


async def test_a_tag_that_was_moved_during_a_lost_update_is_drifted() -> None:
    google = standing()
    moved = tuple(replace(each, revision="web-8") if each.tag == "pr-2" else each for each in WEB.requested)
    google.fails = {NAME: [LOST]}
    google.before = lambda _: google.services.update({NAME: replace(WEB, requested=moved)})
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.DELETED, "pr-2": O.DRIFTED}


async def test_tags_of_a_service_that_is_being_deployed_are_left_alone() -> None:
    google = standing(replace(WEB, reconciling=True))
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.DRIFTED, "pr-2": O.DRIFTED}
    assert google.sent("update_service") == []


async def test_tags_of_a_service_that_is_protected_after_the_plan_are_left_alone() -> None:
    google = standing(replace(WEB, labels={**WEB.labels, "janitor": "keep"}))
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.DRIFTED, "pr-2": O.DRIFTED}
    assert google.sent("update_service") == []


async def test_a_refusal_of_a_tag_that_was_moved_meanwhile_is_drift() -> None:
    google = standing()
    google.fails = {NAME: [CallError("FAILED_PRECONDITION")]}
    moved = tuple(replace(each, revision="web-8") if each.tag == "pr-2" else each for each in WEB.requested)
    google.before = lambda _: google.services.update({NAME: replace(WEB, requested=moved)})
    assert await removed(google, "pr-1", "pr-2") == {"pr-1": O.FAILED, "pr-2": O.DRIFTED}


async def test_after_a_stop_no_update_is_sent() -> None:
    google, watch = standing(), _watch()
    watch.stop.set()
    calls = executor(google, FakeRecorder()).deletion
    outcomes = await calls.carry_out_batch(planned("pr-1", "pr-2"), watch)
    assert {each.error for each in outcomes} == {"interrupted before it was tried"}
    assert (len(watch.left), google.sent("update_service")) == (2, [])


async def test_an_unfinished_removal_is_settled_by_whether_the_tag_exists() -> None:
    name = planned("pr-1")[0].name
    for google, uid, expected in (
        (standing(), WEB.uid, O.FAILED),
        (standing(), "another", O.DELETED),
        (standing(with_tags(service("web"), {"pr-2": "web-2"})), WEB.uid, O.DELETED),
        (standing(replace(WEB, requested=(), traffic=())), WEB.uid, O.DELETED),
        (FakeGoogle(), WEB.uid, O.DELETED),
    ):
        intent = OpenIntent(7, "s-1", NOW, Kind.TRAFFIC_TAG, name, uid, "", NOW)
        (answer,) = await settle([intent], google, FakeOperations(), google)
        assert answer.outcome.kind is expected  # type: ignore[union-attr]


def _watch() -> Watch:
    async def noted(_: object, __: str) -> None:
        """Nobody listens."""

    return Watch(noted, asyncio.Event())
