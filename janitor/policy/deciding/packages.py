"""Packages: the verdicts on packages, and on versions of other formats than docker (R3, R9, R10, R11, R13, R14)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import unquote

from janitor.kinds.image import stored_sizes
from janitor.kinds.package import held_since, package_since, package_times
from janitor.kinds.prerelease import version_in_series
from janitor.kinds.repository import DOCKER, is_managed
from janitor.kinds.version import holds_versions, version_since, version_times
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Mode, Package, Repository, Version
from janitor.policy.conditions.facts import StoredFacts
from janitor.policy.conditions.key import Leaf
from janitor.policy.conditions.names import RepositoryIs
from janitor.policy.conditions.patterns import matcher
from janitor.policy.conditions.ranking import VERSIONS, ranked
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.held import HeldMatches
from janitor.policy.deciding.image_rules import ImageRules, everything_stays, may_touch_managed
from janitor.policy.deciding.images import package_holdings
from janitor.policy.deciding.retention import RetentionAnswer, Traits, retained, standing
from janitor.policy.deciding.trace import Trace, Tracer
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.verdict import (
    CompiledPolicy,
    Decision,
    Keep,
    floor_reasons,
    latest,
    names_literally,
    strongest,
    too_young,
    verdict,
)
from janitor.policy.model import Policy


def kinds_asked(context: Context, repository: Repository) -> frozenset[Kind]:
    """The kinds beside images to which some policy may apply in this repository, or that are wanted: what it holds is
    read for these alone."""
    wanted = frozenset(kind for kind in _kinds_held(repository) if kind is context.asked.detail.kind)
    return wanted | kinds_in_policies(context, repository)


def kinds_in_policies(context: Context, repository: Repository) -> frozenset[Kind]:
    """The kinds beside images that some policy may select in this repository."""
    return frozenset(kind for kind in _kinds_held(repository) if context.compiled.may_speak(kind, repository))


def _kinds_held(repository: Repository) -> set[Kind]:
    found = {Kind.PACKAGE, Kind.TAG} if repository.mode is Mode.STANDARD else set()
    if holds_versions(repository):
        found.add(Kind.VERSION)
    return found


@dataclass(frozen=True, slots=True)
class PackageRules:
    """The policies made ready for one repository. `blocked`: it stands behind a gap (R4). `by_inventory` as of the
    context; never of other formats than docker, which nothing there can use."""

    repository: Repository
    packages: tuple[CompiledPolicy[StoredFacts], ...]
    versions: tuple[CompiledPolicy[StoredFacts], ...]
    tags: tuple[CompiledPolicy[StoredFacts], ...]
    protects_name: Callable[[str], bool]
    protects_tag: Callable[[str], bool]
    everything: KeepReason | None
    managed: bool
    blocked: bool
    now: float
    tracer: Tracer | None = None
    uploads: Uploads = field(default_factory=Uploads)
    held: HeldMatches = field(default_factory=HeldMatches)
    by_inventory: bool = False


def package_rules(
    context: Context, repository: Repository, blocked: bool, packages: Sequence[Package]
) -> PackageRules:
    """The policies of packages, versions and tags made ready for a repository; `packages` are all in it."""
    policies, now = context.policies, context.now.timestamp()

    def rank(policy: Policy, leaf: Leaf[StoredFacts]) -> Leaf[StoredFacts]:
        return ranked(policy, leaf, _versions_of(packages), VERSIONS)

    return PackageRules(
        repository,
        context.compiled.stored(Kind.PACKAGE, repository),
        context.compiled.stored(Kind.VERSION, repository, rank),
        context.compiled.stored(Kind.TAG, repository),
        matcher(policies.protect.names),
        matcher(policies.protect.tags),
        everything_stays(policies, repository),
        is_managed(repository),
        blocked,
        now,
        context.tracer,
        context.memory.uploads,
        context.held,
        context.by_inventory and repository.format == DOCKER,
    )


def _versions_of(packages: Sequence[Package]) -> Iterator[StoredFacts]:
    return (version_facts(package, version) for package in packages for version in package.versions)


def decide_package(
    rules: PackageRules, package: Package, images: list[Image], image_rules: ImageRules
) -> tuple[Decision, set[str]]:
    """The verdict on a whole package, and the actions of this plan that it waits for (R12).

    `images` are its docker images. It is deleted as a whole or not at all: one version that is in use,
    protected or kept by a `keep` holds it, but that its literal name, in a literally named repository,
    outweighs a `keep` (R13).
    """
    held, waits = package_holdings(image_rules, package.short, images)
    if any(rules.protects_tag(tag) for version in package.versions for tag in version.tags):
        held.add(KeepReason.HOLDS_PROTECTED)
    if retained_versions(rules, package):
        held.add(KeepReason.HOLDS_RETAINED)
    guards = [*place_guards(rules, package.short), *(reason for reason in KeepReason if reason in held)]
    facts = package_facts(package, images, rules.uploads.of(package.name))
    guards += floor_of(rules, facts)
    if rules.tracer:
        rules.tracer.case(package.name, case_of(rules, rules.packages, facts, guards, PACKAGE_GUARDS))
    return answered(rules, rules.packages, facts, guards), waits


def package_facts(package: Package, images: Sequence[Image], remembered: float | None) -> StoredFacts:
    """A package as policies read it. Its size is the sum of what is known, each byte once (R41); `remembered` is
    the newest upload that the ledger knows of it."""
    sizes = stored_sizes(images) or [version.size_bytes or None for version in package.versions]
    known = [size for size in sizes if size is not None]
    size, count = sum(known) if known or not sizes else None, len(sizes)
    return StoredFacts(
        package.short, since=package_since(package, held_since(package, images), remembered), size_bytes=size, versions=count,
        newest=latest(package_times(package, images)), unsized=len(sizes) - len(known),
    )  # fmt: skip


def decide_versions(rules: PackageRules, package: Package) -> list[tuple[Version, Decision]]:
    """One verdict a version, in the order of the package. Who uses versions of these formats is not
    known (R3), so only a policy of this kind applies to them."""
    held = retained_versions(rules, package)
    return [
        (version, _decided(rules, package, version, held.get(version.id))) for version in package.versions
    ]


def retained_versions(rules: PackageRules, package: Package) -> dict[str, KeepReason]:
    """The versions that some policy's `keep` holds: id -> why."""
    if not any(each.policy.keeps for each in rules.versions):
        return {}
    group = [version_facts(package, version) for version in package.versions]
    return retained(rules.versions, group, traits_in(rules.repository), rules.now)


