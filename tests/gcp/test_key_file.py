"""A key file that cannot be used: one sentence, which quotes nothing of it."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

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
