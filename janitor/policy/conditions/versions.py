"""Versions: `version`, `version_semver`, `prerelease`, and how texts answer a range of versions (model/semver.py)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import eq, ge, gt, le, lt
from typing import Any, ClassVar
from urllib.parse import unquote

from janitor.kinds.prerelease import is_prerelease, version_of
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.semver import Comparison, SemanticVersion, parse_range, parse_version
from janitor.policy.conditions.facts import StoredFacts
from janitor.policy.conditions.key import Key, Path, StoredReading
from janitor.policy.conditions.names import OneText, TextOf
from janitor.policy.conditions.truth import (
    NO,
    NO_TAG_MATCHES,
    SOME_TAGS_MATCH,
    VERSION_UNREADABLE,
    YES,
    Test,
    Truth,
    truth,
)
from janitor.policy.conditions.values import Text

_OF_VERSIONS = frozenset({Kind.VERSION})
_NOT_SPOKEN_OF = Truth(None, KeepReason.NOT_MATCHED)
_EXAMPLE = "write comparisons that all hold, such as '>=1.0 <2' or '=1.4.2'"


def range_mistake(text: str) -> str | None:
    """What is wrong with a range, with the way out."""
    try:
        parse_range(text)
    except ValueError as error:
        return f"{error}: {_EXAMPLE}"
    return None


def in_range(text: str) -> Callable[[str], bool]:
    """Whether a text is a version in the range."""
    answer = version_in_range(text)
    return lambda tag: answer(tag) is YES


def version_in_range(
    text: str, read: Callable[[str], SemanticVersion | None] = parse_version
) -> Callable[[str], Truth]:
    """How one text, such as a tag or the name of a version, answers a range; `read` reads the text.

    Not known, and so kept, under `not` too: where the text is no version (`version-unreadable`, R39), and where
    the range does not apply to its prerelease or variant though its numbers are in the range.
    """
    holds = parse_range(text).holds
    answers = {True: YES, False: NO, None: _NOT_SPOKEN_OF}

    def run(tag: str) -> Truth:
        version = read(tag)
        return VERSION_UNREADABLE if version is None else answers[holds(version)]

    return run


def tags_in_range(text: str) -> Callable[[Sequence[str]], Truth]:
    """Whether every tag of an image is a version in the range (R8); NO for an image without tags.

    Not known where none of the tags can be read as a version, where only some of them are in the range, and
    where the range does not apply to them.
    """
    holds = parse_range(text).holds

    def run(tags: Sequence[str]) -> Truth:
        if not tags:
            return NO
        versions = [parse_version(each) for each in tags]
        readable = [version for version in versions if version is not None]
        if not readable:
            return VERSION_UNREADABLE
        found = [holds(version) for version in readable]
        if len(readable) == len(versions) and all(found):
            return YES
        return NO_TAG_MATCHES if all(each is False for each in found) else SOME_TAGS_MATCH

    return run


def ranges_apart(one: str, other: str) -> bool:
    """Whether no version is in both; the same one twice: whether none is in it. Not all such are seen."""
    comparisons = (*parse_range(one).comparisons, *parse_range(other).comparisons)
    bounds = [(bound.precedence, compare) for compare, bound in comparisons]
    lowest = [(bound, compare is gt) for bound, compare in bounds if compare in (gt, ge, eq)]
    highest = [(bound, compare is lt) for bound, compare in bounds if compare in (lt, le, eq)]
    return any(
        low > high or (low == high and (open_ or shut)) for low, open_ in lowest for high, shut in highest
    )


def range_within(one: str, other: str) -> bool:
    """Whether every version in the first range is in the second, and none is not in the first for certain that
    may be in the second. Not all such are seen."""
    inner, outer = parse_range(one), parse_range(other)
    variants = {bound.variant for _, bound in inner.comparisons}
    spoken_of = all(bound.variant in ("", *variants) for _, bound in outer.comparisons)
    return (
        spoken_of
        and inner.prereleases == outer.prereleases
        and all(any(_is_narrower(has, wanted) for has in inner.comparisons) for wanted in outer.comparisons)
    )


def _is_narrower(has: Comparison, wanted: Comparison) -> bool:
    compare, bound, wants, limit = has.compare, has.bound.precedence, wanted.compare, wanted.bound.precedence
    if compare is eq:
        return wants(bound, limit)
    if (compare in (gt, ge)) is not (wants in (gt, ge)) or wants is eq:
        return False
    beyond = bound > limit if compare in (gt, ge) else bound < limit
    return beyond or (bound == limit and (compare is wants or compare in (gt, lt)))


def range_mistakes(key: str, value: Any) -> Iterator[tuple[Path, str]]:
    """What is wrong with the range that a key has for its value."""
    if isinstance(value, str) and value and (wrong := range_mistake(value)):
        yield (), f"{key}: {wrong}"


@dataclass(frozen=True, slots=True)
class VersionIs(OneText):
    """`version`: the version's own name such as ``1.2.3``."""

    name = "version"
    kinds = _OF_VERSIONS
    says = "The version itself, such as 1.2.3: a glob, or a list of globs."
    text = TextOf(stored=lambda held: unquote(held.id))  # Google escapes the + of build metadata

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return held.id


@dataclass(frozen=True, slots=True)
class VersionSemver(Key):
    """`version_semver`: the version is in the range; one that cannot be read is kept."""

    range: str

    name = "version_semver"
    kinds = _OF_VERSIONS
    spelling: ClassVar[Any] = Text
    selector = True
    says = "The version is in this range, such as '<2'; a version that cannot be read is kept."

    @classmethod
    def mistakes(cls, value: Any, kind: str) -> Iterator[tuple[Path, str]]:
        """What is no range."""
        return range_mistakes(cls.name, value)

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        """Its own name, read by the rules of its format."""
        answer = version_in_range(self.range, partial(version_of, reading.of.format.lower()))
        return lambda held: answer(unquote(held.id))  # Google escapes the + of build metadata

    def excludes(self, other: Key) -> bool:
        """Ranges that share no version."""
        return isinstance(other, VersionSemver) and ranges_apart(self.range, other.range)

    def within(self, wider: Key) -> bool:
        """A range that holds this one."""
        return isinstance(wider, VersionSemver) and range_within(self.range, wider.range)

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return held.id


@dataclass(frozen=True, slots=True)
class Prerelease(Key):
    """`prerelease: true|false`, by the rules of the version's format (kinds/prerelease.py)."""

    value: bool

    name = "prerelease"
    kinds = _OF_VERSIONS
    spelling: ClassVar[Any] = bool
    selector = True
    says = "true: a prerelease or snapshot by the rules of its format. false: a release."

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        """Its own name, read by the rules of its format."""
        format_ = reading.of.format.lower()

        def run(held: StoredFacts) -> Truth:
            found = is_prerelease(format_, unquote(held.id))
            return VERSION_UNREADABLE if found is None else truth(found is self.value)

        return run

    def excludes(self, other: Key) -> bool:
        """The other value."""
        return isinstance(other, Prerelease) and self.value is not other.value

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return held.id
