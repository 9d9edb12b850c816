"""One sweep: observe, decide, plan, guard, apply, record, report."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from janitor.apply.outcomes import Applied, Outcome, OutcomeKind
from janitor.cost.book import PriceBook
from janitor.ledger.sightings import Lookout
from janitor.model.inventory import ClockReading, Gap, Observed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import Repository
from janitor.plan.build import Builder, ordered
from janitor.plan.codec import with_id
from janitor.plan.guard import ClearedPlan, Refused, guard
from janitor.plan.plan import Plan
from janitor.policy.deciding.gaps import Blocked, blocked_by, no_workloads_seen, unseen_gap
from janitor.policy.deciding.grace import Grace, Waiting
from janitor.policy.deciding.orphaned import Presence, asks_for_orphans
from janitor.policy.deciding.references import ReferenceCounts, ReferenceLines, References, unreadable, usage
from janitor.policy.deciding.trace import Tracer
from janitor.policy.deciding.unreadable_labels import misspelt_labels
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.use_history import UseLog
from janitor.policy.deciding.workload_rules import Context
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.model import Limits, Policies
from janitor.report.data.notices import native_cleanup, reference_notice
from janitor.report.data.result import SweepResult
from janitor.report.data.running_costs import standing
from janitor.report.data.totals import capped_sum
from janitor.sweep.repositories import ContentReader, Survey, note_workloads
from janitor.sweep.tally import Findings


class Observer(ContentReader, Protocol):
    """The first pass: every workload and the list of repositories, of every project given."""

    async def observe(self, projects: Sequence[str], now: datetime) -> Observed: ...


class Applier(Protocol):
    """Carries out a cleared plan; a dry run is given none, so it cannot delete.

    `planned` is the reference set that the plan rests on, `observed_at` when it was read.
    """

    async def __call__(self, cleared: ClearedPlan, planned: References, observed: Observed) -> Applied: ...


@dataclass(frozen=True, slots=True)
class SweepInput:
    """What one sweep is asked. `deletable` are the projects that may be deleted from, `read` all
    that are read; `selected` the policies that may delete; `own` what janitor runs as (R24);
    `witness` is shown what each verdict rests on; `only`: what the answer is wanted of (None: all)."""

    sweep_id: str
    policies: Policies
    limits: Limits
    deletable: Sequence[str]
    read: Sequence[str]
    selected: Set[str]
    own: Set[str]
    want_names: bool
    now: datetime
    witness: Tracer | None = None
    only: "Only | None" = None


@dataclass(frozen=True, slots=True)
class Only:
    """A part of a sweep's answer: of a kind that no policy may name, in these repositories alone."""

    kind: Kind | None
    repositories: Set[RepositoryName]


def _unheard(_: str) -> None: ...


def _not_compared() -> ClockReading:
    return ClockReading(datetime.min, None)


async def _unremembered(_: Mapping[str, float]) -> None: ...


@dataclass(frozen=True, slots=True)
class SweepPorts:
    """What the sweep needs from outside. Without an `applier` it is a dry run.

    `check_locations` raises where the policy file names a location that no API has. `notices` are
    what every output says beside its figures: it is given the prices and the policies that matched
    nothing. `lookout` looks again for what was deleted before; `on_expression` hears of each `expr` that
    failed, once a sweep, `on_label` of each label that says how long in words that cannot be read;
    `uses` knows what was in use and notes what is; `grace` knows what was announced, and says of what would go
    whether its date has come; `uploads` are what the ledger remembers, and `remember` adds to it before anything
    is deleted. `clock_reading` compares this machine's
    clock with Google's, once something was read: without it nothing is deleted (R30).
    """

    observer: Observer
    prices: Callable[[], Awaitable[PriceBook]]
    applier: Applier | None
    clock: Callable[[], datetime]
    check_locations: Callable[[Observed], None]
    notices: Callable[[PriceBook, Sequence[str]], tuple[str, ...]]
    on_gap: Callable[[Gap], None]
    on_repository: Callable[[int, int, int], None]
    lookout: Lookout
    on_expression: Callable[[str], None] = _unheard
    grace: Grace = field(default_factory=Grace)
    on_label: Callable[[str], None] = _unheard
    uses: UseLog = field(default_factory=UseLog)
    clock_reading: Callable[[], ClockReading] = _not_compared
    uploads: Uploads = field(default_factory=Uploads)
    remember: Callable[[Mapping[str, float]], Awaitable[None]] = _unremembered


