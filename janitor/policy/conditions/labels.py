"""Labels and annotations: `labels`, `labels_regex`, `annotations`, `annotations_regex`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from janitor.model.kinds import Kind
from janitor.model.resources import Repository
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.key import EVERY_KIND, WORKLOADS, FactsReading, Key, Path, shown
from janitor.policy.conditions.patterns import (
    all_found,
    any_within,
    apart,
    is_literal,
    labels_match,
    regex_mistake,
)
from janitor.policy.conditions.truth import Test, truth
from janitor.policy.conditions.values import Expressions, Labels


def labels_of(labels: Mapping[str, str]) -> str:
    """Labels as `explain` shows them."""
    return shown(labels) or "no label"


def _notes_of(facts: ResourceFacts) -> str:
    return shown(facts.annotations) or "no annotation"


def _globs_exclude(some: Mapping[str, str], others: Mapping[str, str]) -> bool:
    return any(apart((some[key],), (others[key],)) for key in some.keys() & others.keys())


def _globs_exclude_regex(said: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    literal = {key: said[key] for key in said.keys() & asked.keys() if is_literal(said[key])}
    return not all_found({key: asked[key] for key in literal}, literal)


def _globs_within(some: Mapping[str, str], others: Mapping[str, str]) -> bool:
    return all(name in some and any_within((some[name],), (glob,)) for name, glob in others.items())


def _globs_within_regex(some: Mapping[str, str], others: Mapping[str, str]) -> bool:
    return all(map(is_literal, some.values())) and all_found(others, some)


def _regex_within_globs(some: Mapping[str, str], others: Mapping[str, str]) -> bool:
    return all(name in some and glob == "*" for name, glob in others.items())


def _regex_mistakes(value: Any) -> Iterator[tuple[Path, str]]:
    for name, text in value.items() if isinstance(value, dict) else ():
        if isinstance(text, str) and text and (wrong := regex_mistake(text)):
            yield (name,), f"{name}: {wrong}"


@dataclass(frozen=True, slots=True)
class LabelsAre(Key):
    """`labels`: all of these; a value is a glob. What a repository holds has the repository's labels."""

    labels: Mapping[str, str]

    name: ClassVar[str] = "labels"
    kinds: ClassVar[frozenset[Kind]] = EVERY_KIND
    spelling: ClassVar[Any] = Labels
    selector: ClassVar[bool] = True
    singles_out: ClassVar[bool] = True
    example: ClassVar[str] = "{env: preview}"
    says: ClassVar[str] = 'All of these labels; a value is a glob, "*" for any.'
    says_of: ClassVar[Mapping[Kind, str]] = {
        Kind.IMAGE: "All of these labels of the image's repository; a value is a glob.",
        Kind.PACKAGE: "All of these labels of the package's repository; a value is a glob.",
        Kind.TAG: "All of these labels of the tag's repository; a value is a glob.",
        Kind.VERSION: "All of these labels of the version's repository; a value is a glob.",
    }

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its own labels."""
        wanted = self.labels
        return lambda facts: truth(all(labels_match(wanted, facts.labels)))

    def repository(self, repository: Repository) -> bool | None:
        """The repository's labels."""
        return all(labels_match(self.labels, repository.labels))

    def excludes(self, other: Key) -> bool:
        """Of one label, values that never match both."""
        match other:
            case LabelsAre(labels):
                return _globs_exclude(self.labels, labels)
            case LabelsRegex(expressions):
                return _globs_exclude_regex(self.labels, expressions)
            case _:
                return False

    def within(self, wider: Key) -> bool:
        """All that the other one asks, asked here as narrowly."""
        match wider:
            case LabelsAre(labels):
                return _globs_within(self.labels, labels)
            case LabelsRegex(expressions):
                return _globs_within_regex(self.labels, expressions)
            case _:
                return False

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its labels."""
        return labels_of(facts.labels)

    def repository_has(self, repository: Repository) -> str:
        """The repository's labels."""
        return labels_of(repository.labels)


