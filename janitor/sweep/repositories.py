"""Repositories, decided one by one against the reference set. Only candidates and counts outlive their repository."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from janitor.kinds.image import image_times
from janitor.kinds.owner import owner_of
from janitor.kinds.package import held_in, package_fingerprint
from janitor.kinds.repository import DOCKER
from janitor.kinds.version import state_of
from janitor.ledger.sightings import Lookout
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Contents, Image, Mode, Package, Repository
from janitor.plan.build import (
    Builder,
    package_action,
    tag_action,
    version_actions,
    version_name,
)
from janitor.plan.in_grace import GracePrices
from janitor.plan.workloads import workload_actions
from janitor.policy.deciding.context import Context, Memory
from janitor.policy.deciding.gaps import Blocked
from janitor.policy.deciding.grace import Candidate, image_holding, repository_thing
from janitor.policy.deciding.image_rules import ImageRules
from janitor.policy.deciding.images import (
    ImageVerdicts,
    decide_images,
    holdings,
    image_rules,
    subjects_elsewhere,
)
from janitor.policy.deciding.orphaned import Presence
from janitor.policy.deciding.packages import (
    PackageRules,
    decide_package,
    decide_versions,
    kinds_asked,
    package_facts,
    package_rules,
    version_facts,
)
from janitor.policy.deciding.references import NOT_NAMED, Usage
from janitor.policy.deciding.repositories import decide_repository, may_match
from janitor.policy.deciding.retention import by_package
from janitor.policy.deciding.tags import (
    PlacedTag,
    decide_tag,
    keeps_image_by,
    keeps_version_by,
    tag_facts,
    tag_of,
    tags_of_image,
    tags_of_package,
)
from janitor.policy.deciding.verdict import Decision, Delete, Keep, latest
from janitor.policy.deciding.workload_rules import WorkloadVerdicts
from janitor.sweep.in_flight import Allowance
from janitor.sweep.tally import Tally


class ContentReader(Protocol):
    """Where the content of a repository comes from. What is read counts against the allowance."""

    async def contents(
        self, repository: Repository, allowance: Allowance | None = None
    ) -> Contents | Gap: ...

    async def packages(
        self, repository: Repository, allowance: Allowance | None = None, /
    ) -> tuple[Package, ...] | Gap: ...


def _unheard(_done: int, _total: int, _images: int) -> None: ...


@dataclass(frozen=True, slots=True)
class DecisionPorts:
    """What deciding needs from outside. `lookout` looks again for what was deleted before; `on_repository` hears
    how many repositories are decided, of how many, and how many images were seen in total."""

    reader: ContentReader
    memory: Memory = field(default_factory=Memory)
    lookout: Lookout = field(default_factory=Lookout)
    on_repository: Callable[[int, int, int], None] = _unheard


def note_workloads(tally: Tally, verdicts: WorkloadVerdicts, workloads: Workloads, builder: Builder) -> None:
    """Turn the verdicts on workloads into actions and counts."""
    for kind, decisions in verdicts.by_kind.items():
        for name, decision in decisions.items():
            tally.seen(kind)
            if isinstance(decision, Keep):
                tally.keep(kind, decision.reason, [str(name)])
    actions = workload_actions(builder, workloads, verdicts)
    for action in actions:
        for kind, count in action.contains:
            tally.seen(kind, count)
    tally.actions += actions


@dataclass(frozen=True, slots=True)
class RepositoryDecider:
    """Decides repositories one by one. `blocked` says which are behind a gap (R4); `presence` is filled where a
    policy asks for `orphaned`; `in_grace` prices what is kept until its date."""

    context: Context
    usage: Usage
    builder: Builder
    tally: Tally
    blocked: Blocked
    presence: Presence | None = None
    in_grace: GracePrices | None = None

    def reads(self, repository: Repository) -> tuple[bool, bool]:
        """Whether its images must be read, and whether its packages: where a policy may apply to their content."""
        if repository.mode is Mode.VIRTUAL:
            return False, False
        asked = kinds_asked(self.context, repository)
        if repository.format != DOCKER:
            return False, bool(asked)
        named = Kind.IMAGE in self.tally.named or self.presence is not None
        return bool(asked) or named or may_match(self.context, repository), bool(asked - {Kind.TAG})

    def decide(self, repository: Repository, contents: Contents | Gap | None) -> None:
        """First the whole repository, then its packages, its images and its tags. None: nothing asks for its
        content."""
        tally = self.tally
        tally.seen(Kind.REPOSITORY)
        if isinstance(contents, Gap):
            tally.blocked_as = KeepReason.GAP
            tally.gaps.append(contents)
            kept = decide_repository(self.context, repository, Contents(), set(), True)
            _keep_repository(tally, repository, kept)
            return
        tally.blocked_as = self.blocked.reason(repository)
        contents = contents or Contents()
        one = self._opened(repository, contents)
        deletes, unasked = (True, contents.images) if one.whole(contents) else one.inside(contents)
        if deletes and one.stored:
            one.note_contained(one.stored, contents)
        for each in one.images.questions:
            asked = unasked if each.policy.deletes else contents.images
            self.context.note_matches([each], asked, contents.images)
        if self.in_grace:
            self.in_grace.repository(repository, contents, self.context.memory.uploads.known)

    def _opened(self, repository: Repository, contents: Contents) -> "_OneRepository":
        """The policies made ready for one repository."""
        context, blocked = self.context, self.blocked.blocks(repository)
        images = context.policies.of(Kind.IMAGE)
        holding = None if blocked else image_holding(context.memory.grace, images, repository, context.now)
        # what a gap hides and what is read must be the same: no reference to an image leads to another format (R4)
        named = self.usage if Blocked(docker=True).blocks(repository) else NOT_NAMED
        rules = image_rules(context, repository, contents, named, holding, self.presence)
        asked = kinds_asked(self.context, repository)
        stored = package_rules(context, repository, blocked, contents.packages or ()) if asked else None
        return _OneRepository(context, self.builder, self.tally, rules, stored, asked, blocked)


def _keep_repository(tally: Tally, repository: Repository, decision: Decision) -> None:
    reason = decision.reason if isinstance(decision, Keep) else KeepReason.GAP
    tally.keep(Kind.REPOSITORY, reason, [str(repository.name)])


@dataclass(frozen=True, slots=True)
class _OneRepository:
    """One repository while it is decided. `images` and `stored` are the policies made ready for it: of images, and
    of packages, versions and tags where one of these kinds is `asked`. `blocked`: it is behind a gap."""

    context: Context
    builder: Builder
    tally: Tally
    images: ImageRules
    stored: PackageRules | None
    asked: frozenset[Kind]
    blocked: bool

    def whole(self, contents: Contents) -> bool:
        """Whether the repository itself is deleted, with everything in it."""
        context, repository, tally = self.context, self.images.repository, self.tally
        asks = may_match(context, repository)
        held, waits = holdings(self.images, contents.images) if asks else (set(), set())
        decision = decide_repository(context, repository, contents, held, self.blocked)
        if isinstance(decision, Delete):
            thing = repository_thing(repository, contents.images)
            decision = context.memory.grace.answer(decision, thing, context.now)
        tally.seen(Kind.IMAGE, len(contents.images))
        if not isinstance(decision, Delete):
            _keep_repository(tally, repository, decision)
            return False
        also = self._counted_with_it(contents)
        about = subjects_elsewhere(contents.images, contents.subjects)
        tally.actions.append(
            self.builder.repository(repository, contents.images, decision, waits, also, about)
        )
        return True

    def _counted_with_it(self, contents: Contents) -> tuple[tuple[Kind, int], ...]:
        """What is deleted with a whole repository beside its images, and is counted in it (R13)."""
        counts = (
            (Kind.TAG, sum(len(image.tags) for image in contents.images)),
            (Kind.PACKAGE, len(contents.packages or ())),
        )
        found = tuple((kind, count) for kind, count in counts if count and kind in self.tally.named)
        for kind, count in found:
            self.tally.seen(kind, count)
        return found

    def inside(self, contents: Contents) -> tuple[bool, list[Image]]:
        """Decide what the repository holds: packages and their versions, then the images that no package takes
        along, then the tags that are left. Whether a package or a tagged image is deleted, and the images of which
        not every policy that deletes was asked."""
        before = len(self.tally.actions)
        left = self._packages(self.stored, contents) if self.stored else contents
        going, unasked = self._images(left.images)
        gone = {action.name for action in self.tally.actions[before:]}
        self.context.memory.uploads.note(self.images.repository.name, contents, gone)
        if going:  # their tags are deleted with them, and counted though no policy is about tags
            tags = (len(i.tags) for i in left.images if (i.package, i.digest) in going)
            self.tally.seen(Kind.TAG, sum(tags))
        if self.stored and Kind.TAG in self.asked:
            for tagged, kept_by_it in self._tags(self.stored, left, going):
                self._tag(self.stored, tagged, kept_by_it)
        return left is not contents or bool(going), unasked if left is contents else contents.images

    def _packages(self, rules: PackageRules, contents: Contents) -> Contents:
        """Packages in the order of their names, and the versions of those that are kept; the contents that are left
        to decide, as a package takes along what it holds."""
        if contents.packages is None:
            return contents
        before = len(self.tally.actions)
        images, gone = by_package(contents.images), set()
        for package in sorted(contents.packages, key=lambda each: each.name):
            if Kind.PACKAGE in self.asked and self._package(rules, package, images.get(package.short, [])):
                gone.add(package.short)
            elif Kind.VERSION in self.asked:
                self._versions(rules, package)
        if len(self.tally.actions) > before:
            self.tally.group_bytes[str(rules.repository.name)] = rules.repository.size_bytes
        if not gone:
            return contents
        return replace(
            contents,
            images=[image for image in contents.images if image.package not in gone],
            packages=tuple(package for package in contents.packages if package.short not in gone),
        )

    def _package(self, rules: PackageRules, package: Package, images: list[Image]) -> bool:
        tally = self.tally
        decision, waits = decide_package(rules, package, images, self.images)
        facts = package_facts(package, images, rules.uploads.of(package.name))
        self.context.note_matches(rules.packages, [facts])
        tally.seen(Kind.PACKAGE)
        decision = self._released(
            decision, Kind.PACKAGE, package.name, lambda: package_fingerprint(held_in(package, images))
        )
        if isinstance(decision, Keep):
            tally.keep(Kind.PACKAGE, decision.reason, [package.name])
            return False
        tally.seen(Kind.VERSION, len(package.versions))
        tags = 0
        if Kind.TAG in tally.named:
            tags = sum(len(tags) for _, tags in held_in(package, images))
            tally.seen(Kind.TAG, tags)
        about = subjects_elsewhere(images, self.images.subjects)
        tally.actions.append(
            package_action(self.builder, rules.repository, package, images, decision, waits, tags, about)
        )
        return True

    def _versions(self, rules: PackageRules, package: Package) -> None:
        decided = []
        for version, decision in decide_versions(rules, package):
            name, state = version_name(package, version), partial(state_of, version)
            decided.append((version, self._released(decision, Kind.VERSION, name, state)))
        facts = [version_facts(package, version) for version in package.versions]
        self.context.note_matches(rules.versions, facts)
        self.tally.seen(Kind.VERSION, len(decided))
        for version, decision in decided:
            if isinstance(decision, Keep):
                self.tally.keep(Kind.VERSION, decision.reason, [version_name(package, version)])
        self.tally.actions += version_actions(self.builder, rules.repository, package, decided)

    def _released(self, decision: Decision, kind: Kind, name: str, state: Callable[[], str]) -> Decision:
        """Whether something in the repository is deleted now, or is announced first."""
        if isinstance(decision, Keep):
            return decision
        thing = Candidate(kind, name, state, owner_of(self.images.repository.labels))
        return self.context.memory.grace.answer(decision, thing, self.context.now)

    def _images(self, images: list[Image]) -> tuple[set[tuple[str, str]], list[Image]]:
        """Package and digest of the images that are deleted and have a tag; the images of which not every policy was
        asked."""
        tally, repository = self.tally, self.images.repository
        if Kind.IMAGE not in tally.named:
            return set(), images
        verdicts = decide_images(self.images, images, tally.want_names)
        if self.blocked:
            _withhold(verdicts, repository, tally.want_names)
        for reason, count in verdicts.kept.items():
            tally.keep(Kind.IMAGE, reason, verdicts.kept_names.get(reason, ()), count)
        if verdicts.goes:
            tally.group_bytes[str(repository.name)] = repository.size_bytes
            tally.actions += self.builder.images(repository, verdicts.goes, Kind.TAG in tally.named)
        return {(g.image.package, g.image.digest) for g in verdicts.goes if g.image.tags}, verdicts.open

    def _tags(
        self, rules: PackageRules, contents: Contents, going: Set[tuple[str, str]]
    ) -> Iterator[tuple[PlacedTag, bool]]:
        """Each tag that is left, and whether a `keep` holds its version by it."""
        for images in by_package(contents.images).values():
            left = [i for i in images if i.tags and (i.package, i.digest) not in going]
            yield from self._tags_of_images(left)
        for package in contents.packages or ():
            for version in package.versions:
                for tag in version.tags:
                    yield tag_of(package, version, tag), keeps_version_by(rules, package, version, tag)

    def _tags_of_images(self, images: Sequence[Image]) -> Iterator[tuple[PlacedTag, bool]]:
        """Those of one package, once each: a tag that stands on several is taken for the first one's by digest."""
        moved = _moved(images)
        for image in images:
            for tagged in tags_of_image(self.images, image):
                bearers = moved.get(tagged.tag, [image])
                if image is bearers[0]:
                    newest = latest(time for each in bearers for time in image_times(each))
                    kept_by_it = any(keeps_image_by(self.images, each, tagged.tag) for each in bearers)
                    yield tagged._replace(newest=newest), kept_by_it

    def _tag(self, rules: PackageRules, tagged: PlacedTag, kept_by_it: bool) -> None:
        decision, waits = decide_tag(rules, self.images, tagged, kept_by_it)
        self.context.note_matches(rules.tags, [tag_facts(tagged)])
        decision = self._released(decision, Kind.TAG, tagged.name, lambda: tagged.version)
        self.tally.seen(Kind.TAG)
        if isinstance(decision, Keep):
            self.tally.keep(Kind.TAG, decision.reason, [tagged.name])
        else:
            self.tally.actions.append(tag_action(rules.repository, tagged, decision, waits))

    def note_contained(self, rules: PackageRules, contents: Contents) -> None:
        """Content that is deleted with a repository, a package or an image has no verdict, and yet a policy that applies to
        it has matched. Images are noted apart."""
        packages, by_name = contents.packages or (), by_package(contents.images)
        tags = [tag for image in contents.images for tag in tags_of_image(self.images, image)]
        tags += [tag for package in packages for tag in tags_of_package(package)]
        note = self.context.note_matches
        note(
            rules.packages,
            [package_facts(p, by_name.get(p.short, []), rules.uploads.of(p.name)) for p in packages],
        )
        note(rules.versions, [version_facts(each, version) for each in packages for version in each.versions])
        note(rules.tags, [tag_facts(tag) for tag in tags])


def _moved(images: Sequence[Image]) -> dict[str, list[Image]]:
    """Of one package: each tag that moved while the pages were read, with the images that bear it, by digest."""
    seen: set[str] = set()
    twice: set[str] = set()
    for image in images:
        for tag in image.tags:
            (twice if tag in seen else seen).add(tag)
    ordered = sorted(images, key=lambda each: each.digest) if twice else []
    return {tag: [image for image in ordered if tag in image.tags] for tag in twice}


def _withhold(verdicts: ImageVerdicts, repository: Repository, want_names: bool) -> None:
    """Keep what would otherwise go: something that could name it was not seen."""
    if not verdicts.goes:
        return
    verdicts.kept[KeepReason.GAP] += len(verdicts.goes)
    if want_names:
        names = [repository.name.version(g.image.package, g.image.digest) for g in verdicts.goes]
        verdicts.kept_names.setdefault(KeepReason.GAP, []).extend(names)
    verdicts.goes.clear()
