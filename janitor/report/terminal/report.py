"""The report that a person reads at a terminal. Pure: a summary in, text on a console out."""

from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from rich.text import Text

from janitor.ledger.savings import Account
from janitor.model.amounts import Amount
from janitor.model.text import safe_text, shorten
from janitor.model.units import moment, show_estimate
from janitor.report import grace_words
from janitor.report.data.figures import NOTHING_YET, TITLES, account_table, cells, divisions
from janitor.report.data.snapshot import Planned, Snapshot
from janitor.report.data.summary import Summary
from janitor.report.terminal.tables import console_for, fitted, indented, print_lines, tabulated
from janitor.report.words import (
    ailing,
    ails_for,
    called,
    fate,
    next_sweep,
    owned_by,
    owner_or_nobody,
    period_in_words,
    place_of,
    show_share,
    what_stays,
)

TROUBLES_SHOWN, ROWS_SHOWN, PLANNED_SHOWN, AILING_SHOWN, WAITING_SHOWN = 20, 20, 5, 10, 10
_WORDS_SHOWN = 330
# A narrow terminal has room for the names of policies or for one figure more.
_REALISED_FROM = 100
_MONEY = 11  # as wide as "≤ $1,234.56"


def write_report_table(summary: Summary, out: TextIO) -> None:
    """Trouble, what was saved, what the next sweep would do, savers, policies, owners, what is announced, failed
    services.

    The same summary, the same text; nothing in it steers a terminal.
    """
    console = console_for(out)
    width = console.width
    snapshot = summary.snapshot
    print_lines(
        console,
        _header(summary),
        _troubles(summary, width),
        _saved(summary, width),
        _next_sweep(snapshot, width) if snapshot else iter(()),
        _savers(summary, width),
        _divided("By policy", summary.by_policy, snapshot.by_policy if snapshot else (), width, str),
        _divided("By owner", summary.by_owner, snapshot.by_owner if snapshot else (), width, owner_or_nobody),
        _in_grace(snapshot, width) if snapshot else iter(()),
        _ailing(snapshot, width) if snapshot else iter(()),
        _rest(snapshot, width) if snapshot else iter(()),
        _foot(summary, width),
    )


def _heading(text: str, style: str = "bold") -> Iterator[Text]:
    yield Text()
    yield Text(text, style=style)


def _header(summary: Summary) -> Iterator[Text]:
    yield Text(f"janitor report, {period_in_words(summary.period)}", style="dim")


def _troubles(summary: Summary, width: int) -> Iterator[Text]:
    if not summary.troubles:
        return
    yield from _heading("TROUBLE", "bold red")
    for trouble in summary.troubles[:TROUBLES_SHOWN]:
        what = f"{trouble.kind.value}: {trouble.about}: {trouble.what}"
        yield indented(shorten(safe_text(what), _WORDS_SHOWN), width, style="red")
        yield indented(shorten(safe_text(trouble.way_out), _WORDS_SHOWN), width, 4, style="bold")
    yield from _more(len(summary.troubles) - TROUBLES_SHOWN)


def _saved(summary: Summary, width: int) -> Iterator[Text]:
    yield from _heading("Saved")
    if not summary.in_all.deleted.count:
        yield Text(f"  {NOTHING_YET}")
        return
    yield from tabulated(*account_table(summary), width)


def _next_sweep(snapshot: Snapshot, width: int) -> Iterator[Text]:
    yield from _heading("Next sweep")
    yield indented(next_sweep(snapshot), width)
    for row in snapshot.largest[:PLANNED_SHOWN]:
        yield from _planned(row, width)
    yield from _more(snapshot.left.count - len(snapshot.largest[:PLANNED_SHOWN]))


def _planned(row: Planned, width: int) -> Iterator[Text]:
    yield _priced(show_estimate(row.estimate), called(row.kind, row.name), width)
    facts = (place_of(row.name), f"{row.policy}: {row.reason}", owned_by(row.owner), row.detail)
    yield _facts(facts, width)


def _savers(summary: Summary, width: int) -> Iterator[Text]:
    if not summary.savers:
        return
    yield from _heading("Largest savers")
    for saving in summary.savers:
        deletion = saving.deletion
        yield _priced(
            show_share(saving.usd_month, deletion.upper_bound), called(deletion.kind, deletion.name), width
        )
        facts = (
            place_of(deletion.name),
            f"{deletion.policy}: {deletion.reason}",
            owned_by(deletion.owner),
            f"deleted on {moment(deletion.deleted_at)}",
            fate(deletion, summary.period.until),
        )
        yield _facts(facts, width)


def _priced(dollars: str, name: str, width: int) -> Text:
    return Text(f"  {dollars:>{_MONEY}}  {fitted(safe_text(name), max(width - _MONEY - 4, 20))}")


def _facts(facts: Sequence[str], width: int) -> Text:
    text = "; ".join(fact for fact in facts if fact)
    return indented(shorten(safe_text(text), _WORDS_SHOWN), width, _MONEY + 4, style="dim")


def _divided(
    heading: str,
    accounts: Sequence[tuple[str, Account]],
    left: Sequence[tuple[str, Amount]],
    width: int,
    say: Callable[[str], str],
) -> Iterator[Text]:
    rows = divisions(accounts, left)
    if not rows:
        return
    yield from _heading(heading)
    lines = [
        ["", *TITLES],
        *([say(name), *cells(account, sums)] for name, account, sums in rows[:ROWS_SHOWN]),
    ]
    if width < _REALISED_FROM:
        lines = [line[:3] + line[4:] for line in lines]
    yield from tabulated(lines[0], lines[1:], width)
    yield from _more(len(rows) - ROWS_SHOWN)


def _in_grace(snapshot: Snapshot, width: int) -> Iterator[Text]:
    shown = snapshot.waiting[:WAITING_SHOWN]
    if not shown:
        return
    yield from _heading(grace_words.TITLE)
    for row in shown:
        yield Text(f"  {fitted(safe_text(grace_words.what(row)), width - 2)}")
        facts = "; ".join(fact for fact in grace_words.facts(row) if fact)
        yield indented(shorten(safe_text(facts), _WORDS_SHOWN), width, 4, style="dim")
    yield from _more(grace_words.beyond(snapshot, len(shown)))
    yield indented(grace_words.KEEP_ONE, width, style="dim")


def _ailing(snapshot: Snapshot, width: int) -> Iterator[Text]:
    rows = ailing(snapshot)
    if not rows:
        return
    yield from _heading("Failed services", "bold yellow")
    for row in rows[:AILING_SHOWN]:
        name = f"{called('run.service', row.name)}, {ails_for(row, snapshot.observed_at)}"
        yield Text(f"  {fitted(safe_text(name), width - 2)}", style="yellow")
        facts = (place_of(row.name), owned_by(row.owner), f"{show_estimate(row.estimate)} a month")
        yield indented("; ".join(fact for fact in facts if fact), width, 4, style="dim")
        yield indented(row.why or "Google does not say why", width, 4)
    yield from _more(len(rows) - AILING_SHOWN)


def _rest(snapshot: Snapshot, width: int) -> Iterator[Text]:
    lines = list(what_stays(snapshot))
    if lines:
        yield from _heading("What stays")
    for line in lines:
        yield indented(line, width)


def _more(count: int) -> Iterator[Text]:
    if count > 0:
        yield Text(f"  … and {count:,} more (--format json, or html)")


def _foot(summary: Summary, width: int) -> Iterator[Text]:
    yield Text()
    for line in summary.foot:
        yield indented(f"Note: {line}", width, left=0, style="dim")
