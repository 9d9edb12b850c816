"""What a repository's packages hold, decided and noted: whole packages first, then what stays of them."""

from dataclasses import dataclass, replace

from janitor.findings import Findings
from janitor.kinds.owner import owner_of
from janitor.kinds.package import held_in, package_fingerprint
from janitor.kinds.version import state_of
from janitor.model.kinds import Kind
from janitor.model.resources import Contents, Image, Package, Version
from janitor.plan.build import Builder
from janitor.plan.packages import package_action, version_actions, version_name
from janitor.policy.deciding.grace import Thing
from janitor.policy.deciding.images import ImageRules, subjects_elsewhere
from janitor.policy.deciding.packages import (
    PackageRules,
    decide_package,
    decide_versions,
    kinds_asked,
    package_facts,
    package_rules,
    version_facts,
)
from janitor.policy.deciding.retention import by_package
from janitor.policy.deciding.tags import tag_facts, tags_of_image, tags_of_package
from janitor.policy.deciding.unmatched import note_matches
from janitor.policy.deciding.verdict import Decision, Delete, Keep
from janitor.policy.deciding.workload_rules import Context


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
            thing = Thing(
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
        thing = Thing(Kind.VERSION, version_name(package, version), lambda: state_of(version), self._owner)
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
