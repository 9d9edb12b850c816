"""Repositories, the second pass of a sweep: each is read, decided against the reference set, and released.

Only candidates and counts outlive their repository, so memory is bounded by the largest one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
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
from janitor.model.resources import Contents, Image, Mode, Package, Repository, Version
from janitor.plan.build import (
    Builder,
    package_action,
    tag_action,
    version_actions,
    version_name,
)
from janitor.plan.workloads import workload_actions
from janitor.policy.deciding.gaps import Blocked
from janitor.policy.deciding.grace import Candidate, Holding, image_holding, repository_thing
from janitor.policy.deciding.images import (
    ImageRules,
    ImageVerdicts,
    decide_images,
    holdings,
    image_rules,
    subjects_elsewhere,
)
from janitor.policy.deciding.orphaned import Presence, waits_for_others
from janitor.policy.deciding.packages import (
    PackageRules,
    decide_package,
    decide_versions,
    kinds_asked,
    package_facts,
    package_rules,
    version_facts,
)
from janitor.policy.deciding.references import ReferenceLines, Usage
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
from janitor.policy.deciding.unmatched import note_matches
from janitor.policy.deciding.use_history import UseLog
from janitor.policy.deciding.verdict import Decision, Delete, Keep, latest
from janitor.policy.deciding.workload_rules import Context, WorkloadVerdicts
from janitor.sweep.tally import Findings


@dataclass(frozen=True, slots=True)
class PackageSurvey:
    """Decides one repository's packages. `images` are the rules of the images in it."""

    context: Context
    builder: Builder
    findings: Findings
    images: ImageRules
    blocked: bool

    def run(self, contents: Contents) -> Contents:
        """Turn verdicts into actions and counts, in the order of packages' names; what is left to
        decide, for what a package that goes holds is contained."""
        if contents.packages is None:
            return contents
        repository = self.images.repository
        asked = kinds_asked(self.context.policies, repository, self.context.wanted)
        rules = package_rules(self.context, repository, self.blocked, contents.packages)
        before = len(self.findings.actions)
        images, gone = by_package(contents.images), set()
        for package in sorted(contents.packages, key=lambda each: each.name):
            if Kind.PACKAGE in asked and self._goes(rules, package, images.get(package.short, [])):
                gone.add(package.short)
            elif Kind.VERSION in asked:
                self._versions(rules, package)
        if len(self.findings.actions) > before:
            self.findings.group_bytes[str(repository.name)] = repository.size_bytes
        if not gone:
            return contents
        return replace(
            contents,
            images=[image for image in contents.images if image.package not in gone],
            packages=tuple(package for package in contents.packages if package.short not in gone),
        )

    def _goes(self, rules: PackageRules, package: Package, images: list[Image]) -> bool:
        findings = self.findings
        decision, waits = decide_package(rules, package, images, self.images)
        facts = package_facts(package, images, self.context.uploads.of(package.name))
        note_matches(self.context.matched, rules.packages, [facts], self.context.failures)
        findings.seen(Kind.PACKAGE)
        if isinstance(decision, Delete):
            thing = Candidate(
                Kind.PACKAGE, package.name, lambda: package_fingerprint(held_in(package, images)), self._owner
            )
            decision = self.context.grace.answer(decision, thing, self.context.now)
        if isinstance(decision, Keep):
            findings.keep(Kind.PACKAGE, decision.reason, [package.name])
            return False
        findings.seen(Kind.VERSION, len(package.versions))
        tags = 0
        if Kind.TAG in findings.named:
            tags = sum(len(tags) for _, tags in held_in(package, images))
            findings.seen(Kind.TAG, tags)
        about = subjects_elsewhere(images, self.images.subjects)
        findings.actions.append(
            package_action(self.builder, rules.repository, package, images, decision, waits, tags, about)
        )
        return True

    def _versions(self, rules: PackageRules, package: Package) -> None:
        findings = self.findings
        decided = [
            (version, self._released(package, version, decision))
            for version, decision in decide_versions(rules, package)
        ]
        facts = [version_facts(package, version) for version in package.versions]
        note_matches(self.context.matched, rules.versions, facts, self.context.failures)
        findings.seen(Kind.VERSION, len(decided))
        for version, decision in decided:
            if isinstance(decision, Keep):
                findings.keep(Kind.VERSION, decision.reason, [version_name(package, version)])
        findings.actions += version_actions(self.builder, rules.repository, package, decided)

    def _released(self, package: Package, version: Version, decision: Decision) -> Decision:
        """Whether a version goes now, or is announced first."""
        if isinstance(decision, Keep):
            return decision
        thing = Candidate(
            Kind.VERSION, version_name(package, version), lambda: state_of(version), self._owner
        )
        return self.context.grace.answer(decision, thing, self.context.now)

    @property
    def _owner(self) -> str:
        return owner_of(self.images.repository.labels)


