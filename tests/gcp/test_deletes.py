"""What is sent to delete something, and what Google's answers become."""

from typing import Any

import grpc
import pytest
from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2
from google.longrunning.operations_pb2 import Operation
from google.rpc.status_pb2 import Status

from janitor.apply.ports import (
    CallError,
    ChangedError,
    NotFoundError,
    PushedBackError,
    StoppedError,
    UnclearError,
)
from janitor.apply.settle import OperationState
from janitor.gcp import budgets, deletes
from janitor.gcp.channels import Clients
from janitor.gcp.deletes import GoogleDeleter
from janitor.gcp.operations import GoogleOperations
from janitor.gcp.retry import DELETE_RETRY, CallBackoff
from janitor.model.kinds import Kind
from tests.gcp.conftest import Hands
from tests.gcp.google import Google, RefusedError, refusing, retry_after, serving
from tests.making import REPOSITORY, digest, name_of

SERVICE, ETAG = str(name_of("services", "web")), '"CKyLlJ0G/e"'
REVISION = str(name_of("services", "web", "revisions", "web-1"))
JOB, EXECUTION = str(name_of("jobs", "j")), str(name_of("jobs", "j", "executions", "j-1"))
POOL = str(name_of("workerPools", "w"))
VERSION = REPOSITORY.version("team/app", digest("a"))
TAG = REPOSITORY.tag("team/app", "v1")
OPERATION = "projects/p/locations/us-central1/operations/1"


def deleter(clients: Clients, budget: float | None = None) -> GoogleDeleter:
    operations = GoogleOperations(clients.services, clients.artifacts, budget, first=0.001)
    return GoogleDeleter(clients, operations)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """The deletes' own backoff, on a clock that only sleeping moves."""
    hands = Hands()
    quick = CallBackoff(
        DELETE_RETRY.on, DELETE_RETRY.budget, DELETE_RETRY.outage, sleep=hands.sleep, clock=hands.clock
    )
    monkeypatch.setattr(deletes, "DELETE_RETRY", quick)
    return hands


def answers(**other: Any) -> Google:
    """Every delete begins OPERATION, which has ended well."""
    methods = ("DeleteService", "DeleteRevision", "DeleteJob", "DeleteExecution", "DeleteWorkerPool", "DeleteVersion",
               "BatchDeleteVersions", "DeleteRepository")  # fmt: skip
    begun = {method: lambda _: Operation(name=OPERATION) for method in methods}
    return Google({**begun, "GetOperation": lambda _: Operation(name=OPERATION, done=True), **other})


