"""A key file that cannot be used: one sentence, which quotes nothing of it."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from janitor.errors import ObservationError
from janitor.gcp.credentials import default_project, load_credentials
from janitor.gcp.key_file import VARIABLE, check_key_file

SECRET = "-----BEGIN PRIVATE KEY-----\nMARKER"
KEY = {"type": "service_account", "note": "poste de René", "private_key": SECRET}


def refusal(monkeypatch: pytest.MonkeyPatch, value: str) -> str:
    monkeypatch.setenv(VARIABLE, value)
    told = []
    for ask in (load_credentials, default_project, check_key_file):
        with pytest.raises(ObservationError) as raised:
            ask()
        told.append(str(raised.value))
    assert raised.value.exit_code == 3
    assert len(set(told)) == 1
    assert "MARKER" not in told[0]
    assert "\n" not in told[0]
    return told[0]


def latin1(path: Path) -> None:
    path.write_bytes(json.dumps(KEY, ensure_ascii=False).encode("latin-1"))


def utf16(path: Path) -> None:
    path.write_bytes(json.dumps(KEY).encode("utf-16"))


def truncated(path: Path) -> None:
    path.write_text(json.dumps(KEY)[:-9])


CONTENTS: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: None, "does not exist"),
    (lambda path: path.mkdir(), "is a folder"),
    (lambda path: os.mkfifo(path), "not a regular file"),
    (lambda path: path.write_text(" \n"), "is empty"),
    (lambda path: path.write_text(SECRET), r"is not JSON \(line 1, column 1\)"),
    (lambda path: path.write_text(json.dumps([KEY])), "not an object"),
    (lambda path: path.write_text(json.dumps(KEY | {"type": SECRET})), "no known type"),
    (lambda path: path.write_text(json.dumps({"installed": {"client_secret": SECRET}})), "OAuth client"),
    (lambda path: path.write_text(json.dumps(KEY), encoding="utf-8-sig"), "byte order mark"),
    (lambda path: path.write_text("[" * 100_000), "JSON|key file"),
    (lambda path: path.write_text(json.dumps(KEY) + " " * (1 << 20)), "larger than 1 MiB"),
    (truncated, "is not JSON"),
    (latin1, "not UTF-8"),
    (utf16, "not UTF-8"),
    (lambda path: path.write_bytes(b"\x00" * 9), "is not JSON"),
]


@pytest.mark.parametrize(("make", "told"), CONTENTS)
def test_key_file_unreadable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make: Callable[[Path], object], told: str
) -> None:
    path = tmp_path / "key.json"
    make(path)
    message = refusal(monkeypatch, str(path))
    assert str(path) in message
    assert re.search(told, message)


@pytest.mark.parametrize("make", [latin1, utf16])
def test_key_in_another_encoding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make: Callable[[Path], object]
) -> None:
    make(tmp_path / "key.json")
    assert "save it as UTF-8" in refusal(monkeypatch, str(tmp_path / "key.json"))


PERSON = {
    "type": "authorized_user",
    "client_id": "MARKER",
    "client_secret": "MARKER",
    "refresh_token": "MARKER",
}
IMPERSONATED = {
    "type": "impersonated_service_account",
    "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/MARKER/a@b.c:generateAccessToken",
    "source_credentials": PERSON,
}
EXTERNAL = {
    "type": "external_account", "audience": "MARKER", "subject_token_type": "MARKER", "token_url": "MARKER",
    "credential_source": {"file": "MARKER"},
}  # fmt: skip
WHOLE_KEY = KEY | {"client_email": "MARKER", "token_uri": "MARKER"}
GDCH = {
    "type": "gdch_service_account", "format_version": "1", "project": "MARKER", "private_key_id": "MARKER",
    "private_key": SECRET, "name": "MARKER", "token_uri": "MARKER",
}  # fmt: skip
MALFORMED: list[tuple[dict[str, Any], str]] = [
    (IMPERSONATED | {"source_credentials": None}, "the field source_credentials is missing"),
    (IMPERSONATED | {"source_credentials": "MARKER"}, "the field source_credentials must be an object"),
    (IMPERSONATED | {"source_credentials": {}}, "the field source_credentials.type must be one of authorized_user"),
    (
        IMPERSONATED | {"source_credentials": {"type": ["MARKER"]}},
        "the field source_credentials.type must be one of",
    ),
    (
        IMPERSONATED | {"source_credentials": {**PERSON, "refresh_token": None}},
        "the field source_credentials.refresh_token is missing, which credentials of type authorized_user need",
    ),
    (IMPERSONATED | {"service_account_impersonation_url": 7}, "service_account_impersonation_url must be text"),
    (
        IMPERSONATED | {"service_account_impersonation_url": "MARKER:generateAccessToken"},
        "service_account_impersonation_url must end in /ACCOUNT:generateAccessToken",
    ),
    (IMPERSONATED | {"service_account_impersonation_url": "https://h/MARKER"}, "must end in /ACCOUNT"),
    (PERSON | {"client_secret": None}, "the field client_secret is missing"),
    (PERSON | {"client_id": 7}, "the field client_id must be text"),
    (EXTERNAL | {"credential_source": "MARKER"}, "the field credential_source must be an object"),
    (EXTERNAL | {"token_url": None}, "the field token_url is missing"),
    (PERSON | {"type": "external_account_authorized_user"}, "the field token_url is missing"),
    (WHOLE_KEY | {"private_key": {"MARKER": 1}}, "the field private_key must be text"),
    (WHOLE_KEY | {"client_email": None}, "the field client_email is missing"),
    (GDCH | {"name": None}, "the field name is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "told"), MALFORMED)
def test_a_field_that_is_missing_or_wrong_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: dict[str, Any], told: str
) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))
    message = refusal(monkeypatch, str(path))
    assert message.startswith(f"{VARIABLE}={path}: ")
    assert told in message
    assert "gcloud" in message or "download the key again" in message


@pytest.mark.parametrize("content", [IMPERSONATED, PERSON, EXTERNAL, WHOLE_KEY, GDCH])
def test_a_file_with_every_field_passes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: dict[str, Any]
) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(content))
    monkeypatch.setenv(VARIABLE, str(path))
    assert check_key_file() == f"{VARIABLE}={path}"


@pytest.mark.parametrize(
    "content", [PERSON | {"expiry": 7}, EXTERNAL | {"credential_source": {"file": ["MARKER"]}}]
)
def test_an_optional_field_that_google_auth_cannot_use_is_told_without_its_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: dict[str, Any]
) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(content))
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.raises(ObservationError, match="a field in it is missing or invalid") as raised:
        load_credentials()
    assert "MARKER" not in str(raised.value)


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device_is_no_key_file(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    assert "not a regular file" in refusal(monkeypatch, device)


@pytest.mark.skipif(os.getuid() == 0, reason="the superuser may read every file")
def test_a_file_of_another_user_is_named_with_the_uid(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "key.json"
    path.write_text("{}")
    path.chmod(0)
    assert f"uid {os.getuid()}" in refusal(monkeypatch, str(path))


def test_a_file_that_the_system_refuses_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text("{}")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, SECRET, SECRET)

    monkeypatch.setattr(Path, "open", refuse)
    assert f"uid {os.getuid()}" in refusal(monkeypatch, str(path))


@pytest.mark.parametrize(
    "value",
    [json.dumps(KEY), SECRET, "MARKER" * 60, "https://host/MARKER", "\x7fMARKER", "a" * 5000 + "MARKER"],
)
def test_a_key_in_place_of_a_path_is_not_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert VARIABLE in refusal(monkeypatch, value)


def test_the_file_of_gcloud_is_checked_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    utf16(tmp_path / "application_default_credentials.json")
    with pytest.raises(ObservationError, match="not UTF-8") as raised:
        load_credentials()
    assert f"{tmp_path}/application_default_credentials.json" in str(raised.value)
    assert "MARKER" not in str(raised.value)


def test_a_key_whose_pem_is_broken_is_told_without_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "key.json"
    path.write_text(
        json.dumps(KEY | {"client_email": "a@b", "token_uri": "https://oauth2.googleapis.com/token"})
    )
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.raises(ObservationError, match="no usable Google credentials") as raised:
        load_credentials()
    assert "MARKER" not in str(raised.value)
