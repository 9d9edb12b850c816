"""Tags: `tagged`, `tags`, `any_tag`, `tags_regex`, `tags_semver`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Image
from janitor.policy.conditions.facts import StoredFacts
from janitor.policy.conditions.key import ImageReading, Key, Path, StoredReading, Surroundings
from janitor.policy.conditions.patterns import (
    TAG_NAMES,
    any_within,
    apart,
    found_in,
    impossible,
    is_literal,
    matcher,
    regex_mistake,
)
from janitor.policy.conditions.truth import NO, NO_TAG_MATCHES, SOME_TAGS_MATCH, YES, Test, Truth, truth
from janitor.policy.conditions.values import Globs, Text
from janitor.policy.conditions.versions import (
    in_range,
    range_mistakes,
    range_within,
    ranges_apart,
    tags_in_range,
    version_in_range,
)

_OF_TAGS = frozenset({Kind.IMAGE, Kind.TAG})


@dataclass(frozen=True, slots=True)
class Tagged(Key):
    """`tagged: true|false`; false is "no tag"."""

    value: bool

    name = "tagged"
    kinds = frozenset({Kind.IMAGE})
    spelling: ClassVar[Any] = bool
    selector = True
    says = "true: it has a tag. false: it has none."

    def image(self, reading: ImageReading) -> Test[Image]:
        value = self.value
        return lambda image: YES if bool(image.tags) is value else NO

    def reasons(self) -> Iterator[tuple[DeleteReason, Key]]:
        if not self.value:
            yield DeleteReason.UNTAGGED, self

    def excludes(self, other: Key) -> bool:
        """Its opposite."""
        return isinstance(other, Tagged) and self.value is not other.value

    def within(self, wider: Key) -> bool:
        """Globs for any tag."""
        return self.value and isinstance(wider, TagsMatch | AnyTag) and "*" in wider.globs

    def opposite(self) -> Key | None:
        """The other value."""
        return Tagged(not self.value)

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return _tags(image.tags)


class _OfTags(Key):
    """Base of the keys that hold of no untagged image."""

    __slots__ = ()

    selector = True
    needs_tag = True

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Beside `tagged: false`."""
        if place.when.get(Tagged.name) is False:
            yield f"{cls.name} can match nothing beside `tagged: false`: take one of them out"

    def holds_of(self) -> Callable[[str], bool]:
        """Whether one tag is what the key asks for."""
        raise NotImplementedError

    def image(self, reading: ImageReading) -> Test[Image]:
        """Every tag of the image, of which it has at least one (R8)."""
        return _every_tag(self.holds_of())

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        """The tag itself: its tags are that one."""
        holds = self.holds_of()
        return lambda held: truth(any(map(holds, held.tags)))

    def excludes(self, other: Key) -> bool:
        """No tag."""
        return isinstance(other, Tagged) and not other.value

    def within(self, wider: Key) -> bool:
        """Any tag."""
        return isinstance(wider, Tagged) and wider.value

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return _tags(image.tags)

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return _tags(held.tags)


