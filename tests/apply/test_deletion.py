"""One deletion, and what Google's answers to it mean (R18, R22)."""

import asyncio
from collections.abc import Sequence

import pytest

from janitor.apply.deletion import DeleteCalls, Watch
from janitor.apply.outcomes import Outcome
from janitor.apply.outcomes import OutcomeKind as O
from janitor.apply.ports import CallError, ChangedError, NotFoundError, UnclearError
from janitor.plan.plan import Action
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
from tests.making import REPOSITORY, digest


async def noted(_: Sequence[Action], __: str) -> None:
    """Nobody listens."""


async def carried(google: FakeGoogle, action: Action) -> Outcome:
    return await DeleteCalls(google, google).carry_out(action, Watch(noted, asyncio.Event()))


@pytest.mark.parametrize(
    ("error", "kind"),
    [(NotFoundError("gone"), O.ALREADY_GONE), (ChangedError("etag"), O.DRIFTED), (REFUSED, O.FAILED)],
)
async def test_googles_first_answer_decides(error: CallError, kind: O) -> None:
    google = FakeGoogle()
    [web] = services(google, "web")
    google.fails = {web.name: [error]}
    assert (await carried(google, web)).kind is kind
    assert len(google.sent("delete_service")) == 1


async def test_after_an_unclear_answer_the_thing_is_read_and_not_sent_again_where_it_went() -> None:
    google = FakeGoogle()
    [web] = services(google, "web")
    google.fails = {web.name: [UnclearError("INTERNAL")]}
    google.before = lambda name: google.services.pop(name) and None  # type: ignore[func-returns-value]
    assert (await carried(google, web)).kind is O.DELETED
    assert len(google.sent("delete_service")) == 1


async def test_what_stands_after_an_unclear_answer_is_asked_once_more() -> None:
    google = FakeGoogle()
    [web] = services(google, "web")
    google.fails = {web.name: [UnclearError("INTERNAL"), NotFoundError("gone")]}
    assert (await carried(google, web)).kind is O.DELETED
    assert len(google.sent("delete_service")) == 2


async def test_what_stays_unclear_has_failed() -> None:
    google = FakeGoogle()
    [web] = services(google, "web")
    google.fails = {web.name: [UnclearError("INTERNAL")] * 9}
    outcome = await carried(google, web)
    assert outcome.kind is O.FAILED
    assert "INTERNAL" in (outcome.error or "")
    assert len(google.sent("delete_service")) == 2


async def test_an_image_is_untagged_before_it_is_deleted() -> None:
    google = FakeGoogle()
    [image] = images(google, of_image("a", "v1", "v2"))
    assert (await carried(google, image)).kind is O.DELETED
    assert [call for call, _ in google.calls] == ["delete_tag", "delete_tag", "delete_version"]


async def test_a_tag_that_points_elsewhere_by_now_is_left() -> None:
    google = FakeGoogle()
    image, _ = images(google, of_image("a", "v1", "moved"), of_image("b", "moved"))
    google.tags[image.name].discard("moved")
    assert (await carried(google, image)).kind is O.DELETED
    assert google.sent("delete_tag") == [REPOSITORY.tag("app", "v1")]
    assert google.tags == {REPOSITORY.version("app", digest("b")): {"moved"}}


async def test_tags_are_put_back_where_the_image_is_not_deleted() -> None:
    google = FakeGoogle()
    [image] = images(google, of_image("a", "v1", "v2"))
    google.fails = {image.name: [REFUSED]}
    assert (await carried(google, image)).kind is O.FAILED
    assert google.tags == {image.name: {"v1", "v2"}}


async def test_tags_are_put_back_where_a_later_one_cannot_be_taken_off() -> None:
    google = FakeGoogle()
    [image] = images(google, of_image("a", "v1", "v2"))
    google.fails = {REPOSITORY.tag("app", "v2"): [REFUSED]}
    assert (await carried(google, image)).kind is O.FAILED
    assert google.tags == {image.name: {"v1", "v2"}}
    assert google.sent("delete_version") == []


async def test_what_a_batch_refuses_is_tried_alone_even_if_google_names_the_projects_number() -> None:
    google = FakeGoogle()
    a, b = images(google, of_image("a"), of_image("b"))
    google.refused = frozenset({b.name.replace("projects/p/", "projects/123/")})
    google.fails = {b.name: [REFUSED]}
    applied = await executor(google, FakeRecorder()).run(cleared(a, b))
    assert [each.kind for each in applied.outcomes] == [O.DELETED, O.FAILED]


async def test_a_batch_that_google_does_not_take_is_tried_one_by_one() -> None:
    google = FakeGoogle()
    a, b = images(google, of_image("a"), of_image("b"))
    google.fails = {
        REPOSITORY.package("app"): [CallError("PERMISSION_DENIED")],
        b.name: [NotFoundError("gone")],
    }
    applied = await executor(google, FakeRecorder()).run(cleared(a, b))
    assert [each.kind for each in applied.outcomes] == [O.DELETED, O.ALREADY_GONE]
    assert google.sent("delete_version") == [a.name, b.name]


async def test_what_a_failed_batch_leaves_is_read_again_before_it_goes_alone() -> None:
    """R18, R21: the batch may have taken minutes."""
    google, turns = FakeGoogle(), FakeTurns()
    a, b = images(google, of_image("a"), of_image("b"))
    google.fails = {REPOSITORY.package("app"): [CallError("PERMISSION_DENIED")]}

    def tag_after_the_batch() -> None:
        if google.sent("batch"):
            google.tags[b.name].add("release")

    turns.hold = tag_after_the_batch
    applied = await executor(google, FakeRecorder(), turns=turns).run(cleared(a, b))
    assert [each.kind for each in applied.outcomes] == [O.DELETED, O.DRIFTED]
    assert google.sent("delete_version") == [a.name]


async def test_not_found_after_a_batch_whose_answer_was_lost_is_deleted() -> None:
    google = FakeGoogle()
    a, b = images(google, of_image("a"), of_image("b"))
    google.fails = {REPOSITORY.package("app"): [UnclearError("DEADLINE_EXCEEDED")]}
    turns = FakeTurns(hold=lambda: google.tags.clear() if google.sent("batch") else None)
    applied = await executor(google, FakeRecorder(), turns=turns).run(cleared(a, b))
    assert [each.kind for each in applied.outcomes] == [O.DELETED, O.DELETED]
