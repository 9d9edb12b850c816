"""What something is by its format: `format` of its repository, and `artifact_type` of an image."""

from dataclasses import dataclass
from typing import Any, Literal

from janitor.model.kinds import Kind
from janitor.model.resources import Image, Repository
from janitor.policy.conditions.key import STORED, ImageReading, Key
from janitor.policy.conditions.names import OneText, TextOf
from janitor.policy.conditions.patterns import matcher
from janitor.policy.conditions.truth import Test, truth
from janitor.policy.conditions.values import OneOrMore

Format = Literal["apt", "generic", "go", "kfp", "maven", "npm", "python", "ruby", "yum"]


@dataclass(frozen=True, slots=True)
class FormatIs(Key):
    """`format`: one of these, in small letters, is the repository's (``npm``, ``maven``, …)."""

    formats: tuple[str, ...]

    name = "format"
    kinds = STORED
    selector = True
    says = "The format of the repository, such as npm, python, maven or apt: one, or a list."

    @classmethod
    def spelling_of(cls, kind: Kind | None) -> Any:
        """The formats; versions of docker are images."""
        return OneOrMore[Format] if kind is Kind.VERSION else OneOrMore[Literal["docker"] | Format]

    def repository(self, repository: Repository) -> bool | None:
        return repository.format.lower() in self.formats

    def excludes(self, other: Key) -> bool:
        """Other formats."""
        return isinstance(other, FormatIs) and not set(self.formats) & set(other.formats)

    def within(self, wider: Key) -> bool:
        """Some of the other's formats."""
        return isinstance(wider, FormatIs) and set(self.formats) <= set(wider.formats)

    def repository_has(self, repository: Repository) -> str:
        return repository.format.lower()


@dataclass(frozen=True, slots=True)
class ArtifactTypeIs(OneText):
    """`artifact_type`: an image without a type never matches."""

    name = "artifact_type"
    kinds = frozenset({Kind.IMAGE})
    says = "The artifact type of signatures, attestations and similar artifacts: a glob, or a list of globs."
    text = TextOf(image=lambda image: image.artifact_type)
    unset_says = "no type"

    def image(self, reading: ImageReading) -> Test[Image]:
        """As `OneText` does, but for one call less: there may be a million images."""
        matches = matcher(self.globs)
        return lambda image: truth(bool(image.artifact_type) and matches(image.artifact_type))