def after(count: int, code: grpc.StatusCode, then: Any) -> Any:
    """Refuses so many times, then answers."""
    left = [count]

    def answer(request: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise RefusedError(code)
        return then(request)

    return answer


async def test_run_deletes_carry_the_etag_exactly() -> None:
    async with serving(google := answers()) as clients:
        assert await deleter(clients).delete(Kind.SERVICE, SERVICE, ETAG) == OPERATION
        assert await deleter(clients).delete(Kind.REVISION, REVISION, ETAG) == OPERATION
        assert await deleter(clients).delete(Kind.JOB, JOB, ETAG) == OPERATION
        assert await deleter(clients).delete(Kind.EXECUTION, EXECUTION, ETAG) == OPERATION
        assert await deleter(clients).delete(Kind.WORKER_POOL, POOL, ETAG) == OPERATION
    [service], [revision] = google.asked("DeleteService"), google.asked("DeleteRevision")
    for method, name in (
        ("DeleteJob", JOB), ("DeleteExecution", EXECUTION), ("DeleteWorkerPool", POOL),
    ):  # fmt: skip
        [asked] = google.asked(method)
        assert (asked.name, asked.etag, asked.validate_only) == (name, ETAG, False)
    assert (service.name, service.etag, service.validate_only) == (SERVICE, ETAG, False)
    assert (revision.name, revision.etag, revision.validate_only) == (REVISION, ETAG, False)


async def test_a_version_is_never_deleted_with_force() -> None:
    async with serving(google := answers()) as clients:
        assert await deleter(clients).delete(Kind.VERSION, VERSION) == OPERATION
    assert google.asked("DeleteVersion") == [ar.DeleteVersionRequest.pb()(name=VERSION)]


async def test_the_parent_of_a_batch_is_the_package() -> None:
    package = REPOSITORY.package("team/app")
    async with serving(google := answers()) as clients:
        await deleter(clients).delete_versions(package, [VERSION])
        with pytest.raises(ValueError, match="at most 50"):
            await deleter(clients).delete_versions(package, [VERSION] * 51)
    [asked] = google.asked("BatchDeleteVersions")
    assert (asked.parent, list(asked.names), asked.validate_only) == (package, [VERSION], False)


async def test_a_tag_put_back_that_stands_already_is_left_as_it_is() -> None:
    google = answers(CreateTag=refusing(grpc.StatusCode.ALREADY_EXISTS))
    async with serving(google) as clients:
        await deleter(clients).create_tag(REPOSITORY, "team/app", "v1", digest("a"))
    [asked] = google.asked("CreateTag")
    assert (asked.parent, asked.tag_id) == (REPOSITORY.package("team/app"), "v1")
    assert (asked.tag.name, asked.tag.version) == (REPOSITORY.tag("team/app", "v1"), VERSION)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.NOT_FOUND, NotFoundError),
        (grpc.StatusCode.ABORTED, ChangedError),
        (grpc.StatusCode.FAILED_PRECONDITION, CallError),
        (grpc.StatusCode.PERMISSION_DENIED, CallError),
        (grpc.StatusCode.DEADLINE_EXCEEDED, UnclearError),
        (grpc.StatusCode.INTERNAL, UnclearError),
        (grpc.StatusCode.UNAVAILABLE, UnclearError),
    ],
)
async def test_a_refusal_is_told_by_its_code(code: grpc.StatusCode, error: type[CallError]) -> None:
    google = answers(DeleteService=refusing(code, message="xoxb-marker"))
    async with serving(google) as clients:
        with pytest.raises(CallError, match=f"^{code.name}(:|$)") as raised:
            await deleter(clients).delete(Kind.SERVICE, SERVICE, ETAG)
    assert type(raised.value) is error
    assert "marker" not in str(raised.value)


async def test_an_unclear_delete_is_not_sent_again_unread() -> None:
    google = answers(DeleteVersion=refusing(grpc.StatusCode.INTERNAL))
    async with serving(google) as clients:
        with pytest.raises(UnclearError):
            await deleter(clients).delete(Kind.VERSION, VERSION)
    assert len(google.asked("DeleteVersion")) == 1


async def test_an_operation_that_ends_with_a_used_up_quota_has_failed_and_is_not_begun_again() -> None:
    ended = Operation(name=OPERATION, done=True, error=Status(code=8, message="quota"))
    async with serving(answers(GetOperation=lambda _: ended)) as clients:
        with pytest.raises(CallError, match="RESOURCE_EXHAUSTED") as raised:
            await deleter(clients).wait(Kind.SERVICE, OPERATION)
    assert type(raised.value) is CallError


async def test_an_operation_that_ended_with_the_first_answer_is_not_asked_about() -> None:
    ended = answers(DeleteVersion=lambda _: Operation(name=OPERATION, done=True))
    async with serving(ended) as clients:
        assert await deleter(clients).delete(Kind.VERSION, VERSION) == ""
    refused = Operation(name=OPERATION, done=True, error=Status(code=9))
    batch = Operation(name=OPERATION, done=True)
    batch.metadata.Pack(ar.BatchDeleteVersionsMetadata.pb()(failed_versions=[VERSION]))
    asked = answers(DeleteService=lambda _: refused, BatchDeleteVersions=lambda _: batch)
    async with serving(asked) as clients:
        assert await deleter(clients).delete(Kind.SERVICE, SERVICE, ETAG) == OPERATION
        assert await deleter(clients).delete_versions(REPOSITORY.package("team/app"), [VERSION]) == OPERATION


