"""Versions of the formats other than docker: which are prereleases, and how ranges compare them.

A version whose format does not say what it is has no answer, and then no policy that asks deletes it.
"""

import re

from packaging.version import InvalidVersion
from packaging.version import Version as PythonVersion

from janitor.model.semver import Part, SemanticVersion, parse_version

# Maven's ComparableVersion (maven.apache.org/ref/current/maven-artifact): these qualifiers come before the release;
# a, b and m mean alpha, beta and milestone where a digit follows.
_BEFORE = frozenset({"alpha", "beta", "milestone", "rc", "cr", "snapshot"})
_BEFORE_A_DIGIT = frozenset({"a", "b", "m"})
# Those that equal the release or come after it, and the platforms that well-known libraries write there.
_RELEASED = frozenset({"", "ga", "final", "release", "sp", "jre", "jdk", "android"})
_MAVEN = re.compile(r"\d+(?:[._-]?(?:[A-Za-z]+|\d+))*", re.ASCII)
_WORD = re.compile(r"([A-Za-z]+)[._-]?(\d?)", re.ASCII)
# The minute and the build of a snapshot, as a repository stores its files.
_TIMESTAMP = re.compile(r"-\d{8}\.\d{6}-\d+\Z", re.ASCII)
# Gem::Version (docs.ruby-lang.org): a letter makes a prerelease. A gem's platform follows a hyphen.
_GEM = re.compile(r"\d+(?:\.[0-9A-Za-z]+)*", re.ASCII)
# Debian's and RPM's versions: ~ sorts before the release; backports and releases of a distribution write it too.
_PACKAGE = re.compile(r"(?:\d+:)?\d[0-9A-Za-z.+~^_-]*", re.ASCII)
_TILDE = re.compile(r"~(?:alpha|beta|rc|pre|preview|dev|snapshot|git|a\d|b\d)", re.ASCII | re.IGNORECASE)
# A word that says prerelease without a tilde, as older packages do: the order of versions does not say so.
_PLAIN_WORD = re.compile(
    r"(?:^|[^a-z])(?:alpha|beta|rc|pre|preview|dev|snapshot)\d*(?![a-z])", re.ASCII | re.IGNORECASE
)

# The formats that follow semver.org, and files of any kind, of which nothing else is known.
_SEMVER = frozenset({"npm", "go", "generic"})


def is_prerelease(format_: str, version: str) -> bool | None:
    """Whether a version is a prerelease by the rules of its format (``npm``, ``python``, …); None: cannot be read."""
    match format_:
        case "npm" | "go":
            found = parse_version(version)
            return None if found is None else not found.released or bool(found.variant)
        case "python":
            read = _python(version)
            return None if read is None else read.is_prerelease
        case "maven":
            return _maven(version)
        case "ruby":
            return bool(re.search("[A-Za-z]", version)) if _GEM.fullmatch(version) else None
        case "apt" | "yum":
            return _package(version)
        case "generic":
            found = parse_version(version)
            return None if found is None or found.variant else not found.released
        case _:
            return None


def version_of(format_: str, version: str) -> SemanticVersion | None:
    """A version as a range compares it: by semver.org, those of Python by PEP 440; None: cannot be read."""
    if format_ != "python":
        return parse_version(version)
    read = _python(version)
    if read is None or read.epoch or len(read.release) > 3 or read.is_postrelease:
        return None  # semver.org has nothing that comes after a release and before the next patch
    if read.pre and read.dev is not None:
        return None  # a development version of a prerelease has no counterpart in semver.org
    major, minor, patch = (*read.release, 0, 0)[:3]
    return SemanticVersion(major, minor, patch, not read.is_prerelease, _parts(read))


def version_in_series(format_: str, version: str) -> SemanticVersion | None:
    """A version as `keep.per` groups it: by semver.org, for every format.

    None where it is none of semver.org's, or where the format reads it otherwise: Maven's ``1.0.0-1`` comes after
    the release, and Python's ``1.0.0+cpu`` and ``1.0.0+cu118`` are two.
    """
    found = parse_version(version)
    if found is None or format_ in _SEMVER:
        return found
    if format_ == "python" and (read := _python(version)) and (read.is_postrelease or read.local):
        return None
    return found if is_prerelease(format_, version) is (not found.released) else None


def _parts(read: PythonVersion) -> tuple[Part, ...]:
    """``a``, ``b`` and ``rc`` as words, a development release below them: a number comes before a word."""
    if read.pre:
        return (True, 0, read.pre[0]), (False, read.pre[1], "")
    return ((False, read.dev, ""),) if read.dev is not None else ()


def _python(version: str) -> PythonVersion | None:
    try:
        return PythonVersion(version)
    except InvalidVersion:
        return None


def _maven(version: str) -> bool | None:
    if _TIMESTAMP.search(version):
        return True
    if not _MAVEN.fullmatch(version):
        return None
    words = [(word.lower(), digit) for word, digit in _WORD.findall(version)]
    if any(word in _BEFORE or (word in _BEFORE_A_DIGIT and digit) for word, digit in words):
        return True
    return False if all(word in _RELEASED for word, _ in words) else None


def _package(version: str) -> bool | None:
    if not _PACKAGE.fullmatch(version):
        return None
    if _TILDE.search(version):
        return True
    return None if "~" in version or _PLAIN_WORD.search(version) else False
