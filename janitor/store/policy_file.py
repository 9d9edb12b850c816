"""The policy file on disk, its reference files beside it, and the one that ships with janitor."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import janitor
from janitor.errors import PolicyFileError
from janitor.model.text import show
from janitor.policy.file.document import parse_policies
from janitor.policy.file.source import LARGEST_BYTES
from janitor.policy.model import Policies
from janitor.policy.warnings import warnings

_LARGEST_REFERENCE_FILE = 64 << 20
_SHIPPED, _SHIPPED_TESTS = "policies.yaml", "policies.test.yaml"


# What stands in files of credentials, in UTF-8 and UTF-16.
_OF_KEYS = tuple(
    mark.encode(encoding)
    for mark in ("PRIVATE KEY-----", '"refresh_token"', '"credential_source"', '"source_credentials"')
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
# The place in the shipped file where a scope goes.
_COMMENTED_SCOPE = """\
# Without a scope: the project of your credentials, in all locations. To name projects instead:
# scope:
#   projects: [my-project]
"""


def load_policies(path: Path) -> Policies:
    """Read a policy file; its reference files are named from its own folder.

    PolicyFileError: it cannot be read (the message says the way out), or what it says is wrong.
    """
    return _parsed(path, _policy_bytes(path))


def load_with_warnings(path: Path, now: datetime) -> tuple[Policies, tuple[str, ...]]:
    """A policy file, and what is legal in it and yet wrong, a line each."""
    data = _policy_bytes(path)
    policies = _parsed(path, data)
    return policies, warnings(data, str(path), policies, now)


def _parsed(path: Path, data: bytes) -> Policies:
    if any(mark in data for mark in _OF_KEYS):
        # mistakes in a policy file are told with the words that are wrong
        raise PolicyFileError(
            f"{path}: this is a file with credentials, not a policy file: name the policy file"
        )
    return parse_policies(data, str(path), lambda name: _reference_file(path.parent / name))


def _policy_bytes(path: Path) -> bytes:
    try:
        # One byte more than is allowed is enough to be told that it is too large.
        return _read(path, LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise PolicyFileError(
            f"{path}: this file does not exist: `janitor init` writes one, --policies FILE names another"
        ) from None
    except IsADirectoryError:
        raise PolicyFileError(
            f"{path}: this is a folder: name the file in it, such as {path}/{_SHIPPED}"
        ) from None
    except (OSError, ValueError) as error:
        told = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise PolicyFileError(
            f"{show(str(path))}: cannot be read ({told}): fix this, or name another file"
        ) from None


def tests_beside(path: Path) -> Path:
    """Where the tests of a policy file stand unless something else is said: ``policies.test.yaml``."""
    return path.with_name(f"{path.stem}.test{path.suffix or '.yaml'}")


def tests_file(path: Path) -> bytes:
    """The bytes of a file of tests; PolicyFileError where it cannot be read."""
    try:
        return _read(path, LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        told = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise PolicyFileError(
            f"{show(str(path))[1:-1]}: cannot be read ({told}): docs/policies.md says how to write tests; "
            "`janitor init` writes the tests of the default policies"
        ) from None


def default_tests_text() -> str:
    """The tests of the shipped policy file, as they stand."""
    return _shipped_text(_SHIPPED_TESTS)


def default_policies() -> Policies:
    """The shipped policy file, which names no project and no reference file."""
    return parse_policies(default_text().encode(), f"{_SHIPPED} (shipped)", _no_reference_file)


def default_text() -> str:
    """The shipped policy file as it stands, comments and all.

    It lies within an installed package, and at the top of a checkout.
    """
    return _shipped_text(_SHIPPED)


def _shipped_text(name: str) -> str:
    package = Path(janitor.__file__).parent
    for folder in (package, package.parent):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise PolicyFileError(f"{package / name}: missing from this installation: install janitor again")


def text_for(projects: Sequence[str]) -> str:
    """The shipped policy file, with these projects (checked IDs) in its scope; none: as it stands."""
    if not projects:
        return default_text()
    scope = f"# Where janitor may delete:\nscope:\n  projects: [{', '.join(projects)}]\n"
    return default_text().replace(_COMMENTED_SCOPE, scope)


def _reference_file(path: Path) -> bytes:
    data = _read(path, _LARGEST_REFERENCE_FILE + 1)
    if len(data) > _LARGEST_REFERENCE_FILE:
        raise ValueError("it is over 64 MiB")
    return data


def _no_reference_file(name: str) -> bytes:
    raise FileNotFoundError(2, "the shipped policies have no files beside them", name)


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)
