"""Image rules: the image policies made ready for one repository, and the guards of its images and packages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from janitor.kinds.image import subjects_of
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Mode, Repository
from janitor.policy.conditions.key import subject_unknown
from janitor.policy.conditions.names import RepositoryIs
from janitor.policy.conditions.patterns import matcher
from janitor.policy.conditions.truth import YES, Test
from janitor.policy.conditions.use import Orphaned
from janitor.policy.deciding.grace import Holding
from janitor.policy.deciding.held import HeldMatches
from janitor.policy.deciding.image_graph import Family, family_of
from janitor.policy.deciding.orphaned import holds_only_artifacts
from janitor.policy.deciding.references import Usage, Users
from janitor.policy.deciding.retention import names_a_type
from janitor.policy.deciding.use_history import UseLog
from janitor.policy.deciding.verdict import CompiledPolicy, Delete, names_literally
from janitor.policy.model import Policies, Policy

Kept = dict[str, KeepReason]
Going = dict[str, Delete]


@dataclass(frozen=True, slots=True)
class ImageRules:
    """The policies made ready for one repository.

    `referred`: a digest -> the packages that hold an artifact attached to it. Google refuses to delete an image while
    one is attached, and one in another package is kept: its own package does not say whether its subject is there (R40).
    `by_inventory` as of the context.
    """

    repository: Repository
    questions: tuple[CompiledPolicy[Image], ...]
    usage: Usage
    subjects: Mapping[tuple[str, str], tuple[str, ...]]
    protects_name: Callable[[str], bool]
    protects_tag: Callable[[str], bool] | None
    everything: KeepReason | None
    managed: bool
    now: float
    on_package: "OnPackage | None" = None
    holding: Holding | None = None
    orphaned: Test[Image] = subject_unknown
    uses: UseLog = field(default_factory=UseLog)
    referred: Mapping[str, frozenset[str]] = field(default_factory=dict)
    held: HeldMatches = field(default_factory=HeldMatches)
    by_inventory: bool = False


class Weighed(NamedTuple):
    """What the images of one package came to, by digest; users with what indexes and subjects pass on."""

    family: Family
    in_use: Users
    waits: Users
    kept: Kept
    goes: Going


# Is shown the images of each package with what they came to; changes nothing.
OnPackage = Callable[[ImageRules, list[Image], Weighed], None]


def everything_stays(policies: Policies, repository: Repository) -> KeepReason | None:
    """Why everything in a repository is kept."""
    if repository_protected(policies, repository):
        return KeepReason.PROTECTED
    return None if repository.mode is Mode.STANDARD else KeepReason.NOT_STANDARD


def repository_protected(policies: Policies, repository: Repository) -> bool:
    """Whether `protect` names it or a label of it (R11)."""
    protect = policies.protect
    return protect.covers(repository.labels) or matcher(protect.names)(repository.name.repository)


def any_protected_tag(rules: ImageRules, images: Iterable[Image]) -> bool:
    """Whether `protect.tags` has any tag of theirs."""
    protects = rules.protects_tag
    return protects is not None and any(protects(tag) for image in images for tag in image.tags)


def held_by_tags(rules: ImageRules, image: Image) -> KeepReason | None:
    """Why an image is kept for one of its tags, whatever any policy says."""
    if not image.tags:
        return None
    if any_protected_tag(rules, (image,)):
        return KeepReason.PROTECTED
    return KeepReason.IMMUTABLE_TAGS if rules.repository.immutable_tags else None


def may_touch_managed(policy: Policy, name: RepositoryName) -> bool:
    """Whether it says `managed: true` and names the repository literally (R14)."""
    return policy.managed and names_literally(policy, name.repository, RepositoryIs)


def forbids_image(name: RepositoryName, policy: Policy, guard: KeepReason) -> bool:
    """Whether a guard that stands does so against a policy that matches an image of this repository."""
    if guard is KeepReason.GOOGLE_MANAGED:
        return not may_touch_managed(policy, name)
    if guard is KeepReason.SUBJECT_UNKNOWN:
        return not (names_a_type(policy) or any(isinstance(part, Orphaned) for part in policy.when.parts))
    return True


DIGEST = "sha256:"


def artifacts_held(rules: ImageRules, packages: Mapping[str, list[Image]]) -> set[KeepReason]:
    """Why packages that are deleted together stay: one of their artifacts is about an image elsewhere that is
    not known to be gone, an artifact elsewhere is about one of their images, or nothing in them is anything but an
    artifact whose subject is not known."""
    families = {package: family_of(images, rules.subjects) for package, images in packages.items()}
    here = {image.digest for images in packages.values() for image in images}
    found = set()
    if any(rules.referred[digest] - packages.keys() for digest in here & rules.referred.keys()):
        found.add(KeepReason.HOLDS_REFERRER)
    doubtful = [
        (image, subjects_of(image, rules.subjects))
        for package, images in packages.items()
        for image in images
        if families[package].subject_unknown(image)
    ]
    for image, about in doubtful:
        elsewhere = [each for each in about if each.startswith(DIGEST) and each not in here]
        if elsewhere and rules.orphaned(image) is not YES:
            found.add(KeepReason.HOLDS_REFERRER)
    are_named = all(about for _, about in doubtful)
    if not are_named and all(holds_only_artifacts(packages[each], families[each]) for each in packages):
        found.add(KeepReason.HOLDS_SUBJECT_UNKNOWN)
    return found