async def test_a_429_is_not_sent_again_but_handed_back() -> None:
    """R53: what is to be deleted is read again first."""
    begun = after(1, grpc.StatusCode.RESOURCE_EXHAUSTED, lambda _: Operation(name=OPERATION))
    async with serving(google := answers(DeleteService=begun)) as clients:
        with pytest.raises(PushedBackError):
            await deleter(clients).delete(Kind.SERVICE, SERVICE, ETAG)
    assert len(google.asked("DeleteService")) == 1


async def test_after_a_429_nothing_of_that_project_and_region_is_sent_for_as_long_as_google_asks() -> None:
    refused = refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after(3600))
    async with serving(google := answers(DeleteService=refused)) as clients:
        sender = deleter(clients)
        for _ in range(3):
            with pytest.raises(PushedBackError):
                await sender.delete(Kind.SERVICE, SERVICE, ETAG)
        with pytest.raises(PushedBackError):
            await sender.delete(Kind.REVISION, REVISION, ETAG)
        with pytest.raises(PushedBackError):
            await sender.remove_parts(Kind.TRAFFIC_TAG, SERVICE, ["pr-1"], ETAG)
        await sender.delete(Kind.JOB, JOB.replace("us-central1", "europe-west1"), ETAG)
        await sender.delete(Kind.JOB, JOB.replace("projects/p/", "projects/q/"), ETAG)
        await sender.delete(Kind.VERSION, VERSION)
    assert len(google.asked("DeleteService")) == 1
    assert google.asked("DeleteRevision") == google.asked("UpdateService") == []


async def test_not_found_after_a_lost_answer_of_our_own_is_deleted() -> None:
    google = answers(DeleteVersion=after(1, grpc.StatusCode.UNAVAILABLE, refusing(grpc.StatusCode.NOT_FOUND)))
    async with serving(google) as clients:
        assert await deleter(clients).delete(Kind.VERSION, VERSION) == ""


async def test_a_429_after_a_lost_answer_leaves_it_unclear() -> None:
    google = answers(
        DeleteVersion=after(1, grpc.StatusCode.UNAVAILABLE, refusing(grpc.StatusCode.RESOURCE_EXHAUSTED))
    )
    async with serving(google) as clients:
        with pytest.raises(UnclearError):
            await deleter(clients).delete(Kind.VERSION, VERSION)
    assert len(google.asked("DeleteVersion")) == 2


@pytest.mark.parametrize(
    ("then", "raised"),
    [(ChangedError("it now points at x"), UnclearError), (CallError("PERMISSION_DENIED"), UnclearError)],
)
async def test_a_check_comes_before_every_attempt_and_ends_the_delete(
    then: Exception, raised: type[Exception]
) -> None:
    """R18: a tag may move while a lost delete of it is tried again."""
    google, checks = answers(DeleteTag=refusing(grpc.StatusCode.UNAVAILABLE)), [None, None, then]

    async def check() -> None:
        if found := checks.pop(0):
            raise found

    async with serving(google) as clients:
        with pytest.raises(raised):
            await deleter(clients).delete(Kind.TAG, TAG, check=check)
    assert len(google.asked("DeleteTag")) == 2
    assert checks == []


async def test_a_check_that_finds_nothing_after_a_lost_answer_says_that_it_is_deleted() -> None:
    google, checks = answers(DeleteTag=refusing(grpc.StatusCode.UNAVAILABLE)), [None, NotFoundError("gone")]

    async def check() -> None:
        if found := checks.pop(0):
            raise found

    async with serving(google) as clients:
        assert await deleter(clients).delete(Kind.TAG, TAG, check=check) == ""
        checks.append(NotFoundError("gone"))
        with pytest.raises(NotFoundError):
            await deleter(clients).delete(Kind.TAG, TAG, check=check)
    assert len(google.asked("DeleteTag")) == 1


async def test_done_with_neither_error_nor_response_is_deleted() -> None:
    async with serving(answers()) as clients:
        assert await deleter(clients).wait(Kind.SERVICE, OPERATION) == frozenset()


