"""A Google of one process: a gRPC server that answers each method as a test says, empty otherwise."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from inspect import isawaitable
from typing import Any

import grpc
import grpc.aio
import httpx2
from google.cloud import artifactregistry_v1 as ar
from google.cloud import asset_v1, billing_v1, run_v2
from google.cloud.location import locations_pb2
from google.longrunning import operations_pb2
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.empty_pb2 import Empty
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from janitor.gcp.channels import Clients, connect

# Request and reply of each method.
TYPES: dict[str, tuple[Any, Any]] = {
    "ListServices": (run_v2.ListServicesRequest.pb(), run_v2.ListServicesResponse.pb()),
    "ListRevisions": (run_v2.ListRevisionsRequest.pb(), run_v2.ListRevisionsResponse.pb()),
    "ListJobs": (run_v2.ListJobsRequest.pb(), run_v2.ListJobsResponse.pb()),
    "ListExecutions": (run_v2.ListExecutionsRequest.pb(), run_v2.ListExecutionsResponse.pb()),
    "ListWorkerPools": (run_v2.ListWorkerPoolsRequest.pb(), run_v2.ListWorkerPoolsResponse.pb()),
    "ListInstances": (run_v2.ListInstancesRequest.pb(), run_v2.ListInstancesResponse.pb()),
    "GetService": (run_v2.GetServiceRequest.pb(), run_v2.Service.pb()),
    "GetJob": (run_v2.GetJobRequest.pb(), run_v2.Job.pb()),
    "GetExecution": (run_v2.GetExecutionRequest.pb(), run_v2.Execution.pb()),
    "GetWorkerPool": (run_v2.GetWorkerPoolRequest.pb(), run_v2.WorkerPool.pb()),
    "GetRevision": (run_v2.GetRevisionRequest.pb(), run_v2.Revision.pb()),
    "ListLocations": (locations_pb2.ListLocationsRequest, locations_pb2.ListLocationsResponse),
    "ListRepositories": (ar.ListRepositoriesRequest.pb(), ar.ListRepositoriesResponse.pb()),
    "ListDockerImages": (ar.ListDockerImagesRequest.pb(), ar.ListDockerImagesResponse.pb()),
    "ListAttachments": (ar.ListAttachmentsRequest.pb(), ar.ListAttachmentsResponse.pb()),
    "GetRepository": (ar.GetRepositoryRequest.pb(), ar.Repository.pb()),
    "ListTags": (ar.ListTagsRequest.pb(), ar.ListTagsResponse.pb()),
    "ListPackages": (ar.ListPackagesRequest.pb(), ar.ListPackagesResponse.pb()),
    "ListVersions": (ar.ListVersionsRequest.pb(), ar.ListVersionsResponse.pb()),
    "ListFiles": (ar.ListFilesRequest.pb(), ar.ListFilesResponse.pb()),
    "GetPackage": (ar.GetPackageRequest.pb(), ar.Package.pb()),
    "DeletePackage": (ar.DeletePackageRequest.pb(), operations_pb2.Operation),
    "GetTag": (ar.GetTagRequest.pb(), ar.Tag.pb()),
    "SearchAllResources": (
        asset_v1.SearchAllResourcesRequest.pb(),
        asset_v1.SearchAllResourcesResponse.pb(),
    ),
    "ListSkus": (billing_v1.ListSkusRequest.pb(), billing_v1.ListSkusResponse.pb()),
    "GetVersion": (ar.GetVersionRequest.pb(), ar.Version.pb()),
    "UpdateService": (run_v2.UpdateServiceRequest.pb(), operations_pb2.Operation),
    "DeleteService": (run_v2.DeleteServiceRequest.pb(), operations_pb2.Operation),
    "DeleteJob": (run_v2.DeleteJobRequest.pb(), operations_pb2.Operation),
    "DeleteExecution": (run_v2.DeleteExecutionRequest.pb(), operations_pb2.Operation),
    "DeleteWorkerPool": (run_v2.DeleteWorkerPoolRequest.pb(), operations_pb2.Operation),
    "DeleteRevision": (run_v2.DeleteRevisionRequest.pb(), operations_pb2.Operation),
    "DeleteVersion": (ar.DeleteVersionRequest.pb(), operations_pb2.Operation),
    "BatchDeleteVersions": (ar.BatchDeleteVersionsRequest.pb(), operations_pb2.Operation),
    "DeleteRepository": (ar.DeleteRepositoryRequest.pb(), operations_pb2.Operation),
    "DeleteTag": (ar.DeleteTagRequest.pb(), Empty),
    "CreateTag": (ar.CreateTagRequest.pb(), ar.Tag.pb()),
    "GetOperation": (operations_pb2.GetOperationRequest, operations_pb2.Operation),
}
Answer = Callable[[Any], Any]


class RefusedError(Exception):
    """What a method answers instead of a reply, with typed details."""

    def __init__(self, code: grpc.StatusCode, *details: Any, message: str = "no") -> None:
        super().__init__(message)
        self.code, self.details = code, details

    def trailers(self) -> tuple[tuple[str, bytes], ...]:
        """As Google sends them: a google.rpc.Status."""
        status = Status(code=self.code.value[0], message=str(self))
        for detail in self.details:
            packed = AnyMessage()
            packed.Pack(detail)
            status.details.append(packed)
        return (("grpc-status-details-bin", status.SerializeToString()),)


@dataclass
class Google(grpc.GenericRpcHandler):
    """`answers`: by method, from request to reply (proto-plus or raw, or awaited to be one) or a RefusedError that it
    raises."""

    answers: dict[str, Answer] = field(default_factory=dict)
    run_locations: Callable[[httpx2.Request], httpx2.Response] = lambda _: locations("us-central1")
    calls: list[tuple[str, Any]] = field(default_factory=list)
    metadata: list[Mapping[str, Any]] = field(default_factory=list)

    def asked(self, method: str) -> list[Any]:
        """The requests of a method so far, in order."""
        return [request for name, request in self.calls if name == method]

    def service(self, details: Any) -> Any:
        method = details.method.rpartition("/")[2]
        if method not in TYPES:
            return None
        request_type, reply_type = TYPES[method]

        async def behave(request: Any, context: Any) -> Any:
            self.calls.append((method, request))
            self.metadata.append(dict(context.invocation_metadata()))
            try:
                reply = self.answers[method](request) if method in self.answers else reply_type()
                reply = await reply if isawaitable(reply) else reply
            except RefusedError as refused:
                await context.abort(refused.code, str(refused), refused.trailers())
            return getattr(reply, "_pb", reply)

        return grpc.unary_unary_rpc_method_handler(
            behave, request_type.FromString, lambda reply: reply.SerializeToString()
        )


@asynccontextmanager
async def serving(google: Google) -> AsyncIterator[Clients]:
    """Clients of this Google, which listens on loopback."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((google,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    transport = httpx2.MockTransport(lambda request: google.run_locations(request))
    try:
        async with (
            connect(f"127.0.0.1:{port}", "http://127.0.0.1:1") as clients,
            httpx2.AsyncClient(transport=transport) as http,
        ):
            yield replace(clients, http=http)
    finally:
        await server.stop(None)


