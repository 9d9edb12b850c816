"""Versions and ranges of versions (semver.org 2.0.0), read from docker tags and from the names of versions.

`parse_version` reads one text, and gives None for a text that is no version. `Version` compares by precedence.
`parse_range` reads a range such as ``>=1.0 <2``, and `Range.holds` says whether a version is in it. A text may
carry a variant such as ``alpine``: `Version.variant` says which, and versions are only compared within one.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from operator import eq, ge, gt, le, lt
from typing import NamedTuple

# No tag is longer (OCI distribution specification: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`).
_LONGEST = 128
_NUMBER = r"(0|[1-9]\d*)"
_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
# A tag cannot hold the `+` of build metadata; Helm writes `_` for it (helm.sh/docs/topics/registries).
_VERSION = re.compile(
    rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_IDENTIFIERS}))?(?:[+_]{_IDENTIFIERS})?", re.ASCII
)
_WORD = r"(?:alpha|beta|rc|preview|pre|dev|snapshot|nightly|canary|m)\d*"
# The part of a suffix that makes a prerelease: numbers only where they begin the suffix or follow a word.
_PRERELEASE = re.compile(
    rf"(?:^(?:{_WORD}|\d+)|(?<=[.-]){_WORD})(?:[.-](?:{_WORD}|\d+))*(?![^.-])", re.ASCII | re.IGNORECASE
)
_WORD_OR_NUMBER = re.compile(r"[A-Za-z]+|\d+", re.ASCII)
_COMPARISON = re.compile(r"(>=|<=|>|<|=)(v?\d{1,9}(?:\.\d{1,9}){0,2}(?:-[0-9A-Za-z.-]+)?)", re.ASCII)

Part = tuple[bool, int, str]


class SemanticVersion(NamedTuple):
    """A version. It compares by precedence (semver.org, 11): a release is above its prereleases.

    `prerelease` is empty where `released`; each part is (is it a word, the number, the word). `variant` is the
    rest of the suffix, such as ``alpine`` of ``2.0.0-rc.1-alpine``: versions compare only within one variant.
    """

    major: int
    minor: int
    patch: int
    released: bool
    prerelease: tuple[Part, ...] = ()
    variant: str = ""

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Major, minor, patch."""
        return self.major, self.minor, self.patch

    @property
    def precedence(self) -> "SemanticVersion":
        """The same version without its variant."""
        return self._replace(variant="") if self.variant else self


def parse_version(text: str) -> SemanticVersion | None:
    """``1.2.3``, ``v1.2.3-rc.1``, ``1.2.3-alpine``; None for a text that is no version.

    A version has three numbers without leading zeros: ``1``, ``1.2``, ``20240101``, ``2024.01.05`` and the hash
    ``7e10`` are no versions. Build metadata after ``+`` or ``_`` is ignored. A suffix of the words alpha, beta,
    rc, pre, preview, dev, snapshot, nightly, canary, m (with or without digits) and of numbers is a prerelease;
    any other suffix is a variant of the release.
    """
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    major, minor, patch, suffix = found.groups()
    if suffix and any(part.isdecimal() and part != "0" and part[0] == "0" for part in suffix.split(".")):
        return None
    prerelease, variant = _suffix(suffix or "")
    return SemanticVersion(int(major), int(minor), int(patch), not prerelease, prerelease, variant)


def _suffix(text: str) -> tuple[tuple[Part, ...], str]:
    """The prerelease and the variant of a suffix. ``rc10`` is read as ``rc.10``, and so is above ``rc9``."""
    found = _PRERELEASE.search(text)
    if found is None:
        return (), text
    parts = tuple(map(_part, _WORD_OR_NUMBER.findall(found[0])))
    around = (text[: found.start()].rstrip(".-"), text[found.end() :].lstrip(".-"))
    return parts, "-".join(filter(None, around))


def _part(text: str) -> Part:
    return (False, int(text), "") if text.isdecimal() else (True, 0, text)


Compare = Callable[[SemanticVersion, SemanticVersion], bool]
_OPERATORS: Mapping[str, Compare] = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq}


class Comparison(NamedTuple):
    """One part of a range: the operator, and the version on its right side."""

    compare: Compare
    bound: SemanticVersion


class Range(NamedTuple):
    """Comparisons that must all be true. The range applies to releases; to a prerelease only where a bound is a
    prerelease of the same major.minor.patch (as in npm and Cargo). A bound with a variant applies to that
    variant only; a bound without one applies to every variant."""

    comparisons: tuple[Comparison, ...]

    def holds(self, version: SemanticVersion) -> bool | None:
        """Whether a version is in the range; None where its numbers fit and the range does not apply to it.

        So ``2.0.0-rc.1`` is neither in ``<2`` nor in ``>=2``, and the opposite of neither holds of it.
        """
        plain = version.precedence
        bounds = [bound for _, bound in self.comparisons]
        spoken_of = version.released or version.numbers in self.prereleases
        as_release = plain._replace(released=True, prerelease=())
        if not self._compare(plain) and (spoken_of or not self._compare(as_release)):
            return False
        of_variant = all(bound.variant in ("", version.variant) for bound in bounds)
        return True if of_variant and spoken_of else None

    def _compare(self, plain: SemanticVersion) -> bool:
        return all(compare(plain, bound.precedence) for compare, bound in self.comparisons)

    @property
    def prereleases(self) -> frozenset[tuple[int, int, int]]:
        """The major.minor.patch of whose prereleases it speaks."""
        return frozenset(bound.numbers for _, bound in self.comparisons if not bound.released)


@cache
def parse_range(text: str) -> Range:
    """Reads comparisons such as ``>=1.0 <2`` or ``=1.4.2``; ValueError names the part that is none."""
    found = []
    for part in text.split():
        match = _COMPARISON.fullmatch(part)
        bound = parse_version(_whole(match[2])) if match else None
        if match is None or bound is None:
            raise ValueError(f"{part!r} is not a comparison with a version")
        found.append(Comparison(_OPERATORS[match[1]], bound))
    if not found:
        raise ValueError("this range is empty")
    return Range(tuple(found))


def _whole(version: str) -> str:
    """``1`` and ``1.4`` as 1.0.0 and 1.4.0. A bound with a suffix must have all three numbers."""
    return version + ".0" * (2 - version.count("."))
