"""Orphaned artifacts (`orphaned: true`): signatures, attestations and SBOMs whose every subject is gone (R40)."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from janitor.kinds.image import is_referrer_tag, subjects_of
from janitor.model.kinds import Kind
from janitor.model.resources import Contents, Image
from janitor.policy.conditions.condition import keys
from janitor.policy.conditions.truth import NO, SUBJECT_UNKNOWN, Test, Truth, truth
from janitor.policy.conditions.use import Orphaned
from janitor.policy.deciding.image_graph import Family, below, family_of
from janitor.policy.model import Policies

_DIGEST = "sha256:"
Attached = Mapping[tuple[str, str], tuple[str, ...]]


def asks_for_orphans(policies: Policies) -> bool:
    """Whether a policy says `orphaned`, so that the digests of every repository are needed."""
    return any(isinstance(key, Orphaned) for policy in policies.of(Kind.IMAGE) for key in keys(policy.when))


class Presence:
    """Which digests the docker repositories of every project that is read hold.

    Eight bytes per image are remembered, to save memory; two digests that begin alike count as one, which
    makes an artifact stay. Nothing is known to be gone before `close` says that every repository was listed.
    """

    def __init__(self) -> None:
        self._seen = array("Q")
        self.complete = False

    def add(self, images: Iterable[Image]) -> None:
        """The images of one repository, as they were listed; what an index holds counts as there, listed or not."""
        self._seen.extend(
            _beginning(digest)
            for image in images
            for digest in (image.digest, *image.children)
            if digest.startswith(_DIGEST)
        )

    def close(self, complete: bool) -> None:
        """Every repository was read, `complete` where no gap hid anything."""
        self._seen = array("Q", sorted(self._seen))
        self.complete = complete

    def is_gone(self, digest: str) -> bool:
        """Whether no repository holds an image of this digest. What is no digest is not known to be gone."""
        if not self.complete or not digest.startswith(_DIGEST):
            return False
        wanted = _beginning(digest)
        place = bisect_left(self._seen, wanted)
        return place == len(self._seen) or self._seen[place] != wanted


def _beginning(digest: str) -> int:
    return int(digest[len(_DIGEST) : len(_DIGEST) + 16], 16)


def orphan_test(packages: Mapping[str, list[Image]], attached: Attached, presence: Presence) -> Test[Image]:
    """`orphaned` for the images of one repository, by package.

    YES only where every subject is gone. Not known for an artifact whose subject nothing names, for an image with
    another tag that only a tag says to be about something, and in a package that holds nothing but artifacts: their
    images may lie in a registry that is not read.
    """
    answers: dict[tuple[str, str], Truth] = {}
    for package, images in packages.items():
        family = family_of(images, attached)
        doubtful = [image for image in images if family.subject_unknown(image)]
        if not doubtful:
            continue
        alone = holds_only_artifacts(images, family)
        for image in doubtful:
            about = subjects_of(image, attached)
            if image.digest in family.referrers:
                answer = NO
            elif alone or not about or not presence.complete or _may_be_an_image(image, attached):
                answer = SUBJECT_UNKNOWN
            else:
                answer = truth(all(map(presence.is_gone, about)))
            answers[package, image.digest] = answer
    return lambda image: answers.get((image.package, image.digest), NO)


def _may_be_an_image(image: Image, attached: Attached) -> bool:
    """A tag can claim anything: it also has a name as a tag, and neither its type nor an attachment says that
    it is an artifact."""
    if image.artifact_type or (image.package, image.digest) in attached:
        return False
    return not all(map(is_referrer_tag, image.tags))


def holds_only_artifacts(images: Sequence[Image], family: Family) -> bool:
    """Whether every image of a package is an artifact about another image, or part of one."""
    artifacts = {
        i.digest
        for i in images
        if i.artifact_type or i.digest in family.orphans or i.digest in family.referrers
    }
    parts = below(artifacts - family.referrers.keys(), family)
    return all(image.digest in artifacts or image.digest in parts for image in images)


def waits_for_others(contents: Contents) -> bool:
    """Whether an artifact in it is about an image that is not in its package, so that other repositories tell
    whether it is orphaned."""
    present = {(image.package, image.digest) for image in contents.images}
    return any(
        (image.package, subject) not in present
        for image in contents.images
        for subject in (subjects_of(image, contents.subjects) if image.tags or contents.subjects else ())
    )
