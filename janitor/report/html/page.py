"""The HTML report's sections as values, in the order in which a reader wants them."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from janitor.ledger.savings import Point
from janitor.model.amounts import Amount
from janitor.model.kinds import Kind
from janitor.model.text import many
from janitor.model.units import moment, show_estimate, show_size, show_usd
from janitor.report import sections
from janitor.report.cells import MoneyCell
from janitor.report.data.names import how_many
from janitor.report.data.snapshot import RunningService, Snapshot, Stored
from janitor.report.data.summary import Period, Summary
from janitor.report.data.troubles import Trouble, TroubleKind
from janitor.report.html.charts import Bars, Curve, bars, curve
from janitor.report.html.tables import Table, accounts, resource, shown, table
from janitor.report.words import trouble_heading

TROUBLES_SHOWN, BARS_SHOWN = 20, 10
_LABEL_SHOWN = 34
_ERRORS = frozenset({TroubleKind.SWEEP_FAILED, TroubleKind.REFUSED, TroubleKind.FAILED})


@dataclass(frozen=True, slots=True)
class Warned:
    """One trouble, ready to show."""

    heading: str
    severe: bool
    about: str
    what: str
    way_out: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A large figure, what it is, and what it rests on. `would` marks what has not happened."""

    amount: str
    what: str
    below: str
    would: bool = False


