"""Versions by Semantic Versioning 2.0.0 (semver.org), read from tags and ordered by precedence."""

import re
from typing import NamedTuple

# No tag is longer (OCI distribution specification: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`).
_LONGEST = 128
_NUMBER = r"(0|[1-9]\d*)"
_VERSION = re.compile(
    rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)


class Version(NamedTuple):
    """Compares by precedence (semver.org, 11): a release is above its prereleases, a number below a word.

    `prerelease` is empty where `released`; each part is (is it a word, the number, the word).
    """

    major: int
    minor: int
    patch: int
    released: bool
    prerelease: tuple[tuple[bool, int, str], ...] = ()

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Major, minor, patch."""
        return self.major, self.minor, self.patch


def parse_version(text: str) -> Version | None:
    """``1.2.3``, ``v1.2.3-rc.1``; None for all else: fewer than three numbers, or one with a zero before it.

    Build metadata counts for nothing, as the rules have it; a tag cannot hold its `+` anyway.
    """
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    major, minor, patch, prerelease = found.groups()
    parts = prerelease.split(".") if prerelease else []
    if any(part.isdecimal() and part != "0" and part[0] == "0" for part in parts):
        return None
    return Version(int(major), int(minor), int(patch), not parts, tuple(map(_part, parts)))


def _part(text: str) -> tuple[bool, int, str]:
    return (False, int(text), "") if text.isdecimal() else (True, 0, text)