@dataclass(frozen=True, slots=True)
class SweepDecision:
    """A plan, the reference set that it rests on, and what deciding has to say beside it: lines on
    expressions that failed, and the policies that matched nothing at all."""

    plan: Plan
    planned: References
    failures: tuple[str, ...]
    unmatched: tuple[str, ...]
    references: ReferenceCounts


async def sweep(question: SweepInput, stages: SweepPorts) -> SweepResult:
    """Observe, decide, plan, guard, apply, record, report."""
    observed = await stages.observer.observe(question.read, question.now)
    reading = stages.clock_reading()
    stages.check_locations(observed)
    stages.lookout.over(observed)
    book = await stages.prices()
    decided = await decide(question, stages, observed, book)
    misspelt = _misspelt(question, observed)
    _tell(stages, decided, misspelt)
    plan = decided.plan
    cleared = _guarded(plan, question.limits)
    applier = stages.applier if reading.may_delete else None
    if applier and isinstance(cleared, ClearedPlan):
        await stages.remember(stages.uploads.noted)
    applied = await _apply(cleared, applier, decided.planned, observed)
    notices = (
        *decided.failures, *misspelt, *reference_notice(decided.references),
        *stages.notices(book, decided.unmatched), *native_cleanup(_deletable(question, observed)),
    )  # fmt: skip
    return SweepResult(
        question.sweep_id, "apply" if stages.applier else "dry-run", plan,
        cleared.refusals if isinstance(cleared, Refused) else (), applied.outcomes,
        question.now, stages.clock(), applied.interrupted, notices,
        standing(observed, book, question.policies.report.show_creator), _by_date(stages.grace), applied.error,
        reading, decided.references,
    )  # fmt: skip


async def decide(
    question: SweepInput, stages: SweepPorts, observed: Observed, book: PriceBook
) -> SweepDecision:
    """Workloads first, then each repository against what remains of them (R12)."""
    policies, workloads = question.policies, observed.workloads
    gaps = (*workloads.gaps, *observed.gaps, *unreadable(workloads, set(question.read)))
    context = _context(question, _blocked_places(gaps), stages.grace, stages.uploads)
    only = question.only
    kinds = {policy.kind for policy in policies.policies} | ({only.kind} if only and only.kind else set())
    findings = Findings(frozenset(kinds), question.want_names)
    builder = Builder(book, question.now, policies.report.show_creator, stages.uploads)
    verdicts = decide_workloads(context, workloads)
    note_workloads(findings, verdicts, workloads, builder)
    repositories = by_name(observed.repositories)
    use = usage(workloads, verdicts.freed_by(), policies.protect.references, repositories)
    if not blocked_by(gaps).docker and no_workloads_seen(context, workloads, observed.repositories):
        gaps = (*gaps, unseen_gap(question.read))
    blocked = blocked_by(gaps)
    for named in (use.remaining, use.freed):
        stages.uses.note(named)
    lines = _reference_lines(question, observed, repositories)
    presence = Presence() if asks_for_orphans(policies) else None
    listed = all(gap.kind.is_run for gap in gaps)
    survey = Survey(
        stages.observer, context, use, builder, findings, blocked, stages.lookout, lines,
        stages.on_repository, presence, listed, stages.uses,
    )  # fmt: skip
    within = [r for r in observed.repositories if only is None or r.name in only.repositories]
    await survey.run(within, observed.repositories)
    stages.uses.complete = _knows_uses(kinds, (*gaps, *findings.gaps))
    hidden = blocked_by((*gaps, *findings.gaps))
    stages.grace.close(lambda name: _was_seen(name, context, hidden, repositories))
    plan = _plan(question, observed, findings, gaps)
    return SweepDecision(
        plan,
        use.remaining,
        context.failures.lines(),
        _unmatched(question, context.matched, plan.gaps),
        lines.counts(),
    )


