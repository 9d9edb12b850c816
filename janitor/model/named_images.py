"""Image references inside any text: a YAML document, a command line, a URL, an environment variable."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from janitor.model.names import DOCKER_HOST_SUFFIX
from janitor.model.references import BadReferenceError, ImageReference, parse_reference

_SUFFIX = re.escape(DOCKER_HOST_SUFFIX)
# A host of Artifact Registry that is no part of another name, or its end where a variable stands for the location; its
# port, and all that may belong to a reference. That ends at blanks, quotes, and the signs between arguments.
_TOKEN = re.compile(
    rf"(?P<host>(?<![\w.$-])(?:[a-z0-9-]+{_SUFFIX}|(?:us\.|eu\.|asia\.)?gcr\.io)|(?<=[\w}})\]>%]){_SUFFIX})(?::\d+)?"
    r"/(?P<path>[^\s\"'`,;|&\\]*)",
    re.IGNORECASE | re.ASCII,
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}(?![0-9a-f])")
# What can be read of a name before a sign that no name has: segments, and the beginning of the next one.
_READABLE = re.compile(
    r"(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*/)*(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*[._-]*)?", re.ASCII
)
_PROJECT = re.compile(r"[a-z0-9.:-]+", re.ASCII)
# Signs that may close a sentence, a list or a template around a reference.
_CLOSING = ".:)]}>*"
_ESCAPED = re.compile("%2f", re.IGNORECASE)


@dataclass(slots=True)
class NamedImages:
    """What texts name: `references` as parsed; `digests` that stand alone, or beside what cannot be parsed; and the
    `beginnings` of names, without a scheme, of which the rest is a variable or cannot be parsed."""

    references: set[ImageReference] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    beginnings: set[str] = field(default_factory=set)


def named_in(texts: Iterable[str]) -> NamedImages:
    """Every image that texts name, of whatever project. An image without tag and digest is `latest` (R2).

    A registry's host alone, a project and a repository name no image.
    """
    found = NamedImages()
    for text in texts:
        # most texts have none of these, and a cluster has millions
        if "sha256:" in text or "docker.pkg.dev" in (lower := text.lower()) or "gcr.io" in lower:
            for each in _spellings(text):
                _note(found, each)
    return found


def _spellings(text: str) -> Iterator[str]:
    """The text, and what it says where slashes are escaped as in URLs and in JSON."""
    text = text.replace("\\/", "/")
    yield text
    if _ESCAPED.search(text):
        yield unquote(text)


def _note(found: NamedImages, text: str) -> None:
    left = 0
    for token in _TOKEN.finditer(text):
        host, path = token["host"].lower(), token["path"]
        reference = None if host.startswith("-") else _parsed(f"{host}/{path}")
        if reference:
            found.references.add(reference)
        elif beginning := _beginning(host, path):
            found.beginnings.add(beginning)
        if reference and reference.digest:
            found.digests.update(_DIGEST.findall(text, left, token.start()))
            left = token.end()
    found.digests.update(_DIGEST.findall(text, left))


@lru_cache(maxsize=4096)
def _parsed(token: str) -> ImageReference | None:
    """The reference, with or without the signs that close what it stands in. ``app:`` lacks the tag that follows, so it
    is only the beginning of one. The same text is parsed again and again: a thousand Pods run one image."""
    for text in dict.fromkeys((token, token.rstrip(_CLOSING))):
        try:
            found = parse_reference(text)
        except BadReferenceError:
            continue
        lacks_tag = found and token[len(text) :].startswith(":") and text.endswith(found.package)
        if found and not lacks_tag and _PROJECT.fullmatch(found.repository.project):
            return found
    return None


def _beginning(host: str, path: str) -> str:
    """``us-docker.pkg.dev/p/r/app-`` of ``…/app-${NAME}``; ``…/app:`` where the name is whole, and
    ``-docker.pkg.dev/p/r/app:`` where the location is a variable. "" where no image is named: what ends with the
    repository, or of a gcr.io host with the project."""
    readable = _READABLE.match(path)
    assert readable is not None  # it matches the empty text
    name, rest = readable[0], path[readable.end() :]
    if rest[:1] in (":", "@"):
        return f"{host}/{name}:"
    if rest.strip(_CLOSING):
        return f"{host}/{name}"
    if not _names_package(host, name):
        return ""
    return f"{host}/{name}" if name.endswith("/") else f"{host}/{name}:"


def _names_package(host: str, name: str) -> bool:
    segments = name.rstrip("/").split("/")
    project = 2 if "." in segments[0] else 1
    return len(segments) > project + (0 if host.endswith("gcr.io") else 1)
