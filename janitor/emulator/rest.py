"""Cloud Run's REST v1, as far as it is needed: ``GET /v1/projects/P/locations``.

Cloud Run v2 has no way to list its regions (run_v2.yaml declares Locations without an HTTP rule;
facts 1.2), so this is where they come from. Permission: run.locations.list.
"""

import asyncio
import json
import re
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import grpc
from google.cloud.location import locations_pb2
from google.protobuf import json_format

from janitor.emulator import paging
from janitor.emulator.dispatch import Dispatcher
from janitor.emulator.errors import RefusedCall, invalid
from janitor.emulator.method import Method
from janitor.emulator.rpcs import LIST_RUN_LOCATIONS
from janitor.emulator.state import World

_PATH = re.compile(r"/v1/(projects/[^/]+)/locations")
_HTTP = {3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 12: 501, 13: 500, 14: 503, 16: 401}
_LONGEST_HEAD = 65536


def _locations(world: World, request: Any) -> Any:
    """Every second name lacks its ``projects/``: the real replies do (disco's test-locations.json)."""
    response = locations_pb2.ListLocationsResponse()
    listed = world.project(request.name).locations
    by_key = {(location,): n for n, location in enumerate(listed)}
    keys = sorted(by_key)
    cut = paging.cut(keys, request, paging.RUN_MAX)
    for key in keys[cut.start : cut.end]:
        project = request.name if by_key[key] % 2 else request.name.removeprefix("projects/")
        response.locations.add(name=f"{project}/locations/{key[0]}", location_id=str(key[0]))
    response.next_page_token = cut.next_token
    return response


_METHOD = Method(
    "google.cloud.run.v1",
    LIST_RUN_LOCATIONS,
    locations_pb2.ListLocationsRequest,
    locations_pb2.ListLocationsResponse,
    _locations,
)


class Rest:
    """An HTTP/1.1 server that answers one request a connection."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            status, body = await self._answer(head.split(b"\r\n", 1)[0].decode("latin-1"))
            content = json.dumps(body).encode()
            phrase = HTTPStatus(status).phrase
            writer.write(
                f"HTTP/1.1 {status} {phrase}\r\nContent-Type: application/json; charset=UTF-8\r\n"
                f"{self._date()}Content-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode()
                + content
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away, or spoke no HTTP
        finally:
            writer.close()

    def _date(self) -> str:
        at = self._dispatcher.world.clock()
        return f"Date: {format_datetime(at, usegmt=True)}\r\n" if at else ""

    async def _answer(self, line: str) -> tuple[int, Any]:
        try:
            return 200, await self._locations(line)
        except RefusedCall as refused:
            return _HTTP.get(refused.number, 500), {"error": _error_body(refused)}

    async def _locations(self, line: str) -> dict[str, Any]:
        method, _, rest = line.partition(" ")
        url = urlsplit(rest.rpartition(" ")[0])
        found = _PATH.fullmatch(unquote(url.path))
        if method != "GET" or not found:
            raise _no_such_path(line)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        size = query.get("pageSize", "0")
        if not size.isdecimal():
            raise invalid(f"Invalid value at 'page_size' (TYPE_INT32), {size!r}")
        request = locations_pb2.ListLocationsRequest(name=found[1], page_size=int(size))
        request.page_token = query.get("pageToken", "")
        reply = await self._dispatcher.answer(_METHOD, request)
        return _json(reply)


def _json(reply: Any) -> dict[str, Any]:
    listed = [{"name": each.name, "locationId": each.location_id} for each in reply.locations]
    return {"locations": listed} | ({"nextPageToken": reply.next_page_token} if reply.next_page_token else {})


def _error_body(refused: RefusedCall) -> dict[str, Any]:
    """Google's JSON error: code, message, status, details with their @type."""
    body = {
        "code": _HTTP.get(refused.number, 500),
        "message": refused.message,
        "status": refused.code.name,
    }
    return body | ({"details": _details(refused)} if refused.details else {})


def _details(refused: RefusedCall) -> Any:
    as_dict: Any = json_format.MessageToDict
    return as_dict(refused.status())["details"]


def _no_such_path(line: str) -> RefusedCall:
    return RefusedCall(grpc.StatusCode.NOT_FOUND, f"nothing is served at {line!r}")
