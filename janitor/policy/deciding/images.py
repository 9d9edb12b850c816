"""Images: the verdicts on the images of one repository. Own verdicts first, then what follows from them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from janitor.kinds.image import image_times, subjects_of
from janitor.kinds.repository import is_managed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.model.resources import Contents, Image, Mode, Repository
from janitor.policy.conditions.condition import keys
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.index_sizes import index_sizes
from janitor.policy.conditions.key import ImageReading, subject_unknown
from janitor.policy.conditions.names import RepositoryIs
from janitor.policy.conditions.patterns import matcher
from janitor.policy.conditions.ranking import image_measure, ranked
from janitor.policy.conditions.size import LargerThan, Largest
from janitor.policy.conditions.truth import NO, NO_TAG_MATCHES, YES, Test
from janitor.policy.conditions.use import Orphaned
from janitor.policy.deciding.grace import Holding
from janitor.policy.deciding.image_graph import Family, below, family_of, needed, placed, rings, spread
from janitor.policy.deciding.orphaned import Presence, holds_only_artifacts, orphan_test
from janitor.policy.deciding.references import Usage, Users
from janitor.policy.deciding.retention import by_package, competing, image_traits, names_a_type, retained
from janitor.policy.deciding.use_history import UseLog, unused_for_leaf
from janitor.policy.deciding.verdict import (
    FLOOR,
    CompiledPolicy,
    Delete,
    Keep,
    kept_by_policy,
    latest,
    names_literally,
    question,
    strongest,
    too_young,
    verdict,
)
from janitor.policy.model import Policies, Policy


@dataclass(frozen=True, slots=True)
class ImageRules:
    """The policies made ready for one repository.

    `referred`: a digest -> the packages that hold an artifact attached to it. Google refuses to delete an image while
    one is attached, and one in another package stays: its own package does not say whether its subject is there (R40).
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
    uses: UseLog | None = None
    referred: Mapping[str, frozenset[str]] = field(default_factory=dict)


def image_rules(
    policies: Policies, selected: Iterable[str], repository: Repository, contents: Contents,
    usage: Usage, now: float, failures: Failures | None = None,
    on_package: "OnPackage | None" = None, holding: Holding | None = None, presence: Presence | None = None,
    uses: UseLog | None = None,
) -> ImageRules:  # fmt: skip
    """Compile the image policies for a repository; `selected` are the names that may delete, `holding`
    what may stay though it would go (policy/deciding/grace.py), `presence` which digests there are anywhere,
    `uses` what was in use when, and is noted of what is (policy/deciding/use_history.py)."""
    chosen = set(selected)
    orphaned: Test[Image] = subject_unknown
    if presence is not None:
        orphaned = orphan_test(by_package(contents.images), contents.subjects, presence)
    history = uses.history if uses else None
    unused_for = unused_for_leaf(
        repository.name, by_package(contents.images) if history else {}, now, history
    )
    asked = {type(key) for p in policies.of(Kind.IMAGE) for key in keys(p.when)}
    sizes = index_sizes(contents.images) if LargerThan in asked else {}
    measure = image_measure(index_sizes(contents.images, with_tagged=True) if Largest in asked else {})
    leaf = ImageReading(repository, now, failures or Failures(), sizes, orphaned, unused_for)
    protect = policies.protect
    places = competing(contents.images, contents.subjects)
    return ImageRules(
        repository,
        tuple(
            question(p, ranked(p, leaf, contents.images, measure, places), p.name in chosen)
            for p in policies.of(Kind.IMAGE)
        ),
        usage,
        contents.subjects,
        matcher(protect.names),
        matcher(protect.tags) if protect.tags else None,
        everything_stays(policies, repository),
        is_managed(repository),
        now,
        on_package,
        holding,
        orphaned,
        uses,
        _packages_about(contents),
    )


def _packages_about(contents: Contents) -> Mapping[str, frozenset[str]]:
    """Each digest that an attachment is about -> the packages that hold the artifact."""
    found: dict[str, set[str]] = {}
    for (package, _), about in contents.subjects.items():
        for digest in about:
            found.setdefault(digest, set()).add(package)
    return {digest: frozenset(packages) for digest, packages in found.items()}


def everything_stays(policies: Policies, repository: Repository) -> KeepReason | None:
    """Why all that a repository holds stays, whatever it is."""
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
    """Why an image stays for a tag that it has, whatever any policy says."""
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


Kept = dict[str, KeepReason]
Going = dict[str, Delete]
REFERRER_RANK, INDEX_RANK, IMAGE_RANK = 100, 200, 300


class Goes(NamedTuple):
    """An image that may go. `holders` are digests, deleted too, that must go before it; `waits` are
    names of the workload actions that free it. `stores_nothing`: an index whose children are all known (R41).
    `subjects` are digests that are gone everywhere, which is why it goes (R40)."""

    image: Image
    policy: str
    reason: DeleteReason
    rank: int
    holders: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    stores_nothing: bool = False
    subjects: tuple[str, ...] = ()


