"""Image references as workloads write them, read into what Artifact Registry calls them."""

import re
from dataclasses import dataclass

from janitor.model.names import DOCKER_HOST_SUFFIX, RepositoryName

# GCR's domains and the Artifact Registry locations they stand in (docs: transition to gcr.io repositories).
_GCR_LOCATIONS = {"gcr.io": "us", "us.gcr.io": "us", "eu.gcr.io": "europe", "asia.gcr.io": "asia"}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_SEGMENT = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ImageReference:
    """One image that something names. With a digest the tag says nothing (the digest wins)."""

    repository: RepositoryName
    package: str
    tag: str | None
    digest: str | None


class BadReferenceError(ValueError):
    """A reference to an Artifact Registry host that cannot be read; the text is the message."""

    def __init__(self, text: str, project: str | None) -> None:
        super().__init__(f"image reference {text!r} cannot be parsed")
        self.project = project


def parse_reference(text: str) -> ImageReference | None:
    """Read ``HOST/PROJECT/REPOSITORY/PACKAGE[:TAG][@DIGEST]``; no tag means ``latest`` (R2).

    None: not an image of Artifact Registry (Docker Hub and others), so never ours.
    BadReferenceError: it names an Artifact Registry host, and cannot be read.
    """
    host, _, rest = text.strip().removeprefix("https://").partition("/")
    host = host.lower().partition(":")[0]
    location = _GCR_LOCATIONS.get(host)
    if location is None and not host.endswith(DOCKER_HOST_SUFFIX):
        return None
    path, at, digest = rest.partition("@")
    head, colon, tag = path.rpartition(":")
    if not colon or "/" in tag:
        head, tag = path, ""
    segments = head.split("/")
    project = _take_project(segments)
    repository = host if location else (segments.pop(0) if segments else "")
    location = location or host.removesuffix(DOCKER_HOST_SUFFIX)
    if not _well_formed([repository, *segments], tag, digest, bool(at), bool(colon and tag == "")):
        raise BadReferenceError(text, project or None)
    if not project or not location or not segments:
        raise BadReferenceError(text, project or None)
    name = RepositoryName(project, location, repository)
    return ImageReference(name, "/".join(segments), None if digest else tag or "latest", digest or None)


def _take_project(segments: list[str]) -> str:
    """The project id; a domain-scoped one (``example.com/proj``) takes two segments."""
    project = segments.pop(0)
    if "." in project and segments:
        return f"{project}:{segments.pop(0)}"
    return project


def _well_formed(path: list[str], tag: str, digest: str, has_digest: bool, empty_tag: bool) -> bool:
    return (
        all(_SEGMENT.fullmatch(segment) for segment in path)
        and not empty_tag
        and (not tag or _TAG.fullmatch(tag) is not None)
        and (not has_digest or _DIGEST.fullmatch(digest) is not None)
    )
