"""The artifacts about other images that keep the package or the repository that holds them (R40)."""

from collections.abc import Mapping

from janitor.kinds.image import subjects_of
from janitor.model.kinds import KeepReason
from janitor.model.resources import Image
from janitor.policy.family import family_of
from janitor.policy.image_rules import ImageRules
from janitor.policy.orphans import holds_only_artifacts
from janitor.policy.truth import YES

_DIGEST = "sha256:"


def artifacts_held(rules: ImageRules, packages: Mapping[str, list[Image]]) -> set[KeepReason]:
    """Why packages that are deleted together stay: one of their artifacts is about an image elsewhere that is
    not known to be gone, or nothing in them is anything but an artifact whose subject is not known."""
    families = {package: family_of(images, rules.subjects) for package, images in packages.items()}
    here = {image.digest for images in packages.values() for image in images}
    found = set()
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
