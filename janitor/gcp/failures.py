"""The meaning of a failed read: there is nothing to read (R4), or it is a gap."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import google.auth.exceptions
import grpc
from google.api_core.exceptions import ClientError, GoogleAPICallError, RetryError, ServerError
from google.rpc.error_details_pb2 import ErrorInfo
from httpx2 import HTTPError

from janitor.error_facts import constant, facts, own_text, recognised
from janitor.gcp.paging import BadReplyError
from janitor.model.holders import InventoryRefusal

RUN_API = "run.googleapis.com"
ARTIFACT_API = "artifactregistry.googleapis.com"
ASSET_API = "cloudasset.googleapis.com"
API_DISABLED = "SERVICE_DISABLED"
# What a read may raise. ValueError: a name or a quantity in a reply cannot be read.
READ_FAILURES = (
    GoogleAPICallError,
    RetryError,
    google.auth.exceptions.GoogleAuthError,
    BadReplyError,
    ValueError,
)
_LONGEST = 500
_DOMAIN = re.compile(r"([a-z0-9-]+\.)*googleapis\.com", re.ASCII)
_PERMISSION = re.compile(
    r"(run|artifactregistry|iam|serviceusage|resourcemanager|cloudasset|logging|monitoring)(\.[A-Za-z]{1,30}){2}",
    re.ASCII,
)
_PERMISSION_IN = re.compile(r"ermission '([A-Za-z.]{1,80})'")
# Google's known refusals, in janitor's words. Sources: the text of Cloud Run (hashicorp/waypoint#814), of Artifact
# Registry ("manifest is referenced by parent manifests"), and repository.proto on immutable tags.
_REFUSALS = {
    "actively serving": "the revision serves traffic",
    "latest revision": "it is the latest revision",
    "only revision": "it is the only revision",
    "because it is running": "it is running",
    "parent manifest": "an index refers to the image",
    "referring_manifest": "another image refers to it",
    "dangling_tag": "the image has a tag",
    "immutable": "tags of the repository are immutable",
    "is tagged": "the image has a tag",
    "etag": "it changed since it was read",
    "cleanup": "a cleanup policy of the repository is running",
}
# The text of gRPC's synchronous client for a reply that is no message of its type.
UNREADABLE_REPLY = "Exception deserializing response!"
# What gRPC's own texts mean (a connection that failed before any server answered), in janitor's words.
_CONNECTION = {
    "getting metadata from plugin failed": "no access token could be obtained",
    "proxy returned response code": "the proxy refused the connection",
    "dns resolution failed": "the host name cannot be resolved",
    "name resolution": "the host name cannot be resolved",
    "connection refused": "the connection was refused",
    "certificate": "the TLS certificate was not accepted",
    "handshake": "the TLS handshake failed",
    "connection reset": "the connection was reset",
    "socket closed": "the connection was closed",
    "deadline exceeded": "no answer in time",
    "failed to connect": "no connection could be made",
    UNREADABLE_REPLY: "the answer cannot be read",
}
# The projects of gcloud itself. User credentials without a quota project are counted against them, and
# are refused with SERVICE_DISABLED of *that* project, whatever the project that was asked about uses.
_GCLOUD = frozenset({"764086051850", "32555940559"})


def nothing_there(error: Exception, api: str, project: str, quota_project: str | None) -> str | None:
    """Why a failure is no gap, else None. Decided by codes and ErrorInfo alone, never by text.

    The API is disabled in that project, the organisation's policy forbids the location, or the method
    is not implemented there. SERVICE_DISABLED is about the consumer, which is the quota project where
    there is one: if that may be another project than the one asked about, nothing is known of this one.
    """
    if not isinstance(error, GoogleAPICallError):
        return None
    if is_unimplemented(error):
        return "UNIMPLEMENTED"
    for reason, domain, metadata in _error_infos(error):
        if reason == "LOCATION_POLICY_VIOLATED":
            return reason
        if reason == API_DISABLED and domain == "googleapis.com" and metadata.get("service") == api:
            return reason if _speaks_of(project, metadata, quota_project) else None
    return None


def inventory_refusal(error: Exception) -> InventoryRefusal:
    """Why Cloud Asset Inventory was not read (R51). Decided by codes and ErrorInfo alone, never by text.

    The API is counted for the project that calls are made from: where it is disabled there, no project's inventory can be
    read. gcloud's own project says nothing of the caller's. A missing permission is PERMISSION_DENIED with the reason
    IAM_PERMISSION_DENIED, or with none; other reasons are about perimeters, billing or the caller.
    """
    if not isinstance(error, GoogleAPICallError):
        return InventoryRefusal.FAILED
    reasons = set()
    for reason, domain, metadata in _error_infos(error):
        reasons.add(reason)
        of_api = domain == "googleapis.com" and metadata.get("service") == ASSET_API
        if reason == API_DISABLED and of_api and _consumer(metadata) not in _GCLOUD:
            return InventoryRefusal.API_DISABLED
    denied = error.grpc_status_code == grpc.StatusCode.PERMISSION_DENIED
    return (
        InventoryRefusal.NO_PERMISSION
        if denied and reasons <= {"IAM_PERMISSION_DENIED"}
        else InventoryRefusal.FAILED
    )


def is_no_method(error: Exception) -> bool:
    """Whether an emulator answers as one that does not have the method: UNIMPLEMENTED, or UNKNOWN, which is what gRPC
    makes of an exception in its own code."""
    code = error.grpc_status_code if isinstance(error, GoogleAPICallError) else None
    return code in (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNKNOWN)


def is_unimplemented(error: Exception) -> bool:
    """Whether gRPC, or the status in the body of REST, says UNIMPLEMENTED."""
    if not isinstance(error, GoogleAPICallError):
        return False
    if isinstance(error.response, Mapping):
        return error.response.get("status") == "UNIMPLEMENTED"
    return bool(error.grpc_status_code == grpc.StatusCode.UNIMPLEMENTED)


def cause(error: BaseException) -> str:
    """A failure in one line, by facts alone (R29): its code, then Google's reason, or what is known of it.

    ``PERMISSION_DENIED: IAM_PERMISSION_DENIED, permission run.services.list``. The text of a library is never
    shown; that of janitor's own errors is, without control characters.
    """
    code = _status(error)
    said = ", ".join(dict.fromkeys(_said(error)))
    if not code:
        # one of janitor's own that was made and never raised has no frame that says whose it is
        said_by_us = str(error) if isinstance(error, BadReplyError) else own_text(error)
        text = "".join(letter if letter.isprintable() else " " for letter in said_by_us)[:_LONGEST]
        return f"{type(error).__name__}: {text}" if text else facts(error)
    return f"{code}: {said}" if said else code


def status_said(message: str, details: Iterable[Any]) -> str:
    """What a google.rpc.Status says that may be shown: reasons, and a refusal that is known; "" for nothing."""
    known = recognised(Exception(message), _REFUSALS)
    return ", ".join(dict.fromkeys([*_shown_details(_infos_in(details)), *([known] if known else [])]))


def _status(error: BaseException) -> str:
    """gRPC's code, or the HTTP status in words; "" for an error that no server answered with."""
    if isinstance(error, grpc.aio.AioRpcError):
        return str(error.code().name)
    if not isinstance(error, GoogleAPICallError):
        return ""
    code = error.grpc_status_code
    if isinstance(code, grpc.StatusCode):
        return code.name
    return type(error).__name__


