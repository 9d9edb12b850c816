"""How the images of one package hang together: indexes and children, subjects and referrers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from janitor.kinds.image import is_referrer_tag, subject_of_tags
from janitor.model.resources import Image
from janitor.policy.usage import Users

# No registry nests deeper; a chain beyond it is hostile and is left alone.
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Family:
    """`indexes`: child -> indexes that hold it. `dependents`: an index or subject -> what it keeps.
    `referrers`: referrer -> its subject. `followers` go and stay with what they depend on: untagged
    children, and referrers with no tag but a referrer's."""

    indexes: dict[str, list[str]] = field(default_factory=dict)
    dependents: dict[str, list[str]] = field(default_factory=dict)
    referrers: dict[str, str] = field(default_factory=dict)
    followers: set[str] = field(default_factory=set)
    orphans: set[str] = field(default_factory=set)


def family_of(images: list[Image], subjects: Mapping[tuple[str, str], str]) -> Family:
    """`subjects` are attachments: (package, digest) -> the digest it is about.

    `orphans` are referrers by their tags whose subject is not here.
    """
    family = Family()
    related = [i for i in images if i.children or i.artifact_type or (i.tags and _says_subject(i))]
    if subjects:
        related += [i for i in images if (i.package, i.digest) in subjects and i not in related]
    if not related:
        return family
    present = {image.digest: image for image in images}
    for image in related:
        for child in image.children:
            if child in present and child != image.digest:
                _hold(family, image.digest, present[child])
        subject = subjects.get((image.package, image.digest)) or subject_of_tags(image)
        if subject:
            _refer(family, image, subject, subject in present and subject != image.digest)
    return family


def _says_subject(image: Image) -> bool:
    return any(tag.startswith("sha256-") for tag in image.tags)


def _hold(family: Family, index: str, child: Image) -> None:
    family.indexes.setdefault(child.digest, []).append(index)
    family.dependents.setdefault(index, []).append(child.digest)
    if not child.tags:
        family.followers.add(child.digest)


def _refer(family: Family, referrer: Image, subject: str, present: bool) -> None:
    if not present:
        family.orphans.add(referrer.digest)
        return
    family.referrers[referrer.digest] = subject
    family.dependents.setdefault(subject, []).append(referrer.digest)
    if all(map(is_referrer_tag, referrer.tags)):
        family.followers.add(referrer.digest)


def spread(named: Users, family: Family) -> Users:
    """A named digest protects upwards the indexes that hold it, and everything downwards (R16)."""
    if not named or not family.dependents:
        return named
    upwards = _reach(named, family.indexes)
    return _reach(upwards, family.dependents)


def _reach(users: Users, edges: Mapping[str, Iterable[str]]) -> Users:
    found = {digest: set(names) for digest, names in users.items()}
    stack = list(found)
    while stack:
        digest = stack.pop()
        for other in edges.get(digest, ()):
            before = found.setdefault(other, set())
            if not found[digest] <= before or not before:
                before |= found[digest]
                stack.append(other)
    return found


def below(roots: Iterable[str], family: Family) -> set[str]:
    """Everything that any of the roots keeps, at any depth, without the roots themselves."""
    found: set[str] = set()
    stack = list(roots)
    while stack:
        for digest in family.dependents.get(stack.pop(), ()):
            if digest not in found:
                found.add(digest)
                stack.append(digest)
    return found


def levels(roots: Iterable[str], family: Family, goes: set[str]) -> dict[str, int]:
    """How deep each digest that goes lies below the roots that go: the longest way down."""
    found = dict.fromkeys(roots, 0)
    stack = list(found)
    while stack:
        digest = stack.pop()
        for other in family.dependents.get(digest, ()):
            depth = found[digest] + 1
            if other in goes and depth > found.get(other, -1) and depth < DEEPEST:
                found[other] = depth
                stack.append(other)
    return found
