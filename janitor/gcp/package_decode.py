"""Packages, versions, tags and files, as raw protobuf, read into the model. ValueError: cannot be read.

Names are kept as Google writes them: how it escapes what is no slash is not stated (package.proto,
version.proto), and a delete carries the name that was listed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from janitor.gcp.run_values import time_of
from janitor.model.names import RepositoryName
from janitor.model.resources import Package, Version
from janitor.model.text import nfc


def package(message: Any, repository: RepositoryName) -> Package:
    """A google.devtools.artifactregistry.v1.Package of this repository, its versions not read yet."""
    id_ = _id(message.name, f"{repository}/packages/")
    return Package(message.name, nfc(unquote(id_)), _epoch(message.create_time), _epoch(message.update_time))


def version(message: Any, package: str, tags: Mapping[str, tuple[str, ...]]) -> Version:
    """A google.devtools.artifactregistry.v1.Version of a package (its full name); its size is not in it.

    `tags` are by the version's id.
    """
    id_ = _id(message.name, f"{package}/versions/")
    return Version(id_, tags.get(id_, ()), _epoch(message.create_time), _epoch(message.update_time), None)


class File(NamedTuple):
    """A file of a repository. `owner` is the full name of the version that owns it, or empty."""

    name: str
    owner: str
    size_bytes: int


def file(message: Any) -> File:
    """A google.devtools.artifactregistry.v1.File."""
    return File(message.name, message.owner, message.size_bytes)


def tag(message: Any, package: str) -> tuple[str, str]:
    """The tag as people write it, and the id of the version that it points at (tag.proto)."""
    name = unquote(_id(message.name, f"{package}/tags/"))
    _, separator, id_ = message.version.rpartition("/versions/")
    if not separator or not id_:
        raise ValueError(f"the tag {message.name!r} does not point at a version: {message.version!r}")
    return name, id_


def _id(name: str, prefix: str) -> str:
    id_ = name.removeprefix(prefix)
    if not name.startswith(prefix) or not id_ or "/" in id_:
        raise ValueError(f"not a name below {prefix}: {name!r}")
    return id_


def _epoch(time: Any) -> float | None:
    """Epoch seconds; None where it is unset, or the epoch itself (R5)."""
    return found.timestamp() if (found := time_of(time)) else None