def traits_in(repository: Repository) -> Traits[StoredFacts, str]:
    """How retention reads the versions of a repository of this format."""
    return Traits(
        key=lambda held: held.id,
        made=lambda held: held.made,
        since=lambda held: held.since,
        tags=lambda held: held.tags,
        versions=lambda held: (unquote(held.id),),  # Google escapes the + of build metadata
        parse=partial(version_in_series, repository.format.lower()),
    )


def version_facts(package: Package, version: Version) -> StoredFacts:
    """A version as its policies read it."""
    since = version_since(version)
    return StoredFacts(
        package.short, version.id, version.tags, version.create_time, since, version.size_bytes,
        newest=latest(version_times(version)),
    )  # fmt: skip


def _decided(rules: PackageRules, package: Package, version: Version, held: KeepReason | None) -> Decision:
    guards = [*place_guards(rules, package.short), *_version_guards(rules, version)]
    facts = version_facts(package, version)
    guards += floor_of(rules, facts)
    if rules.tracer:
        name, keeps = f"{package.name}/versions/{version.id}", partial(_standing, rules, package, version.id)
        case = case_of(rules, rules.versions, facts, guards, VERSION_GUARDS)
        rules.tracer.case(name, replace(case, keeps=keeps))
    if held is not None:
        return Keep(strongest([*guards, held]))
    return answered(rules, rules.versions, facts, guards)


