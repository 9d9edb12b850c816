"""What a repository's packages hold, decided and noted once its images are."""

from janitor.findings import Findings
from janitor.kinds.owner import owner_of
from janitor.kinds.version import state_of
from janitor.model.kinds import Kind
from janitor.model.resources import Contents, Package, Repository, Version
from janitor.plan.build import Builder
from janitor.plan.packages import version_actions, version_name
from janitor.policy.decision import Decision, Keep
from janitor.policy.grace import Thing
from janitor.policy.matching import note_matches
from janitor.policy.packages import (
    PackageRules,
    decide_versions,
    kinds_asked,
    package_rules,
    version_facts,
)  # fmt: skip
from janitor.policy.workload_rules import Context


def survey_packages(
    context: Context, builder: Builder, findings: Findings, repository: Repository, contents: Contents,
    blocked: bool,
) -> None:  # fmt: skip
    """Turn verdicts into actions and counts, package by package, in the order of their names."""
    asked = kinds_asked(context.policies, repository)
    rules = package_rules(context, repository, blocked)
    before = len(findings.actions)
    for package in sorted(contents.packages or (), key=lambda each: each.name):
        if Kind.VERSION in asked:
            _note_versions(context, builder, findings, rules, package)
            facts = [version_facts(package, version) for version in package.versions]
            note_matches(context.matched, rules.versions, facts, context.failures)
    if len(findings.actions) > before:
        findings.group_bytes[str(repository.name)] = repository.size_bytes


def _note_versions(
    context: Context, builder: Builder, findings: Findings, rules: PackageRules, package: Package
) -> None:
    owner = owner_of(rules.repository.labels)
    decided = [
        (version, _released(context, package, version, decision, owner))
        for version, decision in decide_versions(rules, package)
    ]
    findings.seen(Kind.VERSION, len(decided))
    for version, decision in decided:
        if isinstance(decision, Keep):
            findings.keep(Kind.VERSION, decision.reason, [version_name(package, version)])
    findings.actions += version_actions(builder, rules.repository, package, decided)


def _released(
    context: Context, package: Package, version: Version, decision: Decision, owner: str
) -> Decision:
    """Whether a version goes now, or is announced first."""
    if isinstance(decision, Keep):
        return decision
    thing = Thing(Kind.VERSION, version_name(package, version), lambda: state_of(version), owner)
    return context.grace.answer(decision, thing, context.now)
