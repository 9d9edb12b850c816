"""The report as GitHub-flavoured Markdown. Whatever comes from outside stays text: no markup, no mention."""

import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from janitor.ledger.savings import Account
from janitor.model.amounts import Amount
from janitor.model.text import safe_text, shorten
from janitor.model.units import moment, show_estimate
from janitor.report import grace_words
from janitor.report.data.figures import NOTHING_YET, TITLES, account_table, cells, divisions
from janitor.report.data.snapshot import Planned, Snapshot
from janitor.report.data.summary import Summary
from janitor.report.words import (
    UNOWNED,
    ailing,
    ails_for,
    called,
    fate,
    next_sweep,
    period_in_words,
    place_of,
    show_share,
    what_stays,
)

TROUBLES_SHOWN, ROWS_SHOWN, PLANNED_SHOWN, AILING_SHOWN, WAITING_SHOWN = 50, 100, 10, 50, 50
_WORDS_SHOWN = 600
# A character of HTML's is written as its entity, a bar too, as it would end a cell; Markdown's own get a
# backslash. GitHub looks for mentions and numbers of issues in what it has rendered, where no escape is
# left: a word joiner, which is not seen, keeps them from being any.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_ESCAPES = str.maketrans(
    _ENTITIES
    | {character: f"\\{character}" for character in "\\`*_[]~$"}
    | {"@": "@\u2060", "#": "\\#\u2060"}
)
_BLOCK = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")
# What is made a link without any mark (GFM's autolinks).
_SCHEME, _WWW = re.compile(r":(?=/)"), re.compile(r"(?i)(www)(?=\.)")
_PLAIN = re.compile(r"[\w./:,%()+=@# -]+")


def write_report_markdown(summary: Summary, out: TextIO) -> None:
    """The same parts in the same order as the table's. The same summary, the same text."""
    for line in _lines(summary):
        out.write(f"{line}\n")


def words(text: str) -> str:
    """Text from outside as text within a line: nothing of it is markup, a link or a mention."""
    safe = shorten(safe_text(text).strip(), _WORDS_SHOWN).translate(_ESCAPES)
    safe = _WWW.sub(r"\1" + "\u2060", _SCHEME.sub(r"\:", safe))
    return _BLOCK.sub(_escaped_start, safe)


def name(text: str) -> str:
    """A name as code, in which nothing is markup; one that no resource has is escaped as text is."""
    safe = safe_text(text).strip()
    if not safe:
        return "–"
    return f"`{safe}`" if _PLAIN.fullmatch(safe) else words(safe)


def _escaped_start(match: re.Match[str]) -> str:
    """``-`` begins a list, and so does ``1.``, but not ``1\\.``."""
    start = match[1]
    return f"{start}\u2060" if start[0].isdigit() else f"\\{start}"


def _lines(summary: Summary) -> Iterator[str]:
    snapshot = summary.snapshot
    yield "# janitor report"
    yield from ("", words(period_in_words(summary.period)))
    yield from _troubles(summary)
    yield from _saved(summary)
    if snapshot:
        yield from _next_sweep(snapshot)
    yield from _savers(summary)
    yield from _divided("policy", summary.by_policy, snapshot.by_policy if snapshot else ())
    yield from _divided("owner", summary.by_owner, snapshot.by_owner if snapshot else ())
    if snapshot:
        yield from _in_grace(snapshot)
        yield from _ailing(snapshot)
        yield from _rest(snapshot)
    yield from ("", "---", "")
    yield from (f"- {words(line)}" for line in summary.foot)


def _heading(text: str) -> Iterator[str]:
    yield from ("", f"## {text}", "")


def _troubles(summary: Summary) -> Iterator[str]:
    if not summary.troubles:
        return
    yield from _heading("Trouble")
    for trouble in summary.troubles[:TROUBLES_SHOWN]:
        yield f"- **{trouble.kind.value}**: {words(trouble.about)}: {words(trouble.what)}"
        yield f"  - {words(trouble.way_out)}"
    yield from _more(len(summary.troubles) - TROUBLES_SHOWN)


def _saved(summary: Summary) -> Iterator[str]:
    yield from _heading("Saved")
    if not summary.in_all.deleted.count:
        yield NOTHING_YET
        return
    titles, rows = account_table(summary)
    yield from _table(titles, [[words(cell) for cell in row] for row in rows])


