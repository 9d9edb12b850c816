"""The sweep's report at a terminal: a result becomes text on a console. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.cells import cell_len
from rich.text import Text

from janitor.model.kinds import Kind
from janitor.model.text import many, safe_text, shorten
from janitor.model.units import moment, rfc3339, show_estimate, show_size, show_usd
from janitor.plan.plan import Action, Kept
from janitor.policy.deciding.gaps import blocks_in_words, is_unseen_gap
from janitor.policy.deciding.grace import Waiting
from janitor.report.data.names import called, contained, how_many, named, place, short_name
from janitor.report.data.notices import clock_line
from janitor.report.data.result import SweepResult, Totals, clock_refuses, is_announced
from janitor.report.data.rows import PolicyRows, Row, rows_by_policy
from janitor.report.data.totals import was_applied
from janitor.report.terminal.tables import (
    STYLES,
    aligned,
    console_for,
    fitted,
    indented,
    listed,
    print_lines,
    tabulated,
)
from janitor.report.words import a_month, owner_or_nobody

SHOWN = 20
ROWS_SHOWN = 50
_NOTES_SHOWN = 3
_NAMES_SHOWN = 50
_SIZE, _USD, _OUTCOME = 10, 11, 14  # each with the two blanks before it
_SIZES_FROM = 100
_NAME_AT_LEAST, _WHY_AT_LEAST, _PLACE_AT_LEAST = 20, 14, 15
_NAME_FAVOURED, _WHY_FAVOURED, _PLACE_AT_MOST = 32, 56, 40
_DETAIL_SHOWN = 330
_TAG_AT_LEAST = 3
HOW_TO_KEEP = "To keep one: janitor keep NAME, for good, or janitor keep NAME --for 30d"
_TITLES = ("kept for now", "where", "goes", "policy", "owner")


def grace_lines(result: SweepResult, show_all: bool, width: int) -> Iterator[Text]:
    """The soonest first, each with its date; nothing where nothing is in grace."""
    if not result.waiting:
        return
    shown = result.waiting if show_all else result.waiting[:SHOWN]
    yield Text()
    yield Text("In grace", style="bold")
    rows = [
        (
            named(each.kind, each.name),
            place(each.name, with_project=True),
            _goes(each, result.mode),
            each.policy,
            owner_or_nobody(each.owner),
        )
        for each in shown
    ]
    yield from tabulated(_TITLES, rows, width, texts=len(_TITLES))
    if len(shown) < len(result.waiting):
        yield Text(f"  … and {len(result.waiting) - len(shown):,} more (--all, or --format json)")
    yield indented(HOW_TO_KEEP, width, style="dim")


def _goes(each: Waiting, mode: str) -> str:
    """What is not announced yet has no date."""
    if not is_announced(each, mode):
        return "once an apply has announced it"
    return f"on {moment(each.due_at)} or later"


@dataclass(frozen=True, slots=True)
class View:
    """How much to show. `next_commands` are what to type, in turn, to delete what a dry run shows."""

    show_all: bool = False
    next_commands: tuple[str, ...] = ("janitor sweep --apply",)


def write_table(result: SweepResult, totals: Totals, out: TextIO, view: View) -> None:
    """A wrong clock, that no workload was found, gaps, refusals, what goes by policy, what is kept, what is in grace, totals, notices, the next command.

    Only the first line and the dates of grace hold a time of day: an unchanged world shows the same table
    tomorrow.
    """
    console = console_for(out)
    print_lines(
        console,
        _clock(result),
        _unseen(result, console.width),
        _header(result),
        _gaps(result, console.width),
        _refusals(result, console.width),
        _policies(result, view, console.width),
        _kept(result.plan.kept, view, console.width),
        grace_lines(result, view.show_all, console.width),
        _totals(result, totals),
        _notices(result, console.width),
        _next(result, totals, view),
    )


def _line(text: str, style: str = "") -> Text:
    return Text(safe_text(text), style=style)


def _clock(result: SweepResult) -> Iterator[Text]:
    if line := clock_line(result):
        yield _line(line, "bold red")


def _unseen(result: SweepResult, width: int) -> Iterator[Text]:
    for gap in filter(is_unseen_gap, result.plan.gaps):
        yield _line("NO WORKLOADS FOUND", "bold red")
        yield indented(gap.cause, width, style="red")


def _header(result: SweepResult) -> Iterator[Text]:
    what = "apply" if result.mode == "apply" else "dry run, nothing is deleted"
    at = rfc3339(result.plan.observed_at.replace(microsecond=0))
    yield _line(f"janitor sweep ({what}), observed at {at}", "dim")


def _gaps(result: SweepResult, width: int) -> Iterator[Text]:
    gaps = [gap for gap in result.plan.gaps if not is_unseen_gap(gap)]
    if not gaps:
        return
    yield Text()
    yield _line(f"NOT EVERYTHING COULD BE READ: {many(len(gaps), 'gap')}. What needs it is kept.", "bold red")
    for gap in gaps:
        where = gap.project if gap.location == "-" else f"{gap.location} {gap.project}"
        inside = f" {gap.repository}" if gap.repository else ""
        yield indented(f"{gap.kind.value} in {where}{inside}: {gap.cause}", width, style="red")
    yield indented(f"kept because of this: {blocks_in_words(gaps)}", width, style="red")


def _refusals(result: SweepResult, width: int) -> Iterator[Text]:
    if not result.refusals:
        return
    so = "Nothing was deleted" if result.mode == "apply" else "An apply would delete nothing"
    yield Text()
    yield _line(f"REFUSED: the plan exceeds its limits. {so}.", "bold red")
    for refusal in result.refusals:
        yield indented(f"{refusal.limit}: {refusal.message}", width, style="red")


def _policies(result: SweepResult, view: View, width: int) -> Iterator[Text]:
    applied = was_applied(result)
    policies = rows_by_policy(result, None if view.show_all else ROWS_SHOWN)
    places = {place(action.name, with_project=True) for action in result.plan.actions}
    columns = Columns.for_rows(policies, width, applied, places)
    for rows in policies:
        yield Text()
        yield _line(_heading(rows, applied, _one_place(places)), "bold")
        yield columns.header()
        for row in rows.shown:
            yield from columns.lines(row)
        if rows.more:
            yield _line(f"  {_more(rows)}")
        for note in rows.notes[:_NOTES_SHOWN]:
            yield indented(note, width, style="dim")
        if len(rows.notes) > _NOTES_SHOWN:
            yield _line(f"  … {len(rows.notes) - _NOTES_SHOWN:,} more such reasons", "dim")


def _one_place(places: set[str]) -> str:
    """What all of them share: ``p, us-central1``, ``p`` alone, or nothing."""
    pairs = [where.partition(" ") for where in places]
    projects, locations = {project for _, _, project in pairs}, {location for location, _, _ in pairs}
    if len(projects) != 1:
        return ""
    return ", ".join([*projects, *(locations if len(locations) == 1 else ())])


def _heading(rows: PolicyRows, applied: bool, where: str) -> str:
    count = (
        f"{rows.counted.count:,} of {rows.actions:,} deleted" if applied else f"{rows.actions:,} to delete"
    )
    parts = [rows.policy, f"{count} in {where}" if where else count]
    if rows.counted.size_bytes:
        parts.append(show_size(rows.counted.size_bytes))
    if rows.counted.count:
        parts.append(a_month(rows.counted))
    return " · ".join(parts)


def _more(rows: PolicyRows) -> str:
    beyond = rows.beyond
    unpriced = f" and {beyond.unpriced:,} unpriced" if beyond.unpriced else ""
    return f"… and {rows.more:,} more, {show_usd(beyond.usd_month)}{unpriced} (--all, or --format json)"


def _kept(kept: tuple[Kept, ...], view: View, width: int) -> Iterator[Text]:
    if not kept:
        return
    yield Text()
    yield _line("Kept", "bold")
    for kind in dict.fromkeys(row.kind for row in kept):
        rows = sorted((r for r in kept if r.kind is kind), key=lambda r: (-r.count, r.reason.value))
        count = sum(row.count for row in rows)
        reasons = [f"{row.count:,} {row.reason.value}" for row in rows]
        yield listed(f"{how_many(kind, count)}:", reasons, width)
        for row in rows:
            yield from _kept_names(row, view)


def _kept_names(row: Kept, view: View) -> Iterator[Text]:
    shown = row.names if view.show_all else row.names[:_NAMES_SHOWN]
    for name in shown:
        where = place(name, with_project=True)
        yield _line(f"    {row.reason.value}: {called(row.kind, name)}  {where}")
    if len(shown) < len(row.names):
        more = len(row.names) - len(shown)
        yield _line(f"    … and {more:,} more {row.reason.value} (--all, or --format json)")


def _totals(result: SweepResult, totals: Totals) -> Iterator[Text]:
    yield Text()
    if not result.plan.actions:
        yield _line("Nothing to delete.", "bold")
        return
    applied = was_applied(result)
    saves = totals.saves
    verb = f"Deleted {saves.count:,} of {totals.planned:,}" if applied else f"Would delete {saves.count:,}"
    size = f", {show_size(saves.size_bytes)}" if saves.size_bytes else ""
    money = f", {'saves' if applied else 'and save'} {a_month(saves)}" if saves.count else ""
    yield _line(f"{verb}{size}{money}.", "bold")
    others = {
        "already gone": totals.already_gone,
        "drifted": totals.drifted,
        "skipped": totals.skipped,
        "failed": totals.failed,
    }
    if any(others.values()):
        yield _line("Also " + ", ".join(f"{n:,} {word}" for word, n in others.items() if n) + ".")
    if result.error:
        undone = "before its end" if result.interrupted else "at its end"
        yield _line(
            f"Stopped {undone}: {result.error} The next sweep settles what was left open.", "bold red"
        )
    elif result.interrupted:
        yield _line("Interrupted: what was left undone is left to the next sweep.", "bold yellow")


def _notices(result: SweepResult, width: int) -> Iterator[Text]:
    if result.notices:
        yield Text()
    for notice in result.notices:
        yield indented(f"Note: {notice}", width, left=0, style="dim")


def _next(result: SweepResult, totals: Totals, view: View) -> Iterator[Text]:
    if not result.plan.actions or clock_refuses(result):
        return
    if result.refusals:
        yield Text()
        yield _line("To go ahead: add the flags above, or narrow it with --policy NAME.", "bold")
        return
    if not was_applied(result):
        advice = "To delete these"
    elif totals.drifted or totals.skipped or totals.failed or result.interrupted:
        advice = "To try the rest again"
    else:
        return
    yield Text()
    yield from _commands(advice, view.next_commands)


def _commands(advice: str, commands: tuple[str, ...]) -> Iterator[Text]:
    """One command on the line of the advice, several below it, each as it is typed."""
    if len(commands) == 1:
        yield _line(f"{advice}: {commands[0]}", "bold")
        return
    yield _line(f"{advice}:", "bold")
    for command in commands:
        yield _line(f"  {command}", "bold")


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of one report, the same for all of its policies; 0 is a column that is left out.

    `place` is left out where everything lies in one, which the headings say then, and the sizes
    where the terminal is narrow.
    """

    name: int
    place: int
    why: int
    width: int
    applied: bool
    with_project: bool
    with_size: bool

    @classmethod
    def for_rows(cls, policies: list[PolicyRows], width: int, applied: bool, places: set[str]) -> "Columns":
        """As wide as what is shown asks for; where that is too much, name and reason share.

        `places` are those of every action, as `place` names them with their projects.
        """
        actions = [action for rows in policies for action, _ in rows.shown]
        with_project = len({where.partition(" ")[2] for where in places}) > 1
        with_size = width >= _SIZES_FROM
        left = width - 2 - 2 - _USD - (_SIZE if with_size else 0) - (_OUTCOME if applied else 0)
        where = 0
        if len(places) > 1:
            widest = _widest([place(a.name, with_project) for a in actions])
            where = min(widest, max(_PLACE_AT_LEAST, min(_PLACE_AT_MOST, left // 4)))
            left -= where + 2
        name = max(len("what goes"), _widest([short_name(a) for a in actions]))
        why = min(max((_asked(a) for a in actions), default=0), _WHY_FAVOURED)
        if name + why > left:
            name = max(_NAME_AT_LEAST, min(name, max(left - why, min(_NAME_FAVOURED, left - _WHY_AT_LEAST))))
            why = max(_WHY_AT_LEAST, left - name)
        return cls(name, where, why, width, applied, with_project, with_size)

    def header(self) -> Text:
        """The line above the first row."""
        return Text(self._joined("what goes", "where", "why", "size", "$ a month", "outcome"), style="dim")

    def lines(self, row: Row) -> Iterator[Text]:
        """One line of columns; below it what did not fit: what goes along, Google's words, the error."""
        action, outcome = row
        why, below = _shared(action, self.why)
        line = Text(
            self._joined(
                fitted_name(action, self.name),
                fitted(safe_text(place(action.name, self.with_project)), self.place),
                why,
                show_size(action.size_bytes) if action.size_bytes else "–",
                show_estimate(action.estimate),
            )
        )
        if self.applied:
            line.append(f"  {outcome.kind.value}", STYLES[outcome.kind])
        yield line
        for text in below:
            yield indented(shorten(text, _DETAIL_SHOWN), self.width, 6)
        if outcome.error:
            error = shorten(safe_text(outcome.error), _DETAIL_SHOWN)
            yield indented(error, self.width, 6, STYLES[outcome.kind])

    def _joined(self, name: str, where: str, why: str, size: str, usd: str, outcome: str = "") -> str:
        """Padded by what a terminal shows, for wide characters take two columns."""
        cells = [aligned(name, self.name), aligned(where, self.place), aligned(why, self.why)]
        if not self.place:
            del cells[1]
        line = f"  {'  '.join(cells)}" + (f"{size:>{_SIZE}}" if self.with_size else "") + f"{usd:>{_USD}}"
        return f"{line}  {outcome}" if self.applied and outcome else line


def _reason(action: Action) -> tuple[str, list[str]]:
    """``unused: 26h old`` and what else there is to say, the shortest to the point first."""
    clause, _, rest = safe_text(action.detail).partition("; ")
    reason = action.reason.value
    # "retired 25d ago" says its reason itself.
    parts = (clause,) if clause.startswith(f"{reason} ") else (reason, clause)
    why = ": ".join(part for part in parts if part)
    return why, [text for text in (contained(action.contains), rest) if text]


def _shared(action: Action, width: int) -> tuple[str, list[str]]:
    """What stands in the column of reasons, and what stands below for want of room."""
    why, more = _reason(action)
    if cell_len(why) > width:
        along = contained(action.contains)
        return action.reason.value, [*([along] if along else []), safe_text(action.detail)]
    while more and cell_len(f"{why}, {more[0]}") <= width:
        why = f"{why}, {more.pop(0)}"
    return why, more


def _asked(action: Action) -> int:
    """The columns in which as much of the reason fits as ever may stand on one line."""
    return cell_len(_shared(action, _WHY_FAVOURED)[0])


def _widest(texts: Sequence[str]) -> int:
    return max((cell_len(safe_text(text)) for text in texts), default=0)


def fitted_name(action: Action, width: int) -> str:
    """`short_name`, safe to show, in at most `width` columns.

    Of an image the tag is cut first: its package and its digest say which it is.
    """
    name = safe_text(short_name(action))
    if cell_len(name) <= width or action.kind is not Kind.IMAGE:
        return fitted(name, width)
    path, _, digest = name.rpartition("@")
    package, colon, tag = path.partition(":")
    room = width - cell_len(f"{package}:@{digest}")
    if colon and room >= _TAG_AT_LEAST:
        return f"{package}:{fitted(tag, room)}@{digest}"
    return fitted(f"{package}@{digest}", width, len(digest) + 1)
