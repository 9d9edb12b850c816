"""Names: `name`, `service`, `job`, `location`, `repository`: globs on what a resource is called and where it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from janitor.model.kinds import Kind
from janitor.model.resources import Image, Repository
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.key import (
    EVERY_KIND,
    IN_REPOSITORIES,
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

_STORED_NAMES = {Kind.REPOSITORY: REPOSITORY_NAMES, Kind.IMAGE: IMAGE_NAMES}
# The answers that a test remembers: a sweep asks it of any number of packages.
_PACKAGES_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class OneText(Key):
    """Base of the keys that are globs on one text of a resource (`*` crosses `/`): any of them matches."""

    globs: tuple[str, ...]

    spelling: ClassVar[Any] = Globs
    selector: ClassVar[bool] = True
    made_of: ClassVar[NameCharacters | None] = None
    """What such names are made of, where that is known."""

    def excludes(self, other: Key) -> bool:
        """Two keys of a name whose globs share no text."""
        return isinstance(other, OneText) and type(other) is type(self) and apart(self.globs, other.globs)

    def within(self, wider: Key) -> bool:
        """Where each glob is covered by one of the other's."""
        if not isinstance(wider, OneText) or type(wider) is not type(self):
            return False
        return any_within(self.globs, wider.globs)

    def impossible(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Those with a character that no such name has."""
        return impossible(self.globs, self.made_of)


@dataclass(frozen=True, slots=True)
class NameIs(OneText):
    """`name`: the short name; of an image, a version or a tag that of its package."""

    name: ClassVar[str] = "name"
    kinds: ClassVar[frozenset[Kind]] = EVERY_KIND
    singles_out: ClassVar[bool] = True
    says: ClassVar[str] = "Its short name: a glob, or a list of globs."
    says_of: ClassVar[Mapping[Kind, str]] = {
        Kind.TRAFFIC_TAG: "The traffic tag itself, as `tag`: a glob, or a list of globs.",
        Kind.IMAGE: "Its package, such as app or team/app: a glob, or a list of globs.",
        Kind.PACKAGE: "Its name, such as left-pad, @team/web or team/app: a glob, or a list of globs.",
        Kind.TAG: "The package of the tag, such as team/app: a glob, or a list of globs.",
        Kind.VERSION: "Its package, such as left-pad or @team/web: a glob, or a list of globs.",
    }

    def impossible(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """By kind; packages of npm or Maven can have any name."""
        return impossible(self.globs, RUN_NAMES if kind.is_run else _STORED_NAMES.get(kind))

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its own short name."""
        matches = matcher(self.globs)
        return lambda facts: truth(matches(facts.name))

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

    def stored(self, reading: StoredReading) -> Test[StoredFacts]:
        """That of its package."""
        matches = matcher(self.globs)
        return lambda held: truth(matches(held.package))

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its name."""
        return facts.name

    def image_has(self, image: Image, now: datetime, about: Sequence[str]) -> str:
        """Its package."""
        return image.package

    def stored_has(self, held: StoredFacts, now: datetime) -> str:
        """Its package."""
        return held.package


@dataclass(frozen=True, slots=True)
class ServiceIs(OneText):
    """`service`: the short name of a revision's or a traffic tag's service."""

    name: ClassVar[str] = "service"
    made_of: ClassVar[NameCharacters | None] = RUN_NAMES
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.REVISION, Kind.TRAFFIC_TAG})
    singles_out: ClassVar[bool] = True
    says: ClassVar[str] = "The service that a revision is of: a glob, or a list of globs."
    says_of: ClassVar[Mapping[Kind, str]] = {
        Kind.TRAFFIC_TAG: "The service that has the tag: a glob, or a list of globs.",
    }

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its service."""
        matches = matcher(self.globs)
        return lambda facts: truth(matches(facts.service))

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its service."""
        return facts.service


@dataclass(frozen=True, slots=True)
class TrafficTagIs(OneText):
    """`tag`: the traffic tag itself."""

    name: ClassVar[str] = "tag"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TRAFFIC_TAG})
    says: ClassVar[str] = "The traffic tag itself, such as pr-*: a glob, or a list of globs."

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its own text."""
        matches = matcher(self.globs)
        return lambda facts: truth(matches(facts.name))

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its own text."""
        return facts.name


@dataclass(frozen=True, slots=True)
class JobIs(OneText):
    """`job`: the short name of an execution's job."""

    name: ClassVar[str] = "job"
    made_of: ClassVar[NameCharacters | None] = RUN_NAMES
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.EXECUTION})
    says: ClassVar[str] = "The job that an execution is of: a glob, or a list of globs."

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its job."""
        matches = matcher(self.globs)
        return lambda facts: truth(matches(facts.job))

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its job."""
        return facts.job


@dataclass(frozen=True, slots=True)
class LocationIs(OneText):
    """`location`: where it is."""

    name: ClassVar[str] = "location"
    made_of: ClassVar[NameCharacters | None] = RUN_NAMES
    kinds: ClassVar[frozenset[Kind]] = EVERY_KIND
    singles_out: ClassVar[bool] = True
    says: ClassVar[str] = "Where it stands, such as europe-west1: a glob, or a list of globs."

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its own location."""
        matches = matcher(self.globs)
        return lambda facts: truth(matches(facts.location))

    def repository(self, repository: Repository) -> bool | None:
        """The repository's location."""
        return matcher(self.globs)(repository.name.location)

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its location."""
        return facts.location

    def repository_has(self, repository: Repository) -> str:
        """The repository's location."""
        return repository.name.location


@dataclass(frozen=True, slots=True)
class RepositoryIs(OneText):
    """`repository`: the short name of the repository that holds it."""

    name: ClassVar[str] = "repository"
    made_of: ClassVar[NameCharacters | None] = REPOSITORY_NAMES
    kinds: ClassVar[frozenset[Kind]] = IN_REPOSITORIES
    singles_out: ClassVar[bool] = True
    says: ClassVar[str] = "The repository of an image, a version or a package: a glob, or a list of globs."

    def repository(self, repository: Repository) -> bool | None:
        """The repository's name."""
        return matcher(self.globs)(repository.name.repository)

    def repository_has(self, repository: Repository) -> str:
        """The repository's name."""
        return repository.name.repository