def _knows_uses(kinds: Set[Kind], gaps: Iterable[Gap]) -> bool:
    """Whether it is known which images are in use, and not only by which tag they are named (R49): a tag may have
    moved by the next sweep. For that the images of every repository are read."""
    return Kind.IMAGE in kinds and not any(
        gap.repository is None or gap.kind in (Kind.IMAGE, Kind.ATTACHMENT) for gap in gaps
    )


def _reference_lines(
    question: SweepInput, observed: Observed, repositories: Mapping[RepositoryName, Repository]
) -> ReferenceLines:
    unlisted = {gap.project for gap in observed.gaps if gap.repository is None}
    return ReferenceLines(question.policies.protect.references, repositories, observed.projects, unlisted)


def _tell(stages: SweepPorts, decided: SweepDecision, misspelt: Sequence[str]) -> None:
    for gap in decided.plan.gaps:
        stages.on_gap(gap)
    for line in decided.failures:
        stages.on_expression(line)
    for line in misspelt:
        stages.on_label(line)


def _context(question: SweepInput, blocked: Set[tuple[str, str]], grace: Grace, uploads: Uploads) -> Context:
    return Context(
        question.policies, question.selected, set(question.deletable), blocked, question.own, question.now,
        witness=question.witness, wanted=question.only.kind if question.only else None, grace=grace,
        uploads=uploads,
    )  # fmt: skip


def _unmatched(question: SweepInput, matched: Set[str], gaps: Sequence[Gap]) -> tuple[str, ...]:
    """The policies that may delete and match nothing at all, whatever would have kept it. Of one whose matches
    a gap may hide nothing is said."""
    hidden = {gap.kind.is_run for gap in gaps}
    return tuple(
        policy.name
        for policy in question.policies.policies
        if policy.name in question.selected
        and policy.name not in matched
        and policy.kind.is_run not in hidden
    )


def _misspelt(question: SweepInput, observed: Observed) -> tuple[str, ...]:
    context = _context(question, set(), Grace(), Uploads())
    return misspelt_labels(context, observed.workloads, observed.repositories)


def _deletable(question: SweepInput, observed: Observed) -> Iterator[Repository]:
    context = _context(question, set(), Grace(), Uploads())
    return (each for each in observed.repositories if context.in_scope(each.name))


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


def _plan(question: SweepInput, observed: Observed, findings: Findings, gaps: Sequence[Gap]) -> Plan:
    return with_id(
        Plan(
            observed_at=observed.observed_at,
            policy_digest=question.policies.digest,
            gaps=tuple(sorted({*gaps, *findings.gaps}, key=_gap_order)),
            actions=ordered(findings.actions),
            kept=findings.kept(),
            examined=dict(sorted(findings.examined.items())),
            group_bytes=findings.group_bytes,
            plan_id="",
        )
    )


def _gap_order(gap: Gap) -> tuple[str, ...]:
    return (gap.project, gap.location, gap.kind, gap.repository or "", gap.cause)


def _guarded(plan: Plan, limits: Limits) -> ClearedPlan | Refused:
    total = capped_sum(iter(plan.actions), plan.group_bytes)
    return guard(plan, limits, total.usd_month, total.unpriced)


async def _apply(
    cleared: ClearedPlan | Refused, applier: Applier | None, planned: References, observed: Observed
) -> Applied:
    if applier is None or isinstance(cleared, Refused):
        return Applied((Outcome(OutcomeKind.PLANNED),) * len(cleared.plan.actions))
    return await applier(cleared, planned, observed)
