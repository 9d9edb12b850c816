"""What an error means, by code and never by text."""

import google.auth.exceptions
import grpc
import pytest
from google.api_core.exceptions import Aborted, FailedPrecondition, GoogleAPICallError, NotFound, RetryError
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from janitor.apply.ports import CallError, ChangedError, NotFoundError, UnclearError
from janitor.gcp.errors import as_call_error, error_of

SECRET = "xoxb-marker"


def of_operation(code: int) -> GoogleAPICallError:
    """What api_core makes of an async operation's error: the code is in its status alone."""
    return GoogleAPICallError(SECRET, errors=(Status(code=code, message=SECRET),))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotFound(SECRET), NotFoundError),
        (Aborted(SECRET), ChangedError),
        (FailedPrecondition(SECRET), CallError),
        (of_operation(5), NotFoundError),
        (of_operation(9), CallError),
        (of_operation(13), UnclearError),
        (GoogleAPICallError(SECRET), UnclearError),
        (RetryError(SECRET, NotFound(SECRET)), NotFoundError),
        (google.auth.exceptions.RefreshError(SECRET), CallError),
        (ValueError(SECRET), CallError),
        (ConnectionResetError(SECRET), UnclearError),
    ],
)
def test_an_error_is_told_by_its_code(error: Exception, expected: type[CallError]) -> None:
    told = as_call_error(error)
    assert type(told) is expected
    assert SECRET not in str(told)


@pytest.mark.parametrize(
    "code", [each for each in grpc.StatusCode if each is not grpc.StatusCode.RESOURCE_EXHAUSTED]
)
def test_a_call_and_a_status_of_one_code_mean_the_same(code: grpc.StatusCode) -> None:
    call = grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details=SECRET)
    operation = error_of(Status(code=code.value[0], message=SECRET))
    assert type(as_call_error(call)) is type(operation)
    if code is not grpc.StatusCode.OK:
        assert str(operation).startswith(code.name)
    assert SECRET not in str(operation)


def test_a_code_that_nobody_knows_is_unclear() -> None:
    assert type(error_of(Status(code=99, message=SECRET))) is UnclearError


def test_a_status_shows_the_reason_and_the_permission_of_its_details() -> None:
    status = Status(code=7, message=SECRET)
    info = ErrorInfo(reason="IAM_PERMISSION_DENIED", domain="iam.googleapis.com", metadata={"x": SECRET})
    info.metadata["permission"] = "run.services.delete"
    status.details.add().Pack(info)
    assert str(error_of(status)) == (
        "PERMISSION_DENIED: IAM_PERMISSION_DENIED, permission run.services.delete"
    )


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "Revision 'a' cannot be directly deleted because it is actively serving.",
            "the revision serves traffic",
        ),
        ("manifest is referenced by parent manifests", "an index refers to the image"),
        ("Tags are immutable", "tags of the repository are immutable"),
        ("anything else", "Google refused because of the state of the resource or of its users"),
    ],
)
def test_a_known_refusal_is_told_in_our_words(message: str, shown: str) -> None:
    assert str(error_of(Status(code=9, message=f"{message} {SECRET}"))) == f"FAILED_PRECONDITION: {shown}"