@dataclass(frozen=True, slots=True)
class LabelsRegex(Key):
    """`labels_regex`: it has all of these labels, and in each one's value the expression (RE2's) is found."""

    expressions: Mapping[str, str]

    name: ClassVar[str] = "labels_regex"
    kinds: ClassVar[frozenset[Kind]] = EVERY_KIND
    spelling: ClassVar[Any] = Expressions
    selector: ClassVar[bool] = True
    singles_out: ClassVar[bool] = True
    example: ClassVar[str] = "{team: '^ml-[0-9]+$'}"
    says: ClassVar[str] = "All of these labels; in the value of each its regular expression (RE2) is found."

    @classmethod
    def mistakes(cls, value: Any, kind: str) -> Iterator[tuple[Path, str]]:
        """Each expression that RE2 does not read."""
        return _regex_mistakes(value)

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its own labels."""
        expressions = self.expressions
        return lambda facts: truth(all_found(expressions, facts.labels))

    def repository(self, repository: Repository) -> bool | None:
        """The repository's labels."""
        return all_found(self.expressions, repository.labels)

    def within(self, wider: Key) -> bool:
        """All that the other one asks, asked here as narrowly."""
        match wider:
            case LabelsRegex(expressions):
                return expressions.items() <= self.expressions.items()
            case LabelsAre(labels):
                return _regex_within_globs(self.expressions, labels)
            case _:
                return False

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its labels."""
        return labels_of(facts.labels)

    def repository_has(self, repository: Repository) -> str:
        """The repository's labels."""
        return labels_of(repository.labels)


@dataclass(frozen=True, slots=True)
class AnnotationsAre(Key):
    """`annotations`: all of these; a value is a glob."""

    annotations: Mapping[str, str]

    name: ClassVar[str] = "annotations"
    kinds: ClassVar[frozenset[Kind]] = WORKLOADS
    spelling: ClassVar[Any] = Labels
    selector: ClassVar[bool] = True
    singles_out: ClassVar[bool] = True
    example: ClassVar[str] = "{team: web}"
    says: ClassVar[str] = 'All of these annotations; a value is a glob, "*" for any.'

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its annotations."""
        wanted = self.annotations
        return lambda facts: truth(all(labels_match(wanted, facts.annotations)))

    def excludes(self, other: Key) -> bool:
        """Of one annotation, values that never match both."""
        match other:
            case AnnotationsAre(annotations):
                return _globs_exclude(self.annotations, annotations)
            case AnnotationsRegex(expressions):
                return _globs_exclude_regex(self.annotations, expressions)
            case _:
                return False

    def within(self, wider: Key) -> bool:
        """All that the other one asks, asked here as narrowly."""
        match wider:
            case AnnotationsAre(annotations):
                return _globs_within(self.annotations, annotations)
            case AnnotationsRegex(expressions):
                return _globs_within_regex(self.annotations, expressions)
            case _:
                return False

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its annotations."""
        return _notes_of(facts)


@dataclass(frozen=True, slots=True)
class AnnotationsRegex(Key):
    """`annotations_regex`: likewise of annotations."""

    expressions: Mapping[str, str]

    name: ClassVar[str] = "annotations_regex"
    kinds: ClassVar[frozenset[Kind]] = WORKLOADS
    spelling: ClassVar[Any] = Expressions
    selector: ClassVar[bool] = True
    singles_out: ClassVar[bool] = True
    example: ClassVar[str] = "{team: '^ml-[0-9]+$'}"
    says: ClassVar[str] = (
        "All of these annotations; in the value of each its regular expression (RE2) is found."
    )

    @classmethod
    def mistakes(cls, value: Any, kind: str) -> Iterator[tuple[Path, str]]:
        """Each expression that RE2 does not read."""
        return _regex_mistakes(value)

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        """Its annotations."""
        expressions = self.expressions
        return lambda facts: truth(all_found(expressions, facts.annotations))

    def within(self, wider: Key) -> bool:
        """All that the other one asks, asked here as narrowly."""
        match wider:
            case AnnotationsRegex(expressions):
                return expressions.items() <= self.expressions.items()
            case AnnotationsAre(annotations):
                return _regex_within_globs(self.expressions, annotations)
            case _:
                return False

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        """Its annotations."""
        return _notes_of(facts)
