"""Asking the core about a small world: which images, services and revisions go, and why others stay."""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.resources import Contents, Image, Repository
from janitor.policy.conditions.failures import Failures
from janitor.policy.deciding.context import Context, DecisionInput, Detail, Memory
from janitor.policy.deciding.grace import Grace
from janitor.policy.deciding.image_rules import ImageRules, Weighed
from janitor.policy.deciding.images import Goes, decide_images, image_rules
from janitor.policy.deciding.references import usage
from janitor.policy.deciding.trace import Trace, Tracer
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.verdict import Delete
from janitor.policy.deciding.workload_rules import WorkloadVerdicts
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.model import Policies
from tests.making import NOW, repository


@dataclass
class Shown:
    """A tracer that remembers each case by its name; images are shown to it by packages, which it forgets."""

    cases: dict[str, Trace[Any]] = field(default_factory=dict)

    def case(self, name: str, case: Trace[Any]) -> None:
        self.cases[name] = case

    def package(self, rules: ImageRules, images: list[Image], weighed: Weighed) -> None: ...


def asking(
    policies: Policies,
    *,
    projects: Collection[str] | None = None,
    selected: Set[str] | None = None,
    own: Set[str] = frozenset(),
    now: datetime = NOW,
    tracer: Tracer | None = None,
    wanted: Kind | None = None,
) -> DecisionInput:
    """Every policy may delete, in the projects of the scope."""
    deletable = tuple(policies.scope.projects if projects is None else projects)
    chosen = {p.name for p in policies.policies} if selected is None else selected
    return DecisionInput(policies, chosen, deletable, deletable, own, now, Detail(kind=wanted, tracer=tracer))


def context(
    policies: Policies,
    *,
    blocked: Set[tuple[str, str]] = frozenset(),
    grace: Grace | None = None,
    uploads: Uploads | None = None,
    failures: Failures | None = None,
    by_inventory: bool = False,
    **facts: Any,
) -> Context:
    """The same with nothing blocked and nothing remembered."""
    memory = Memory(grace or Grace(), uploads or Uploads())
    asked = asking(policies, **facts)
    return Context(asked, blocked, memory, failures or Failures(), by_inventory=by_inventory)


def decided(policies: Policies, workloads: Workloads, **facts: Any) -> dict[str, str]:
    """Short name -> "delete: reason" or the reason to stay, for all workloads."""
    verdicts: WorkloadVerdicts = decide_workloads(context(policies, **facts), workloads)
    found = {
        name.short: f"delete: {d.reason}" if isinstance(d, Delete) else d.reason.value
        for decisions in verdicts.by_kind.values()
        for name, d in decisions.items()
    }
    found.update(
        {
            r.name.short: "contained"
            for of in verdicts.contained.values()
            for held in of.values()
            for r in held
        }
    )
    return found


def images_decided(
    policies: Policies,
    contents: Contents,
    workloads: Workloads | None = None,
    repo: Repository | None = None,
    extra: Iterable[str] = (),
    repositories: Iterable[Repository] = (),
    by_inventory: bool = False,
) -> tuple[list[Goes], dict[str, str]]:
    """What goes, and digest -> reason to stay."""
    repo = repo or repository()
    workloads = workloads or Workloads()
    freed = decide_workloads(context(policies), workloads).freed_by()
    use = usage(workloads, freed, extra, {r.name: r for r in (repo, *repositories)})
    rules = image_rules(context(policies, by_inventory=by_inventory), repo, contents, use)
    verdicts = decide_images(rules, contents.images, want_names=True)
    stays = {
        name.rpartition("/")[2]: reason.value
        for reason, names in verdicts.kept_names.items()
        for name in names
    }
    assert sum(verdicts.kept.values()) + len(verdicts.goes) == len(contents.images)
    assert {r.value: n for r, n in verdicts.kept.items()} == _counted(stays)
    return verdicts.goes, stays


def _counted(stays: dict[str, str]) -> dict[str, int]:
    return {reason: list(stays.values()).count(reason) for reason in set(stays.values())}
