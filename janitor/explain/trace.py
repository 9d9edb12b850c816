"""Traces of a sweep's decisions: of one resource, of the package of an image, or of every image in use."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from janitor.kinds.image import image_times, subjects_of
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Mode
from janitor.policy.deciding.image_graph import below, spread
from janitor.policy.deciding.image_rules import ImageRules, Weighed, any_protected_tag, forbids_image
from janitor.policy.deciding.references import References
from janitor.policy.deciding.retention import RetentionAnswer, image_traits, standing
from janitor.policy.deciding.trace import Trace
from janitor.policy.deciding.verdict import CompiledPolicy, floor_guards, latest
from janitor.report.data.explanation import UserAnswer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DecidedPackage:
    """One package as it was decided (policy/deciding/trace.py)."""

    rules: ImageRules
    images: list[Image]
    weighed: Weighed

    def case(self, image: Image) -> Trace[Image]:
        """The image before its verdict; guards in the order in which they are asked."""
        rules, family, digest = self.rules, self.weighed.family, image.digest
        kept = self.weighed.kept.get(digest)
        guards = {
            KeepReason.IN_USE: digest in self.weighed.in_use,
            KeepReason.PROTECTED: rules.everything is KeepReason.PROTECTED
            or rules.protects_name(image.package)
            or any_protected_tag(rules, (image,)),
            KeepReason.NOT_STANDARD: rules.repository.mode is not Mode.STANDARD,
            KeepReason.IMMUTABLE_TAGS: bool(image.tags) and rules.repository.immutable_tags,
            KeepReason.SUBJECT_UNKNOWN: family.subject_unknown(image) or kept is KeepReason.SUBJECT_UNKNOWN,
            KeepReason.CHILD_OF_KEPT: kept is KeepReason.CHILD_OF_KEPT,
            KeepReason.GOOGLE_MANAGED: rules.managed,
            **floor_guards(latest(image_times(image)), rules.now, rules.by_inventory),
        }
        forbids = partial(forbids_image, rules.repository.name)
        return Trace(image, rules.questions, guards, forbids, partial(self._standing, digest))

    def _standing(self, digest: str, question: CompiledPolicy[Image]) -> RetentionAnswer | None:
        """How `keep` treats it: followers are in no group."""
        family = self.weighed.family
        group = [image for image in self.images if image.digest not in family.followers]
        return standing(question, group, image_traits(family), self.rules.now, digest)

    def about(self, image: Image) -> tuple[str, ...]:
        """The digests that it is about."""
        return subjects_of(image, self.rules.subjects)

    def artifact(self, image: Image) -> tuple[str, str]:
        """Of an artifact whose subject is not known: what it is, and what makes it deletable; else empty."""
        if not self.weighed.family.subject_unknown(image):
            return "", ""
        named = f"it is an artifact of type {image.artifact_type}; a policy must name this type"
        by_type = f"a policy names its artifact_type, {image.artifact_type}, in `when`"
        missing = [each for each in self.about(image) if all(each != other.digest for other in self.images)]
        if not missing:
            return named, by_type
        orphaned = "a policy has orphaned: true, and no repository that is read contains its subject"
        said = f"it is about {', '.join(missing)}, which its package does not contain"
        return said, f"{orphaned}; or {by_type}" if image.artifact_type else orphaned

    def follows(self, digest: str) -> tuple[str, ...]:
        """The indexes or the subject that a follower is deleted and kept with; nothing for any other."""
        family = self.weighed.family
        if digest not in family.followers:
            return ()
        return (*family.indexes.get(digest, ()), *family.referrers.get(digest, ()))

    def users(self, image: Image) -> tuple[UserAnswer, ...]:
        """Everybody who names it, directly or through what it hangs together with, sorted by name."""
        usage = self.rules.usage
        remaining = {UserAnswer(user, how) for user, how in self._named(usage.remaining, image)}
        freed = {UserAnswer(user, how, user) for user, how in self._named(usage.freed, image)}
        return tuple(sorted(remaining | freed, key=lambda each: (each.goes_by, each.name, each.how)))

    def _named(self, named: References, image: Image) -> Iterator[tuple[str, str]]:
        """Each user with how it comes to this image: one reference after the other is followed."""
        family, name = self.weighed.family, self.rules.repository.name
        direct = named.digests(name, image.package, self.images)
        for digest, users in direct.items():
            if image.digest not in spread({digest: set(users)}, family):
                continue
            for user in sorted(users):
                how = self._how(named, image.package, digest, user)
                if digest == image.digest:
                    yield user, how
                elif image.digest in below((digest,), family):
                    yield user, f"{how} {digest}, which needs it"
                elif digest in below((image.digest,), family):
                    yield user, f"{how} {digest}, which it contains"
                else:
                    yield user, f"{how} {digest}, which an index of it contains"

    def _how(self, named: References, package: str, digest: str, user: str) -> str:
        tags = {tag for each in self.images if each.digest == digest for tag in each.tags}
        repository = self.rules.repository.name
        read = named.exact.get(repository, {}).get(package)
        for use in named.uses(repository, package):
            where = "" if use is read else " of a registry that was not read"
            if user in use.digests.get(digest, ()):
                return f"by digest{where}"
            by = sorted(tag for tag in {*use.tags, *use.pinned} if user in use.of_tag(tag))
            if resolved := [tag for tag in by if tag in tags]:
                return f"by tag {', '.join(resolved)}{where}"
            borne = {tag for each in self.images for tag in each.tags}
            if moved := [tag for tag in by if tag in borne and user in use.resolved.get(tag, {})]:
                return f"by tag {', '.join(moved)}, which may have moved since, so that its whole package is kept"
            if user in use.whole and not by:
                return "by a name of which the rest is a variable"
            if user in use.whole and use is read:
                return f"by tag {', '.join(by)}, in a run that may have pulled any image of the package"
            if user in use.whole:
                return f"by tag {', '.join(by)}{where}, which may lead to any image of the package"
            if by:
                return f"by tag {', '.join(by)}, which no image has, so that its whole package is kept"
        if user in named.anywhere.get(digest, ()):
            return "by digest, in any repository"
        return "by name"


class ResourceTracer:
    """Remembers the trace of one resource, or the package that holds one image."""

    def __init__(self, name: str, repository: RepositoryName | None = None, package: str = "") -> None:
        self._name, self._repository, self._package = name, repository, package
        self.found: Trace[Any] | None = None
        self.within: DecidedPackage | None = None

    def case(self, name: str, case: Trace[T]) -> None:
        """Keep it where it is the one."""
        if name == self._name:
            self.found = case

    def package(self, rules: ImageRules, images: list[Image], weighed: Weighed) -> None:
        """Keep it where it is the one."""
        if rules.repository.name == self._repository and images[0].package == self._package:
            self.within = DecidedPackage(rules, images, weighed)


class UsersTracer:
    """Remembers who names each image that is in use: Google's name of it -> theirs."""

    def __init__(self) -> None:
        self.users: dict[str, tuple[str, ...]] = {}

    def case(self, name: str, case: Trace[T]) -> None:
        """Workloads and repositories have no users."""

    def package(self, rules: ImageRules, images: list[Image], weighed: Weighed) -> None:
        """Note the users of what is in use."""
        for image in images:
            if weighed.kept.get(image.digest) is KeepReason.IN_USE:
                name = rules.repository.name.version(image.package, image.digest)
                self.users[name] = tuple(sorted(weighed.in_use[image.digest]))