@dataclass(slots=True)
class ImageVerdicts:
    """Of one repository. `kept_names` is filled only where names were asked for."""

    goes: list[Goes] = field(default_factory=list)
    kept: Counter[KeepReason] = field(default_factory=Counter)
    kept_names: dict[KeepReason, list[str]] = field(default_factory=dict)


def decide_images(rules: ImageRules, images: list[Image], want_names: bool) -> ImageVerdicts:
    """One verdict an image. The order of `images` does not matter."""
    packages = by_package(images)
    verdicts = ImageVerdicts()
    for package in sorted(packages):
        _decide_package(rules, package, packages[package], verdicts, want_names)
    return verdicts


def holdings(rules: ImageRules, images: list[Image]) -> tuple[set[KeepReason], set[str]]:
    """What a repository's deletion must know: which of in-use, protected and retained holds of any
    image, and the workload actions that it waits for."""
    packages = by_package(images)
    name = rules.repository.name
    found: set[KeepReason] = set()
    if rules.usage.remaining.users(name, packages):
        found.add(KeepReason.HOLDS_IN_USE)
    for package, group in packages.items():
        found |= _held_in(rules, package, group)
    return found | artifacts_held(rules, packages), rules.usage.freed.users(name, packages)


def package_holdings(
    rules: ImageRules, package: str, images: list[Image]
) -> tuple[set[KeepReason], set[str]]:
    """The same of one package, and whether it has a tag that cannot be taken off."""
    found, name = _held_in(rules, package, images), rules.repository.name
    if rules.usage.remaining.of_package(name, package, images):
        found.add(KeepReason.HOLDS_IN_USE)
    if rules.repository.immutable_tags and any(image.tags for image in images):
        found.add(KeepReason.IMMUTABLE_TAGS)
    found |= artifacts_held(rules, {package: images})
    return found, rules.usage.freed.of_package(name, package, images)


def _held_in(rules: ImageRules, package: str, images: list[Image]) -> set[KeepReason]:
    found = set()
    if rules.protects_name(package) or any_protected_tag(rules, images):
        found.add(KeepReason.HOLDS_PROTECTED)
    held = _retained(rules, images, family_of(images, rules.subjects))
    if held or any(kept_by_policy(rules.questions, image) for image in images):
        found.add(KeepReason.HOLDS_RETAINED)
    return found


def _decide_package(
    rules: ImageRules, package: str, images: list[Image], verdicts: ImageVerdicts, want_names: bool
) -> None:
    family = family_of(images, rules.subjects)
    name = rules.repository.name
    in_use = spread(rules.usage.remaining.digests(name, package, images), family)
    waits = spread(rules.usage.freed.digests(name, package, images), family)
    if rules.uses:
        rules.uses.note_images(name, package, {*in_use, *waits})
    kept, goes = _own_verdicts(rules, package, images, family, in_use)
    _follow(kept, goes, family)
    if held := _young(images, goes, rules.now) | _kept_as_subjects(rules, package, goes):
        kept.update(held)
        for digest in held:
            del goes[digest]
        _follow(kept, goes, family)
    if rules.holding is not None and rules.holding(package, images, kept, goes):
        _follow(kept, goes, family)
    if rules.on_package:
        rules.on_package(rules, images, Weighed(family, in_use, waits, kept, goes))
    _collect(rules, images, family, kept, goes, waits, verdicts, want_names)


class Weighed(NamedTuple):
    """What the images of one package came to, by digest; users with what indexes and subjects pass on."""

    family: Family
    in_use: Users
    waits: Users
    kept: Kept
    goes: Going


# Is shown the images of each package with what they came to; changes nothing.
OnPackage = Callable[[ImageRules, list[Image], Weighed], None]


def _own_verdicts(
    rules: ImageRules, package: str, images: list[Image], family: Family, in_use: Users
) -> tuple[Kept, Going]:
    """Of every image that is no follower; followers are kept here only where they are in use."""
    whole = KeepReason.PROTECTED if rules.protects_name(package) else rules.everything
    held = _retained(rules, images, family)
    kept: Kept = {}
    goes: Going = {}
    followers, orphans = family.followers, family.orphans
    questions = [each for each in rules.questions if each.policy.deletes]
    keepers = [each for each in rules.questions if not each.policy.deletes]
    plain = not rules.managed
    residue = KeepReason.GOOGLE_MANAGED if rules.managed else KeepReason.NOT_MATCHED
    residue_of_tagged = strongest((residue, NO_TAG_MATCHES.reason))
    special = rules.protects_tag is not None or rules.repository.immutable_tags
    for image in images:
        digest = image.digest
        if digest in in_use:
            kept[digest] = KeepReason.IN_USE
        elif whole is not None:
            kept[digest] = whole
        elif special and (reason := held_by_tags(rules, image)):
            kept[digest] = reason
        elif keepers and kept_by_policy(keepers, image):
            kept[digest] = KeepReason.KEEP_POLICY
        elif digest in followers:
            continue
        elif digest in held:
            kept[digest] = held[digest]
        else:
            stays = residue
            for each in questions:
                answer = each.matches(image)
                if answer is NO:
                    continue
                if answer is NO_TAG_MATCHES:
                    stays = residue_of_tagged
                    continue
                simple = not image.artifact_type and digest not in orphans
                if answer is YES and each.applies and plain and simple:
                    # what `_ask` comes to, without the detour
                    goes[digest] = each.deletes[each.reason(image)]
                else:
                    _ask(rules, image, family, kept, goes)
                break
            else:
                kept[digest] = stays
    return kept, goes


