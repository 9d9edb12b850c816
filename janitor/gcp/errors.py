"""What an error of a call that changes something means: refused, gone, changed, or not known."""

from typing import Any

import google.auth.exceptions
import grpc
from google.api_core.exceptions import GoogleAPICallError, RetryError

from janitor.apply.ports import CallError, ChangedError, InvalidError, NotFoundError, UnclearError
from janitor.gcp.failures import cause

# What a call may raise. ValueError: the client itself refuses a request that it cannot send.
CALL_FAILURES = (
    GoogleAPICallError,
    RetryError,
    google.auth.exceptions.GoogleAuthError,
    grpc.RpcError,
    OSError,
    ValueError,
)
_LONGEST = 500
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
        words = error.message if isinstance(error, GoogleAPICallError) else cause(error)
        return error_of(code, str(words))
    if isinstance(error, google.auth.exceptions.GoogleAuthError | ValueError):
        return CallError(_line(cause(error)))
    return UnclearError(_line(cause(error)))


def error_of(code: grpc.StatusCode | int, message: str) -> CallError:
    """A code and Google's words, of a call or of a google.rpc.Status; an unknown number is unclear.

    ABORTED is a conflict (google/rpc/code.proto), an etag of another's making among them. Whether Cloud
    Run says so by FAILED_PRECONDITION is not verified, and that code also means "actively serving", or a
    version that a tag or an index holds: it is a refusal in Google's words. Either way nothing went.
    """
    known = code if isinstance(code, grpc.StatusCode) else _CODES.get(code)
    if known is None:
        return UnclearError(_line(f"code {code}: {message}"))
    text = _line(f"{known.name}: {message}")
    if known in _UNCLEAR:
        return UnclearError(text)
    if known is grpc.StatusCode.NOT_FOUND:
        return NotFoundError(text)
    if known is grpc.StatusCode.ABORTED:
        return ChangedError(text)
    if known is grpc.StatusCode.INVALID_ARGUMENT:
        return InvalidError(text)
    return CallError(text)


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


def _line(text: str) -> str:
    """One line without control characters: the words are Google's, but a name in them may be anyone's."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:_LONGEST]
