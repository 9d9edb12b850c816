"""One sweep: observe, decide, plan, guard, apply, record, report."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from janitor.apply.outcomes import Applied, Outcome, OutcomeKind
from janitor.cost.book import PriceBook
from janitor.model.inventory import ClockReading, Gap, Observed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import Repository
from janitor.plan.build import Builder, ordered
from janitor.plan.codec import with_id
from janitor.plan.guard import ClearedPlan, Refused, guard
from janitor.plan.in_grace import GracePrices
from janitor.plan.plan import Plan
from janitor.policy.deciding.context import Context, DecisionInput
from janitor.policy.deciding.gaps import Blocked, blocked_by, no_workloads_seen, unseen_gap
from janitor.policy.deciding.grace import Grace, Waiting
from janitor.policy.deciding.held import HeldPolicy
from janitor.policy.deciding.holders import InventoryReads, JudgedHolders, judged
from janitor.policy.deciding.orphaned import Presence, asks_for_orphans
from janitor.policy.deciding.references import ReferenceCounts, ReferenceLines, References, unreadable, usage
from janitor.policy.deciding.unmatched import UnmatchedPolicy, unmatched
from janitor.policy.deciding.unreadable_labels import unreadable_labels
from janitor.policy.deciding.workloads import decide_workloads
from janitor.report.data.notices import native_cleanup, notices, reference_notice
from janitor.report.data.result import SweepResult
from janitor.report.data.running_costs import standing
from janitor.report.data.totals import capped_sum, in_grace_sum
from janitor.sweep.repositories import DecisionPorts, RepositoryDecider, note_workloads
from janitor.sweep.second_pass import SecondPass
from janitor.sweep.tally import Tally


class Applier(Protocol):
    """Carries out a cleared plan; a dry run is given none, so it cannot delete.

    `planned` is the reference set that the plan rests on, `observed_at` when it was read.
    """

    async def __call__(self, cleared: ClearedPlan, planned: References, observed: Observed) -> Applied: ...


class SweepClock(Protocol):
    """The clock of one sweep, and how far this machine's clock is from Google's (R30)."""

    def now(self) -> datetime: ...

    def reading(self) -> ClockReading: ...


class SweepEvents(Protocol):
    """Hears what a sweep found that a person should look at, for the log."""

    def gap(self, gap: Gap) -> None: ...

    def expression_failed(self, text: str) -> None: ...

    def label_unreadable(self, text: str) -> None: ...

    def policy_unmatched(self, policy: str) -> None: ...

    def holders_read(self, holders: JudgedHolders) -> None: ...


@dataclass(frozen=True, slots=True)
class RunEnvironment:
    """What every output says of how a sweep was started: whether the ledger can be written (`recorded`), whether
    its disk is thrown away, and whether the shipped policies stand in for a file."""

    recorded: bool
    throwaway_disk: bool
    shipped_policies: bool


@dataclass(frozen=True, slots=True)
class SweepPorts:
    """What the sweep needs from outside. `observe` is the first pass: every workload and the list of repositories,
    of every project given. Without an `applier` it is a dry run. `last_matched`: when
    earlier sweeps had something to delete by these policies."""

    observe: Callable[[Sequence[str], datetime], Awaitable[Observed]]
    decision: DecisionPorts
    prices: Callable[[], Awaitable[PriceBook]]
    applier: Applier | None
    clock: SweepClock
    events: SweepEvents
    last_matched: Callable[[Sequence[str]], Awaitable[Mapping[str, datetime]]]
    environment: RunEnvironment


@dataclass(frozen=True, slots=True)
class SweepDecision:
    """A plan, the reference set that it rests on, and what deciding has to say beside it: lines on
    expressions that failed, the policies that matched nothing at all, and those whose matches are all `held`."""

    plan: Plan
    planned: References
    failures: tuple[str, ...]
    unmatched: tuple[UnmatchedPolicy, ...]
    held: tuple[HeldPolicy, ...]
    references: ReferenceCounts
    holders: JudgedHolders


async def sweep(sweep_id: str, question: DecisionInput, ports: SweepPorts) -> SweepResult:
    """Observe, decide, plan, guard, apply, record, report."""
    observed, book = await _observed(question, ports)
    clock = ports.clock.reading()
    ports.decision.lookout.over(observed)
    decided = await decide(question, observed, book, ports.decision)
    labels = unreadable_labels(question, observed.workloads, observed.repositories)
    _tell(ports.events, decided, labels)
    planned = capped_sum(decided.plan.actions, decided.plan.group_bytes)
    cleared = guard(decided.plan, question.policies.limits, planned.usd_month, planned.unpriced)
    before = await _matched_before(decided.unmatched, ports)
    applied = await _applied(cleared, ports.applier if clock.may_delete else None, decided.planned, observed)
    said = (
        *decided.failures, *labels, *reference_notice(decided.references),
        *_notices(question, ports.environment, book, decided, observed, before), *native_cleanup(_deletable(question, observed)),
    )  # fmt: skip
    waiting = _by_date(ports.decision.memory.grace)
    billed = {str(each.name): each.size_bytes for each in observed.repositories}
    return SweepResult(
        sweep_id, "apply" if ports.applier else "dry-run", decided.plan, planned,
        cleared.refusals if isinstance(cleared, Refused) else (), applied.outcomes,
        question.now, ports.clock.now(), applied.interrupted, said,
        standing(observed, book, question.policies.report.show_creator),
        waiting, in_grace_sum(waiting, billed), applied.error, clock, decided.references, decided.holders,
    )  # fmt: skip


async def _observed(question: DecisionInput, ports: SweepPorts) -> tuple[Observed, PriceBook]:
    """The first pass, and the prices, which are read beside it."""
    prices = asyncio.ensure_future(ports.prices())
    try:
        return await ports.observe(question.read, question.now), await prices
    finally:
        prices.cancel()


async def decide(
    question: DecisionInput, observed: Observed, book: PriceBook, ports: DecisionPorts
) -> SweepDecision:
    """Workloads first, then each repository against what remains of them (R12)."""
    policies, workloads, memory = question.policies, observed.workloads, ports.memory
    holders = judged(observed.holders, policies.protect.holders, InventoryReads(memory.inventories.ever))
    memory.uses.known_since(
        memory.inventories.since.get(each, question.now) for each in observed.holders.read
    )
    unread = unreadable(workloads, set(question.read))
    gaps = [*question.gaps, *workloads.gaps, *observed.gaps, *holders.gaps, *unread]
    tally = Tally(_kinds(question), question.detail.names, gaps)
    context = Context(question, _blocked_places(gaps), memory, by_inventory=holders.protects)
    builder = Builder(book, question.now, policies.report.show_creator, memory.uploads)
    verdicts = decide_workloads(context, workloads)
    note_workloads(tally, verdicts, workloads, builder)
    in_grace = GracePrices(memory.grace, book)
    in_grace.workloads(workloads)
    repositories = by_name(observed.repositories)
    use = usage(
        workloads, verdicts.freed_by(), policies.protect.references, repositories, observed.holders.found
    )
    for named in (use.remaining, use.freed):
        memory.uses.note(named)
    seen = observed.holders.found
    if not blocked_by(gaps).docker and no_workloads_seen(context, workloads, observed.repositories, seen):
        gaps.append(unseen_gap(question.read))
    lines = _reference_lines(question, observed, repositories)
    presence = Presence() if asks_for_orphans(policies) else None
    decider = RepositoryDecider(context, use, builder, tally, blocked_by(gaps), presence, in_grace)
    await SecondPass(ports, decider, lines).run(observed.repositories)
    memory.uses.complete = _knows_uses(tally.named, gaps)
    hidden = blocked_by(gaps)
    memory.grace.close(lambda name: _was_seen(name, context, hidden, repositories))
    plan = _plan(question, observed, tally)
    return SweepDecision(
        plan,
        use.remaining,
        context.failures.lines(),
        tuple(unmatched(context, plan.gaps)),
        tuple(sorted(context.held.policies(), key=lambda each: policies.policies.index(each.policy))),
        lines.counts(),
        holders,
    )


def _kinds(question: DecisionInput) -> frozenset[Kind]:
    """The kinds that are counted: those of policies, and the one that is asked for."""
    found = {policy.kind for policy in question.policies.policies}
    return frozenset(found | ({question.detail.kind} if question.detail.kind else set()))


def _tell(events: SweepEvents, decided: SweepDecision, labels: Sequence[str]) -> None:
    if decided.holders.mode != "off":
        events.holders_read(decided.holders)
    for gap in decided.plan.gaps:
        events.gap(gap)
    for line in decided.failures:
        events.expression_failed(line)
    for line in labels:
        events.label_unreadable(line)
    for policy in decided.unmatched:
        events.policy_unmatched(policy.policy)


def _notices(
    question: DecisionInput,
    environment: RunEnvironment,
    book: PriceBook,
    decided: SweepDecision,
    observed: Observed,
    before: Mapping[str, datetime],
) -> tuple[str, ...]:
    files = question.policies.protect.reference_files
    return notices(
        question.read, files, book.note, environment.recorded, environment.throwaway_disk, environment.shipped_policies,
        decided.unmatched, before, decided.held, observed.disabled, question.policies.scope, decided.holders,
    )  # fmt: skip


def _knows_uses(kinds: Set[Kind], gaps: Iterable[Gap]) -> bool:
    """Whether it is known which images are in use, and not only by which tag they are named (R49): a tag may have
    moved by the next sweep. For that the images of every repository are read."""
    return Kind.IMAGE in kinds and not any(
        gap.repository is None or gap.kind in (Kind.IMAGE, Kind.ATTACHMENT) for gap in gaps
    )


def _reference_lines(
    question: DecisionInput, observed: Observed, repositories: Mapping[RepositoryName, Repository]
) -> ReferenceLines:
    unlisted = {gap.project for gap in observed.gaps if gap.repository is None}
    return ReferenceLines(question.policies.protect.references, repositories, observed.projects, unlisted)


def _deletable(question: DecisionInput, observed: Observed) -> Iterator[Repository]:
    return (each for each in observed.repositories if question.in_scope(each.name))


def by_name(repositories: Sequence[Repository]) -> Mapping[RepositoryName, Repository]:
    """Repositories by their names."""
    return {repository.name: repository for repository in repositories}


def _blocked_places(gaps: Sequence[Gap]) -> Set[tuple[str, str]]:
    return {(gap.project, gap.location) for gap in gaps if gap.kind.is_run}


def _was_seen(
    name: str, context: Context, hidden: Blocked, repositories: Mapping[RepositoryName, Repository]
) -> bool:
    """Whether it stands where things are deleted, and no gap hides it or who needs it."""
    thing = ResourceName.parse(name)
    if not context.in_scope(thing):
        return False
    if thing.path[0] != "repositories":
        return not context.is_blocked(thing)
    return not hidden.may_hide(RepositoryName(thing.project, thing.location, thing.path[1]), repositories)


def _by_date(grace: Grace) -> tuple[Waiting, ...]:
    return tuple(sorted(grace.waiting.values(), key=lambda each: (each.due_at, each.name)))


def _plan(question: DecisionInput, observed: Observed, tally: Tally) -> Plan:
    return with_id(
        Plan(
            observed_at=observed.observed_at,
            policy_digest=question.policies.digest,
            gaps=tuple(sorted(set(tally.gaps), key=_gap_order)),
            actions=ordered(tally.actions),
            kept=tally.kept(),
            examined=dict(sorted(tally.examined.items())),
            group_bytes=dict(sorted(tally.group_bytes.items())),
            plan_id="",
        )
    )


def _gap_order(gap: Gap) -> tuple[str, ...]:
    return (gap.project, gap.location, gap.kind, gap.repository or "", gap.cause)


async def _matched_before(unmatched: Iterable[UnmatchedPolicy], ports: SweepPorts) -> Mapping[str, datetime]:
    """Asked only of policies whose names no resource has."""
    unknown = [each.policy for each in unmatched if not each.known]
    return await ports.last_matched(unknown) if unknown else {}


async def _applied(
    cleared: ClearedPlan | Refused, applier: Applier | None, planned: References, observed: Observed
) -> Applied:
    if applier is None or isinstance(cleared, Refused):
        return Applied((Outcome(OutcomeKind.PLANNED),) * len(cleared.plan.actions))
    return await applier(cleared, planned, observed)
