"""The report's view model: every figure that Slack, HTML, Markdown, JSON and the terminal show."""

from dataclasses import dataclass
from datetime import timedelta

from janitor.ledger.figures import CameBack, Figures, Period
from janitor.ledger.savings import NOTHING_AVOIDED, Account, Avoided, Point, Saving
from janitor.model.units import moment
from janitor.report.data.notices import MONEY
from janitor.report.data.scope import UNSCOPED, ReportScope, basis_in_words
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.troubles import Trouble, TroubleKind, troubles


@dataclass(frozen=True, slots=True)
class Summary:
    """A period's report.

    What was saved is as in Figures (ledger/figures.py). `snapshot` is of the last sweep that was recorded, None where
    there is none; `scope` says which policy file and projects it is of. `foot` says what the figures rest on, a line
    each.
    """

    period: Period
    horizon: timedelta
    troubles: tuple[Trouble, ...]
    saved: Account
    in_all: Account
    savers: tuple[Saving, ...]
    by_policy: tuple[tuple[str, Account], ...]
    by_owner: tuple[tuple[str, Account], ...]
    course: tuple[Point, ...]
    snapshot: Snapshot | None
    foot: tuple[str, ...]
    scope: ReportScope = UNSCOPED
    avoided: Avoided = NOTHING_AVOIDED
    came_back: tuple[CameBack, ...] = ()
    came_back_names: int = 0

    @property
    def ran_without_errors(self) -> bool:
        """Whether janitor itself had no trouble. Failing services are not its own."""
        return all(each.kind is TroubleKind.FAILING for each in self.troubles)


def summarise(
    figures: Figures,
    snapshot: Snapshot | None,
    period: Period,
    horizon: timedelta,
    failure: str | None = None,
    scope: ReportScope = UNSCOPED,
) -> Summary:
    """The report of a period out of the ledger's figures of it and the snapshot of the sweep that it rests on.

    `failure` is why the sweep that this report should rest on could not be made, "" or None where it could.
    """
    return Summary(
        period=period,
        horizon=horizon,
        troubles=troubles(snapshot, period.until, failure, scope),
        saved=figures.saved,
        in_all=figures.in_all,
        savers=figures.savers,
        by_policy=figures.by_policy,
        by_owner=figures.by_owner,
        course=figures.course,
        snapshot=snapshot,
        foot=_foot(snapshot, horizon, scope),
        scope=scope,
        avoided=figures.avoided,
        came_back=figures.came_back,
        came_back_names=figures.came_back_names,
    )


def _foot(snapshot: Snapshot | None, horizon: timedelta, scope: ReportScope) -> tuple[str, ...]:
    """How the figures are calculated; a line that the notices of the sweep contain too is there once."""
    lines = [
        "per month: the price in the plan of the deletion. Estimated: of all deletions. Confirmed: a later sweep"
        " verified that the resource is gone",
        "avoided: that price for the time from the deletion until the resource is recreated, for at most"
        f" {_span(horizon)}",
        "the images of a repository never count for more than Google billed for the whole repository",
        MONEY,
    ]
    if snapshot:
        lines += [*snapshot.notices, _rests_on(snapshot, scope)]
    return tuple(dict.fromkeys(lines))


def _rests_on(snapshot: Snapshot, scope: ReportScope) -> str:
    kind = "dry run" if snapshot.mode == "dry-run" else "apply"
    of = basis_in_words(scope)
    return f"the next sweep, storage and services: as of the {kind} on {moment(snapshot.observed_at)}" + (
        f" of {of}" if of else ""
    )


def _span(horizon: timedelta) -> str:
    """Whole days where there is one at least."""
    days, hours = horizon.days, horizon // timedelta(hours=1)
    number, unit = (days, "day") if days else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"
