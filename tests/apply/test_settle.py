"""What an earlier sweep began is settled by what Google says now, and never by a guess."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from janitor.apply.outcomes import OutcomeKind
from janitor.apply.ports import CallError
from janitor.apply.settle import LeftOpen, OperationState, Settled, in_flight, settle
from janitor.kinds.service import Service
from janitor.ledger.entries import OpenIntent
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from tests.apply.fakes import FakeGoogle
from tests.making import (
    NOW,
    REPOSITORY,
    contents,
    digest,
    execution,
    job,
    pool,
    repository,
    revision,
    service,
)

WEB = service("web", failed=True)
IMAGE = REPOSITORY.version("app", digest("a"))


@dataclass
class FakeOperations:
    """`states` by an operation's name; one that is not there cannot be asked about."""

    states: Mapping[str, OperationState] = field(default_factory=dict)

    async def state(self, kind: Kind, operation: str) -> OperationState:
        if operation not in self.states:
            raise CallError("UNAVAILABLE")
        return self.states[operation]


class Unreadable(FakeGoogle):
    async def workload(self, kind: Kind, name: str) -> None:
        raise CallError("PERMISSION_DENIED")


@dataclass
class Untaggable(FakeGoogle):
    """One tag is refused."""

    stubborn: str = ""

    async def create_tag(self, repository: RepositoryName, package: str, tag: str, digest: str) -> None:
        if tag == self.stubborn:
            raise CallError("PERMISSION_DENIED")
        await super().create_tag(repository, package, tag, digest)


def intent(
    name: str = str(WEB.name), kind: str = Kind.SERVICE, uid: str = "uid-web", operation: str = ""
) -> OpenIntent:
    return OpenIntent(7, "s-1", NOW, kind, name, uid, operation, NOW)


async def settled(
    google: FakeGoogle, asked: OpenIntent, state: OperationState | None = None
) -> Settled | LeftOpen:
    states = {} if state is None else {asked.operation: state}
    (answer,) = await settle([asked], google, FakeOperations(states), google)
    return answer


def holding(found: Service = WEB) -> FakeGoogle:
    return FakeGoogle(services={str(found.name): found})


def outcome(answer: Settled | LeftOpen) -> tuple[OutcomeKind, str | None]:
    assert isinstance(answer, Settled), answer
    return answer.outcome.kind, answer.outcome.error


async def test_what_is_gone_was_deleted() -> None:
    assert outcome(await settled(FakeGoogle(), intent())) == (OutcomeKind.DELETED, None)


async def test_another_of_the_same_name_means_that_the_old_one_went() -> None:
    newer = holding(service("web", uid="uid-newer"))
    assert outcome(await settled(newer, intent())) == (OutcomeKind.DELETED, None)


async def test_what_is_still_there_was_not_deleted_and_may_be_planned_again() -> None:
    answer = await settled(holding(), intent())
    assert outcome(answer) == (
        OutcomeKind.FAILED,
        "not deleted; the sweep of 2026-11-24 04:00 UTC ended before Google answered",
    )
    assert in_flight([answer]) == frozenset()


async def test_a_deletion_that_still_runs_is_left_open_and_its_thing_left_alone() -> None:
    asked = intent(operation="operations/1")
    answer = await settled(holding(), asked, OperationState.RUNNING)
    assert answer == LeftOpen(asked, "its deletion is still under way at Google")
    assert in_flight([answer]) == {str(WEB.name)}


async def test_an_operation_that_succeeded_is_believed_though_the_thing_still_shows() -> None:
    answer = await settled(holding(), intent(operation="operations/1"), OperationState.SUCCEEDED)
    assert outcome(answer) == (OutcomeKind.DELETED, None)


@pytest.mark.parametrize("state", [OperationState.FAILED, OperationState.UNKNOWN])
async def test_an_operation_that_failed_or_is_forgotten_leaves_it_to_what_is_there(
    state: OperationState,
) -> None:
    asked = intent(operation="operations/1")
    assert outcome(await settled(holding(), asked, state))[0] is OutcomeKind.FAILED
    assert outcome(await settled(FakeGoogle(), asked, state))[0] is OutcomeKind.DELETED


async def test_an_image_that_its_batch_refused_was_not_deleted_though_the_batch_succeeded() -> None:
    asked = intent(IMAGE, Kind.IMAGE, "", "operations/batch")
    there = FakeGoogle(tags={IMAGE: set()})
    assert outcome(await settled(there, asked, OperationState.SUCCEEDED))[0] is OutcomeKind.FAILED
    assert outcome(await settled(FakeGoogle(), asked, OperationState.SUCCEEDED))[0] is OutcomeKind.DELETED


def untagged(*still: str) -> tuple[FakeGoogle, OpenIntent]:
    """An image of which the tags v1 and v2 were to be taken off: these are still on."""
    return FakeGoogle(tags={IMAGE: set(still)}), replace(intent(IMAGE, Kind.IMAGE, ""), tags=("v1", "v2"))


