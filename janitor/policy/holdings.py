"""Artifacts about other images: which keep the package or repository that holds them, and which go because
their images are gone (R40)."""

from collections.abc import Iterable, Mapping, Sequence

from janitor.kinds.image import subjects_of
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image
from janitor.policy.family import Family, below, family_of
from janitor.policy.image_rules import ImageRules
from janitor.policy.orphans import holds_only_artifacts
from janitor.policy.truth import YES

_DIGEST = "sha256:"


def artifacts_held(rules: ImageRules, packages: Mapping[str, list[Image]]) -> set[KeepReason]:
    """Why packages that are deleted together stay: one of their artifacts is about an image elsewhere that is
    not known to be gone, an artifact elsewhere is about one of their images, or nothing in them is anything but an
    artifact whose subject is not known."""
    families = {package: family_of(images, rules.subjects) for package, images in packages.items()}
    here = {image.digest for images in packages.values() for image in images}
    found = set()
    if any(rules.referred[digest] - packages.keys() for digest in here & rules.referred.keys()):
        found.add(KeepReason.HOLDS_REFERRER)
    unnamed = False
    for package, images in packages.items():
        for image in images:
            if not families[package].subject_unknown(image):
                continue
            about = subjects_of(image, rules.subjects)
            elsewhere = [each for each in about if each.startswith(_DIGEST) and each not in here]
            if elsewhere and rules.orphaned(image) is not YES:
                found.add(KeepReason.HOLDS_REFERRER)
            unnamed = unnamed or not about
    if unnamed and all(holds_only_artifacts(packages[each], families[each]) for each in packages):
        found.add(KeepReason.HOLDS_SUBJECT_UNKNOWN)
    return found


def lost_subjects(rules: ImageRules, going: Sequence[Image], family: Family) -> dict[str, tuple[str, ...]]:
    """Of one package: digest -> the images elsewhere that it is about and that are gone, of each orphaned
    artifact that goes and of all that goes with it."""
    found: dict[str, set[str]] = {}
    orphans = [image for image in going if image.digest in family.orphans and rules.orphaned(image) is YES]
    for image in orphans:
        about = subjects_of(image, rules.subjects)
        for digest in (image.digest, *below((image.digest,), family)):
            found.setdefault(digest, set()).update(about)
    return {digest: tuple(sorted(about)) for digest, about in found.items()}


def subjects_elsewhere(
    images: Iterable[Image], attached: Mapping[tuple[str, str], tuple[str, ...]]
) -> tuple[str, ...]:
    """The digests that artifacts among these images are about, and that are not among them, sorted."""
    held = list(images)
    here = {image.digest for image in held}
    about = {
        subject
        for image in held
        if image.tags or attached
        for subject in subjects_of(image, attached)
        if subject.startswith(_DIGEST) and subject not in here
    }
    return tuple(sorted(about))