def _said(error: BaseException) -> Iterator[str]:
    if isinstance(error, GoogleAPICallError):
        yield from _shown_details(_error_infos(error))
        if type(error) in (GoogleAPICallError, ClientError, ServerError) and error.code is not None:
            yield f"HTTP {int(error.code)}"
        found = _PERMISSION_IN.search(error.message)
        if found and _PERMISSION.fullmatch(found[1]):
            yield f"permission {found[1]}"
    if sentence := recognised(error, {**_REFUSALS, **_CONNECTION}):
        yield sentence
    elif isinstance(error, GoogleAPICallError) and isinstance(error.__cause__, OSError | HTTPError):
        yield facts(error.__cause__)


def _shown_details(infos: Iterable[tuple[str, str, Mapping[str, str]]]) -> Iterator[str]:
    """Reasons and permissions of Google's own domains: each has a closed form."""
    for reason, domain, metadata in infos:
        if not _DOMAIN.fullmatch(domain):
            continue
        if constant(reason):
            yield reason
        permission = metadata.get("permission", "")
        if _PERMISSION.fullmatch(permission):
            yield f"permission {permission}"


def _speaks_of(project: str, metadata: Mapping[str, str], quota_project: str | None) -> bool:
    consumer = _consumer(metadata)
    if consumer in _GCLOUD:
        return False
    if consumer and not consumer.isdecimal():
        return consumer == project
    return quota_project is None or quota_project == project


def _consumer(metadata: Mapping[str, str]) -> str:
    """The project that the call was counted for, by its id or its number."""
    return metadata.get("consumer", "").removeprefix("projects/")


def _error_infos(error: GoogleAPICallError) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Reason, domain and metadata of each ErrorInfo: messages over gRPC, objects over REST."""
    yield from _infos_in(error.details or ())


def _infos_in(details: Iterable[Any]) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for detail in details:
        if isinstance(detail, ErrorInfo):
            yield detail.reason, detail.domain, dict(detail.metadata)
        elif isinstance(detail, Mapping) and str(detail.get("@type", "")).endswith("/google.rpc.ErrorInfo"):
            metadata = detail.get("metadata")
            texts = {str(k): str(v) for k, v in metadata.items()} if isinstance(metadata, Mapping) else {}
            yield str(detail.get("reason", "")), str(detail.get("domain", "")), texts