async def test_an_operation_that_ends_with_an_error_raises_it() -> None:
    ended = Operation(name=OPERATION, done=True, error=Status(code=9, message="is actively serving"))
    async with serving(answers(GetOperation=lambda _: ended)) as clients:
        with pytest.raises(CallError, match="FAILED_PRECONDITION: the revision serves traffic"):
            await deleter(clients).wait(Kind.REVISION, OPERATION)
        assert await deleter(clients).operations.state(Kind.REVISION, OPERATION) is OperationState.FAILED


async def test_failed_versions_are_honoured_though_the_operation_succeeded() -> None:
    ended = Operation(name=OPERATION, done=True)
    ended.metadata.Pack(ar.BatchDeleteVersionsMetadata.pb()(failed_versions=[VERSION]))
    async with serving(answers(GetOperation=lambda _: ended)) as clients:
        assert await deleter(clients).wait(Kind.IMAGE, OPERATION) == frozenset({VERSION})


async def test_an_operation_that_never_ends_is_unclear_once_its_budget_is_spent() -> None:
    google = answers(GetOperation=lambda _: Operation(name=OPERATION))
    async with serving(google) as clients:
        with pytest.raises(UnclearError, match="did not end"):
            await deleter(clients, budget=0.05).wait(Kind.IMAGE, OPERATION)
        assert await deleter(clients).operations.state(Kind.IMAGE, OPERATION) is OperationState.RUNNING
    assert len(google.asked("GetOperation")) > 2


@pytest.mark.parametrize(
    ("kind", "budget"),
    [(kind, budgets.OPERATION) for kind in (Kind.SERVICE, Kind.REVISION, Kind.JOB, Kind.IMAGE, Kind.VERSION)]
    + [(kind, budgets.HOLDER_OPERATION) for kind in (Kind.PACKAGE, Kind.REPOSITORY)],
)
async def test_each_kind_s_operation_is_waited_for_as_long_as_its_budget(
    hands: Hands, kind: Kind, budget: float
) -> None:
    async with serving(answers(GetOperation=lambda _: Operation(name=OPERATION))) as clients:
        asked = GoogleOperations(clients.services, clients.artifacts, clock=hands.clock, sleep=hands.sleep)
        with pytest.raises(UnclearError, match=f"did not end within {budget:g} s"):
            await asked.wait(kind, OPERATION)
    assert budget - 10 <= hands.now <= budget


async def test_an_operation_that_google_does_not_know_says_nothing_of_the_thing() -> None:
    google = answers(GetOperation=refusing(grpc.StatusCode.NOT_FOUND))
    async with serving(google) as clients:
        with pytest.raises(UnclearError):
            await deleter(clients).wait(Kind.IMAGE, OPERATION)
        assert await deleter(clients).operations.state(Kind.IMAGE, OPERATION) is OperationState.UNKNOWN


async def test_once_stopped_nothing_is_sent() -> None:
    sent: list[Any] = []
    async with serving(answers(DeleteService=sent.append)) as clients:
        stopped = GoogleDeleter(clients, GoogleOperations(clients.services, clients.artifacts), lambda: True)
        with pytest.raises(StoppedError):
            await stopped.delete(Kind.SERVICE, SERVICE, ETAG)
    assert sent == []


async def test_a_stop_after_a_lost_answer_leaves_it_unclear(patient: Hands) -> None:
    sent: list[Any] = []

    def lost(request: Any) -> Any:
        sent.append(request)
        raise RefusedError(grpc.StatusCode.UNAVAILABLE)

    async with serving(answers(DeleteService=lost)) as clients:
        operations = GoogleOperations(clients.services, clients.artifacts)
        stopped = GoogleDeleter(clients, operations, lambda: bool(sent))
        with pytest.raises(UnclearError):
            await stopped.delete(Kind.SERVICE, SERVICE, ETAG)
    assert len(sent) == 1


def traffic(*entries: tuple[str, int, str], **facts: Any) -> Any:
    """A service whose traffic has these entries: revision, percent, tag."""
    targets = [run_v2.TrafficTarget(type_=2, revision=r, percent=p, tag=t) for r, p, t in entries]
    return lambda request: run_v2.Service(name=request.name, etag=ETAG, traffic=targets, **facts)