def _standing(
    rules: PackageRules, package: Package, version: str, question: CompiledPolicy[StoredFacts]
) -> RetentionAnswer | None:
    group = [version_facts(package, each) for each in package.versions]
    return standing(question, group, traits_in(rules.repository), rules.now, version)


WAIVED_BY_NAME = (KeepReason.HOLDS_SUBJECT_UNKNOWN, KeepReason.HOLDS_RETAINED)
PLACE_GUARDS = (KeepReason.PROTECTED, KeepReason.NOT_STANDARD, KeepReason.GOOGLE_MANAGED)
PACKAGE_GUARDS = (
    *PLACE_GUARDS,
    KeepReason.IMMUTABLE_TAGS,
    KeepReason.HOLDS_IN_USE,
    KeepReason.HOLDS_PROTECTED,
    KeepReason.HOLDS_REFERRER,
    KeepReason.HOLDS_SUBJECT_UNKNOWN,
    KeepReason.HOLDS_RETAINED,
)
VERSION_GUARDS = (*PLACE_GUARDS, KeepReason.HAS_TAGS)


def case_of(
    rules: PackageRules, questions: Sequence[CompiledPolicy[StoredFacts]], facts: StoredFacts, guards: Sequence[KeepReason],
    of_kind: Sequence[KeepReason],
) -> Trace[StoredFacts]:  # fmt: skip
    """What a tracer is shown: every guard of the kind, the floor too, and whether it stands."""
    reasons = (*of_kind, *floor_reasons(rules.by_inventory))
    shown = {reason: reason in guards for reason in KeepReason if reason in reasons}
    return Trace(facts, questions, shown, partial(_forbidden, rules, facts), gap=rules.blocked)


def place_guards(rules: PackageRules, package: str) -> Iterator[KeepReason]:
    """What keeps all of a package: its repository, or its name."""
    if rules.everything is not None:
        yield rules.everything
    if rules.protects_name(package):
        yield KeepReason.PROTECTED
    if rules.managed:
        yield KeepReason.GOOGLE_MANAGED


def floor_of(rules: PackageRules, facts: StoredFacts) -> list[KeepReason]:
    """The floor of one hour (R43), or of one day (R51), where it holds."""
    found = too_young(facts.newest, rules.now, rules.by_inventory)
    return [found] if found else []


def _version_guards(rules: PackageRules, version: Version) -> Iterator[KeepReason]:
    """How tags of these formats come off a version, and what follows them, is not documented: a
    version with a tag is kept until the tag is removed."""
    if any(map(rules.protects_tag, version.tags)):
        yield KeepReason.PROTECTED
    if version.tags:
        yield KeepReason.HAS_TAGS


def answered(
    rules: PackageRules,
    questions: Sequence[CompiledPolicy[StoredFacts]],
    facts: StoredFacts,
    guards: list[KeepReason],
) -> Decision:
    """The policies' answer, unless a guard stands that the matching policy may not waive. What guards hold is noted."""
    forbids = partial(_forbidden, rules, facts)
    decision = verdict(questions, facts, guards, forbids, rules.blocked, WAIVED_BY_NAME)
    if guards or decision != Keep(KeepReason.NOT_MATCHED):
        rules.held.note(questions, [(facts, guards)], forbids)
    return decision


def _forbidden(rules: PackageRules, facts: StoredFacts, policy: Policy, guard: KeepReason) -> bool:
    """Whether a guard stands against a policy that matches."""
    name = rules.repository.name
    if guard is KeepReason.GOOGLE_MANAGED:
        return not may_touch_managed(policy, name)
    if guard in WAIVED_BY_NAME:
        literal = names_literally(policy, name.repository, RepositoryIs)
        return not (literal and names_literally(policy, facts.package))
    return True
