"""What an error means, by code and never by text."""

import google.auth.exceptions
import grpc
import pytest
from google.api_core.exceptions import Aborted, FailedPrecondition, GoogleAPICallError, NotFound, RetryError
from google.rpc.status_pb2 import Status

from janitor.apply.ports import CallError, ChangedError, NotFoundError, UnclearError
from janitor.gcp.errors import as_call_error, error_of


def of_operation(code: int) -> GoogleAPICallError:
    """What api_core makes of an async operation's error: the code is in its status alone."""
    return GoogleAPICallError("no", errors=(Status(code=code, message="no"),))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotFound("no"), NotFoundError),
        (Aborted("no"), ChangedError),
        (FailedPrecondition("no"), CallError),
        (of_operation(5), NotFoundError),
        (of_operation(9), CallError),
        (of_operation(13), UnclearError),
        (GoogleAPICallError("no"), UnclearError),
        (RetryError("no", NotFound("no")), NotFoundError),
        (google.auth.exceptions.RefreshError("no"), CallError),
        (ValueError("no"), CallError),
        (ConnectionResetError("no"), UnclearError),
    ],
)
def test_an_error_is_told_by_its_code(error: Exception, expected: type[CallError]) -> None:
    told = as_call_error(error)
    assert type(told) is expected
    assert str(told).count("no") == 1


@pytest.mark.parametrize("code", list(grpc.StatusCode))
def test_a_call_and_a_status_of_one_code_mean_the_same(code: grpc.StatusCode) -> None:
    assert type(error_of(code, "no")) is type(error_of(code.value[0], "no"))


def test_a_code_that_nobody_knows_is_unclear() -> None:
    assert type(error_of(99, "no")) is UnclearError


def test_the_words_are_one_line_without_control_characters_and_of_bounded_length() -> None:
    text = str(error_of(9, "first\n\x1b[31msecond\u202e" + "x" * 9000))
    assert text.startswith("FAILED_PRECONDITION: first [31msecond")
    assert text.isprintable()
    assert len(text) <= 500
