"""Images: the verdicts on the images of one repository. Own verdicts first, then what follows from them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from janitor.kinds.image import image_times, subjects_of
from janitor.kinds.repository import is_managed
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.model.resources import Contents, Image, Repository
from janitor.policy.conditions.index_sizes import index_sizes
from janitor.policy.conditions.key import ImageReading, Leaf, subject_unknown, use_not_recorded
from janitor.policy.conditions.patterns import matcher
from janitor.policy.conditions.ranking import image_measure, ranked
from janitor.policy.conditions.size import LargerThan, Largest
from janitor.policy.conditions.truth import NO, NO_TAG_MATCHES, YES, Test
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.grace import Holding
from janitor.policy.deciding.image_graph import Family, below, family_of, needed, placed, rings, spread
from janitor.policy.deciding.image_rules import (
    DIGEST,
    Going,
    ImageRules,
    Kept,
    Weighed,
    any_protected_tag,
    artifacts_held,
    everything_stays,
    forbids_image,
    held_by_tags,
)
from janitor.policy.deciding.orphaned import Presence, orphan_test
from janitor.policy.deciding.references import Usage, Users
from janitor.policy.deciding.retention import by_package, competing, image_traits, retained
from janitor.policy.deciding.use_history import unused_for_leaf
from janitor.policy.deciding.verdict import (
    INVENTORY_DELAY,
    Delete,
    Keep,
    kept_by_policy,
    latest,
    strongest,
    too_young,
    verdict,
)


def image_rules(
    context: Context,
    repository: Repository,
    contents: Contents,
    usage: Usage,
    holding: Holding | None = None,
    presence: Presence | None = None,
) -> ImageRules:
    """The image policies made ready for a repository; `holding` is what may stay though it would go
    (policy/deciding/grace.py), `presence` which digests there are anywhere."""
    policies, compiled, uses = context.policies, context.compiled, context.memory.uses
    now, images = context.now.timestamp(), contents.images
    orphaned: Test[Image] = subject_unknown
    if presence is not None:
        orphaned = orphan_test(by_package(images), contents.subjects, presence)
    unused_for: Leaf[Image] = use_not_recorded
    if uses.history:
        unused_for = unused_for_leaf(repository.name, by_package(images), now, uses.history)
    sizes = index_sizes(images) if compiled.asks(Kind.IMAGE, LargerThan) else {}
    ranks = compiled.asks(Kind.IMAGE, Largest)
    measure = image_measure(index_sizes(images, with_tagged=True) if ranks else {})
    reading = ImageReading(repository, now, context.failures, sizes, orphaned, unused_for)
    places, protect = competing(images, contents.subjects), policies.protect
    return ImageRules(
        repository,
        compiled.images(reading, lambda policy, leaf: ranked(policy, leaf, images, measure, places)),
        usage,
        contents.subjects,
        matcher(protect.names),
        matcher(protect.tags) if protect.tags else None,
        everything_stays(policies, repository),
        is_managed(repository),
        now,
        context.tracer.package if context.tracer else None,
        holding,
        orphaned,
        uses,
        _packages_about(contents),
        context.held,
        context.by_inventory,
    )


def _packages_about(contents: Contents) -> Mapping[str, frozenset[str]]:
    """Each digest that an attachment is about -> the packages that hold the artifact."""
    found: dict[str, set[str]] = {}
    for (package, _), about in contents.subjects.items():
        for digest in about:
            found.setdefault(digest, set()).add(package)
    return {digest: frozenset(packages) for digest, packages in found.items()}


def lost_subjects(rules: ImageRules, going: Sequence[Image], family: Family) -> dict[str, tuple[str, ...]]:
    """Of one package: digest -> the images elsewhere that it is about and that are gone, of each orphaned
    artifact that is deleted, and of everything that is deleted with it."""
    found: dict[str, set[str]] = {}
    for image in (each for each in going if rules.orphaned(each) is YES):
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
        if subject.startswith(DIGEST) and subject not in here
    }
    return tuple(sorted(about))


REFERRER_RANK, INDEX_RANK, IMAGE_RANK = 100, 200, 300


class Goes(NamedTuple):
    """An image that may go. `holders` are digests, deleted too, that must go before it; `waits` are
    names of the workload actions that free it. `stores_nothing`: an index whose children are all known (R41).
    `subjects` are digests that are gone everywhere, the reason to delete it (R40)."""

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
    """Of one repository. `kept_names` is filled only where names were asked for. `open` are all images but those of
    which every policy that deletes was asked, and said no."""

    goes: list[Goes] = field(default_factory=list)
    open: list[Image] = field(default_factory=list)
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
    rules.uses.note_images(name, package, {*in_use, *waits})
    kept, goes, denied = _own_verdicts(rules, package, images, family, in_use)
    verdicts.open += [image for image in images if image.digest not in denied]
    _follow(kept, goes, family)
    if held := _young(rules, images, goes) | _kept_as_subjects(rules, package, goes):
        kept.update(held)
        for digest in held:
            del goes[digest]
        _follow(kept, goes, family)
    if rules.holding is not None and rules.holding(package, images, kept, goes):
        _follow(kept, goes, family)
    _note_held(rules, [image for image in images if image.digest not in denied], family, kept, goes)
    if rules.on_package:
        rules.on_package(rules, images, Weighed(family, in_use, waits, kept, goes))
    _collect(rules, images, family, kept, goes, waits, verdicts, want_names)


_BY_KEEP = frozenset({
    KeepReason.KEEP_TAGGED, KeepReason.KEEP_LATEST, KeepReason.KEEP_ROLLBACK, KeepReason.KEEP_NEWER_THAN,
    KeepReason.KEEP_POLICY,
})  # fmt: skip


def _note_held(rules: ImageRules, images: Sequence[Image], family: Family, kept: Kept, goes: Going) -> None:
    """Note the matches that a guard holds (R34). What a policy keeps on purpose, and what is decided with another
    image, is no match of its own."""
    if not rules.held.is_any_open(rules.questions):
        return
    own = [
        image
        for image in images
        if image.digest not in family.followers and kept.get(image.digest) not in _BY_KEEP
    ]
    simple = {image.digest for image in own if image.digest in goes and _is_simple(rules, image, family)}
    answered = (
        (image, [kept[image.digest]] if image.digest in kept else [])
        for image in own
        if image.digest not in simple
    )
    rules.held.note(rules.questions, answered, partial(forbids_image, rules.repository.name))
    deleted = ((image, goes[image.digest].policy) for image in own if image.digest in simple)
    rules.held.note_deleted(rules.questions, deleted)


def _is_simple(rules: ImageRules, image: Image, family: Family) -> bool:
    """Whether the first policy that matches it decides: no policy needs to name what it is."""
    return not image.artifact_type and image.digest not in family.orphans and not rules.managed


def _own_verdicts(
    rules: ImageRules, package: str, images: list[Image], family: Family, in_use: Users
) -> tuple[Kept, Going, set[str]]:
    """Of every image that is no follower; followers are kept here only where they are in use. Third: the digests of
    which every policy that deletes said no."""
    whole = KeepReason.PROTECTED if rules.protects_name(package) else rules.everything
    held = _retained(rules, images, family)
    kept, goes, denied = Kept(), Going(), set[str]()
    followers = family.followers
    questions = [each for each in rules.questions if each.policy.deletes]
    keepers = [each for each in rules.questions if not each.policy.deletes]
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
                if answer is YES and each.applies and _is_simple(rules, image, family):
                    # what `_ask` comes to, without the detour
                    goes[digest] = each.deletes[each.reason(image)]
                else:
                    _ask(rules, image, family, kept, goes)
                break
            else:
                kept[digest] = stays
                denied.add(digest)
    return kept, goes, denied


def _retained(rules: ImageRules, images: list[Image], family: Family) -> Kept:
    """The images that a `keep` holds. Followers are in no group: they share the place of what they follow."""
    if not any(each.policy.keeps for each in rules.questions):
        return {}
    group = [image for image in images if image.digest not in family.followers]
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


def _young(rules: ImageRules, images: list[Image], goes: Going) -> Kept:
    """The images among those that go which are younger than the floor, or of unknown age (R43)."""
    now, late = rules.now, rules.by_inventory
    # one comparison for all but the few that `too_young` has to look at, as the floor is one day at most
    floor = now - INVENTORY_DELAY.total_seconds()
    suspects = [
        i for i in images
        if i.digest in goes and not (0 < (i.upload_time or 0) <= floor and (i.update_time or 0) <= floor)
    ]  # fmt: skip
    found = {image.digest: too_young(latest(image_times(image)), now, late) for image in suspects}
    return {digest: reason for digest, reason in found.items() if reason}


def _kept_as_subjects(rules: ImageRules, package: str, goes: Going) -> Kept:
    """The images among those that go which an artifact in another package is about."""
    here = goes.keys() & rules.referred.keys()
    return {digest: KeepReason.CHILD_OF_KEPT for digest in here if rules.referred[digest] - {package}}


def _follow(kept: Kept, goes: Going, family: Family) -> None:
    """Images that a kept image needs are kept; images that depend on a deleted image are deleted with it (R16, R17, R40)."""
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
