"""Asking the core about the packages, versions and tags of one repository."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from janitor.model.inventory import Workloads
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Package, Repository, Version
from janitor.policy.deciding.image_rules import ImageRules, Weighed
from janitor.policy.deciding.images import image_rules
from janitor.policy.deciding.packages import PackageRules, decide_package, decide_versions, package_rules
from janitor.policy.deciding.references import usage
from janitor.policy.deciding.tags import (
    decide_tag,
    keeps_image_by,
    keeps_version_by,
    tags_of_image,
    tags_of_package,
)
from janitor.policy.deciding.trace import Trace
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.verdict import Decision, Delete, verdict
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Policies
from tests.deciding import context
from tests.making import REPOSITORY, ago, contents, repository

NPM = repository(format="NPM")


def written(*policies: str, more: str = "") -> Policies:
    """A file of these policies, named a, b, …, each in YAML's flow style; `more` stands before them."""
    listed = "".join(f"- {{name: {name}, {text}}}\n" for name, text in zip("abcdef", policies, strict=False))
    text = f"version: 1\nscope: {{projects: [p]}}\n{more}policies:\n{listed}"
    return parse_policies(text.encode(), "policies.yaml", lambda _: b"")


def version(id_: str, *tags: str, days: float | None = 40, size: int | None = 1000) -> Version:
    """A version created `days` ago."""
    made = None if days is None else ago(days=days).timestamp()
    return Version(id_, tags, made, made, size)


def package(*versions: Version, short: str = "web", days: float | None = 40) -> Package:
    """A package that was made and changed `days` ago."""
    changed = None if days is None else ago(days=days).timestamp()
    return Package(REPOSITORY.package(short), short, changed, changed, versions)


@dataclass(frozen=True)
class Shelf:
    """One repository under a policy file. `selected`: what --policy named, None for all."""

    policies: Policies
    packages: Sequence[Package] = ()
    images: Sequence[Image] = ()
    repo: Repository = field(default_factory=repository)
    workloads: Workloads = field(default_factory=Workloads)
    blocked: bool = False
    selected: frozenset[str] | None = None
    uploads: Uploads = field(default_factory=Uploads)
    by_inventory: bool = False
    cases: dict[str, Trace[Any]] = field(default_factory=dict)

    def case(self, name: str, case: Trace[Any]) -> None:
        """As a tracer."""
        self.cases[name] = case

    def package(self, rules: ImageRules, images: list[Image], weighed: Weighed) -> None: ...

    def decided_packages(self) -> dict[str, str]:
        """Package -> "delete: policy, reason", and what it waits for, or the reason to stay."""
        return {each.short: self._said(each.name, *self._of_package(each)) for each in self.packages}

    def decided_versions(self) -> dict[str, str]:
        """Version -> the same, of all packages."""
        return {
            version.id: self._said(f"{each.name}/versions/{version.id}", decision, set())
            for each in self.packages
            for version, decision in decide_versions(self.rules, each)
        }

    def decided_tags(self) -> dict[str, str]:
        """Tag -> the same."""
        return dict(self._tags())

    @cached_property
    def rules(self) -> PackageRules:
        asked = context(
            self.policies, uploads=self.uploads, tracer=self, selected=self.selected,
            by_inventory=self.by_inventory,
        )  # fmt: skip
        return package_rules(asked, self.repo, self.blocked, self.packages)

    @cached_property
    def image_rules(self) -> ImageRules:
        freed = decide_workloads(context(self.policies), self.workloads).freed_by()
        use = usage(self.workloads, freed, self.policies.protect.references, {self.repo.name: self.repo})
        return image_rules(context(self.policies), self.repo, contents(*self.images), use)

    def _of_package(self, package: Package) -> tuple[Decision, set[str]]:
        images = [image for image in self.images if image.package == package.short]
        return decide_package(self.rules, package, images, self.image_rules)

    def _tags(self) -> Iterator[tuple[str, str]]:
        for image in self.images:
            for tagged in tags_of_image(self.image_rules, image):
                kept = keeps_image_by(self.image_rules, image, tagged.tag)
                decision, waits = decide_tag(self.rules, self.image_rules, tagged, kept)
                yield tagged.tag, self._said(tagged.name, decision, waits)
        for package in self.packages:
            bearers = {tag: version for version in package.versions for tag in version.tags}
            for tagged in tags_of_package(package):
                kept = keeps_version_by(self.rules, package, bearers[tagged.tag], tagged.tag)
                decision, waits = decide_tag(self.rules, self.image_rules, tagged, kept)
                yield tagged.tag, self._said(tagged.name, decision, waits)

    def _said(self, name: str, decision: Decision, waits: set[str]) -> str:
        self._witnessed(name, decision)
        if not isinstance(decision, Delete):
            return decision.reason.value
        after = f" after {', '.join(sorted(waits))}" if waits else ""
        return f"delete: {decision.policy.name}, {decision.reason}{after}"

    def _witnessed(self, name: str, decision: Decision) -> None:
        """What was shown of it comes to the same, but for what a `keep` holds."""
        case = self.cases[name]
        held = any(case.keeps(each) for each in case.questions) and not isinstance(decision, Delete)
        waivable = (KeepReason.HOLDS_SUBJECT_UNKNOWN, KeepReason.HOLDS_RETAINED)
        stands = case.standing_guards()
        answer = verdict(case.questions, case.resource, stands, case.forbids, case.gap, waivable)
        assert held or answer == decision
