"""Where Cloud Run and Artifact Registry are: each API names its own locations."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx2
from google.api_core.exceptions import ServiceUnavailable, from_http_status
from google.cloud.location.locations_pb2 import ListLocationsRequest

from janitor.error_facts import facts
from janitor.gcp.channels import Clients
from janitor.gcp.paging import BadReplyError, check_token, same, unheard
from janitor.gcp.retry import READ_RETRY, READ_TIMEOUT
from janitor.model.repeated import each_once

_PAGE_SIZE = 1000
OnRepeated = Callable[[tuple[str, ...]], None]


async def run_locations(clients: Clients, project: str, on_repeated: OnRepeated = unheard) -> tuple[str, ...]:
    """Every location of Cloud Run in a project, sorted.

    Over REST v1: run_v2's clients cannot list them. Raises GoogleAPICallError, or BadReplyError (a
    reply that cannot be read, a repeated page, or none at all, for Google lists every region there is).
    """
    url = f"{clients.run_http}/v1/projects/{quote(project, safe=':')}/locations"
    found: list[str] = []
    seen: set[str] = set()
    token = ""
    while True:
        params = {"pageToken": token} if token else {}
        body = await READ_RETRY(_get)(clients, url, params)
        found += _location_ids(body, url)
        token = body.get("nextPageToken") or ""
        if not isinstance(token, str):
            raise BadReplyError(f"GET {url}: nextPageToken is not text")
        check_token(token, seen)
        if not token:
            return _some(found, url, on_repeated)


async def artifact_locations(
    clients: Clients, project: str, on_repeated: OnRepeated = unheard
) -> tuple[str, ...]:
    """Every location of Artifact Registry in a project, sorted; multi-regions (``us``) are among them."""
    name = f"projects/{project}"
    found: list[str] = []
    seen: set[str] = set()
    token = ""
    while True:
        request = ListLocationsRequest(name=name, page_size=_PAGE_SIZE, page_token=token)
        reply = await clients.artifacts.list_locations(request, retry=READ_RETRY, timeout=READ_TIMEOUT)
        found += [each.location_id or each.name.rpartition("/")[2] for each in reply.locations]
        token = reply.next_page_token
        check_token(token, seen)
        if not token:
            return _some(found, name, on_repeated)


async def _get(clients: Clients, url: str, params: Mapping[str, str]) -> dict[str, Any]:
    """One page. Errors come as google.api_core's, with the error object of the body as `response`."""
    try:
        response = await clients.http.get(url, params=dict(params))
    except httpx2.HTTPError as error:
        unreachable: Any = ServiceUnavailable
        raise unreachable(f"{url}: {facts(error)}") from error
    # errors carry the header too
    clients.google_time.note(response.headers.get("date"))
    body = _json_object(response)
    if response.status_code != httpx2.codes.OK:
        found = body.get("error")
        problem: dict[str, Any] = found if isinstance(found, dict) else {}
        details = problem.get("details")
        as_error: Any = from_http_status
        raise as_error(
            response.status_code,
            f"GET {url}: {problem.get('message') or response.reason_phrase}",
            details=details if isinstance(details, list) else (),
            response=problem,
        )
    return body


def _json_object(response: httpx2.Response) -> dict[str, Any]:
    """The body; an empty object where an error has none that can be read."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    if response.status_code == httpx2.codes.OK:
        raise BadReplyError(f"GET {response.url}: the answer is not a JSON object")
    return {}


def _location_ids(body: Mapping[str, Any], url: str) -> list[str]:
    """By locationId: `name` may lack its ``projects/`` (recorded: ``P/locations/asia-east1``)."""
    rows = body.get("locations") or []
    if not isinstance(rows, list):
        raise BadReplyError(f"GET {url}: locations is not a list")
    ids = [row.get("locationId") if isinstance(row, dict) else None for row in rows]
    if not all(isinstance(each, str) and each for each in ids):
        raise BadReplyError(f"GET {url}: a location without locationId")
    return [str(each) for each in ids]


def _some(found: list[str], where: str, on_repeated: OnRepeated) -> tuple[str, ...]:
    if not found:
        raise BadReplyError(f"{where}: no location is listed")
    once, repeated = each_once(found, same)
    if repeated:
        on_repeated(repeated)
    return tuple(sorted(once))