def locations(*ids: str, token: str = "") -> httpx2.Response:
    """A page of Cloud Run's locations, named without ``projects/`` as recorded."""
    rows = [{"name": f"p/locations/{each}", "locationId": each} for each in ids]
    return httpx2.Response(200, json={"locations": rows, "nextPageToken": token})


def artifact_places(*ids: str) -> Answer:
    """An answer to ListLocations."""
    rows = [locations_pb2.Location(name=f"projects/p/locations/{each}", location_id=each) for each in ids]
    return lambda _: locations_pb2.ListLocationsResponse(locations=rows)


def refusing(code: grpc.StatusCode, *details: Any, message: str = "no") -> Answer:
    """An answer that is none."""

    def refuse(_: Any) -> Any:
        raise RefusedError(code, *details, message=message)

    return refuse


def disabled(service: str = "run.googleapis.com", consumer: str = "projects/p") -> ErrorInfo:
    """What Google says of an API that a project has not enabled."""
    return ErrorInfo(
        reason="SERVICE_DISABLED",
        domain="googleapis.com",
        metadata={"service": service, "consumer": consumer},
    )


def retry_after(seconds: int) -> RetryInfo:
    """Google's wish to be left alone for a while."""
    return RetryInfo(retry_delay=Duration(seconds=seconds))


def paged(*replies: Any) -> Answer:
    """Answers a list page by page: the token of page n is ``n``."""

    def answer(request: Any) -> Any:
        place = int(request.page_token or 0)
        reply = replies[place]
        raw = getattr(reply, "_pb", reply)
        raw.next_page_token = str(place + 1) if place + 1 < len(replies) else ""
        return raw

    return answer


@contextmanager
def beside(google: Google) -> Iterator[Mapping[str, str]]:
    """The variables by which a janitor finds this Google, which answers from threads of its own."""
    ready, ended = threading.Event(), threading.Event()
    found: dict[str, int] = {}

    async def serve() -> None:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((google,))
        found["grpc"] = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        ready.set()
        await asyncio.to_thread(ended.wait)
        await server.stop(None)

    class Rest(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = google.run_locations(httpx2.Request("GET", f"http://127.0.0.1{self.path}"))
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            pass

    rest = ThreadingHTTPServer(("127.0.0.1", 0), Rest)
    threads = [
        threading.Thread(target=rest.serve_forever),
        threading.Thread(target=asyncio.run, args=[serve()]),
    ]
    for thread in threads:
        thread.start()
    ready.wait()
    try:
        yield {
            "JANITOR_EMULATOR_HOST": f"127.0.0.1:{found['grpc']}",
            "JANITOR_EMULATOR_HTTP": f"http://127.0.0.1:{rest.server_address[1]}",
        }
    finally:
        rest.shutdown()
        rest.server_close()
        ended.set()
        for thread in threads:
            thread.join()
