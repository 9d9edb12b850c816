"""Which failures mean that nothing is there, and which that something stays unseen (R4)."""

import pytest
from google.api_core.exceptions import (
    Forbidden,
    GoogleAPICallError,
    InvalidArgument,
    MethodNotImplemented,
    NotFound,
    PermissionDenied,
    ServiceUnavailable,
    from_http_status,
)
from google.auth.exceptions import RefreshError
from google.rpc.error_details_pb2 import ErrorInfo

from janitor.gcp.failures import cause, nothing_there
from janitor.model.names import RepositoryName
from tests.gcp.google import disabled

RUN = "run.googleapis.com"


def why(error: Exception, project: str = "p", quota_project: str | None = None) -> str | None:
    return nothing_there(error, RUN, project, quota_project)


def refused(*details: object) -> GoogleAPICallError:
    return PermissionDenied("SERVICE_DISABLED LOCATION_POLICY_VIOLATED UNIMPLEMENTED", details=details)


def test_a_disabled_api_has_nothing() -> None:
    assert why(refused(disabled())) == "SERVICE_DISABLED"


def test_a_location_that_policy_forbids_has_nothing() -> None:
    error = refused(ErrorInfo(reason="LOCATION_POLICY_VIOLATED", domain="googleapis.com"))
    assert why(error) == "LOCATION_POLICY_VIOLATED"


def test_what_is_not_implemented_has_nothing() -> None:
    assert why(MethodNotImplemented("no such method")) == "UNIMPLEMENTED"


def test_rest_says_the_same_by_objects() -> None:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com", "metadata": {"service": RUN, "consumer": "projects/123"},
    }  # fmt: skip
    assert why(Forbidden("x", details=[info], response={"status": "PERMISSION_DENIED"})) == "SERVICE_DISABLED"


def test_not_implemented_over_rest_counts_by_its_body_alone() -> None:
    assert why(MethodNotImplemented("a proxy's own 501", response={})) is None
    assert why(MethodNotImplemented("x", response={"status": "UNIMPLEMENTED"})) == "UNIMPLEMENTED"


@pytest.mark.parametrize(
    "error",
    [
        refused(),
        refused(disabled(service="compute.googleapis.com")),
        refused(ErrorInfo(reason="SERVICE_DISABLED", domain="example.com", metadata={"service": RUN})),
        refused(ErrorInfo(reason="IAM_PERMISSION_DENIED", domain="iam.googleapis.com")),
        refused(ErrorInfo(reason="BILLING_DISABLED", domain="googleapis.com", metadata={"service": RUN})),
        NotFound("no such project"),
        InvalidArgument("x"),
        ValueError("UNIMPLEMENTED"),
    ],
)
def test_everything_else_stays_unseen_whatever_its_text_says(error: Exception) -> None:
    assert why(error) is None


@pytest.mark.parametrize(
    ("consumer", "quota_project", "expected"),
    [
        ("projects/p", "billed", "SERVICE_DISABLED"),
        ("projects/123", None, "SERVICE_DISABLED"),
        ("projects/123", "p", "SERVICE_DISABLED"),
        ("projects/billed", "billed", None),
        ("projects/123", "billed", None),
        ("projects/764086051850", None, None),
    ],
)
def test_an_api_that_is_disabled_for_another_consumer_says_nothing_of_the_project(
    consumer: str, quota_project: str | None, expected: str | None
) -> None:
    assert why(refused(disabled(consumer=consumer)), "p", quota_project) == expected


SECRET = "ya29.marker"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (PermissionDenied(SECRET), "PERMISSION_DENIED"),
        (
            PermissionDenied(f"Permission 'run.services.list' denied {SECRET}"),
            "PERMISSION_DENIED: permission run.services.list",
        ),
        (PermissionDenied(f"Permission '{SECRET}' denied"), "PERMISSION_DENIED"),
        (Forbidden(SECRET), "Forbidden"),
        (from_http_status(418, SECRET), "GoogleAPICallError: HTTP 418"),
        (
            ServiceUnavailable(f"failed to connect to all addresses {SECRET}"),
            "UNAVAILABLE: no connection could be made",
        ),
        (
            ServiceUnavailable(f"Getting metadata from plugin failed with error: {SECRET}"),
            "UNAVAILABLE: no access token could be obtained",
        ),
        (
            refused(ErrorInfo(reason="BILLING_DISABLED", domain="googleapis.com")),
            "PERMISSION_DENIED: BILLING_DISABLED",
        ),
        (refused(ErrorInfo(reason="BILLING_DISABLED", domain="evil.example")), "PERMISSION_DENIED"),
        (refused(ErrorInfo(reason=SECRET, domain="googleapis.com")), "PERMISSION_DENIED"),
        (RefreshError(SECRET, {"error": SECRET}), "RefreshError"),
        (ValueError(SECRET), "ValueError"),
    ],
)
def test_the_cause_is_told_by_facts_and_never_by_the_text_of_a_library(error: Exception, shown: str) -> None:
    assert cause(error) == shown


def test_the_cause_that_janitor_itself_found_is_told_whole() -> None:
    with pytest.raises(ValueError, match="not a regional resource name") as raised:
        RepositoryName.parse("a\x1b[31mb")
    assert cause(raised.value) == "ValueError: not a regional resource name: 'a\\x1b[31mb'"
