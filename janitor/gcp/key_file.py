"""Key file: Google credentials on disk, checked before google-auth reads them, so that no error can quote them."""

import json
import os
import re
import stat
from collections.abc import Mapping
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from google.auth import _cloud_sdk, environment_vars

from janitor.error_facts import shown_path
from janitor.errors import ObservationError

VARIABLE = environment_vars.CREDENTIALS
# The longest known files (external accounts with an inline certificate) have a few kilobytes.
_LARGEST = 1 << 20
# google.auth's own list (google/auth/_default.py).
_TYPES = (
    "authorized_user",
    "service_account",
    "external_account",
    "external_account_authorized_user",
    "impersonated_service_account",
    "gdch_service_account",
)
# The fields that google-auth cannot do without, by type, and what each must be.
_TEXT, _OBJECT = "text", "an object"
_OAUTH = dict.fromkeys(("client_id", "client_secret", "refresh_token"), _TEXT)
_FIELDS: Mapping[str, Mapping[str, str]] = {
    "authorized_user": _OAUTH,
    "service_account": dict.fromkeys(("client_email", "private_key", "token_uri"), _TEXT),
    "external_account": {
        **dict.fromkeys(("audience", "subject_token_type", "token_url"), _TEXT),
        "credential_source": _OBJECT,
    },
    "external_account_authorized_user": {**_OAUTH, "token_url": _TEXT},
    "impersonated_service_account": {
        "service_account_impersonation_url": _TEXT,
        "source_credentials": _OBJECT,
    },
    "gdch_service_account": dict.fromkeys(
        ("format_version", "name", "private_key", "private_key_id", "project", "token_uri"), _TEXT
    ),
}
# What may stand behind an impersonated account (google/auth/impersonated_credentials.py).
_SOURCE = "source_credentials"
_SOURCE_TYPES = ("authorized_user", "service_account", "external_account_authorized_user")
_IMPERSONATION = re.compile(r"\S*/[^/\s]+:generateAccessToken")
_LOGIN = "run `gcloud auth application-default login` again"
_DOWNLOAD = "download the key again"
_RENEW = {
    "authorized_user": _LOGIN,
    "external_account_authorized_user": _LOGIN,
    "impersonated_service_account": f"{_LOGIN}, with --impersonate-service-account",
    "external_account": "create the file again with `gcloud iam workload-identity-pools create-cred-config`",
}


def check_key_file() -> str:
    """The file that the default credentials come from, as people may see it; "" where there is none.

    ObservationError, in one sentence that quotes nothing of the file: it cannot be read, or holds no credentials.
    """
    named = os.environ.get(VARIABLE)
    if named is None:
        path = str(_cloud_sdk.get_application_default_credentials_path())  # type: ignore[no-untyped-call]
        if not os.path.isfile(path):
            return ""
        shown = shown_path(path) or "gcloud's application default credentials"
    else:
        path, shown = named, _shown_variable(named)
    _check_content(_read(path, shown), shown)
    return shown


def _shown_variable(value: str) -> str:
    """How to name the file. ObservationError where the value is a key and not the path of one."""
    if value.lstrip().startswith(("{", "[", '"', "-----")):
        raise ObservationError(
            f"{VARIABLE} contains a document, but must be the path of a file with the key."
            f" Write the key to a file and set {VARIABLE} to its path"
        )
    path = shown_path(value)
    return f"{VARIABLE}={path}" if path else f"the file that {VARIABLE} names"


def _read(path: str, shown: str) -> bytes:
    try:
        kind = os.stat(path).st_mode
        if stat.S_ISDIR(kind):
            raise ObservationError(
                f"{shown} is a folder, not a key file. If it is a mount, the file to mount did not exist; set"
                f" {VARIABLE} to the file in it"
            )
        if not stat.S_ISREG(kind):
            raise ObservationError(f"{shown} is not a regular file: write the key to a regular file")
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise ObservationError(f"{shown} does not exist: set {VARIABLE} to a key file, or unset it") from None
    except PermissionError:
        raise ObservationError(
            f"{shown} cannot be read by this user (uid {os.getuid()}): make the user the owner of the file, or give it read access"
        ) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise ObservationError(f"{shown} cannot be read ({why}): set {VARIABLE} to a key file") from None
    except ValueError:
        raise ObservationError(f"{shown} is not a path: set {VARIABLE} to a key file") from None
    if len(data) > _LARGEST:
        raise ObservationError(
            f"{shown} is larger than 1 MiB, too large for a key file: download the key again"
        )
    return data


def _check_content(data: bytes, shown: str) -> None:
    if not data.strip():
        raise ObservationError(f"{shown} is empty: download the key again")
    try:
        content: Any = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ObservationError(
            f"{shown} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8, or download the key again"
        ) from None
    except JSONDecodeError as error:
        bom = " because it begins with a byte order mark" if data.startswith(b"\xef\xbb\xbf") else ""
        raise ObservationError(
            f"{shown} is not JSON{bom} (line {error.lineno}, column {error.colno}): download the key again"
        ) from None
    except (ValueError, RecursionError):
        raise ObservationError(f"{shown} is not a key file: download the key again") from None
    if not isinstance(content, dict):
        raise ObservationError(f"{shown} is JSON, but not an object with a type: download the key again")
    if content.get("type") not in _TYPES:
        client = " It looks like an OAuth client." if {"installed", "web"} & set(content) else ""
        raise ObservationError(
            f"{shown} has no known type.{client} Credentials have one of {', '.join(_TYPES)}"
        )
    if wrong := _wrong_field(content, ""):
        raise ObservationError(f"{shown}: {wrong}: {_RENEW.get(content['type'], _DOWNLOAD)}")


def _wrong_field(content: Mapping[str, Any], within: str) -> str:
    """The first field that is missing, or is not of its type, by name and never by its value; "" for none."""
    kind = content["type"]
    for name, form in _FIELDS[kind].items():
        if content.get(name) is None:
            return f"the field {within}{name} is missing, which credentials of type {kind} need"
        if not isinstance(content[name], dict if form is _OBJECT else str):
            return f"the field {within}{name} must be {form}"
    if kind != "impersonated_service_account":
        return ""
    if not _IMPERSONATION.fullmatch(content["service_account_impersonation_url"]):
        return "the field service_account_impersonation_url must end in /ACCOUNT:generateAccessToken"
    if content[_SOURCE].get("type") not in _SOURCE_TYPES:
        return f"the field {_SOURCE}.type must be one of {', '.join(_SOURCE_TYPES)}"
    return _wrong_field(content[_SOURCE], f"{_SOURCE}.")