def _next_sweep(snapshot: Snapshot) -> Iterator[str]:
    yield from _heading("Next sweep")
    yield words(next_sweep(snapshot))
    shown = snapshot.largest[:PLANNED_SHOWN]
    if shown:
        yield ""
        yield from _table(
            ["would go", "where", "why", "owner", "$ a month"], [_planned(row) for row in shown]
        )
        yield from _more(snapshot.left.count - len(shown))


def _planned(row: Planned) -> list[str]:
    why = f"{name(row.policy)}: {words(row.reason)}" + (f", {words(row.detail)}" if row.detail else "")
    dollars = words(show_estimate(row.estimate))
    return [name(called(row.kind, row.name)), words(place_of(row.name)), why, _owner(row.owner), dollars]


def _savers(summary: Summary) -> Iterator[str]:
    if not summary.savers:
        return
    yield from _heading("Largest savers")
    rows = []
    for saving in summary.savers:
        gone = saving.deletion
        state = f"{moment(gone.deleted_at)}, {fate(gone, summary.period.until)}"
        why = f"{name(gone.policy)}: {words(gone.reason)}"
        dollars = words(show_share(saving.usd_month, gone.upper_bound))
        what = [name(called(gone.kind, gone.name)), words(place_of(gone.name))]
        rows.append([*what, why, _owner(gone.owner), words(state), dollars])
    yield from _table(["deleted", "where", "why", "owner", "when, and since", "$ a month"], rows)


def _divided(
    part: str, accounts: Sequence[tuple[str, Account]], left: Sequence[tuple[str, Amount]]
) -> Iterator[str]:
    rows = divisions(accounts, left)
    if not rows:
        return
    yield from _heading(f"By {part}")
    say = _owner if part == "owner" else name
    shown = [
        [say(key), *(words(cell) for cell in cells(account, sums))]
        for key, account, sums in rows[:ROWS_SHOWN]
    ]
    yield from _table([part, *TITLES], shown, texts=1)
    yield from _more(len(rows) - ROWS_SHOWN)


def _in_grace(snapshot: Snapshot) -> Iterator[str]:
    shown = snapshot.waiting[:WAITING_SHOWN]
    if not shown:
        return
    yield from _heading(grace_words.TITLE)
    rows = [
        [
            name(grace_words.what(row)),
            words(place_of(row.name)),
            words(grace_words.goes(row)),
            name(row.policy),
            _owner(row.owner),
        ]
        for row in shown
    ]
    yield from _table(["what", "where", "when", "policy", "owner"], rows)
    yield from _more(grace_words.beyond(snapshot, len(shown)))
    yield from ("", words(grace_words.KEEP_ONE))


def _ailing(snapshot: Snapshot) -> Iterator[str]:
    rows = ailing(snapshot)
    if not rows:
        return
    yield from _heading("Failed services")
    for row in rows[:AILING_SHOWN]:
        state = words(ails_for(row, snapshot.observed_at))
        dollars = words(show_estimate(row.estimate))
        where = words(place_of(row.name))
        yield f"- **{name(called('run.service', row.name))}**, {state}; {where}; {_owner(row.owner)}; {dollars} a month"
        yield f"  - {words(row.why) or 'Google does not say why'}"
    yield from _more(len(rows) - AILING_SHOWN)


def _rest(snapshot: Snapshot) -> Iterator[str]:
    lines = list(what_stays(snapshot))
    if lines:
        yield from _heading("What stays")
    for line in lines:
        yield f"- {words(line)}"


def _owner(owner: str) -> str:
    """Nobody is in italics: a label may well say the word."""
    return name(owner) if owner else f"*{UNOWNED}*"


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield from ("", f"… and {count:,} more")


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> Iterator[str]:
    """A GFM table; columns of figures, which are those whose title says dollars or a count, end at the right."""
    yield f"| {' | '.join(words(title) for title in titles)} |"
    yield f"|{'|'.join('---' if place < texts or not _is_figure(title) else '--:' for place, title in enumerate(titles))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _is_figure(title: str) -> bool:
    return title in TITLES or title.startswith(("since ", "in all"))