@dataclass(frozen=True, slots=True)
class TagsMatch(_OfTags):
    """`tags`: every tag of the image matches one of these globs, and it has at least one (R8)."""

    globs: tuple[str, ...]

    name = "tags"
    kinds = _OF_TAGS
    spelling: ClassVar[Any] = Globs
    says = "Every tag of the image matches one of these globs; with another tag it is kept."

    def impossible(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Those with a character that no tag of an image has."""
        return impossible(self.globs, TAG_NAMES if kind is Kind.IMAGE else None)

    def holds_of(self) -> Callable[[str], bool]:
        """Whether a glob matches it."""
        return matcher(self.globs)

    def excludes(self, other: Key) -> bool:
        """Globs that share no tag, and patterns that no tag written out is of."""
        match other:
            case TagsRegex() | TagsSemver():
                return all(map(is_literal, self.globs)) and not any(map(other.holds_of(), self.globs))
            case AnyTag(globs) | TagsMatch(globs):
                return apart(self.globs, globs)
            case _:
                return _OfTags.excludes(self, other)

    def within(self, wider: Key) -> bool:
        """Globs that cover these, and patterns that every tag written out is of."""
        match wider:
            case TagsRegex() | TagsSemver():
                holds = wider.holds_of()
                return all(is_literal(glob) and holds(glob) for glob in self.globs)
            case AnyTag(globs) | TagsMatch(globs):
                return any_within(self.globs, globs)
            case _:
                return _OfTags.within(self, wider)


@dataclass(frozen=True, slots=True)
class AnyTag(_OfTags):
    """`any_tag`: one tag of the image matches one of these globs, whatever its other tags are (R49)."""

    globs: tuple[str, ...]

    name = "any_tag"
    kinds = frozenset({Kind.IMAGE})
    spelling: ClassVar[Any] = Globs
    says = "One tag of the image matches one of these globs; its other tags do not keep it."

    def impossible(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Those with a character that no tag of an image has."""
        return impossible(self.globs, TAG_NAMES)

    def holds_of(self) -> Callable[[str], bool]:
        """Whether a glob matches it."""
        return matcher(self.globs)

    def image(self, reading: ImageReading) -> Test[Image]:
        matches = self.holds_of()
        return lambda image: truth(any(map(matches, image.tags)))

    def within(self, wider: Key) -> bool:
        """Globs that cover these."""
        if isinstance(wider, AnyTag):
            return any_within(self.globs, wider.globs)
        return _OfTags.within(self, wider)


@dataclass(frozen=True, slots=True)
class TagsRegex(_OfTags):
    """`tags_regex`: in every tag of the image the expression (RE2's) is found; it has at least one (R8)."""

    expression: str

    name = "tags_regex"
    kinds = _OF_TAGS
    spelling: ClassVar[Any] = Text
    says = "This regular expression (RE2) matches in every tag of the image, such as '^pr-[0-9]+$'."

    @classmethod
    def mistakes(cls, value: Any, kind: str) -> Iterator[tuple[Path, str]]:
        """What RE2 does not read."""
        if isinstance(value, str) and value and (wrong := regex_mistake(value)):
            yield (), f"{cls.name}: {wrong}"

    def holds_of(self) -> Callable[[str], bool]:
        """Whether it is found in one tag."""
        return found_in(self.expression)


@dataclass(frozen=True, slots=True)
class TagsSemver(_OfTags):
    """`tags_semver`: every tag of the image is a version in the range; it has at least one (R8)."""

    range: str

    name = "tags_semver"
    kinds = _OF_TAGS
    spelling: ClassVar[Any] = Text
    says = "Every tag of the image is a version in this range, such as '>=1.0 <2'."

    @classmethod
    def mistakes(cls, value: Any, kind: str) -> Iterator[tuple[Path, str]]:
        """What is no range."""
        return range_mistakes(cls.name, value)

    def holds_of(self) -> Callable[[str], bool]:
        """Whether one tag is in the range."""
        return in_range(self.range)

    def image(self, reading: ImageReading) -> Test[Image]:
        holds = tags_in_range(self.range)
        return lambda image: holds(image.tags)

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        answer = version_in_range(self.range)
        return lambda held: answer(held.tags[0])

    def excludes(self, other: Key) -> bool:
        """Ranges that share no version."""
        if isinstance(other, TagsSemver):
            return ranges_apart(self.range, other.range)
        return _OfTags.excludes(self, other)

    def within(self, wider: Key) -> bool:
        """A range that holds this one."""
        if isinstance(wider, TagsSemver):
            return range_within(self.range, wider.range)
        return _OfTags.within(self, wider)


def _every_tag(matches: Callable[[str], bool]) -> Test[Image]:
    def run(image: Image) -> Truth:
        if not image.tags:
            return NO
        hits = sum(map(matches, image.tags))
        return YES if hits == len(image.tags) else SOME_TAGS_MATCH if hits else NO_TAG_MATCHES

    return run


def _tags(tags: Sequence[str]) -> str:
    return ", ".join(tags) or "no tag"