def note_contained(context: Context, images: ImageRules, contents: Contents, blocked: bool) -> None:
    """What goes with a repository, a package or an image is no verdict's, and yet a policy that speaks of
    it has matched. `contents` are all of the repository, images apart, which the survey asks of itself."""
    repository, packages = images.repository, contents.packages or ()
    if not kinds_asked(context.policies, repository):
        return
    rules, by_name = package_rules(context, repository, blocked, packages), by_package(contents.images)
    tags = [tag for image in contents.images for tag in tags_of_image(images, image)]
    tags += [tag for package in packages for tag in tags_of_package(package)]
    for questions, held in (
        (
            rules.packages,
            [package_facts(p, by_name.get(p.short, []), context.uploads.of(p.name)) for p in packages],
        ),
        (rules.versions, [version_facts(each, version) for each in packages for version in each.versions]),
        (rules.tags, [tag_facts(tag) for tag in tags]),
    ):
        note_matches(context.matched, questions, held, context.failures)


def contained(findings: Findings, contents: Contents) -> tuple[tuple[Kind, int], ...]:
    """What goes with a whole repository beside its images, and is counted in it (R13)."""
    counts = (
        (Kind.TAG, sum(len(image.tags) for image in contents.images)),
        (Kind.PACKAGE, len(contents.packages or ())),
    )
    found = tuple((kind, count) for kind, count in counts if count and kind in findings.named)
    for kind, count in found:
        findings.seen(kind, count)
    return found


@dataclass(frozen=True, slots=True)
class TagSurvey:
    """Decides the tags of one repository. `images` are the rules of the images in it."""

    context: Context
    builder: Builder
    findings: Findings
    images: ImageRules
    blocked: bool

    def run(self, contents: Contents, going: Set[tuple[str, str]]) -> None:
        """`contents` are what no package takes along; the tags of images that go (`going`: package and
        digest) go with them, and are counted there, though nobody asks for a tag here."""
        repository = self.images.repository
        if going:
            self.findings.seen(
                Kind.TAG, sum(len(i.tags) for i in contents.images if (i.package, i.digest) in going)
            )
        if Kind.TAG not in kinds_asked(self.context.policies, repository, self.context.wanted):
            return
        rules = package_rules(self.context, repository, self.blocked, contents.packages or ())
        for tagged, kept_by_it in self._tags(rules, contents, going):
            self._note(rules, tagged, kept_by_it)

    def _tags(
        self, rules: PackageRules, contents: Contents, going: Set[tuple[str, str]]
    ) -> Iterator[tuple[PlacedTag, bool]]:
        for images in by_package(contents.images).values():
            left = [i for i in images if i.tags and (i.package, i.digest) not in going]
            yield from self._of_images(left)
        for package in contents.packages or ():
            for version in package.versions:
                for tag in version.tags:
                    yield tag_of(package, version, tag), keeps_version_by(rules, package, version, tag)

    def _of_images(self, images: Sequence[Image]) -> Iterator[tuple[PlacedTag, bool]]:
        """Those of one package, once each: a tag that stands on several is taken for the first one's by digest."""
        moved = _moved(images)
        for image in images:
            for tagged in tags_of_image(self.images, image):
                bearers = moved.get(tagged.tag, [image])
                if image is bearers[0]:
                    newest = latest(time for each in bearers for time in image_times(each))
                    yield (
                        tagged._replace(newest=newest),
                        any(keeps_image_by(self.images, each, tagged.tag) for each in bearers),
                    )

    def _note(self, rules: PackageRules, tagged: PlacedTag, kept_by_it: bool) -> None:
        findings, owner = self.findings, owner_of(rules.repository.labels)
        decision, waits = decide_tag(rules, self.images, tagged, kept_by_it)
        note_matches(self.context.matched, rules.tags, [tag_facts(tagged)], self.context.failures)
        if isinstance(decision, Delete):
            thing = Candidate(Kind.TAG, tagged.name, lambda: tagged.version, owner)
            decision = self.context.grace.answer(decision, thing, self.context.now)
        findings.seen(Kind.TAG)
        if isinstance(decision, Keep):
            findings.keep(Kind.TAG, decision.reason, [tagged.name])
        else:
            findings.actions.append(tag_action(rules.repository, tagged, decision, waits))