LIVE, TAGGED = ("web-9", 100, ""), ("web-1", 0, "pr-1")


async def test_removing_traffic_tags_updates_traffic_alone_and_sends_the_rest_back_as_it_was() -> None:
    """R50."""
    other = ("web-2", 0, "canary")
    google = answers(
        GetService=traffic(LIVE, TAGGED, other, ("web-3", 0, "pr-3")),
        UpdateService=lambda _: Operation(name=OPERATION),
    )
    async with serving(google) as clients:
        assert (
            await deleter(clients).remove_parts(Kind.TRAFFIC_TAG, SERVICE, ["pr-1", "pr-3"], ETAG)
            == OPERATION
        )
    [asked] = google.asked("UpdateService")
    assert (asked.service.name, asked.service.etag, list(asked.update_mask.paths)) == (
        SERVICE,
        ETAG,
        ["traffic"],
    )
    assert (asked.allow_missing, asked.validate_only) == (False, False)
    assert [(each.revision, each.percent, each.tag) for each in asked.service.traffic] == [LIVE, other]


@pytest.mark.parametrize(
    ("entries", "etag"),
    [((LIVE, TAGGED), '"other"'), ((("web-9", 90, ""), ("web-1", 10, "pr-1")), ETAG), ((TAGGED,), ETAG)],
    ids=["another etag", "a share", "nothing else"],
)
async def test_traffic_that_is_not_as_it_was_read_is_left_alone(entries: Any, etag: str) -> None:
    async with serving(google := answers(GetService=traffic(*entries))) as clients:
        with pytest.raises(ChangedError):
            await deleter(clients).remove_parts(Kind.TRAFFIC_TAG, SERVICE, ["pr-1"], etag)
    assert google.asked("UpdateService") == []


async def test_traffic_that_cannot_be_read_is_not_changed() -> None:
    google = answers(GetService=refusing(grpc.StatusCode.PERMISSION_DENIED))
    async with serving(google) as clients:
        with pytest.raises(CallError, match="PERMISSION_DENIED"):
            await deleter(clients).remove_parts(Kind.TRAFFIC_TAG, SERVICE, ["pr-1"], ETAG)


async def test_a_service_that_is_deployed_between_two_attempts_keeps_its_new_traffic() -> None:
    service = run_v2.Service.pb()
    reads = iter([traffic(LIVE, TAGGED), lambda _: service(name=SERVICE, etag='"deployed"')])
    google = answers(
        GetService=lambda request: next(reads)(request),
        UpdateService=after(1, grpc.StatusCode.UNAVAILABLE, lambda _: Operation(name=OPERATION)),
    )
    async with serving(google) as clients:
        with pytest.raises(UnclearError):
            await deleter(clients).remove_parts(Kind.TRAFFIC_TAG, SERVICE, ["pr-1"], ETAG)
    assert len(google.asked("UpdateService")) == 1


async def test_a_change_that_is_noticed_after_a_lost_answer_may_be_the_own_one() -> None:
    service = run_v2.Service.pb()
    reads = iter([traffic(LIVE, TAGGED), lambda _: service(name=SERVICE, etag='"updated"')])
    google = answers(
        GetService=lambda request: next(reads)(request),
        UpdateService=refusing(grpc.StatusCode.UNAVAILABLE),
        DeleteService=after(1, grpc.StatusCode.UNAVAILABLE, refusing(grpc.StatusCode.ABORTED)),
    )
    async with serving(google) as clients:
        with pytest.raises(UnclearError):
            await deleter(clients).remove_parts(Kind.TRAFFIC_TAG, SERVICE, ["pr-1"], ETAG)
        with pytest.raises(UnclearError):
            await deleter(clients).delete(Kind.SERVICE, SERVICE, ETAG)


async def test_tags_of_a_service_that_is_gone_are_not_found() -> None:
    google = answers(GetService=refusing(grpc.StatusCode.NOT_FOUND))
    async with serving(google) as clients:
        with pytest.raises(NotFoundError):
            await deleter(clients).remove_parts(Kind.TRAFFIC_TAG, SERVICE, ["pr-1"], ETAG)
