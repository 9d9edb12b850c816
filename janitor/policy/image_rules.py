"""The image policies made ready for one repository, and what guards its images whatever they say."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from janitor.kinds.repository import is_managed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Contents, Image, Mode, Repository
from janitor.policy.decision import Question, names_literally, question
from janitor.policy.expression import Failures
from janitor.policy.globs import matcher
from janitor.policy.grace import Holding
from janitor.policy.image_keys import image_leaf
from janitor.policy.image_places import by_package, competing, names_a_type
from janitor.policy.index_sizes import index_sizes
from janitor.policy.largest import Largest
from janitor.policy.model import Policies, Policy
from janitor.policy.orphans import Presence, not_known, orphan_test
from janitor.policy.ranking import image_measure, ranked
from janitor.policy.truth import Test, keys
from janitor.policy.usage import Usage
from janitor.policy.use_history import UseLog, unused_for_leaf
from janitor.policy.values import LargerThan, Orphaned, RepositoryIs
from janitor.policy.witness import Witness


@dataclass(frozen=True, slots=True)
class ImageRules:
    """The policies made ready for one repository.

    `referred`: a digest -> the packages that hold an artifact attached to it. Google refuses to delete an image while
    one is attached, and one in another package stays: its own package does not say whether its subject is there (R40).
    """

    repository: Repository
    questions: tuple[Question[Image], ...]
    usage: Usage
    subjects: Mapping[tuple[str, str], tuple[str, ...]]
    protects_name: Callable[[str], bool]
    protects_tag: Callable[[str], bool] | None
    everything: KeepReason | None
    managed: bool
    now: float
    witness: Witness | None = None
    holding: Holding | None = None
    orphaned: Test[Image] = not_known
    uses: UseLog | None = None
    referred: Mapping[str, frozenset[str]] = field(default_factory=dict)


def image_rules(
    policies: Policies, selected: Iterable[str], repository: Repository, contents: Contents,
    usage: Usage, now: float, failures: Failures | None = None,
    witness: Witness | None = None, holding: Holding | None = None, presence: Presence | None = None,
    uses: UseLog | None = None,
) -> ImageRules:  # fmt: skip
    """Compile the image policies for a repository; `selected` are the names that may delete, `holding`
    what may stay though it would go (policy/grace.py), `presence` which digests there are anywhere,
    `uses` what was in use when, and is noted of what is (policy/use_history.py)."""
    chosen = set(selected)
    orphaned: Test[Image] = not_known
    if presence is not None:
        orphaned = orphan_test(by_package(contents.images), contents.subjects, presence)
    history = uses.history if uses else None
    unused_for = unused_for_leaf(
        repository.name, by_package(contents.images) if history else {}, now, history
    )
    asked = {type(key) for p in policies.of(Kind.IMAGE) for key in keys(p.when)}
    sizes = index_sizes(contents.images) if LargerThan in asked else {}
    measure = image_measure(index_sizes(contents.images, with_tagged=True) if Largest in asked else {})
    leaf = image_leaf(repository, now, failures, sizes, orphaned, unused_for)
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
        witness,
        holding,
        orphaned,
        uses,
        _referred(contents),
    )


def _referred(contents: Contents) -> Mapping[str, frozenset[str]]:
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