def _moved(images: Sequence[Image]) -> dict[str, list[Image]]:
    """Of one package: each tag that moved while the pages were read, with the images that bear it, by digest."""
    seen: set[str] = set()
    twice: set[str] = set()
    for image in images:
        for tag in image.tags:
            (twice if tag in seen else seen).add(tag)
    ordered = sorted(images, key=lambda each: each.digest) if twice else []
    return {tag: [image for image in ordered if tag in image.tags] for tag in twice}


class ContentReader(Protocol):
    """Where the content of a repository comes from."""

    async def contents(self, repository: Repository) -> Contents | Gap: ...

    async def packages(self, repository: Repository) -> tuple[Package, ...] | Gap: ...


Reading = Callable[[Repository], Coroutine[None, None, Contents | Gap | None]]


def note_workloads(
    findings: Findings, verdicts: WorkloadVerdicts, workloads: Workloads, builder: Builder
) -> None:
    """Turn the verdicts on workloads into actions and counts."""
    for kind, decisions in verdicts.by_kind.items():
        for name, decision in decisions.items():
            findings.seen(kind)
            if isinstance(decision, Keep):
                findings.keep(kind, decision.reason, [str(name)])
    findings.seen(Kind.REVISION, sum(map(len, verdicts.contained.values())))
    findings.seen(Kind.EXECUTION, sum(map(len, verdicts.runs.values())))
    findings.actions += workload_actions(builder, workloads, verdicts)


