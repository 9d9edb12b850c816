"""What is shown of a library's error: facts from a closed set, never its text (R29)."""

import errno
import ssl

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from janitor.error_facts import facts, own_text, raised_at, recognised, shown_path, trace
from janitor.errors import LedgerError
from janitor.policy.file.spelling import project

SECRET = "xoxb-marker"


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except Exception as found:
        return found


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError(SECRET), "ValueError"),
        (KeyError(SECRET), "KeyError"),
        (OSError(errno.EACCES, SECRET, SECRET), "PermissionError: Permission denied"),
        (OSError(SECRET), "OSError"),
        (TimeoutError(SECRET), "TimeoutError: no answer in time"),
        (raised(RuntimeError(SECRET), ConnectionRefusedError(errno.ECONNREFUSED, SECRET)), "RuntimeError: Connection refused"),
        (
            requests.ConnectionError(MaxRetryError(None, SECRET, NewConnectionError(None, SECRET))),  # type: ignore[arg-type]
            "ConnectionError",
        ),
        (ExceptionGroup(SECRET, [OSError(errno.ENOSPC, SECRET)]), "ExceptionGroup: No space left on device"),
        (LedgerError("janitor's own"), "janitor's own"),
    ],
)  # fmt: skip
def test_an_error_is_shown_by_its_type_and_its_code(error: Exception, shown: str) -> None:
    assert facts(error) == shown


def test_a_tls_error_is_shown_by_its_reason() -> None:
    error = ssl.SSLCertVerificationError(1, SECRET)
    error.reason = "CERTIFICATE_VERIFY_FAILED"
    assert facts(error) == "SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED"
    error.reason = SECRET
    assert facts(error) == "SSLCertVerificationError: TLS failed"


def test_a_trace_names_places_and_types_and_no_text() -> None:
    error = raised(RuntimeError(SECRET), raised(OSError(errno.EACCES, SECRET)))
    assert "test_error_facts.py" in trace(error)
    assert "RuntimeError" in trace(error)
    assert "PermissionError: Permission denied" in trace(error)
    assert SECRET not in trace(error)


def test_the_text_of_an_error_is_shown_where_janitor_raised_it() -> None:
    with pytest.raises(ValueError, match="project") as of_janitor:
        project("NO PROJECT")
    assert own_text(of_janitor.value) == str(of_janitor.value)
    assert raised_at(of_janitor.value).startswith("janitor/policy/")
    of_another = raised(ValueError(SECRET))
    assert own_text(of_another) == ""
    assert raised_at(of_another) == ""


def test_a_text_selects_a_sentence_and_is_not_shown() -> None:
    assert (
        recognised(ValueError(f"{SECRET} Connection Refused"), {"connection refused": "refused"}) == "refused"
    )
    assert recognised(ValueError(SECRET), {"connection refused": "refused"}) == ""


@pytest.mark.parametrize(
    "path", ["/etc/keys/key.json", "./key", "../a/b", "key.json", "dir/key.yaml", "/a b/ü.json"]
)
def test_a_path_is_shown(path: str) -> None:
    assert shown_path(path) == path


@pytest.mark.parametrize(
    "value",
    [
        '{"private_key": "x"}', "-----BEGIN PRIVATE KEY-----", "eyJ0eXBlIjoic2VydmljZV9hY2NvdW50In0", "xoxb-1-2-abc",
        "https://hooks.slack.com/services/T/B/x.json", "postgresql://jan:open@host/db", "/" + "a" * 300, "/a\nb", "",
    ],
)  # fmt: skip
def test_what_is_no_path_is_not_shown(value: str) -> None:
    assert shown_path(value) == ""
