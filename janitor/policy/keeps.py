"""`keep` as models, of each kind that has one: a part of the grammar."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from janitor.policy import spelling
from janitor.policy.field_types import Count, Duration, Globs, Model


class Keep(Model):
    """What stays, by group (R10)."""

    latest: Count | None = None
    newer_than: Duration | None = None


class RevisionKeep(Keep):
    """Only revisions are gone back to."""

    rollback: Count | None = None


class Per(Model):
    """Within which groups `latest` counts, by tag or by version; its own `latest` says of how many."""

    tag: Annotated[str, BeforeValidator(spelling.bounded)] | None = None
    semver: Literal["major", "minor", "patch"] | None = None
    latest: Count | None = None


class TaggedKeep(Keep):
    """Only images, and versions of other formats, have tags."""

    tagged: Globs | None = None


class ImageKeep(TaggedKeep):
    """Of images, many a line of versions or branches is kept in one package."""

    per: Per | None = None


class VersionPer(Model):
    """A version is called by what it is, and one with a tag stays: nothing is grouped by tag."""

    semver: Literal["major", "minor", "patch"]
    latest: Count | None = None


class VersionKeep(TaggedKeep):
    """Of versions, many a line is kept in one package."""

    per: VersionPer | None = None
