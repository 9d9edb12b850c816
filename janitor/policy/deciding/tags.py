"""Tags: the verdict on one tag. A tag that is in use, or by which a version is kept, is never removed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from janitor.kinds.image import image_times, is_referrer_tag
from janitor.kinds.tag import tag_name
from janitor.kinds.version import version_times
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Package, Version
from janitor.policy.conditions.facts import StoredFacts
from janitor.policy.conditions.patterns import matcher
from janitor.policy.conditions.truth import YES
from janitor.policy.deciding.image_rules import ImageRules
from janitor.policy.deciding.packages import (
    PLACE_GUARDS,
    PackageRules,
    answered,
    case_of,
    floor_of,
    place_guards,
    version_facts,
)
from janitor.policy.deciding.verdict import CompiledPolicy, Decision, latest


class PlacedTag(NamedTuple):
    """One tag: Google's name of it, its package and its own as people write them, and the version that
    it points at, of docker an image. `newest` is the latest time that is known of that version."""

    name: str
    package: str
    tag: str
    version: str
    newest: float | None = None


def tags_of_image(rules: ImageRules, image: Image) -> Iterator[PlacedTag]:
    """The tags of a docker image."""
    for tag in image.tags:
        name = rules.repository.name.tag(image.package, tag)
        yield PlacedTag(name, image.package, tag, image.digest, latest(image_times(image)))


def tags_of_package(package: Package) -> Iterator[PlacedTag]:
    """The tags of the versions of a package of another format."""
    for version in package.versions:
        for tag in version.tags:
            yield tag_of(package, version, tag)


def tag_of(package: Package, version: Version, tag: str) -> PlacedTag:
    """One tag of a version of another format than docker."""
    newest = latest(version_times(version))
    return PlacedTag(tag_name(package, tag), package.short, tag, version.id, newest)


def tag_facts(tagged: PlacedTag) -> StoredFacts:
    """A tag as policies read it."""
    return StoredFacts(tagged.package, tagged.version, (tagged.tag,), newest=tagged.newest)


def decide_tag(
    rules: PackageRules, images: ImageRules, tagged: PlacedTag, kept_by_it: bool
) -> tuple[Decision, set[str]]:
    """The verdict on one tag, and the actions of this plan that it waits for (R12).

    `kept_by_it`: a `keep.tagged` holds its version by this tag.
    """
    repository = rules.repository
    users = images.usage.remaining.of_tag(repository.name, tagged.package, tagged.tag)
    found = {
        KeepReason.IN_USE: bool(users),
        KeepReason.PROTECTED: rules.protects_tag(tagged.tag),
        KeepReason.IMMUTABLE_TAGS: repository.immutable_tags,
        KeepReason.CHILD_OF_KEPT: is_referrer_tag(tagged.tag),
        KeepReason.KEEP_TAGGED: kept_by_it,
    }
    guards = [*place_guards(rules, tagged.package), *(reason for reason, holds in found.items() if holds)]
    waits = images.usage.freed.of_tag(repository.name, tagged.package, tagged.tag)
    facts = tag_facts(tagged)
    guards += floor_of(rules, facts)
    if rules.tracer:
        case = case_of(rules, rules.tags, facts, guards, (*PLACE_GUARDS, *found))
        rules.tracer.case(tagged.name, replace(case, users=users, freed=waits))
    return answered(rules, rules.tags, facts, guards), waits


def keeps_image_by(images: ImageRules, image: Image, tag: str) -> bool:
    """Whether a `keep.tagged` of an image policy holds the image by this tag."""
    return any(_names(each, tag) and each.selects(image) is YES for each in images.questions)


def keeps_version_by(rules: PackageRules, package: Package, version: Version, tag: str) -> bool:
    """The same of a version of another format."""
    facts = version_facts(package, version)
    return any(_names(each, tag) and each.selects(facts) is YES for each in rules.versions)


def _names(question: CompiledPolicy[Image] | CompiledPolicy[StoredFacts], tag: str) -> bool:
    keep = question.policy.keep
    return keep is not None and bool(keep.tagged) and matcher(keep.tagged)(tag)
