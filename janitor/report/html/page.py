"""The HTML report's sections as values, in the order in which a reader wants them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from janitor.ledger.savings import Point
from janitor.model.amounts import Amount
from janitor.model.text import many
from janitor.model.units import moment, show_size, show_usd
from janitor.report import sections
from janitor.report.cells import OwnerCell, ResourceCell, StatusCell, plain
from janitor.report.data.causes import error_in_short
from janitor.report.data.scope import is_root
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.summary import Summary
from janitor.report.data.troubles import Trouble, TroubleKind
from janitor.report.html.charts import Chart, line, steps
from janitor.report.html.tables import Said, Table, resource, shown, table
from janitor.report.words import (
    LEGEND,
    date,
    per_month,
    period_in_words,
    projects_in_words,
    projects_of,
    trouble_heading,
)

TROUBLES_SHOWN, FAILING_SHOWN = 20, 30
_POINTS_TOLD = 12
_MODES = {"dry-run": "dry run"}
_ERRORS = frozenset({TroubleKind.SWEEP_FAILED, TroubleKind.REFUSED, TroubleKind.FAILED})


@dataclass(frozen=True, slots=True)
class ActionItem:
    """One problem to act on, ready to show."""

    heading: str
    severe: bool
    about: str
    what: str
    way_out: str


@dataclass(frozen=True, slots=True)
class FailingService:
    """A failing service: its link, its status with how long it has it, and its owner."""

    service: Said
    status: str
    state: str
    owner: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Services that fail with one error, as Google words it."""

    code: str
    error: str
    services: tuple[FailingService, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Hero:
    """The one large figure; `bound` stands small before it."""

    bound: str
    amount: str
    what: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure beside the large one, what it is, and what it is of."""

    what: str
    amount: str
    below: str


@dataclass(frozen=True, slots=True)
class LastSweep:
    """What the last sweep saw and planned."""

    next_deletions: str
    planned: Table
    in_grace: Table
    keep_one: str
    storage: str
    repositories: Table
    idle: str
    services: Table
    kept: Table


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template shows; every text is safe to show and of bounded length."""

    scope: str
    period: str
    swept: str
    unknown_uses: str
    hero: Hero
    facts: tuple[Fact, ...]
    legend: str
    problems: tuple[ActionItem, ...]
    more_problems: int
    failures: tuple[Failure, ...]
    failing_way_out: str
    charts: tuple[Chart, ...]
    savers: Table
    came_back: Table
    owners: Table
    policies: Table
    seen: LastSweep | None
    foot: tuple[str, ...]


def page_of(summary: Summary) -> Page:
    """The page of a report."""
    snapshot = summary.snapshot
    notices = snapshot.notices if snapshot else ()
    projects = projects_of(summary)
    with_project = len(projects) > 1 or any(map(is_root, projects))
    # each failing service is shown below its error
    failing = [each for each in summary.troubles if each.kind is TroubleKind.FAILING]
    own = [each for each in summary.troubles if each.kind is not TroubleKind.FAILING]
    return Page(
        scope=shown(projects_in_words(summary)),
        period=period_in_words(summary.period),
        swept=f"last sweep: {_MODES.get(snapshot.mode, snapshot.mode)}, {moment(snapshot.observed_at)}"
        if snapshot
        else "no sweep yet",
        unknown_uses=shown(snapshot.unknown_uses, 640) if snapshot else "",
        hero=_hero(summary),
        facts=tuple(_facts(summary)),
        legend=LEGEND,
        problems=tuple(_problem(each) for each in own[:TROUBLES_SHOWN]),
        more_problems=max(len(own) - TROUBLES_SHOWN, 0),
        failures=tuple(_failures(snapshot, with_project)) if snapshot else (),
        failing_way_out=shown(failing[0].way_out, 640) if failing else "",
        charts=_charts(summary.course, summary.in_all.deleted.upper_bound),
        savers=table(sections.savers(summary), with_project),
        came_back=table(sections.came_back(summary), with_project),
        owners=table(sections.by_owner(summary), with_project),
        policies=table(sections.by_policy(summary), with_project),
        seen=_seen(snapshot, with_project) if snapshot else None,
        foot=tuple(dict.fromkeys(shown(each, 640) for each in (*summary.foot, *notices))),
    )


def _problem(trouble: Trouble) -> ActionItem:
    return ActionItem(
        heading=trouble_heading(trouble.kind),
        severe=trouble.kind in _ERRORS,
        about=shown(trouble.about),
        what=shown(trouble.what, 640),
        way_out=shown(trouble.way_out, 640),
    )


def _failures(snapshot: Snapshot, with_project: bool) -> Iterator[Failure]:
    """The failing services by their error; all of them together are bounded."""
    left = FAILING_SHOWN
    for error, rows in sections.by_error(sections.failing(snapshot)):
        code, sentence = error_in_short(error.words)
        services = tuple(
            FailingService(
                resource(name.kind, name.name, with_project),
                status.status,
                plain(status),
                shown(plain(owner), 80),
            )
            for name, status, owner, *_ in rows[:left]
            if isinstance(name, ResourceCell)
            and isinstance(status, StatusCell)
            and isinstance(owner, OwnerCell)
        )
        left -= len(services)
        yield Failure(
            shown(code), shown(sentence) or "Google gives no reason", services, len(rows) - len(services)
        )
        if not left:
            return


def _hero(summary: Summary) -> Hero:
    """What is saved; before the first deletion, what the next sweep would save, or what waits in grace."""
    seen, saved = summary.snapshot, summary.in_all.deleted
    if not saved.count and seen and seen.left.count:
        return Hero(_bound(seen.left), per_month(seen.left.usd_month), "would be saved by the next sweep")
    if not saved.count and seen and seen.in_grace.count:
        amount = seen.in_grace
        return Hero(_bound(amount), per_month(amount.usd_month), "scheduled for deletion, not saved yet")
    back = summary.in_all.came_back
    but = f", {back:,} of which came back" if back else ""
    return Hero(_bound(saved), per_month(saved.usd_month), f"saved by all deletions{but}")


def _bound(amount: Amount) -> str:
    return "up to" if amount.upper_bound and amount.usd_month else ""


def _facts(summary: Summary) -> Iterator[Fact]:
    """The figures of the period, and of what is still to come."""
    whole, recent = summary.in_all, summary.saved.deleted
    size = f", {show_size(recent.size_bytes)}" if recent.size_bytes else ""
    avoided = summary.avoided
    yield Fact("avoided in this period", show_usd(avoided.usd), f"by {many(avoided.deletions, 'deletion')}")
    yield Fact("saved by new deletions", per_month(recent.usd_month), f"{recent.count:,} deleted{size}")
    yield Fact("confirmed", per_month(whole.realised_usd_month), "gone when a later sweep looked")
    if seen := summary.snapshot:
        yield Fact("next deletions", per_month(seen.left.usd_month), many(seen.left.count, "resource"))
        if seen.in_grace.count:
            yield Fact("in grace", per_month(seen.in_grace.usd_month), many(seen.in_grace.count, "resource"))


def _charts(course: tuple[Point, ...], upper_bound: bool) -> tuple[Chart, ...]:
    """Dollars a month and dollars to date, each on a separate axis, because their units differ."""
    if not course:
        return ()
    last = course[-1]
    drawn = (
        steps(
            "saved-a-month",
            "Saved per month",
            f"Dollars per month from each day on: {_told(course, upper_bound)}",
            [(point.at, point.usd_month) for point in course],
        ),
        line(
            "saved-to-date",
            "Avoided to date",
            f"From {date(course[0].at)} to {date(last.at)}: {show_usd(last.saved_usd, upper_bound)} at the end.",
            [(point.at, point.saved_usd) for point in course],
        ),
    )
    return tuple(each for each in drawn if each)


def _told(course: tuple[Point, ...], upper_bound: bool) -> str:
    """A step chart in words: each day on which the value changed, the last ones if there are many."""
    values: dict[str, Decimal] = {}
    before: Decimal | None = None
    for point in course:
        if point.usd_month != before:
            before = values[date(point.at)] = point.usd_month
    told = [f"{day}: {show_usd(value, upper_bound)}" for day, value in values.items()]
    return "; ".join(told[-_POINTS_TOLD:])


def _seen(snapshot: Snapshot, with_project: bool) -> LastSweep:
    grace, storage, idle = sections.in_grace(snapshot), sections.storage(snapshot), sections.idle(snapshot)
    planned = sections.planned(snapshot)
    return LastSweep(
        next_deletions=planned.lead,
        planned=table(planned, with_project),
        in_grace=table(grace, with_project),
        keep_one=grace.hint,
        storage=storage.lead,
        repositories=table(storage, with_project),
        idle=idle.lead,
        services=table(idle, with_project),
        kept=table(sections.kept(snapshot), with_project),
    )