@dataclass(frozen=True, slots=True)
class LastSweep:
    """What the last sweep saw and planned. `would` says in a sentence what the next one would do."""

    about: str
    would: str
    would_tables: tuple[Table, ...]
    stored: str
    storage: Bars
    repositories: Table
    running: str
    instances: Bars
    services: Table
    ailing: Table
    in_grace: Table
    keep_one: str
    kept: Table


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template shows; every text is safe to show and of bounded length."""

    period: str
    troubles: tuple[Warned, ...]
    more_troubles: int
    figures: tuple[Figure, ...]
    accounts: Table
    curves: tuple[Curve, ...]
    over_time: Table
    savers: Table
    groups: tuple[Table, ...]
    seen: LastSweep | None
    foot: tuple[str, ...]


def page_of(summary: Summary) -> Page:
    """The page of a report."""
    notices = summary.snapshot.notices if summary.snapshot else ()
    return Page(
        period=_period(summary.period),
        troubles=tuple(_warned(each) for each in summary.troubles[:TROUBLES_SHOWN]),
        more_troubles=max(len(summary.troubles) - TROUBLES_SHOWN, 0),
        figures=_figures(summary),
        accounts=accounts(summary.saved, summary.in_all, _since(summary.period)),
        curves=_curves(summary.course, summary.in_all.deleted.upper_bound),
        over_time=table(sections.over_time(summary.course, summary.in_all.deleted.upper_bound)),
        savers=table(sections.savers(summary), f"The largest savings {_since(summary.period)}"),
        groups=(
            table(sections.saved_by("policy", summary.by_policy, summary.saved)),
            table(sections.saved_by("owner", summary.by_owner, summary.saved)),
        ),
        seen=_seen(summary.snapshot) if summary.snapshot else None,
        foot=tuple(dict.fromkeys(shown(line, 640) for line in (*summary.foot, *notices))),
    )


def _period(period: Period) -> str:
    since = moment(period.since) if period.since else "the beginning"
    return f"from {since} to {moment(period.until)}"


def _since(period: Period) -> str:
    return f"since {period.since:%Y-%m-%d}" if period.since else "since the beginning"


def _warned(trouble: Trouble) -> Warned:
    return Warned(
        heading=trouble_heading(trouble.kind),
        severe=trouble.kind in _ERRORS,
        about=shown(trouble.about),
        what=shown(trouble.what, 640),
        way_out=shown(trouble.way_out, 640),
    )


def _figures(summary: Summary) -> tuple[Figure, ...]:
    """The dollars that matter, and how sure they are."""
    saved, in_all = summary.saved, summary.in_all
    recent = show_usd(saved.deleted.usd_month, saved.deleted.upper_bound)
    whole = show_usd(in_all.deleted.usd_month, in_all.deleted.upper_bound)
    realised = show_usd(in_all.realised_usd_month, in_all.deleted.upper_bound)
    to_date = show_usd(in_all.saved_usd, in_all.deleted.upper_bound)
    figures = (
        Figure(recent, f"a month saved {_since(summary.period)}",
               f"{saved.deleted.count:,} deleted, {show_size(saved.deleted.size_bytes)} freed"),
        Figure(whole, "a month saved in all",
               f"of it {realised} realised"),
        Figure(to_date, "saved to date", _horizon(summary.horizon)),
    )  # fmt: skip
    if summary.snapshot is None:
        return figures
    left = summary.snapshot.left
    would = show_usd(left.usd_month, left.upper_bound)
    return (
        *figures,
        Figure(would, "a month more would be saved", f"by the next sweep, {left.count:,} things", True),
    )


def _horizon(horizon: timedelta) -> str:
    return f"each deletion counts for {horizon.days:,} days at most"


def _curves(course: tuple[Point, ...], upper_bound: bool) -> tuple[Curve, ...]:
    """Dollars to date and dollars a month, each on an axis of its own, for their units differ."""
    if not course:
        return ()
    last = course[-1]
    drawn = (
        curve(
            "saved-to-date",
            "Saved to date",
            f"Dollars saved from {moment(course[0].at)} to {moment(last.at)}: {show_usd(last.saved_usd, upper_bound)} at the end.",
            [(point.at, point.saved_usd) for point in course],
        ),
        curve(
            "saved-a-month",
            "Saved a month",
            f"Dollars a month that are saved, over the same time: {show_usd(last.usd_month, upper_bound)} at the end.",
            [(point.at, point.usd_month) for point in course],
        ),
    )
    return tuple(each for each in drawn if each)


def _seen(snapshot: Snapshot) -> LastSweep:
    left, grace = snapshot.left, sections.in_grace(snapshot)
    return LastSweep(
        about=f"the last sweep ({snapshot.mode}) looked at {moment(snapshot.observed_at)}",
        would=_would(snapshot),
        would_tables=(
            table(sections.planned(snapshot)),
            table(sections.planned_by("policy", snapshot.by_policy, left)),
            table(sections.planned_by("owner", snapshot.by_owner, left)),
        )
        if left.count
        else (),
        stored=_stored(snapshot.stored),
        storage=_storage(snapshot.repositories[:BARS_SHOWN]),
        repositories=table(sections.storage(snapshot)),
        running=_running(snapshot.running),
        instances=_instances(sections.idle_services(snapshot)[:BARS_SHOWN]),
        services=table(sections.idle(snapshot)),
        ailing=table(sections.failing(snapshot).without(MoneyCell)),
        in_grace=table(grace),
        keep_one=grace.hint,
        kept=table(sections.kept(snapshot)),
    )


def _would(snapshot: Snapshot) -> str:
    left = snapshot.left
    if not left.count:
        return "The next sweep would delete nothing of what the last one saw."
    size = f" ({show_size(left.size_bytes)})" if left.size_bytes else ""
    return (
        f"The next sweep would delete {many(left.count, 'thing')}{size} and save"
        f" {show_usd(left.usd_month, left.upper_bound)} a month{_without_price(left.unpriced)}. Nothing of this"
        " has happened yet."
    )


def _stored(stored: Amount) -> str:
    return (
        f"{how_many(Kind.REPOSITORY.value, stored.count)}, {show_size(stored.size_bytes)}:"
        f" {show_usd(stored.usd_month, stored.upper_bound)} a month{_without_price(stored.unpriced)}"
    )


def _running(running: Amount) -> str:
    return (
        f"{how_many(Kind.SERVICE.value, running.count)}, whose idle minimum instances cost"
        f" {show_usd(running.usd_month, running.upper_bound)} a month{_without_price(running.unpriced)}"
    )


def _storage(rows: tuple[Stored, ...]) -> Bars:
    return bars(
        "storage",
        "Storage by repository",
        [(_label("artifact.repository", row.name),
          f"{show_size(row.size_bytes)} · {show_estimate(row.estimate)}", Decimal(row.size_bytes)) for row in rows],
    )  # fmt: skip


def _instances(rows: list[RunningService]) -> Bars:
    return bars(
        "instances",
        "Idle minimum instances by service, dollars a month",
        [
            (_label("run.service", row.name), show_estimate(row.estimate), sections.dollars(row.estimate))
            for row in rows
        ],
    )


def _label(kind: str, name: str) -> str:
    return shown(resource(kind, name).text, _LABEL_SHOWN)


def _without_price(unpriced: int) -> str:
    return f"; {unpriced:,} of them {'has' if unpriced == 1 else 'have'} no known price" if unpriced else ""
