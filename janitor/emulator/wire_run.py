"""Cloud Run v2 over gRPC (google/cloud/run/v2)."""

import time
from typing import Any

from google.cloud import run_v2
from google.longrunning import operations_pb2

from janitor.emulator import paging
from janitor.emulator.method import Method
from janitor.emulator.naming import part
from janitor.emulator.repository import stamp
from janitor.emulator.rules_run import (
    check_etag,
    check_execution,
    check_job,
    check_location,
    check_owner,
    check_revision,
    check_traffic,
)
from janitor.emulator.run_kinds import RUN_KINDS
from janitor.emulator.state import World
from janitor.emulator.workloads import SortedListing

_PACKAGE = "google.cloud.run.v2"


def methods() -> list[Method]:
    """Every RPC of Cloud Run that is served."""
    served = [
        method
        for kind in RUN_KINDS.values()
        for method in _reading(
            kind.service, kind.noun, kind.name, _list_in_owner if kind.is_held else _list_in_region
        )
    ]
    for kind in RUN_KINDS.values():
        if kind.deletes:
            request = getattr(run_v2, f"Delete{kind.noun}Request").pb()
            full, answer = f"{_PACKAGE}.{kind.service}", _deleter(kind.name)
            served.append(Method(full, f"Delete{kind.noun}", request, operations_pb2.Operation, answer))
    update = run_v2.UpdateServiceRequest.pb()
    served.append(
        Method(f"{_PACKAGE}.Services", "UpdateService", update, operations_pb2.Operation, _update_service)
    )
    return served


def _reading(service: str, noun: str, kind: str, lister: Any) -> list[Method]:
    """The List and Get of a kind."""
    full = f"{_PACKAGE}.{service}"
    response = getattr(run_v2, f"List{service}Response").pb()
    list_request = getattr(run_v2, f"List{service}Request").pb()
    get_request = getattr(run_v2, f"Get{noun}Request").pb()
    message = getattr(run_v2, noun).pb()

    def list_(world: World, request: Any) -> Any:
        return _page(response(), lister(world, kind, request.parent), request)

    def get(world: World, request: Any) -> Any:
        return world.workload(kind, request.name)

    return [
        Method(full, f"List{service}", list_request, response, list_),
        Method(full, f"Get{noun}", get_request, message, get),
    ]


def _list_in_region(world: World, kind: str, parent: str) -> SortedListing:
    check_location(world, parent)
    return world.run[kind].listing(parent)


def _list_in_owner(world: World, kind: str, parent: str) -> SortedListing:
    """Revisions of a service or pool, executions of a job; or all of a region (`services/-`, `jobs/-`)."""
    check_owner(world, parent)
    return world.run[kind].listing(parent.removesuffix("/-"))


def _page(response: Any, found: SortedListing, request: Any) -> Any:
    cut = paging.cut(found.keys, request, paging.RUN_MAX)
    getattr(response, response.DESCRIPTOR.fields[0].name).extend(
        found.resources[key] for key in found.keys[cut.start : cut.end]
    )
    response.next_page_token = cut.next_token
    return response


def _update_service(world: World, request: Any) -> Any:
    """UpdateService of traffic alone (service.proto:94-107); any other mask is not emulated, and is refused.

    Response and metadata of the operation are the service (service.proto:103-106). allow_missing creates a service
    that does not exist: refused as not emulated. That an etag of another version is refused is not verified.
    """
    sent = request.service
    message = world.workload("services", sent.name)
    check_etag(message, sent.etag)
    check_traffic(world, request)
    location = f"projects/{part(sent.name, 'project')}/locations/{part(sent.name, 'location')}"

    def effect() -> tuple[Any, Any]:
        service = world.workload("services", sent.name)
        check_etag(service, sent.etag)
        if not request.validate_only:
            world.route(sent.name, list(sent.traffic))
        return service, service

    return world.operations.begin(location, message, effect)


def _deleter(kind: str) -> Any:
    """DeleteService, which "will delete all revisions" with it (service.proto:115-117), DeleteJob with its
    executions and DeleteWorkerPool with its revisions (neither is verified), DeleteRevision, DeleteExecution.

    Response and metadata of the operation are the resource itself (service.proto:130-133,
    revision.proto:95-98, job.proto, execution.proto, worker_pool.proto). validate_only checks and deletes nothing.
    """
    check = {"revisions": check_revision, "jobs": check_job, "executions": check_execution}.get(kind)

    def delete(world: World, request: Any) -> Any:
        message = world.workload(kind, request.name)
        check_etag(message, request.etag)
        if check:
            check(world, message)
        location = f"projects/{part(request.name, 'project')}/locations/{part(request.name, 'location')}"

        def effect() -> tuple[Any, Any]:
            gone = world.workload(kind, request.name)
            if check:
                check(world, gone)
            if not request.validate_only:
                world.remove_workload(kind, request.name)
            stamp(gone.delete_time, time.time())
            return gone, gone

        return world.operations.begin(location, message, effect)

    return delete
