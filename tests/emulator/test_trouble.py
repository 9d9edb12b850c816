"""Misbehaviour on request."""

import asyncio

import pytest
from google.api_core.exceptions import (
    Aborted,
    DeadlineExceeded,
    FailedPrecondition,
    InternalServerError,
    PermissionDenied,
    ResourceExhausted,
    ServiceUnavailable,
)
from google.longrunning import operations_pb2
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2

from janitor.emulator import WorldError, digest
from janitor.emulator.dispatch import Dispatcher
from janitor.emulator.rpcs import served
from janitor.emulator.world import parse
from tests.emulator.asking import APP, REGION, REPOSITORY, WEB, WORLD, google, troubled

OLD = f"{APP}/versions/{digest('old')}"


def test_permission_denied_carries_the_error_info_that_is_written() -> None:
    info = "reason: SERVICE_DISABLED, metadata: {service: run.googleapis.com}"
    with google(troubled(f"rpc: ListServices, permission_denied: {{{info}}}")) as asked:
        with pytest.raises(PermissionDenied) as refused:
            asked.services.list_services(parent=REGION)
        assert refused.value.reason == "SERVICE_DISABLED"
        assert refused.value.metadata == {"service": "run.googleapis.com"}
        assert list(asked.jobs.list_jobs(parent=REGION))


def test_permission_denied_without_error_info() -> None:
    with google(troubled("location: us-central1, rpc: List*, permission_denied: true")) as asked:
        with pytest.raises(PermissionDenied) as refused:
            asked.services.list_services(parent=REGION)
        assert not refused.value.details


def test_a_storm_of_429_ends_after_the_written_number() -> None:
    rule = "rpc: ListDockerImages, repository: apps, resource_exhausted: {retry_after: 2s}, times: 2"
    with google(troubled(rule)) as asked:
        for _ in range(2):
            with pytest.raises(ResourceExhausted) as refused:
                asked.artifacts.list_docker_images(parent=REPOSITORY)
        retry = [d for d in refused.value.details if isinstance(d, error_details_pb2.RetryInfo)]
        assert retry[0].retry_delay.seconds == 2
        assert list(asked.artifacts.list_docker_images(parent=REPOSITORY))


def test_unavailable_and_internal_and_any_other_error() -> None:
    rules = """
        rpc: GetJob, unavailable: true, times: 1
        rpc: GetWorkerPool, internal: true
        rpc: GetInstance, error: {code: ABORTED, message: elsewhere}
    """
    with google(troubled(rules)) as asked:
        with pytest.raises(ServiceUnavailable):
            asked.jobs.get_job(name=f"{REGION}/jobs/nightly")
        assert asked.jobs.get_job(name=f"{REGION}/jobs/nightly")
        with pytest.raises(InternalServerError):
            asked.worker_pools.get_worker_pool(name=f"{REGION}/workerPools/pool")
        with pytest.raises(Aborted, match="elsewhere"):
            asked.instances.get_instance(name=f"{REGION}/instances/box")


def test_a_page_fails_half_way_while_the_first_one_comes() -> None:
    with google(troubled("rpc: ListDockerImages, fail_page: 2, times: 1")) as asked:
        request = {"parent": REPOSITORY, "page_size": 3}
        pages = asked.artifacts.list_docker_images(request=request).pages
        assert len(next(pages).docker_images) == 3
        with pytest.raises(InternalServerError):
            next(pages)
        assert len(list(asked.artifacts.list_docker_images(request=request))) == 8


def test_the_same_page_token_comes_for_ever() -> None:
    with google(troubled("rpc: ListServices, repeat_page_token: true")) as asked:
        pages = asked.services.list_services(parent=REGION).pages
        tokens = [next(pages).next_page_token for _ in range(4)]
        assert len(set(tokens)) == 1
        assert tokens[0]


def test_a_listing_names_what_could_not_be_reached() -> None:
    with google(troubled("rpc: ListServices, unreachable: [us-east1]")) as asked:
        (page,) = asked.services.list_services(parent=REGION).pages
        assert list(page.unreachable) == ["us-east1"]


def test_an_operation_that_never_ends_has_no_effect() -> None:
    with google(troubled("rpc: DeleteService, never_ends: true")) as asked:
        operation = asked.services.delete_service(name=WEB).operation
        request = operations_pb2.WaitOperationRequest(name=operation.name)
        request.timeout.CopyFrom(duration_pb2.Duration(nanos=1))
        assert not asked.operations.WaitOperation(request).done
        assert WEB in asked.emulator.world.names("services")


def test_an_operation_ends_with_the_written_error_and_without_effect() -> None:
    rule = "rpc: DeleteVersion, operation_error: {code: FAILED_PRECONDITION, message: changed}"
    with google(troubled(rule)) as asked:
        with pytest.raises(FailedPrecondition, match="changed"):
            asked.artifacts.delete_version(name=OLD).result()
        assert OLD in asked.emulator.world.names("versions")


