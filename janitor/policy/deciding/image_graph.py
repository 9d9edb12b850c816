"""Image graph of a package: indexes and children, subjects and referrers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from janitor.kinds.image import is_referrer_tag, subjects_of
from janitor.model.resources import Image
from janitor.policy.deciding.references import Users


@dataclass(frozen=True, slots=True)
class Family:
    """`indexes`: child -> indexes that hold it. `dependents`: an index or subject -> what it keeps.
    `referrers`: referrer -> its subjects in the package. `orphans`: artifacts about an image that is not in
    the package, beside others that are or not. `followers` go and stay with what they depend on: untagged
    children, and referrers with no tag but a referrer's."""

    indexes: dict[str, list[str]] = field(default_factory=dict)
    dependents: dict[str, list[str]] = field(default_factory=dict)
    referrers: dict[str, list[str]] = field(default_factory=dict)
    followers: set[str] = field(default_factory=set)
    orphans: set[str] = field(default_factory=set)

    def subject_unknown(self, image: Image) -> bool:
        """Whether it is about another image, or of an artifact type, and not all of its subjects are here."""
        typed = bool(image.artifact_type) and image.digest not in self.referrers
        return typed or image.digest in self.orphans


def family_of(images: list[Image], subjects: Mapping[tuple[str, str], tuple[str, ...]]) -> Family:
    """`subjects` are attachments: (package, digest) -> the digests it is about."""
    family = Family()
    related = [
        i for i in images
        if i.children or i.artifact_type or (i.tags and _says_subject(i))
        or (subjects and (i.package, i.digest) in subjects)
    ]  # fmt: skip
    if not related:
        return family
    present = {image.digest: image for image in images}
    for image in related:
        if image.children:
            _hold(family, image, present)
        about = subjects_of(image, subjects)
        if about:
            _refer(family, image, [each for each in about if each in present and each != image.digest], about)
    return family


def _says_subject(image: Image) -> bool:
    return any(tag.startswith("sha256-") for tag in image.tags)


def _hold(family: Family, image: Image, present: Mapping[str, Image]) -> None:
    index = image.digest
    children = [child for child in image.children if child in present and child != index]
    if children:
        family.dependents.setdefault(index, []).extend(children)
    for child in children:
        family.indexes.setdefault(child, []).append(index)
        if not present[child].tags:
            family.followers.add(child)


def _refer(family: Family, referrer: Image, here: list[str], about: Sequence[str]) -> None:
    """A referrer is kept while any of its subjects is kept (R40): one that is not here is not known to be deleted."""
    if len(here) < len(about):
        family.orphans.add(referrer.digest)
    if not here:
        return
    family.referrers[referrer.digest] = here
    for subject in here:
        family.dependents.setdefault(subject, []).append(referrer.digest)
    if len(here) == len(about) and all(map(is_referrer_tag, referrer.tags)):
        family.followers.add(referrer.digest)


def spread(named: Users, family: Family) -> Users:
    """A named digest protects upwards the indexes that hold it, and everything downwards (R16)."""
    if not named or not family.dependents:
        return named
    upwards = _reach(named, family.indexes)
    return _reach(upwards, family.dependents)


def _reach(users: Users, edges: Mapping[str, Iterable[str]]) -> Users:
    found = dict(users)  # its sets may be those of many images, so they are not changed
    stack = list(found)
    while stack:
        digest = stack.pop()
        for other in edges.get(digest, ()):
            before = found.get(other)
            if not before or not found[digest] <= before:
                found[other] = before | found[digest] if before else found[digest]
                stack.append(other)
    return found


def above(digest: str, family: Family) -> set[str]:
    """The indexes that hold an image, at any depth."""
    found: set[str] = set()
    stack = [digest]
    while stack:
        for index in family.indexes.get(stack.pop(), ()):
            if index not in found:
                found.add(index)
                stack.append(index)
    return found


def needed(roots: Iterable[str], family: Family) -> set[str]:
    """Everything that must stay with any of the roots, at any depth: what it holds, what is about it, and what it
    is about, because Google refuses to delete the subject of a referrer that exists (R40)."""
    found: set[str] = set()
    stack = list(roots)
    while stack:
        digest = stack.pop()
        for other in (*family.dependents.get(digest, ()), *family.referrers.get(digest, ())):
            if other not in found:
                found.add(other)
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


def holders(digest: str, goes: Set[str], family: Family) -> set[str]:
    """What is deleted too, before it: indexes that contain it, referrers about it."""
    found = {index for index in family.indexes.get(digest, ()) if index in goes}
    if family.referrers:
        for other in family.dependents.get(digest, ()):
            if other in goes and digest in family.referrers.get(other, ()):
                found.add(other)
    return found


def placed(plain: dict[str, int], family: Family) -> tuple[dict[str, int], dict[str, set[str]]]:
    """For those that go: the plain rank, or one more than the last of the holders; and the holders,
    where there are any."""
    if not family.dependents:
        return plain, {}
    before = _before(plain.keys(), family)
    ranks = dict(plain)
    for digest in _in_order(before):
        ranks[digest] = max([ranks[digest], *(ranks[other] + 1 for other in before[digest])])
    return ranks, before


def rings(family: Family) -> set[str]:
    """Those that would have to go before themselves, or that follow only each other, and what waits
    for them. No honest registry holds any, for each edge is a hash inside what was made later; but
    a tag can claim anything."""
    held = {other for others in family.dependents.values() for other in others}
    if held.isdisjoint(family.dependents) and family.referrers.keys().isdisjoint(family.indexes):
        return set()
    everyone = held | family.dependents.keys()
    before = _before(everyone, family)
    led = below(everyone - family.followers, family)
    return (before.keys() - set(_in_order(before))) | (family.followers - led)


def _before(goes: Set[str], family: Family) -> dict[str, set[str]]:
    return {digest: found for digest in goes if (found := holders(digest, goes, family))}


def _in_order(before: Mapping[str, set[str]]) -> Iterator[str]:
    """Each after all of its holders; rings and what waits for them never come."""
    after: dict[str, list[str]] = {}
    waiting: dict[str, int] = {}
    for digest, others in before.items():
        bound = [other for other in others if other in before]
        waiting[digest] = len(bound)
        for other in bound:
            after.setdefault(other, []).append(digest)
    free = [digest for digest, count in waiting.items() if not count]
    while free:
        digest = free.pop()
        yield digest
        for other in after.get(digest, ()):
            waiting[other] -= 1
            if not waiting[other]:
                free.append(other)
