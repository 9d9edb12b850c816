"""Names: `name`, `service`, `job`, `location`, `repository`: globs on what a resource is called and where it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, TypeVar

from janitor.kinds.table import KINDS, holder_key
from janitor.model.kinds import Kind
from janitor.model.resources import Image, Repository
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.key import (
    EVERY_KIND,
    IN_REPOSITORIES,
    WORKLOADS,
    FactsReading,
    ImageReading,
    Key,
    StoredReading,
)
from janitor.policy.conditions.patterns import (
    IMAGE_NAMES,
    REPOSITORY_NAMES,
    RUN_NAMES,
    NameCharacters,
    any_within,
    apart,
    impossible,
    matcher,
)
from janitor.policy.conditions.truth import Test, Truth, truth
from janitor.policy.conditions.values import Globs

T = TypeVar("T")
_STORED_NAMES = {Kind.REPOSITORY: REPOSITORY_NAMES, Kind.IMAGE: IMAGE_NAMES}
# The answers that a test remembers: a sweep asks it of any number of packages.
_PACKAGES_KNOWN = 10_000


def kinds_held_by(key: str) -> frozenset[Kind]:
    """The kinds of Cloud Run whose holder has this key."""
    return frozenset(kind for kind in WORKLOADS if holder_key(kind) == key)


class TextOf(NamedTuple):
    """Where a text is, of each kind of facts that has it; `repository`: where all that it holds has the same."""

    workload: Callable[[ResourceFacts], str] | None = None
    image: Callable[[Image], str] | None = None
    stored: Callable[[StoredFacts], str] | None = None
    repository: Callable[[Repository], str] | None = None


@dataclass(frozen=True, slots=True)
class OneText(Key):
    """Base of the keys that are globs on one text of a resource (`*` crosses `/`): any of them matches.

    A key declares where the text is. An empty one is matched like any other, unless `unset` says what the answer is.
    """

    globs: tuple[str, ...]

    spelling: ClassVar[Any] = Globs
    selector = True
    text: ClassVar[TextOf]
    unset: ClassVar[Truth | None] = None
    unset_says: ClassVar[str] = ""
    """What `explain` shows of an empty text."""
    made_of: ClassVar[NameCharacters | None] = None
    """What such names are made of, where that is known."""

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        return self._test(self.text.workload) or Key.workload(self, reading)

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        return self._test(self.text.stored) or Key.stored(self, reading)

    def repository(self, repository: Repository) -> bool | None:
        text = self.text.repository
        return matcher(self.globs)(text(repository)) if text else None

    def _test(self, text_of: Callable[[T], str] | None) -> Test[T] | None:
        if text_of is None:
            return None
        matches, text, unset = matcher(self.globs), text_of, self.unset
        if unset is None:
            return lambda resource: truth(matches(text(resource)))
        return lambda resource: truth(matches(found)) if (found := text(resource)) else unset

    def excludes(self, other: Key) -> bool:
        return isinstance(other, OneText) and type(other) is type(self) and apart(self.globs, other.globs)

    def within(self, wider: Key) -> bool:
        if not isinstance(wider, OneText) or type(wider) is not type(self):
            return False
        return any_within(self.globs, wider.globs)

    def impossible(self, kind: Kind) -> Iterator[tuple[str, str]]:
        return impossible(self.globs, self.made_of)

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        return self._shown(self.text.workload, facts)

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        return self._shown(self.text.image, image)

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        return self._shown(self.text.stored, held)

    def repository_has(self, repository: Repository) -> str:
        return self._shown(self.text.repository, repository)

    def _shown(self, text_of: Callable[[T], str] | None, resource: T) -> str:
        return (text_of(resource) or self.unset_says) if text_of else ""


@dataclass(frozen=True, slots=True)
class NameIs(OneText):
    """`name`: the short name; of an image, a version or a tag that of its package."""

    name = "name"
    kinds = EVERY_KIND
    singles_out = True
    says = "Its short name: a glob, or a list of globs."
    text = TextOf(lambda facts: facts.name, lambda image: image.package, lambda held: held.package)

    def image(self, reading: ImageReading) -> Test[Image]:
        """That of its package, matched once a package."""
        matches, known = matcher(self.globs), dict[str, Truth]()

        def run(image: Image) -> Truth:
            answer = known.get(image.package)
            if answer is None:
                if len(known) == _PACKAGES_KNOWN:
                    known.clear()
                answer = known[image.package] = truth(matches(image.package))
            return answer

        return run

    def impossible(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """By kind; packages of npm or Maven can have any name."""
        return impossible(self.globs, RUN_NAMES if kind.is_run else _STORED_NAMES.get(kind))


@dataclass(frozen=True, slots=True)
class ServiceIs(OneText):
    """`service`: the short name of a revision's or a traffic tag's service."""

    name = "service"
    kinds = kinds_held_by("service")
    singles_out = True
    says = "The service of a revision: a glob, or a list of globs."
    text = TextOf(lambda facts: facts.service)
    made_of = RUN_NAMES


@dataclass(frozen=True, slots=True)
class TrafficTagIs(OneText):
    """`tag`: the traffic tag itself."""

    name = "tag"
    kinds = frozenset(kind for kind in WORKLOADS if KINDS[kind].is_tag)
    says = "The traffic tag itself, such as pr-*: a glob, or a list of globs."
    text = TextOf(lambda facts: facts.name)


@dataclass(frozen=True, slots=True)
class JobIs(OneText):
    """`job`: the short name of an execution's job."""

    name = "job"
    kinds = kinds_held_by("job")
    says = "The job of an execution: a glob, or a list of globs."
    text = TextOf(lambda facts: facts.job)
    made_of = RUN_NAMES


@dataclass(frozen=True, slots=True)
class LocationIs(OneText):
    """`location`: where it is."""

    name = "location"
    kinds = EVERY_KIND
    singles_out = True
    says = "The location, such as europe-west1: a glob, or a list of globs."
    text = TextOf(lambda facts: facts.location, repository=lambda repository: repository.name.location)
    made_of = RUN_NAMES


@dataclass(frozen=True, slots=True)
class RepositoryIs(OneText):
    """`repository`: the short name of the repository that holds it."""

    name = "repository"
    kinds = IN_REPOSITORIES
    singles_out = True
    says = "The repository of an image, a version, a tag or a package: a glob, or a list of globs."
    text = TextOf(repository=lambda repository: repository.name.repository)
    made_of = REPOSITORY_NAMES


# By what holds a revision, an execution or another part of a workload it is named, too.
HOLDER_KEYS: Mapping[str, type[OneText]] = {key.name: key for key in (ServiceIs, JobIs)}
