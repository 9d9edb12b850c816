"""What services, jobs and worker pools are decided by alike, and so are the revisions and executions they hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from janitor.kinds.provenance import Manager
from janitor.kinds.repository import has_managed_labels
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.policy.decision import Decision
from janitor.policy.floor import latest_of
from janitor.policy.groups import Traits
from janitor.policy.resource_keys import Facts, seconds
from janitor.policy.retention import retained, standing
from janitor.policy.workload_rules import Rules, Seen, decided


class Workload(Seen, Protocol):
    """What every workload has that policies may ask for."""

    @property
    def annotations(self) -> Mapping[str, str]: ...

    @property
    def create_time(self) -> datetime | None: ...


W = TypeVar("W", bound=Workload)
Guards = dict[KeepReason, bool]


def by_holder(things: Iterable[W], collection: str) -> dict[ResourceName, list[W]]:
    """The things that something of this collection (``services``) holds, by the name of that."""
    found: dict[ResourceName, list[W]] = {}
    for each in things:
        if each.name.path[0] == collection:
            found.setdefault(each.name.parent, []).append(each)
    return found


def workload_facts(
    kind: Kind,
    resource: Workload,
    status: Status,
    since: datetime | None,
    managed_by: frozenset[Manager],
    times: Iterable[datetime | None],
) -> Facts:
    """A workload as policies read it; `since` is what ages count from (R7), `times` are all that are known."""
    name = resource.name
    return Facts(
        name.short, name.location, name.parent.short if kind is Kind.REVISION else "", resource.labels,
        status, since, kind=kind, project=name.project, annotations=resource.annotations,
        creator=resource.creator, job=name.parent.short if kind is Kind.EXECUTION else "",
        managed_by=managed_by, newest=latest_of(times),
    )  # fmt: skip


def holder_guards(rules: Rules, holder: Seen, held: Iterable[Seen]) -> Guards:
    """What may keep a holder whatever it is doing, strongest first; it goes with all that it holds."""
    name = holder.name.short
    return {
        KeepReason.SELF: name in rules.context.own,
        KeepReason.PROTECTED: rules.protects(name, holder.labels),
        KeepReason.HOLDS_PROTECTED: any(rules.protects_label(each.labels) for each in held),
        KeepReason.GOOGLE_MANAGED: has_managed_labels(holder.labels),
    }


def held_guards(rules: Rules, holder: Seen) -> Callable[[Seen], Guards]:
    """The same of what it holds: the holder's protection covers it (R11)."""
    name = holder.name.short
    own, covered = name in rules.context.own, rules.protects(name, holder.labels)
    managed = has_managed_labels(holder.labels)

    def guards(each: Seen) -> Guards:
        return {
            KeepReason.SELF: own,
            KeepReason.PROTECTED: covered or rules.protects_label(each.labels),
            KeepReason.GOOGLE_MANAGED: managed or has_managed_labels(each.labels),
        }

    return guards


def decide_held(
    rules: Rules,
    kind: Kind,
    holder: Seen | None,
    held: Iterable[tuple[W, Facts]],
    guards: Callable[[W], Guards] | None,
    ready: Callable[[W], bool | None] | None = None,
) -> dict[ResourceName, Decision]:
    """One verdict on each thing of one holder, of which `keep` counts (R10). Without `guards` nothing about
    them is known. `ready` is for revisions: whether one ever was, None where that is not known."""
    pairs = list(held)
    by_name = {facts.name: each for each, facts in pairs}
    traits: Traits[Facts, str] = Traits(
        key=lambda facts: facts.name,
        made=lambda facts: seconds(by_name[facts.name].create_time),
        since=lambda facts: seconds(facts.since),
        tags=lambda _: (),
    )
    if ready is not None:
        traits = replace(
            traits,
            ready=lambda facts: ready(by_name[facts.name]),
            takes_place=lambda _, facts: _takes_place(facts, ready(by_name[facts.name])),
        )
    group, now = [facts for _, facts in pairs], rules.context.now.timestamp()
    kept = retained(rules.questions[kind], group, traits, now)
    found: dict[ResourceName, Decision] = {}
    for each, facts in pairs:
        stand = guards(each) if guards else {KeepReason.STATUS_UNKNOWN: True}
        keeps = partial(standing, group=group, traits=traits, now=now, key=facts.name)
        found[each.name] = decided(rules, kind, each, facts, stand, kept.get(facts.name), keeps, holder)
    return found


def _takes_place(facts: Facts, was_ready: bool | None) -> bool | None:
    """R36: a revision that is failed now takes no place; one whose readiness is unknown is held without one."""
    if facts.status is Status.FAILED:
        return False
    return None if was_ready is None else True
