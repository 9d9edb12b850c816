"""The other Google on loopback: gRPC by generic handlers, and Cloud Run's locations by HTTP."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2
from google.cloud.location import locations_pb2
from google.longrunning import operations_pb2
from google.protobuf.empty_pb2 import Empty

from tests.contract.server import Cloud, RefusedError

RUN = "google.cloud.run.v2"
# A field that no version of these protos has, and its text: what a later version may add.
UNKNOWN_FIELD = b"\xca\xf7\x04\x05later"
_REQUESTS: dict[str, Any] = {"ListLocations": locations_pb2.ListLocationsRequest}
_REQUESTS["GetOperation"] = operations_pb2.GetOperationRequest


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, cloud: Cloud) -> None:
        self._cloud, self._turn = cloud, threading.Lock()

    def service(self, details: Any) -> Any:
        package, _, method = details.method.strip("/").rpartition("/")
        read = _REQUESTS.get(method) or _request_type(package, method)
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._behave(method, request, context), read.FromString, _bytes
        )

    def _behave(self, method: str, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            with self._turn:
                return self._cloud.answer(method, request)
        except RefusedError as refusal:
            context.abort(refusal.code, str(refusal))


def _request_type(package: str, method: str) -> Any:
    library = run_v2 if package.startswith(RUN) else ar
    found = getattr(library, f"{method}Request", None)
    return found.pb() if found else Empty


def _bytes(reply: Any) -> bytes:
    """With a field that the client does not know."""
    raw = getattr(reply, "_pb", reply)
    return bytes(raw.SerializeToString()) + UNKNOWN_FIELD


def _locations_handler(cloud: Cloud) -> type[BaseHTTPRequestHandler]:
    class Locations(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Named without ``projects/``, as recorded, and with keys that nobody knows."""
            rows = [
                {"name": f"p/locations/{each}", "locationId": each, "new": {}} for each in cloud.locations
            ]
            body = json.dumps({"locations": rows, "new": 1}).encode()
            self.send_response(cloud.locations_status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing: stderr is the sweep's."""

    return Locations


@contextmanager
def serving(cloud: Cloud) -> Iterator[tuple[str, str]]:
    """Its gRPC address and its HTTP address, on loopback, while the block runs."""
    rpc = grpc.server(ThreadPoolExecutor(8))
    rpc.add_generic_rpc_handlers((_Handler(cloud),))
    port = rpc.add_insecure_port("127.0.0.1:0")
    rpc.start()
    web = ThreadingHTTPServer(("127.0.0.1", 0), _locations_handler(cloud))
    threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"127.0.0.1:{port}", f"http://127.0.0.1:{web.server_port}"
    finally:
        web.shutdown()
        web.server_close()
        rpc.stop(None).wait()
