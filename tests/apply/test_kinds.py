"""Every kind that is deleted: the one call that deletes it, asking whether it is there, settling it (R18, R22)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from janitor.apply.checks import exists
from janitor.apply.deletion import DeleteCalls, Watch
from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.apply.ports import CallError, ChangedError, NotFoundError, UnclearError, no_check
from janitor.apply.settle import settle
from janitor.kinds.version import state_of
from janitor.ledger.entries import OpenIntent
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Package, Version
from janitor.plan.plan import Action
from tests.apply.fakes import REFUSED, FakeGoogle, FakeRecorder, action, cleared, executor, images, of_image
from tests.apply.test_recheck_packages import BARE, NAME, TAG, Shelf
from tests.apply.test_settle import FakeOperations
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

VERSION = f"{NAME}/versions/1.2"
RUNS = (service("web"), revision("web", "web-1"), job("j"), execution("j", "j-1"), pool("w"))
CALLS = {
    Kind.SERVICE: "delete_service", Kind.REVISION: "delete_revision", Kind.JOB: "delete_job",
    Kind.EXECUTION: "delete_execution", Kind.WORKER_POOL: "delete_worker_pool", Kind.IMAGE: "delete_version",
    Kind.VERSION: "delete_version", Kind.PACKAGE: "delete_package", Kind.TAG: "delete_tag",
    Kind.REPOSITORY: "delete_repository",
}  # fmt: skip


@dataclass
class Whole(Shelf):
    """A Google that deletes what lies on its shelf, too; `awaited` are the operations that were waited for."""

    awaited: list[str] = field(default_factory=list)

    async def wait(self, kind: Kind, operation: str) -> frozenset[str]:
        self.awaited.append(operation)
        return await super().wait(kind, operation)

    async def delete(
        self, kind: Kind, name: str, etag: str = "", check: Callable[[], Awaitable[None]] = no_check
    ) -> str:
        operation = await super().delete(kind, name, etag, check)
        if kind is Kind.TAG:
            self.shelved.pop(name, None)
        return operation

    def held(self, kind: Kind, name: str) -> dict[str, Any]:
        return self.shelved if name in self.shelved else super().held(kind, name)


def google() -> Whole:
    """One of each kind."""
    web, old, nightly, run, workers = RUNS
    return Whole(
        services={str(web.name): web}, revisions={str(old.name): old}, jobs={str(nightly.name): nightly},
        executions={str(run.name): run}, worker_pools={str(workers.name): workers},
        repositories={str(REPOSITORY): (repository(), contents())},
        tags={REPOSITORY.version("app", digest("a")): set()},
        shelved={NAME: Package(NAME, "team/api", None, None), VERSION: BARE, TAG: digest("a")},
    )  # fmt: skip


def of(kind: Kind) -> Action:
    """The action that deletes the one of a kind."""
    web, old, nightly, run, workers = RUNS
    name = {
        Kind.SERVICE: str(web.name), Kind.REVISION: str(old.name), Kind.JOB: str(nightly.name),
        Kind.EXECUTION: str(run.name), Kind.WORKER_POOL: str(workers.name), Kind.PACKAGE: NAME, Kind.TAG: TAG,
        Kind.VERSION: VERSION, Kind.REPOSITORY: str(REPOSITORY), Kind.IMAGE: REPOSITORY.version("app", digest("a")),
    }[kind]  # fmt: skip
    content = {Kind.TAG: digest("a"), Kind.VERSION: state_of(BARE)}.get(kind, "")
    return action(kind, name, content=content)


def watch() -> Watch:
    async def noted(_: Sequence[Action], __: str) -> None:
        """Nobody listens."""

    return Watch(noted, asyncio.Event())


@pytest.mark.parametrize("kind", CALLS)
async def test_each_kind_goes_by_its_own_call_and_is_then_not_there(kind: Kind) -> None:
    there = google()
    deletion, gone = DeleteCalls(there, there), of(kind)
    assert await exists(there, kind, gone.name)
    assert (await deletion.carry_out(gone, watch())) == Outcome(OutcomeKind.DELETED)
    assert [call for call, _ in there.calls if call.startswith("delete")] == [CALLS[kind]]
    assert there.sent(CALLS[kind]) == [gone.name]
    last = gone.name.rpartition("/")[2]
    assert there.awaited == ["" if kind is Kind.TAG else f"operations/{last}"]
    assert not await exists(there, kind, gone.name)


@pytest.mark.parametrize("kind", CALLS)
async def test_each_kind_is_settled_by_whether_it_is_there(kind: Kind) -> None:
    intent = OpenIntent(7, "s-1", NOW, kind, of(kind).name, "", "", NOW)
    for found, expected in ((google(), OutcomeKind.FAILED), (Whole(), OutcomeKind.DELETED)):
        (answer,) = await settle([intent], found, FakeOperations(), found)
        assert answer.outcome.kind is expected  # type: ignore[union-attr]


async def test_a_tag_that_points_elsewhere_or_is_gone_is_not_taken_off() -> None:
    there = google()
    there.shelved[TAG] = digest("b")
    outcome = await DeleteCalls(there, there).carry_out(of(Kind.TAG), watch())
    assert outcome == Outcome(OutcomeKind.DRIFTED, f"it now points at {digest('b')}")
    del there.shelved[TAG]
    assert (await DeleteCalls(there, there).carry_out(of(Kind.TAG), watch())).kind is OutcomeKind.ALREADY_GONE
    assert there.sent("delete_tag") == []


async def test_a_refused_version_that_was_tagged_meanwhile_is_drifted() -> None:
    there = google()
    there.fails = {VERSION: [REFUSED, REFUSED]}
    assert (await DeleteCalls(there, there).carry_out(of(Kind.VERSION), watch())).kind is OutcomeKind.FAILED
    there.shelved[VERSION] = Version("1.2", ("prod",), 1.0, 2.0, None)
    outcome = await DeleteCalls(there, there).carry_out(of(Kind.VERSION), watch())
    assert outcome == Outcome(OutcomeKind.DRIFTED, f"it now has the tag prod; Google refused: {REFUSED}")


async def test_tagged_images_of_a_package_are_untagged_one_by_one_and_never_go_in_a_batch() -> None:
    """R18."""
    there = FakeGoogle()
    actions = images(there, of_image("a", "v1"), of_image("b", "v2"))
    outcomes = (await executor(there, FakeRecorder()).run(cleared(*actions))).outcomes
    assert {each.kind for each in outcomes} == {OutcomeKind.DELETED}
    assert there.sent("batch") == []
    assert sorted(there.sent("delete_tag")) == [REPOSITORY.tag("app", each) for each in ("v1", "v2")]


async def test_not_found_while_waiting_is_the_deletions_own_doing() -> None:
    class Forgetful(FakeGoogle):
        async def wait(self, kind: Kind, operation: str) -> frozenset[str]:
            raise NotFoundError("no such operation")

    there = Forgetful(services={str(RUNS[0].name): RUNS[0]})
    outcome = await DeleteCalls(there, there).carry_out(of(Kind.SERVICE), watch())
    assert outcome.kind is OutcomeKind.DELETED


async def test_a_stop_says_of_each_whether_google_was_asked() -> None:
    stopped = watch()
    stopped.stop.set()
    there = google()
    outcome = await DeleteCalls(there, there).carry_out(of(Kind.SERVICE), stopped)
    assert outcome.error == "interrupted before it was tried"
    asked, there.before = watch(), lambda _: None
    there.fails = {REPOSITORY.package("app"): [CallError("INTERNAL")]}
    a, b = images(there, of_image("a"), of_image("b"))
    there.before = lambda _: asked.stop.set()
    outcomes = await DeleteCalls(there, there).carry_out_batch([a, b], asked)
    assert outcomes[1].error == "interrupted before it was tried"


async def test_what_google_says_of_a_change_is_handed_on() -> None:
    there = google()
    there.fails = {of(Kind.SERVICE).name: [ChangedError("the etag is another")]}
    outcome = await DeleteCalls(there, there).carry_out(of(Kind.SERVICE), watch())
    assert outcome == Outcome(OutcomeKind.DRIFTED, "the etag is another")


async def test_a_stop_after_an_unclear_answer_leaves_it_to_the_next_sweep() -> None:
    there, stopped = google(), watch()
    there.fails = {of(Kind.SERVICE).name: [UnclearError("INTERNAL")]}
    there.before = lambda _: stopped.stop.set()
    outcome = await DeleteCalls(there, there).carry_out(of(Kind.SERVICE), stopped)
    assert outcome.error == "interrupted before Google answered; the next sweep settles it"


async def test_putting_tags_back_is_given_up_when_its_time_is_over() -> None:
    """R23: what hangs keeps no process from ending, and its intent stays open."""

    class Hanging(FakeGoogle):
        async def create_tag(self, repository: RepositoryName, package: str, tag: str, digest: str) -> None:
            await asyncio.Event().wait()

    there, recorder, stop = Hanging(), FakeRecorder(), asyncio.Event()
    [image] = images(there, of_image("a", "v1"))
    there.hangs = {image.name}
    there.before = lambda _: stop.set()
    [outcome] = (
        await executor(there, recorder, stop=stop, patience=0.01, farewell=0.01).run(cleared(image))
    ).outcomes
    assert outcome.kind is OutcomeKind.PLANNED
    assert recorder.ends == {}