async def test_an_image_that_lost_its_tags_and_was_not_deleted_gets_them_back() -> None:
    google, asked = untagged("v2", "new")
    answer = await settled(google, asked)
    assert outcome(answer) == (
        OutcomeKind.FAILED,
        "not deleted; the sweep of 2026-11-24 04:00 UTC ended before Google answered; put back: its tag v1",
    )
    assert google.tags[IMAGE] == {"v1", "v2", "new"}
    assert google.sent("create_tag") == ["v1"]


async def test_a_tag_that_another_image_has_by_now_is_left_there() -> None:
    google, asked = untagged()
    other = REPOSITORY.version("app", digest("b"))
    google.tags[other] = {"v1"}
    assert outcome(await settled(google, asked))[0] is OutcomeKind.FAILED
    assert google.tags == {IMAGE: {"v2"}, other: {"v1"}}
    assert google.sent("create_tag") == ["v2"]


async def test_while_a_tag_cannot_be_put_back_the_intent_stays_open() -> None:
    google, asked = untagged()
    stubborn = Untaggable(tags=google.tags, stubborn="v1")
    answer = await settled(stubborn, asked)
    assert isinstance(answer, LeftOpen)
    assert answer.why.endswith("its tag v1 could not be put back: PERMISSION_DENIED")
    assert in_flight([answer]) == {IMAGE}
    assert google.tags[IMAGE] == {"v2"}
    stubborn.stubborn = ""
    assert outcome(await settled(stubborn, asked))[0] is OutcomeKind.FAILED
    assert google.tags[IMAGE] == {"v1", "v2"}


@pytest.mark.parametrize("state", [OperationState.RUNNING, None])
async def test_no_tag_is_put_on_what_google_may_still_delete(state: OperationState | None) -> None:
    google, asked = untagged()
    answer = await settled(google, replace(asked, operation="operations/1"), state)
    assert isinstance(answer, LeftOpen)
    assert google.sent("create_tag") == []


async def test_no_tag_is_put_on_what_went() -> None:
    google, asked = FakeGoogle(), untagged()[1]
    assert outcome(await settled(google, asked)) == (OutcomeKind.DELETED, None)
    assert google.sent("create_tag") == []


async def test_an_operation_that_cannot_be_asked_about_may_still_run() -> None:
    asked = intent(operation="operations/1")
    answer = await settled(holding(), asked)
    assert answer == LeftOpen(asked, "its operation could not be asked about: UNAVAILABLE")
    assert outcome(await settled(FakeGoogle(), asked))[0] is OutcomeKind.DELETED


async def test_what_cannot_be_read_is_left_open() -> None:
    answer = await settled(Unreadable(), intent())
    assert answer == LeftOpen(intent(), "it could not be read: PERMISSION_DENIED")


async def test_a_kind_of_a_newer_janitor_is_left_open() -> None:
    answer = await settled(FakeGoogle(), intent(kind="artifact.galaxy"))
    assert isinstance(answer, LeftOpen)
    assert "artifact.galaxy" in answer.why


async def test_every_kind_that_is_deleted_can_be_settled() -> None:
    old = revision("web", "web-1")
    stale = repository(RepositoryName("p", "us-central1", "stale"))
    nightly, run, ingest = job("j"), execution("j", "j-1"), pool("w")
    google = FakeGoogle(
        revisions={str(old.name): old}, jobs={str(nightly.name): nightly}, executions={str(run.name): run},
        worker_pools={str(ingest.name): ingest},
        repositories={str(stale.name): (stale, contents())},
    )  # fmt: skip
    asked = [
        intent(str(old.name), Kind.REVISION, old.uid),
        intent(str(nightly.name), Kind.JOB, nightly.uid),
        intent(str(run.name), Kind.EXECUTION, "another"),
        intent(str(ingest.name), Kind.WORKER_POOL, ingest.uid),
        intent(str(stale.name), Kind.REPOSITORY, ""),
        intent(str(WEB.name)),
        intent(IMAGE, Kind.IMAGE, ""),
    ]
    answers = await settle(asked, google, FakeOperations(), google)
    assert [answer.intent for answer in answers] == asked
    assert [outcome(answer)[0].value for answer in answers] == [
        "failed", "failed", "deleted", "failed", "failed", "deleted", "deleted",
    ]  # fmt: skip


async def test_an_intent_without_a_uid_is_settled_by_its_name() -> None:
    for found in (holding(), FakeGoogle(revisions={str(WEB.name): revision("web", "web-1")})):
        kind = Kind.SERVICE if found.services else Kind.REVISION
        assert outcome(await settled(found, intent(kind=kind, uid="")))[0] is OutcomeKind.FAILED


async def test_a_kind_that_is_never_deleted_is_left_open() -> None:
    answer = await settled(FakeGoogle(), intent(kind=Kind.RUN_LOCATION))
    assert isinstance(answer, LeftOpen)
    assert answer.why.startswith("it could not be read: nothing of kind")
