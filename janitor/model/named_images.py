"""Image references inside any text: a YAML document, a command line, a URL, an environment variable."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from janitor.model.names import DOCKER_HOST_SUFFIX
from janitor.model.references import BadReferenceError, ImageReference, parse_reference

_SUFFIX = re.escape(DOCKER_HOST_SUFFIX)
# A host of Artifact Registry that is no part of another name, or its end where a variable stands for the location; the
# dot of its root, its port, and all that may belong to a reference. That ends at blanks, quotes, and the signs between
# arguments; but a variable, a command and another text may follow a quote, and a variable a backslash.
_TOKEN = re.compile(
    rf"(?P<host>(?<![\w.$-])(?:[a-z0-9-]+{_SUFFIX}|(?:us\.|eu\.|asia\.)?gcr\.io)|{_SUFFIX})\.?(?::\d+)?"
    r"/(?P<path>(?:[^\s\"'`,;|&\\]|[\"'\\]+(?=[$%{<`]|\s*\+)|`)*)",
    re.IGNORECASE | re.ASCII,
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}(?![0-9a-f])")
# What can be read of a name before a sign that no name has: segments, and the beginning of the next one.
_READABLE = re.compile(
    r"(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*/)*(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*[._-]*)?", re.ASCII
)
_PROJECT = re.compile(r"[a-z0-9.:-]+", re.ASCII)
# Signs that may close a sentence, a list or a template around a reference.
_CLOSING = ".:)]}>*`"
_ESCAPED = re.compile("%(?:25)*(?:2f|3a|40)", re.IGNORECASE)
# A URL in a URL in a URL; each is escaped once more.
_DEEPEST = 3
# What JSON and programs write for a character; the text may be JSON in a text.
_BACKSLASHED = re.compile(r"(?<!\\)\\++(?:u([0-9a-fA-F]{4})|([nrtbf])|/)")
# The distribution API, which names the package first: its path, when it is not that of one manifest.
_API_PATH = re.compile(r"v2/(.+?)/(?:manifests|tags|blobs)/.*")


@dataclass(slots=True)
class NamedImages:
    """What texts name: `references` as parsed; `digests` that stand alone, or beside what cannot be parsed; and the
    `beginnings` of names, without a scheme, of which the rest is a variable or cannot be parsed. `pulled` are those
    references by tag of which it is known that every digest that they led to is named, too."""

    references: set[ImageReference] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    beginnings: set[str] = field(default_factory=set)
    pulled: set[ImageReference] = field(default_factory=set)

    def note(self, text: str, is_image: bool = False) -> None:
        """Note every image that a text names. `is_image`: it stands in a field for an image, where a name without tag and
        digest is `latest` (R2). In any other text its tag may stand elsewhere, so all of the package is meant.

        A registry's host alone, a project and a repository name no image.
        """
        # most texts have none of these, and a cluster has millions
        if "sha256" in text or "docker.pkg.dev" in (lower := text.lower()) or "gcr.io" in lower:
            for each in _spellings(text):
                _note(self, each, is_image)

    def note_pulled(self, statuses: Iterable[tuple[str, str]]) -> None:
        """Note what containers pulled: of each the image that it runs, and the image with its digest, "" where nothing
        was pulled yet."""
        waiting: set[ImageReference] = set()
        for image, image_id in statuses:
            names, digests = named_in([image]).references, named_in([image_id])
            known = digests.digests or any(each.digest for each in digests.references)
            (self.pulled if known else waiting).update(names)
        self.pulled -= waiting


def named_in(texts: Iterable[str], are_images: bool = False) -> NamedImages:
    """Every image that texts name, of whatever project; `are_images`: they stand in fields for images."""
    found = NamedImages()
    for text in texts:
        found.note(text, are_images)
    return found


def _spellings(text: str) -> Iterator[str]:
    """The text, read as JSON and programs escape it, and what it says where it is escaped as in URLs, several times."""
    text = _BACKSLASHED.sub(_character, text) if "\\" in text else text
    yield text
    for _ in range(_DEEPEST):
        if not _ESCAPED.search(text):
            return
        text = unquote(text)
        yield text


def _character(escape: re.Match[str]) -> str:
    if escape[1]:
        return chr(int(escape[1], 16))
    return " " if escape[2] else "/"


def _note(found: NamedImages, text: str, is_image: bool) -> None:
    left = 0
    for token in _TOKEN.finditer(text):
        host, path = token["host"].lower(), token["path"]
        name, reference = _parsed(f"{host}/{path}")
        if reference:
            found.references.add(reference)
            if not is_image and name.endswith(f"/{reference.package}"):
                found.beginnings.add(f"{name}:")
        elif beginning := _beginning(host, path):
            found.beginnings.add(beginning)
        if reference and reference.digest:
            found.digests.update(_DIGEST.findall(text, left, token.start()))
            left = token.end()
    found.digests.update(_DIGEST.findall(text, left))


@lru_cache(maxsize=4096)
def _parsed(token: str) -> tuple[str, ImageReference | None]:
    """What is read of it, and the reference, with or without the signs that close what it stands in. ``app:`` lacks the
    tag that follows, so it is only the beginning of one. The same text is parsed again and again: a thousand Pods run one
    image."""
    for text in dict.fromkeys((token, token.rstrip(_CLOSING))):
        try:
            found = parse_reference(text)
        except BadReferenceError:
            continue
        lacks_tag = found and token[len(text) :].startswith(":") and text.endswith(found.package)
        if found and not lacks_tag and _PROJECT.fullmatch(found.repository.project):
            return text, found
    return "", None


def _beginning(host: str, path: str) -> str:
    """``us-docker.pkg.dev/p/r/app-`` of ``…/app-${NAME}``; ``…/app:`` where the name is whole, and
    ``-docker.pkg.dev/p/r/app:`` where the location is a variable. "" where no image is named: what ends with the
    repository, or of a gcr.io host with the project."""
    path = _API_PATH.sub(r"\1:", path)
    readable = _READABLE.match(path)
    assert readable is not None  # it matches the empty text
    name, rest = readable[0], path[readable.end() :]
    if rest[:1] in (":", "@"):
        return f"{host}/{name}:"
    if rest.strip(_CLOSING):
        return f"{host}/{name}"
    if not package_in(f"{host}/{name}"):
        return ""
    return f"{host}/{name}" if name.endswith("/") else f"{host}/{name}:"


def package_in(beginning: str) -> str:
    """The beginning of the package in that of a name; "" where the name ends before it."""
    host, _, path = beginning.partition("/")
    segments = path.split("/")
    project = 2 if "." in segments[0] else 1
    return "/".join(segments[project + (0 if host.endswith("gcr.io") else 1) :])
