"""What a failed read means: that there is nothing to read (R4), or that something stays unseen."""

from collections.abc import Iterator, Mapping
from typing import Any

import google.auth.exceptions
import grpc
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.rpc.error_details_pb2 import ErrorInfo

from janitor.gcp.paging import BadReplyError

RUN_API = "run.googleapis.com"
ARTIFACT_API = "artifactregistry.googleapis.com"
# What a read may raise. ValueError: a name or a quantity in a reply cannot be read.
READ_FAILURES = (
    GoogleAPICallError,
    RetryError,
    google.auth.exceptions.GoogleAuthError,
    BadReplyError,
    ValueError,
)
_LONGEST = 500
# The projects of gcloud itself. User credentials without a quota project are counted against them, and
# are refused with SERVICE_DISABLED of *that* project, whatever the project that was asked about uses.
_GCLOUD = frozenset({"764086051850", "32555940559"})


def nothing_there(error: Exception, api: str, project: str, quota_project: str | None) -> str | None:
    """Why a failure is no gap, else None. Decided by codes and ErrorInfo alone, never by text.

    The API is disabled in that project, the organisation's policy forbids the location, or the method
    is not implemented there. SERVICE_DISABLED speaks of the consumer, which is the quota project where
    there is one: if that may be another project than the one asked about, nothing is known of this one.
    """
    if not isinstance(error, GoogleAPICallError):
        return None
    if is_unimplemented(error):
        return "UNIMPLEMENTED"
    for reason, domain, metadata in _error_infos(error):
        if reason == "LOCATION_POLICY_VIOLATED":
            return reason
        if reason == "SERVICE_DISABLED" and domain == "googleapis.com" and metadata.get("service") == api:
            return reason if _speaks_of(project, metadata, quota_project) else None
    return None


def is_unimplemented(error: Exception) -> bool:
    """Whether gRPC, or the status in the body of REST, says UNIMPLEMENTED."""
    if not isinstance(error, GoogleAPICallError):
        return False
    if isinstance(error.response, Mapping):
        return error.response.get("status") == "UNIMPLEMENTED"
    return bool(error.grpc_status_code == grpc.StatusCode.UNIMPLEMENTED)


def cause(error: Exception) -> str:
    """A failure in one line: its kind, and what Google says first, without control characters."""
    message = error.message if isinstance(error, GoogleAPICallError) else str(error)
    line = next(iter(str(message).strip().splitlines()), "")
    shown = "".join(letter if letter.isprintable() else " " for letter in line)[:_LONGEST]
    return f"{_status(error)}: {shown}" if shown else _status(error)


def _status(error: Exception) -> str:
    code = getattr(error, "grpc_status_code", None)
    return code.name if isinstance(code, grpc.StatusCode) else type(error).__name__


def _speaks_of(project: str, metadata: Mapping[str, str], quota_project: str | None) -> bool:
    consumer = metadata.get("consumer", "").removeprefix("projects/")
    if consumer in _GCLOUD:
        return False
    if consumer and not consumer.isdecimal():
        return consumer == project
    return quota_project is None or quota_project == project


def _error_infos(error: GoogleAPICallError) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Reason, domain and metadata of each ErrorInfo: messages over gRPC, objects over REST."""
    details: Any = error.details or ()
    for detail in details:
        if isinstance(detail, ErrorInfo):
            yield detail.reason, detail.domain, dict(detail.metadata)
        elif isinstance(detail, Mapping) and str(detail.get("@type", "")).endswith("/google.rpc.ErrorInfo"):
            metadata = detail.get("metadata")
            texts = {str(k): str(v) for k, v in metadata.items()} if isinstance(metadata, Mapping) else {}
            yield str(detail.get("reason", "")), str(detail.get("domain", "")), texts
