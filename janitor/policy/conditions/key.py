"""Key: the declaration of a key of `when`, and the three readings that make it a test of a resource.

One class a key says all there is to say of it: its name, kinds and spelling, its description, its test on a resource,
its words for `explain`, and what it excludes and implies. table.py lists them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar, cast

from janitor.kinds.table import KINDS, RUN_KINDS
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Image, Repository
from janitor.model.units import show_age
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.index_sizes import Sizes
from janitor.policy.conditions.truth import AGE_UNKNOWN, SUBJECT_UNKNOWN, Test, Truth, always, truth

T = TypeVar("T")
Leaf = Callable[["Key"], Test[T]]
Path = tuple[str | int, ...]

WORKLOADS = frozenset(RUN_KINDS)
STORED = frozenset({Kind.PACKAGE, Kind.VERSION, Kind.TAG})
IN_REPOSITORIES = STORED | {Kind.IMAGE}
EVERY_KIND = frozenset(KINDS)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a file says beside a key: the name of its policy, and the labels of its section `ttl`."""

    policy: str
    ttl_label: str
    ttl_expires_label: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a key is written: the mapping that it stands in, whether that is `when` itself (`top`), and whether no
    `not`, or an even number, stands around it (`positive`). `kind` is "" in a policy that deletes nothing."""

    kind: str
    when: Mapping[str, Any]
    positive: bool
    top: bool


class Key:
    """Base of all keys. What a key does not declare has the meaning that stands here."""

    __slots__ = ()

    name: ClassVar[str]
    kinds: ClassVar[frozenset[Kind]]
    spelling: ClassVar[Any]
    """The annotated type that reads its value from YAML; `spelling_of` where kinds differ."""
    says: ClassVar[str]
    """The description in the JSON Schema and in docs/policies.md, where a kind declares no other (kinds/spec.py)."""
    selector: ClassVar[bool] = False
    """Whether it says which resources a policy is about, and not when they go (R9)."""
    singles_out: ClassVar[bool] = False
    """Whether it is enough beside `status: serving` (R15)."""
    needs_tag: ClassVar[bool] = False
    """Whether it holds of no untagged image."""
    ranks: ClassVar[bool] = False
    """Whether its answer depends on the other resources that the policy's selectors match."""
    example: ClassVar[str] = ""
    """A value to write, for a key whose value is a mapping."""
    only_true: ClassVar[str] = ""
    """Why `true` is all that can be said, for a key of which it is."""
    refused: ClassVar[Mapping[Kind, str]] = {}
    """Why kinds that may spell it cannot have it."""

    @classmethod
    def spelling_of(cls, kind: Kind | None) -> Any:
        """The annotated type of its value for a kind; None: in `defaults`."""
        return cls.spelling

    @classmethod
    def description(cls, kind: Kind | None) -> str:
        """What the schema says of it."""
        own = KINDS[kind].policies.says.get(cls.name) if kind else None
        return own or cls.says

    @classmethod
    def read(cls, value: Any, beside: Beside) -> "Key":
        """The key with the value that its annotated type gave."""
        made: Callable[[Any], Key] = cls
        return made(value)

    @classmethod
    def mistakes(cls, value: Any, kind: str) -> Iterator[tuple[Path, str]]:
        """What is wrong with a well-typed value, each with the path below the key."""
        yield from ()

    @classmethod
    def misplaced(cls, place: Surroundings) -> Iterator[str]:
        """Why it must not be written in this place, though it is well spelled."""
        yield from ()

    def workload(self, reading: "FactsReading") -> Test[ResourceFacts]:
        """The test of a workload or a repository."""
        raise AssertionError(f"the policy reader lets no {self} through for this kind")

    def image(self, reading: "ImageReading") -> Test[Image]:
        """The test of an image."""
        raise AssertionError(f"the policy reader lets no {self} through for images")

    def stored(self, reading: "StoredReading") -> Test[StoredFacts]:
        """The test of a package, a version or a tag."""
        raise AssertionError(f"the policy reader lets no {self} through for this kind")

    def repository(self, repository: Repository) -> bool | None:
        """The answer for all that a repository holds, where the repository alone gives it; else None."""
        return None

    def reasons(self) -> Iterator[tuple[DeleteReason, "Key"]]:
        """The delete reasons that it can give, each with the narrowest key that proves it."""
        yield from ()

    def excludes(self, other: "Key") -> bool:
        """Whether the two never hold of the same resource, as far as this key sees it."""
        return False

    def within(self, wider: "Key") -> bool:
        """Whether it holds only where another one does, and is not known only where that is not."""
        return False

    def impossible(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """The globs that match nothing of the kind anywhere, each with what its names are made of."""
        yield from ()

    def opposite(self) -> "Key | None":
        """The key that holds exactly where this one does not, if there is one."""
        return None

    def written(self) -> str:
        """Its value as `explain` shows it."""
        parts = fields(cast(Any, self))
        return shown(getattr(self, parts[0].name)) if parts else "true"

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """What a workload or a repository has for it, for `explain`."""
        return ""

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        """What an image has for it; `about` are the digests that it is about."""
        return ""

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        """What a package, a version or a tag has for it."""
        return ""

    def repository_has(self, repository: Repository) -> str:
        """What the repository has for it, where that is what counts for all that it holds."""
        return ""


@dataclass(frozen=True, slots=True)
class FactsReading:
    """Reading of workloads and repositories; ages are strict, unset and future times are not known (R5).

    `failures` hears of each expression that could not be answered.
    """

    now: datetime
    failures: Failures = field(default_factory=Failures)

    def __call__(self, key: Key) -> Test[ResourceFacts]:
        """The test that a key is."""
        return key.workload(self)


def subject_unknown(_: Image) -> Truth:
    """`orphaned` while not every repository was read."""
    return SUBJECT_UNKNOWN


def use_not_recorded(_: Key) -> Test[Image]:
    """`unused_for` where no ledger says what was in use."""
    return lambda _: AGE_UNKNOWN


@dataclass(frozen=True, slots=True)
class ImageReading:
    """Reading of the images of one repository; what is the same for all of them is answered once.

    `sizes` are of indexes (R41). `orphaned` and `unused_for` answer the keys of these names.
    """

    of: Repository
    now: float
    failures: Failures = field(default_factory=Failures)
    sizes: Sizes = field(default_factory=dict)
    orphaned: Test[Image] = subject_unknown
    unused_for: Leaf[Image] = use_not_recorded

    def __call__(self, key: Key) -> Test[Image]:
        """The test that a key is."""
        answer = key.repository(self.of)
        return key.image(self) if answer is None else always(truth(answer))


@dataclass(frozen=True, slots=True)
class StoredReading:
    """Reading of packages, versions or tags of one repository; ages as above (R5)."""

    kind: Kind
    of: Repository
    now: float
    failures: Failures = field(default_factory=Failures)

    def __call__(self, key: Key) -> Test[StoredFacts]:
        """The test that a key is."""
        answer = key.repository(self.of)
        return key.stored(self) if answer is None else always(truth(answer))


def shown(value: object) -> str:
    """A value as a policy file writes it."""
    match value:
        case bool():
            return str(value).lower()
        case timedelta():
            return show_age(value.total_seconds())
        case tuple():
            return ", ".join(map(shown, value))
        case Mapping():
            return ", ".join(f"{key}={text}" for key, text in value.items())
        case _:
            return str(value)
