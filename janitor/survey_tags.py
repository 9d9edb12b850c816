"""The tags that are left once packages, versions and images are decided."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from janitor.findings import Findings
from janitor.kinds.image import image_times
from janitor.kinds.owner import owner_of
from janitor.model.kinds import Kind
from janitor.model.resources import Contents, Image
from janitor.plan.build import Builder
from janitor.plan.packages import tag_action
from janitor.policy.deciding.grace import Thing
from janitor.policy.deciding.images import ImageRules
from janitor.policy.deciding.packages import PackageRules, kinds_asked, package_rules
from janitor.policy.deciding.retention import by_package
from janitor.policy.deciding.tags import (
    Tagged,
    decide_tag,
    keeps_image_by,
    keeps_version_by,
    tag_facts,
    tag_of,
    tags_of_image,
)
from janitor.policy.deciding.unmatched import note_matches
from janitor.policy.deciding.verdict import Delete, Keep, latest
from janitor.policy.deciding.workload_rules import Context


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
    ) -> Iterator[tuple[Tagged, bool]]:
        for images in by_package(contents.images).values():
            left = [i for i in images if i.tags and (i.package, i.digest) not in going]
            yield from self._of_images(left)
        for package in contents.packages or ():
            for version in package.versions:
                for tag in version.tags:
                    yield tag_of(package, version, tag), keeps_version_by(rules, package, version, tag)

    def _of_images(self, images: Sequence[Image]) -> Iterator[tuple[Tagged, bool]]:
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

    def _note(self, rules: PackageRules, tagged: Tagged, kept_by_it: bool) -> None:
        findings, owner = self.findings, owner_of(rules.repository.labels)
        decision, waits = decide_tag(rules, self.images, tagged, kept_by_it)
        note_matches(self.context.matched, rules.tags, [tag_facts(tagged)], self.context.failures)
        if isinstance(decision, Delete):
            thing = Thing(Kind.TAG, tagged.name, lambda: tagged.version, owner)
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
