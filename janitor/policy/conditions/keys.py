"""Keys of a condition as values: what `when` may ask, already validated."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from heapq import nsmallest
from typing import TypeVar

from janitor.kinds.managers import Manager
from janitor.model.kinds import Status
from janitor.policy.conditions.patterns import found_in


@dataclass(frozen=True, slots=True)
class LabelsRegex:
    """`labels_regex`: it has all of these labels, and in each one's value the expression (RE2's) is found."""

    expressions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnnotationsRegex:
    """`annotations_regex`: likewise of annotations."""

    expressions: Mapping[str, str]


def all_found(expressions: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    """Whether each of these names is there, and its expression found in its text."""
    return all(name in texts and found_in(each)(texts[name]) for name, each in expressions.items())


T = TypeVar("T")
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Largest:
    """`largest`: among the so many largest of one repository whom the policy's selectors match."""

    count: int


@dataclass(frozen=True, slots=True)
class Places:
    """Who is among them for certain, and who might be, were the sizes known that are not."""

    certain: frozenset[Name] = frozenset()
    doubtful: frozenset[Name] = frozenset()


def places(
    count: int, things: Iterable[T], size: Callable[[T], int | None], name: Callable[[T], Name]
) -> Places:
    """Of things with bytes, None where not known; of equal size the first by name goes first.

    What is of unknown size may be larger than all, so each takes a place from the end.
    """
    unknown = 0

    def known() -> Iterable[tuple[int, Name]]:
        nonlocal unknown
        for thing in things:
            found = size(thing)
            if found is None:
                unknown += 1
            else:
                yield -found, name(thing)

    ranked = [each for _, each in nsmallest(count, known())]
    sure = max(count - unknown, 0)
    return Places(frozenset(ranked[:sure]), frozenset(ranked[sure:]))


@dataclass(frozen=True, slots=True)
class StatusIs:
    """`status`: one of these; a selector of when, not of whom."""

    values: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class OlderThan:
    """`older_than`: strictly older; what ages count from is rule R7."""

    age: timedelta


@dataclass(frozen=True, slots=True)
class NameIs:
    """`name`: any of these globs (`*` crosses `/`), on the short name; for an image its package."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceIs:
    """`service`: any of these globs, on the short name of a revision's service."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobIs:
    """`job`: any of these globs, on the short name of an execution's job."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocationIs:
    """`location`: any of these globs."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepositoryIs:
    """`repository`: any of these globs, on the short name of an image's repository."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormatIs:
    """`format`: one of these, in small letters, is the repository's (``npm``, ``maven``, …)."""

    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelsAre:
    """`labels`: all of these; a value is a glob. Images have none: their repository's count."""

    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnnotationsAre:
    """`annotations`: all of these; a value is a glob."""

    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CreatorIs:
    """`creator`: any of these globs, on who deployed it first; one without a creator never matches."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ManagedBy:
    """`managed_by`: one of these made it and looks after it; images: their repository."""

    managers: tuple[Manager, ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """`tagged: true|false`; false is "no tag"."""

    value: bool


@dataclass(frozen=True, slots=True)
class TagsMatch:
    """`tags`: every tag of the image matches one of these globs, and it has at least one (R8)."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyTag:
    """`any_tag`: one tag of the image matches one of these globs, whatever its other tags are (R49)."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagsRegex:
    """`tags_regex`: in every tag of the image the expression (RE2's) is found; it has at least one (R8)."""

    expression: str


@dataclass(frozen=True, slots=True)
class TagsSemver:
    """`tags_semver`: every tag of the image is a version in the range; it has at least one (R8)."""

    range: str


@dataclass(frozen=True, slots=True)
class VersionIs:
    """`version`: any of these globs, on the version's own name such as ``1.2.3``."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionSemver:
    """`version_semver`: the version is in the range; one that cannot be read is kept."""

    range: str


@dataclass(frozen=True, slots=True)
class Prerelease:
    """`prerelease: true|false`, by the rules of the version's format (kinds/prerelease.py)."""

    value: bool


@dataclass(frozen=True, slots=True)
class ArtifactTypeIs:
    """`artifact_type`: any of these globs; an image without a type never matches."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LargerThan:
    """`larger_than`: strictly more bytes."""

    size_bytes: int


@dataclass(frozen=True, slots=True)
class Unused:
    """`unused: true`: nothing that remains names it."""


@dataclass(frozen=True, slots=True)
class UnusedFor:
    """`unused_for`: strictly longer since it was last in use, as recorded sweeps know (policy/deciding/use_history.py)."""

    age: timedelta


@dataclass(frozen=True, slots=True)
class Orphaned:
    """`orphaned: true`: an artifact about other images, each of which is gone (R40)."""


@dataclass(frozen=True, slots=True)
class Empty:
    """`empty: true`: the package holds no version."""


@dataclass(frozen=True, slots=True)
class Expr:
    """`expr`: a CEL expression that holds; `policy` is whose it is, for what is said where it fails."""

    text: str
    policy: str


@dataclass(frozen=True, slots=True)
class TtlExpired:
    """`ttl: expired`: the labels of these names say that it may go (ttl.py); it has one at least."""

    label: str = "janitor-ttl"
    expires_label: str = "janitor-expires"


Key = (
    StatusIs | OlderThan | NameIs | ServiceIs | JobIs | LocationIs | RepositoryIs | FormatIs | LabelsAre | Tagged
    | TagsMatch | ArtifactTypeIs | LargerThan | Unused | UnusedFor | Orphaned | Empty | Expr | AnnotationsAre | CreatorIs | ManagedBy
    | TtlExpired | VersionIs | VersionSemver | Prerelease | AnyTag | TagsRegex | TagsSemver | Largest | LabelsRegex | AnnotationsRegex
)  # fmt: skip
SELECTORS = (
    NameIs, ServiceIs, JobIs, LocationIs, RepositoryIs, FormatIs, LabelsAre, Tagged, TagsMatch, AnyTag, ArtifactTypeIs,
    AnnotationsAre, CreatorIs, ManagedBy, TagsRegex, TagsSemver, LabelsRegex, AnnotationsRegex, VersionIs,
    VersionSemver, Prerelease,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. `when` itself is one of these."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold, and it is known that it does not."""

    part: "Condition"


Condition = Key | All | AnyOf | Not


_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_OTHERWISE: dict[type[Key], str] = {TagsMatch: "tags", TtlExpired: "ttl"}


def key_name(key: type[Key]) -> str:
    """``older_than`` of OlderThan."""
    plain = key.__name__.removesuffix("Is").removesuffix("Are")
    return _OTHERWISE.get(key) or _WORD.sub("_", plain).lower()
