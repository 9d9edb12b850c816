"""Image references as workloads and tools print them, parsed into Artifact Registry's names."""

import re
from dataclasses import dataclass

from janitor.model.names import DOCKER_HOST_SUFFIX, RepositoryName

# GCR's domains and the Artifact Registry locations they stand in (docs: transition to gcr.io repositories).
_GCR_LOCATIONS = {"gcr.io": "us", "us.gcr.io": "us", "eu.gcr.io": "europe", "asia.gcr.io": "asia"}
# What container runtimes, Helm, Flux and browsers put before a reference; no part of the name (R38).
SCHEMES = ("docker", "docker-pullable", "containerd", "oci", "http", "https")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_SEGMENT = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
# Of registries that janitor does not read only the grammar is checked (distribution/reference, regexp.go).
_HOST = r"(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]+)?"
_ELSEWHERE = re.compile(
    rf"(?:{_HOST}/)?{_SEGMENT.pattern}(?:/{_SEGMENT.pattern})*"
    r"(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,})?",
    re.ASCII,
)
# The distribution API's path of a manifest: HOST/v2/NAME/manifests/TAG-OR-DIGEST.
_MANIFEST = re.compile(r"v2/(?P<name>.+)/manifests/(?P<reference>[^/]+)")


@dataclass(frozen=True, slots=True)
class ImageReference:
    """One image by repository and package. Both `tag` and `digest` may be given: the digest says which
    image is pulled, and the tag is in use beside it (R2)."""

    repository: RepositoryName
    package: str
    tag: str | None
    digest: str | None


class BadReferenceError(ValueError):
    """A reference to an Artifact Registry host that cannot be parsed; the text is the message."""

    def __init__(self, text: str, project: str | None) -> None:
        super().__init__(f"image reference {text!r} cannot be parsed")
        self.project = project


def bare_digest(text: str) -> str | None:
    """The digest, where a text is ``sha256:…`` alone: an image of any repository (R38)."""
    _, rest = _without_scheme(text)
    return rest if _DIGEST.fullmatch(rest) else None


def parse_reference(text: str) -> ImageReference | None:
    """Parse ``[SCHEME://]HOST/PROJECT/REPOSITORY/PACKAGE[:TAG][@DIGEST]``, or the URL of a manifest.

    Neither tag nor digest means ``latest`` (R2). None: not an image of Artifact Registry (Docker Hub and
    others), or a bare digest. BadReferenceError: it names an Artifact Registry host and cannot be parsed.
    """
    scheme, rest = _without_scheme(text)
    host, _, path = rest.partition("/")
    host = host.lower().partition(":")[0].removesuffix(".")
    location = _GCR_LOCATIONS.get(host)
    if location is None and not host.endswith(DOCKER_HOST_SUFFIX):
        return None
    path, at, digest = _without_manifest_url(path).partition("@")
    head, colon, tag = path.rpartition(":")
    if not colon or "/" in tag:
        head, tag = path, ""
    segments = head.split("/")
    project = _take_project(segments)
    if project == "v2":
        # a project's id has six characters at least: another URL of the registry's API, such as that of a blob
        raise BadReferenceError(text, None)
    repository = host if location else (segments.pop(0) if segments else "")
    location = location or host.removesuffix(DOCKER_HOST_SUFFIX)
    if (scheme and scheme not in SCHEMES) or "/sha256:" in path:
        raise BadReferenceError(text, project or None)
    if not _well_formed([repository, *segments], tag, digest, bool(at), bool(colon and tag == "")):
        raise BadReferenceError(text, project or None)
    if not project or not location or not segments:
        raise BadReferenceError(text, project or None)
    name = RepositoryName(project, location, repository)
    return ImageReference(name, "/".join(segments), tag or (None if digest else "latest"), digest or None)


# The beginning of a digest, as docker and git shorten one: seven characters at least, so that it is no word.
SHORT_DIGEST = re.compile(r"@(?:sha256:)?([0-9a-f]{7,64})$")
# ``sha256:0123456``, ``@0123456`` or ``0123456``: a digest without its package, whole or its beginning.
BARE_DIGEST = re.compile(r"@?(?:sha256:)?([0-9a-f]{7,64})")


def without_host(text: str) -> str | None:
    """``PROJECT/REPOSITORY/IMAGE@3291cbd`` of a URI of Artifact Registry whose digest is cut short; None for any other
    text. Such a URI is no reference, and may mean several images."""
    host, _, path = text.partition("/")
    found = SHORT_DIGEST.search(path)
    is_short = found is not None and len(found[1]) < 64
    return path if is_short and host.endswith(DOCKER_HOST_SUFFIX) else None


def names_an_image(text: str) -> bool:
    """Whether a text is an image reference at all, of whatever registry. BadReferenceError as above.

    Resource names, console URLs and jq's ``null`` are none, though they follow the grammar of a reference.
    """
    if bare_digest(text) or parse_reference(text):
        return True
    scheme, rest = _without_scheme(text)
    if scheme and scheme not in SCHEMES:
        return False
    if rest == "null" or rest.startswith(("projects/", "sha256:")):
        return False
    host, slash, path = rest.partition("/")
    path = _without_manifest_url(path)
    return "/sha256:" not in path and _ELSEWHERE.fullmatch(f"{host}{slash}{path}") is not None


def _without_scheme(text: str) -> tuple[str, str]:
    """The scheme in lower case, "" where there is none; and what follows it."""
    text = text.strip()
    found = _SCHEME.match(text)
    return (found[1].lower(), text[found.end() :]) if found else ("", text)


def _without_manifest_url(path: str) -> str:
    """``v2/NAME/manifests/REFERENCE`` as ``NAME:TAG`` or ``NAME@DIGEST``; any other path as it is."""
    found = _MANIFEST.fullmatch(path)
    if not found:
        return path
    separator = "@" if ":" in found["reference"] else ":"
    return f"{found['name']}{separator}{found['reference']}"


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