def test_an_operation_is_done_with_neither_error_nor_response() -> None:
    with google(troubled("rpc: DeleteVersion, no_response: true")) as asked:
        operation = asked.artifacts.delete_version(name=OLD).operation
        assert operation.done
        assert operation.WhichOneof("result") is None
        assert OLD not in asked.emulator.world.names("versions")


def test_a_call_that_hangs_is_ended_by_the_callers_deadline() -> None:
    with google(troubled("rpc: GetRepository, hang: true")) as asked, pytest.raises(DeadlineExceeded):
        asked.artifacts.get_repository(name=REPOSITORY, timeout=0.2)


def test_a_slow_call_still_answers() -> None:
    with google(troubled("rpc: GetRepository, latency: 1ms")) as asked:
        assert asked.artifacts.get_repository(name=REPOSITORY).name == REPOSITORY


def test_each_call_takes_the_latency_of_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("janitor.emulator.dispatch.asyncio.sleep", sleep)
    dispatcher = Dispatcher(*parse("latency: 200ms\n" + WORLD))
    (method,) = (each for each in served() if each.name == "GetRepository")
    request = method.request(name=REPOSITORY)
    assert asyncio.run(dispatcher.answer(method, request)).name == REPOSITORY
    assert waited == [0.2]


def test_a_service_is_changed_between_a_read_and_its_delete() -> None:
    with google(troubled("rpc: GetService, skip: 1, times: 1, change: {do: touch}")) as asked:
        first = asked.services.get_service(name=WEB).etag
        assert asked.services.get_service(name=WEB).etag != first
        with pytest.raises(Aborted):
            asked.services.delete_service(request={"name": WEB, "etag": first})


def test_a_tag_appears_just_before_a_delete() -> None:
    with google(troubled("rpc: DeleteVersion, change: {do: set_tag, tag: v9}")) as asked:
        with pytest.raises(FailedPrecondition):
            asked.artifacts.delete_version(name=OLD)
        assert f"{APP}/tags/v9" in asked.emulator.world.names("tags")


def test_an_image_is_pushed_just_before_a_read() -> None:
    pushed = f"{APP}/versions/{digest('pushed')}"
    with google(troubled(f"rpc: GetVersion, change: {{do: push, target: '{pushed}'}}")) as asked:
        assert asked.artifacts.get_version(name=pushed).name == pushed
        assert asked.artifacts.get_version(name=pushed).name == pushed


def test_a_revision_begins_to_serve_or_goes_away() -> None:
    revision = f"{WEB}/revisions/web-2"
    rules = f"""
        rpc: DeleteRevision, times: 1, change: {{do: serve, target: {revision}}}
        rpc: DeleteRevision, skip: 1, change: {{do: remove, target: {revision}}}
    """
    with google(troubled(rules)) as asked:
        with pytest.raises(FailedPrecondition):
            asked.revisions.delete_revision(name=revision)
        assert asked.services.get_service(name=WEB).traffic_statuses[0].revision == "web-2"


def test_a_test_changes_the_world_before_and_after_a_chosen_call() -> None:
    with google() as asked:
        asked.emulator.control.before("GetService", 2, lambda world: world.touch(WEB))
        asked.emulator.control.after("ListServices", 1, lambda world: world.remove(WEB))
        etags = [asked.services.get_service(name=WEB).etag for _ in range(3)]
        assert etags[0] != etags[1] == etags[2]
        assert len(list(asked.services.list_services(parent=REGION))) == 2
        assert len(list(asked.services.list_services(parent=REGION))) == 1
        assert asked.emulator.calls == [("GetService", WEB)] * 3 + [("ListServices", REGION)] * 2


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("rpc: GetJob", "exactly one of"),
        ("rpc: GetJob, hang: true, internal: true", "exactly one of"),
        ("rpc: GetJob, error: {code: OK}", "must be one of"),
        ("rpc: GetJobs, hang: true", "there is no RPC"),
        ("rpc: GetJob, change: {do: dance}", "must be one of"),
        ("rpc: GetJob, latency: 3", "must be a duration"),
        ("rpc: GetJob, colour: red", "unknown key"),
    ],
)
def test_refuses_a_rule_that_says_nothing_or_too_much(rule: str, said: str) -> None:
    with pytest.raises(WorldError, match=said):
        parse(troubled(rule))


def test_a_test_makes_trouble_and_ends_it() -> None:
    with google() as asked:
        asked.emulator.control.trouble("- {rpc: GetService, internal: true}")
        with pytest.raises(InternalServerError):
            asked.services.get_service(name=WEB)
        asked.emulator.control.clear_trouble()
        assert asked.services.get_service(name=WEB).name == WEB
