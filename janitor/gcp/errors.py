"""What an error of a call that changes something means: refused, gone, changed, or not known."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import google.auth.exceptions
import grpc
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import ErrorInfo

from janitor.apply.ports import (
    CallError,
    ChangedError,
    InvalidError,
    NotFoundError,
    PushedBackError,
    UnclearError,
)
from janitor.gcp.failures import cause, status_said

# What a call may raise. ValueError: the client itself refuses a request that it cannot send.
CALL_FAILURES = (
    GoogleAPICallError,
    RetryError,
    google.auth.exceptions.GoogleAuthError,
    grpc.RpcError,
    OSError,
    ValueError,
)
# What a code means that comes without a reason, in janitor's words: Google's text is not shown (R29).
_MEANING = {
    grpc.StatusCode.FAILED_PRECONDITION: "Google refused because of the state of the resource or of its users",
    grpc.StatusCode.PERMISSION_DENIED: "a permission is missing (docs/roles.md)",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "a quota is used up",
    grpc.StatusCode.UNIMPLEMENTED: "Google does not support this call here",
    grpc.StatusCode.INVALID_ARGUMENT: "Google does not accept the request",
}
_CODES = {code.value[0]: code for code in grpc.StatusCode if code is not grpc.StatusCode.OK}
# The call may have taken effect: the answer was lost, or speaks of a fault on Google's side.
_UNCLEAR = frozenset(
    {
        grpc.StatusCode.OK,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DATA_LOSS,
    }
)


def as_call_error(error: Exception) -> CallError:
    """An error of api_core, of grpc or of google.auth, as the core knows it; by code, never by text.

    Without a code: nothing was sent where credentials or the request itself failed, a lost connection is
    unclear.
    """
    if isinstance(error, RetryError) and isinstance(error.cause, Exception):
        return as_call_error(error.cause)
    code = _code(error)
    if code is not None:
        return _of_code(code, cause(error))
    if isinstance(error, google.auth.exceptions.GoogleAuthError | ValueError):
        return CallError(cause(error))
    return UnclearError(cause(error))


def error_of(status: Any) -> CallError:
    """A google.rpc.Status as the core knows it; an unknown code is unclear. Its message is not shown (R29).

    ABORTED is a conflict (google/rpc/code.proto), an etag of another's making among them. Whether Cloud
    Run says so by FAILED_PRECONDITION is not verified, and that code also means "actively serving", or a
    version that a tag or an index holds: it is a refusal. Either way nothing was deleted.
    """
    known = _CODES.get(status.code)
    if known is None:
        return UnclearError(f"Google answered with the unknown code {int(status.code)}")
    said = status_said(status.message, _unpacked(status.details))
    error = _of_code(known, f"{known.name}: {said}" if said else known.name)
    # Google took the call: no pace of calls is to blame, and trying again at once would not end
    return CallError(str(error)) if isinstance(error, PushedBackError) else error


def _of_code(code: grpc.StatusCode, shown: str) -> CallError:
    text = f"{code.name}: {_MEANING[code]}" if shown == code.name and code in _MEANING else shown
    if code in _UNCLEAR:
        return UnclearError(text)
    if code is grpc.StatusCode.NOT_FOUND:
        return NotFoundError(text)
    if code is grpc.StatusCode.ABORTED:
        return ChangedError(text)
    if code is grpc.StatusCode.INVALID_ARGUMENT:
        return InvalidError(text)
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return PushedBackError(text)
    return CallError(text)


def _unpacked(details: Any) -> Iterator[ErrorInfo]:
    """The ErrorInfo messages among the details of a google.rpc.Status; one that cannot be read says nothing."""
    for each in details:
        info = ErrorInfo()
        with suppress(DecodeError):
            if each.Unpack(info):
                yield info


def _code(error: Exception) -> grpc.StatusCode | None:
    """Also of an async operation's error, which has it only in its first status (api_core)."""
    if isinstance(error, GoogleAPICallError):
        if isinstance(error.grpc_status_code, grpc.StatusCode):
            return error.grpc_status_code
        inner: Any = error.errors[0] if error.errors else None
        return _CODES.get(getattr(inner, "code", None) or 0)
    if isinstance(error, grpc.aio.AioRpcError):
        return error.code()
    return None
