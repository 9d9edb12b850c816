"""Labels and annotations: `labels`, `labels_regex`, `annotations`, `annotations_regex`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

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


class Texts(NamedTuple):
    """Texts by name that a resource bears; `repository`: all that a repository holds bears the repository's."""

    workload: Callable[[ResourceFacts], Mapping[str, str]]
    repository: Callable[[Repository], Mapping[str, str]] | None
    none: str

    def say(self, texts: Mapping[str, str]) -> str:
        """As `explain` shows them."""
        return shown(texts) or self.none


LABELS = Texts(lambda facts: facts.labels, lambda repository: repository.labels, "no label")
ANNOTATIONS = Texts(lambda facts: facts.annotations, None, "no annotation")


@dataclass(frozen=True, slots=True)
class _OfTexts(Key):
    """Base of the keys that ask for each of some names what its text is like."""

    asked: Mapping[str, str]

    selector = True
    singles_out = True
    texts: ClassVar[Texts]

    def holds_of(self, texts: Mapping[str, str]) -> bool:
        """Whether all of the names are there, and their texts are like it."""
        raise NotImplementedError

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        texts_of, holds_of = self.texts.workload, self.holds_of
        return lambda facts: truth(holds_of(texts_of(facts)))

    def repository(self, repository: Repository) -> bool | None:
        texts_of = self.texts.repository
        return self.holds_of(texts_of(repository)) if texts_of else None

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        return self.texts.say(self.texts.workload(facts))

    def repository_has(self, repository: Repository) -> str:
        return self.texts.say(self.texts.repository(repository)) if self.texts.repository else ""


class _Globs(_OfTexts):
    """Each text matches a glob."""

    __slots__ = ()
    spelling: ClassVar[Any] = Labels

    def holds_of(self, texts: Mapping[str, str]) -> bool:
        return all(labels_match(self.asked, texts))

    def excludes(self, other: Key) -> bool:
        """Of one name, texts that never match both."""
        if not isinstance(other, _OfTexts) or other.texts is not self.texts:
            return False
        shared = self.asked.keys() & other.asked.keys()
        if isinstance(other, _Globs):
            return any(apart((self.asked[name],), (other.asked[name],)) for name in shared)
        literal = {name: self.asked[name] for name in shared if is_literal(self.asked[name])}
        return not all_found({name: other.asked[name] for name in literal}, literal)

    def within(self, wider: Key) -> bool:
        """All that the other one asks, asked here as narrowly."""
        if not isinstance(wider, _OfTexts) or wider.texts is not self.texts:
            return False
        if isinstance(wider, _Globs):
            return all(
                name in self.asked and any_within((self.asked[name],), (glob,))
                for name, glob in wider.asked.items()
            )
        return all(map(is_literal, self.asked.values())) and all_found(wider.asked, self.asked)


class _Regexes(_OfTexts):
    """In each text an expression is found."""

    __slots__ = ()
    spelling: ClassVar[Any] = Expressions
    example = "{team: '^ml-[0-9]+$'}"

    @classmethod
    def mistakes(cls, value: Any, kind: str) -> Iterator[tuple[Path, str]]:
        """Each expression that RE2 does not read."""
        for name, text in value.items() if isinstance(value, dict) else ():
            if isinstance(text, str) and text and (wrong := regex_mistake(text)):
                yield (name,), f"{name}: {wrong}"

    def holds_of(self, texts: Mapping[str, str]) -> bool:
        return all_found(self.asked, texts)

    def within(self, wider: Key) -> bool:
        """All that the other one asks, asked here as narrowly."""
        if not isinstance(wider, _OfTexts) or wider.texts is not self.texts:
            return False
        if isinstance(wider, _Regexes):
            return wider.asked.items() <= self.asked.items()
        return all(name in self.asked and glob == "*" for name, glob in wider.asked.items())


@dataclass(frozen=True, slots=True)
class LabelsAre(_Globs):
    """`labels`: all of these; a value is a glob. What a repository holds has the repository's labels."""

    name = "labels"
    kinds = EVERY_KIND
    texts = LABELS
    example = "{env: preview}"
    says = 'All of these labels; a value is a glob, "*" for any.'


@dataclass(frozen=True, slots=True)
class LabelsRegex(_Regexes):
    """`labels_regex`: it has all of these labels, and in each one's value the expression (RE2's) is found."""

    name = "labels_regex"
    kinds = EVERY_KIND
    texts = LABELS
    says = "All of these labels; each value contains a match of its regular expression (RE2)."


@dataclass(frozen=True, slots=True)
class AnnotationsAre(_Globs):
    """`annotations`: all of these; a value is a glob."""

    name = "annotations"
    kinds = WORKLOADS
    texts = ANNOTATIONS
    example = "{team: web}"
    says = 'All of these annotations; a value is a glob, "*" for any.'


@dataclass(frozen=True, slots=True)
class AnnotationsRegex(_Regexes):
    """`annotations_regex`: likewise of annotations."""

    name = "annotations_regex"
    kinds = WORKLOADS
    texts = ANNOTATIONS
    says = "All of these annotations; each value contains a match of its regular expression (RE2)."