def _retained(rules: ImageRules, images: list[Image], family: Family) -> Kept:
    """The images that a `keep` holds. Followers are in no group: they share the place of what they follow."""
    if not any(each.policy.keeps for each in rules.questions):
        return {}
    followers = family.followers
    group = [i for i in images if i.digest not in followers] if followers else images
    return retained(rules.questions, group, image_traits(family), rules.now)


def _ask(rules: ImageRules, image: Image, family: Family, kept: Kept, goes: Going) -> None:
    """The slow way, for an image that some policy matches or may match."""
    unknown = family.subject_unknown(image)
    guards = {KeepReason.GOOGLE_MANAGED: rules.managed, KeepReason.SUBJECT_UNKNOWN: unknown}
    stand = [guard for guard, stands in guards.items() if stands]
    forbids = partial(forbids_image, rules.repository.name)
    answer = verdict(rules.questions, image, stand, forbids, waivable=(KeepReason.SUBJECT_UNKNOWN,))
    if isinstance(answer, Keep):
        kept[image.digest] = answer.reason
    else:
        goes[image.digest] = answer


def _young(images: list[Image], goes: Going, now: float) -> Kept:
    """The images among those that go which are younger than the floor, or of unknown age (R43)."""
    floor = now - FLOOR.total_seconds()
    # one comparison for all but the few that `too_young` has to look at
    suspects = [
        i for i in images
        if i.digest in goes and not (0 < (i.upload_time or 0) <= floor and (i.update_time or 0) <= floor)
    ]  # fmt: skip
    found = {image.digest: too_young(latest(image_times(image)), now) for image in suspects}
    return {digest: reason for digest, reason in found.items() if reason}


def _kept_as_subjects(rules: ImageRules, package: str, goes: Going) -> Kept:
    """The images among those that go which an artifact in another package is about."""
    here = goes.keys() & rules.referred.keys()
    return {digest: KeepReason.CHILD_OF_KEPT for digest in here if rules.referred[digest] - {package}}


def _follow(kept: Kept, goes: Going, family: Family) -> None:
    """What a kept image needs is kept; what depends on an image that goes, goes with it (R16, R17, R40)."""
    if not family.dependents:
        return
    for digest in rings(family):
        kept.setdefault(digest, KeepReason.SUBJECT_UNKNOWN)
        goes.pop(digest, None)
    for digest in needed([d for d in (*family.dependents, *family.referrers) if d in kept], family):
        kept.setdefault(digest, KeepReason.CHILD_OF_KEPT)
        goes.pop(digest, None)
    for root in sorted(goes.keys() & family.dependents.keys()):
        for digest in below((root,), family):
            if digest in family.followers and digest not in kept:
                goes.setdefault(digest, Delete(goes[root].policy, DeleteReason.CHILD_OF))


def _collect(
    rules: ImageRules, images: list[Image], family: Family, kept: Kept, goes: Going, waits: Users,
    verdicts: ImageVerdicts, want_names: bool,
) -> None:  # fmt: skip
    verdicts.kept.update(kept.values())
    if want_names:
        for image in images:
            if image.digest in kept:
                name = rules.repository.name.version(image.package, image.digest)
                verdicts.kept_names.setdefault(kept[image.digest], []).append(name)
    going = [image for image in images if image.digest in goes]
    ranks, holders = placed({image.digest: _plain_rank(image, family) for image in going}, family)
    present = {image.digest for image in images} if any(image.children for image in going) else set()
    lost = lost_subjects(rules, going, family)
    for image in going:
        digest, verdict = image.digest, goes[image.digest]
        freed = tuple(sorted(waits[digest])) if digest in waits else ()
        before = tuple(sorted(holders[digest])) if digest in holders else ()
        nothing = bool(image.children) and present.issuperset(image.children)
        name, reason = verdict.policy.name, verdict.reason
        about = lost.get(digest, ())
        verdicts.goes.append(Goes(image, name, reason, ranks[digest], before, freed, nothing, about))


def _plain_rank(image: Image, family: Family) -> int:
    """Referrers, then indexes, then children; `placed` moves on what must wait for more."""
    if image.digest in family.referrers:
        return REFERRER_RANK
    return INDEX_RANK if image.children else IMAGE_RANK