@dataclass(frozen=True, slots=True)
class Survey:
    """Reads and decides repositories. `blocked` says which stand behind a gap (R4).

    `on_done` hears how many are done, of how many, and how many images were seen in all. `presence` is
    filled where a policy asks for `orphaned`; `listed`: no list of repositories is missing.
    """

    reader: ContentReader
    context: Context
    usage: Usage
    builder: Builder
    findings: Findings
    blocked: Blocked
    lookout: Lookout
    references: ReferenceLines
    on_done: Callable[[int, int, int], None]
    presence: Presence | None = None
    listed: bool = True
    uses: UseLog | None = None

    async def run(self, repositories: Iterable[Repository], everywhere: Sequence[Repository]) -> None:
        """All repositories in scope, in the order of their names.

        Where `orphaned` is asked for, `everywhere` (every repository that is known) is read for its digests, and
        repositories that wait for those are read again and decided at the end (R40).
        """
        chosen = [r for r in repositories if self.context.in_scope(r.name)]
        done = images = 0
        waiting: list[Repository] = []
        async for repository, contents in self._read_ahead(chosen, self._contents):
            if isinstance(contents, Contents):
                images += len(contents.images)
                self.lookout.inside(repository.name, contents)
                if repository.format == DOCKER:
                    self.references.inside(repository.name, contents.images)
            if self._waits(contents):
                waiting.append(repository)
                continue
            self._decide(repository, contents)
            done += 1
            self.on_done(done, len(chosen), images)
        if waiting:
            await self._look_elsewhere(chosen, everywhere)
        async for repository, contents in self._read_ahead(waiting, self._contents):
            self._decide(repository, contents)
            done += 1
            self.on_done(done, len(chosen), images)

    def _waits(self, contents: Contents | Gap | None) -> bool:
        """Note its digests; whether something in it may be about an image of another repository."""
        if self.presence is None or not isinstance(contents, Contents):
            return False
        self.presence.add(contents.images)
        return waits_for_others(contents)

    async def _look_elsewhere(self, chosen: Sequence[Repository], everywhere: Sequence[Repository]) -> None:
        """The digests of every other docker repository. A gap anywhere leaves what is gone unknown."""
        assert self.presence is not None
        names = {each.name for each in chosen}
        others = [each for each in everywhere if each.format == DOCKER and each.name not in names]
        async for _, contents in self._read_ahead(others, self._digests):
            if isinstance(contents, Gap):
                self.findings.gaps.append(contents)
            elif contents is not None:
                self.presence.add(contents.images)
        unread = any(not gap.kind.is_run for gap in self.findings.gaps)
        self.presence.close(complete=self.listed and not unread)

    async def _read_ahead(
        self, repositories: list[Repository], read: Reading
    ) -> AsyncIterator[tuple[Repository, Contents | Gap | None]]:
        """The next one is read while this one is decided; None where nothing asks for its content."""
        ahead: list[asyncio.Task[Contents | Gap | None]] = []
        try:
            for place, repository in enumerate(repositories):
                for coming in repositories[place + len(ahead) : place + 2]:
                    ahead.append(asyncio.create_task(read(coming)))
                yield repository, await ahead.pop(0)
        finally:
            for task in ahead:
                task.cancel()

    async def _digests(self, repository: Repository) -> Contents | Gap | None:
        return None if repository.mode is Mode.VIRTUAL else await self.reader.contents(repository)

    async def _contents(self, repository: Repository) -> Contents | Gap | None:
        if repository.mode is Mode.VIRTUAL:
            return None
        asked = kinds_asked(self.context.policies, repository, self.context.wanted)
        contents: Contents | Gap = Contents()
        if repository.format == DOCKER:
            if (
                not asked
                and self.presence is None
                and Kind.IMAGE not in self.findings.named
                and not may_match(self.context, repository)
            ):
                return None
            contents = await self.reader.contents(repository)
        # packages are read where a policy may speak of what they hold, and nowhere else
        if isinstance(contents, Gap) or not asked or (repository.format == DOCKER and asked == {Kind.TAG}):
            return contents
        packages = await self.reader.packages(repository)
        return packages if isinstance(packages, Gap) else replace(contents, packages=packages)

    def _decide(self, repository: Repository, contents: Contents | Gap | None) -> None:
        self.findings.seen(Kind.REPOSITORY)
        self.findings.blocked_as = KeepReason.GAP
        if isinstance(contents, Gap):
            self.findings.gaps.append(contents)
            self._keep_repository(
                repository, decide_repository(self.context, repository, Contents(), set(), True)
            )
            return
        known = contents or Contents()
        blocked = self.blocked.blocks(repository)
        self.findings.blocked_as = self.blocked.reason(repository)
        policies, now = self.context.policies, self.context.now.timestamp()
        holding = None if blocked else self._holding(repository)
        rules = image_rules(
            policies, self.context.selected, repository, known, self.usage, now, self.context.failures,
            witness.package if (witness := self.context.witness) else None, holding, self.presence, self.uses,
        )  # fmt: skip
        held, waits = holdings(rules, known.images) if may_match(self.context, repository) else (set(), set())
        decision = decide_repository(self.context, repository, known, held, blocked)
        if isinstance(decision, Delete):
            decision = self.context.grace.answer(
                decision, repository_thing(repository, known.images), self.context.now
            )
        self.findings.seen(Kind.IMAGE, len(known.images))
        holds_what_goes = True
        if isinstance(decision, Delete):
            also = contained(self.findings, known)
            about = subjects_elsewhere(known.images, known.subjects)
            self.findings.actions.append(
                self.builder.repository(repository, known.images, decision, waits, also, about)
            )
        else:
            self._keep_repository(repository, decision)
            before = len(self.findings.actions)
            packages = PackageSurvey(self.context, self.builder, self.findings, rules, blocked)
            left = packages.run(known)
            going = self._decide_images(repository, rules, left.images, blocked)
            gone = {action.name for action in self.findings.actions[before:]}
            self.context.uploads.note(repository.name, known, gone)
            TagSurvey(self.context, self.builder, self.findings, rules, blocked).run(left, going)
            holds_what_goes = left is not known or bool(going)
        if holds_what_goes:
            note_contained(self.context, rules, known, blocked)
        note_matches(self.context.matched, rules.questions, known.images, self.context.failures)

    def _holding(self, repository: Repository) -> Holding | None:
        policies = self.context.policies.of(Kind.IMAGE)
        return image_holding(self.context.grace, policies, repository, self.context.now)

    def _keep_repository(self, repository: Repository, decision: Decision) -> None:
        reason = decision.reason if isinstance(decision, Keep) else KeepReason.GAP
        self.findings.keep(Kind.REPOSITORY, reason, [str(repository.name)])

    def _decide_images(
        self, repository: Repository, rules: ImageRules, images: list[Image], blocked: bool
    ) -> set[tuple[str, str]]:
        """Package and digest of those that go and have a tag."""
        if Kind.IMAGE not in self.findings.named:
            return set()
        findings = self.findings
        verdicts = decide_images(rules, images, findings.want_names)
        if blocked:
            _withhold(verdicts, repository, findings.want_names)
        for reason, count in verdicts.kept.items():
            findings.keep(Kind.IMAGE, reason, verdicts.kept_names.get(reason, ()), count)
        if verdicts.goes:
            findings.group_bytes[str(repository.name)] = repository.size_bytes
            findings.actions += self.builder.images(repository, verdicts.goes, Kind.TAG in findings.named)
        return {(g.image.package, g.image.digest) for g in verdicts.goes if g.image.tags}


def _withhold(verdicts: ImageVerdicts, repository: Repository, want_names: bool) -> None:
    """Keep what would otherwise go: something that could name it was not seen."""
    if not verdicts.goes:
        return
    verdicts.kept[KeepReason.GAP] += len(verdicts.goes)
    if want_names:
        names = [repository.name.version(g.image.package, g.image.digest) for g in verdicts.goes]
        verdicts.kept_names.setdefault(KeepReason.GAP, []).extend(names)
    verdicts.goes.clear()
