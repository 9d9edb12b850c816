"""Rows of the sweep's table: each policy's deletions in columns, and below them why they failed or cost nothing."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from janitor.apply.outcomes import OutcomeKind
from janitor.kinds.table import KINDS
from janitor.model.amounts import Amount
from janitor.model.text import safe_text
from janitor.model.units import show_size, show_usd
from janitor.plan.plan import Action
from janitor.report.data.names import called, place_in_words, short_name
from janitor.report.data.rows import DeletionRow, PolicyRows, holder_of
from janitor.report.reason_words import why_deleted, why_together
from janitor.report.terminal.sweep_causes import Cause, own_causes, shared_causes, told_once
from janitor.report.terminal.tables import STYLES, aligned, fitted, indented
from janitor.report.words import amount_per_month

_NOTES_SHOWN = 3
_OUTCOME = 14  # with the two blanks before it
_NAME_AT_LEAST, _WHY_AT_LEAST = 20, 14
_PART_AT_LEAST = 4
# What a row of several resources has room for, where the width does; a name takes three columns with the comma.
_NAMES_WANTED, _NAME_WITH_COMMA = 3, 3
_OUTCOMES = {OutcomeKind.ALREADY_GONE: "already gone", OutcomeKind.DRIFTED: "changed"}


def policy_lines(policies: Sequence[PolicyRows], width: int, applied: bool) -> Iterator[Text]:
    """A heading, the rows and the notes of each policy, in their order."""
    columns = _Columns.for_rows(policies, width, applied)
    for rows in policies:
        yield Text()
        yield Text(safe_text(_heading(rows, applied)), style="bold")
        yield columns.header()
        shared = shared_causes(rows.shown)
        yield from _in_places(rows, columns, shared)
        if rows.more:
            yield Text(f"  {_more(rows)}")
        yield from told_once(rows.shown, shared, width)
        for note in rows.notes[:_NOTES_SHOWN]:
            yield indented(note, width, style="dim")
        if len(rows.notes) > _NOTES_SHOWN:
            yield Text(f"  … {len(rows.notes) - _NOTES_SHOWN:,} more such reasons", style="dim")


def _heading(rows: PolicyRows, applied: bool) -> str:
    """The place is here where there is one, so that names have the room."""
    done = f"{rows.counted.count:,} of {rows.actions:,} deleted"
    count = done if applied else f"{rows.actions:,} to delete"
    where = f" in {place_in_words(next(iter(rows.places)))}" if len(rows.places) == 1 else ""
    parts = [rows.policy, f"{count}{where}"]
    if rows.counted.size_bytes:
        parts.append(show_size(rows.counted.size_bytes))
    if rows.counted.count:
        parts.append(amount_per_month(rows.counted))
    return " · ".join(parts)


def _in_places(rows: PolicyRows, columns: "_Columns", shared: Set[Cause]) -> Iterator[Text]:
    """The rows, each with the causes that it alone has; of several places below the name of each."""
    by_place: dict[str, list[DeletionRow]] = {}
    for row in rows.shown:
        by_place.setdefault(row.place, []).append(row)
    for where, held in by_place.items():
        if len(rows.places) > 1:
            yield Text(safe_text(f"  in {place_in_words(where)}:"), style="dim")
        for row in held:
            yield from columns.lines(row)
            yield from own_causes(row, shared, columns.width)


def _more(rows: PolicyRows) -> str:
    beyond = rows.beyond
    unpriced = f" and {beyond.unpriced:,} unpriced" if beyond.unpriced else ""
    return f"… and {rows.more:,} more, {show_usd(beyond.usd_month)}{unpriced} (--all, or --format json)"


@dataclass(frozen=True, slots=True)
class _Columns:
    """The widths of one table, the same for all of its policies."""

    name: int
    why: int
    width: int
    applied: bool
    size: int
    usd: int

    @classmethod
    def for_rows(cls, policies: Sequence[PolicyRows], width: int, applied: bool) -> "_Columns":
        """As wide as what is shown; where that is too much, the name has the room."""
        rows = [row for each in policies for row in each.shown]
        size = 2 + max([len("size"), *(len(_size(row)) for row in rows)])
        size = size if any(row.amount.size_bytes for row in rows) else 0
        usd = 2 + max([len("$/month"), *(len(_money(row.amount)) for row in rows)])
        left = width - 4 - size - usd - (_OUTCOME if applied else 0)
        name = max(
            [len("resource"), *(cell_len(safe_text(_some_of(row_names(row), _NAMES_WANTED))) for row in rows)]
        )
        why = max([len("reason"), *(cell_len(", ".join(_why(row))) for row in rows)])
        if name + why > left:
            reserved = min(why, max(_WHY_AT_LEAST, left * 2 // 5))
            name = max(_NAME_AT_LEAST, min(name, left - reserved))
            room = max(_WHY_AT_LEAST, left - name)
            why = max([len("reason"), *(cell_len(_fitting(_why(row), room)[0]) for row in rows)])
        return cls(name, why, width, applied, size, usd)

    def header(self) -> Text:
        """The line above the first row."""
        return Text(self._joined("resource", "reason", "size", "$/month", "outcome"), style="dim")

    def lines(self, row: DeletionRow) -> Iterator[Text]:
        """One line of columns; below it the reasons that did not fit."""
        on_row, below = _fitting(_why(row), self.why)
        line = Text(self._joined(fitted_name(row, self.name), on_row, _size(row), _money(row.amount)))
        if self.applied:
            kind = row.outcome.kind
            line.append(f"  {_OUTCOMES.get(kind, kind.value)}", STYLES[kind])
        yield line
        if below:
            yield indented(below, self.width, 6)

    def _joined(self, name: str, why: str, size: str, usd: str, outcome: str = "") -> str:
        """Padded by what a terminal shows, for wide characters take two columns."""
        line = f"  {aligned(name, self.name)}  {aligned(why, self.why)}"
        line += (f"{size:>{self.size}}" if self.size else "") + f"{usd:>{self.usd}}"
        return f"{line}  {outcome}" if self.applied and outcome else line


def _size(row: DeletionRow) -> str:
    return show_size(row.amount.size_bytes) if row.amount.size_bytes else "–"


def _money(amount: Amount) -> str:
    return "unpriced" if amount.has_no_price else show_usd(amount.usd_month, amount.upper_bound)


def _why(row: DeletionRow) -> list[str]:
    words = why_deleted(row.first) if len(row.actions) == 1 else why_together(row.actions)
    return [safe_text(each) for each in words]


def _fitting(parts: Sequence[str], width: int) -> tuple[str, str]:
    """What fits into the column of reasons, and the rest."""
    fits = 0
    while fits < len(parts) and cell_len(", ".join(parts[: fits + 1])) <= width:
        fits += 1
    return ", ".join(parts[:fits]), ", ".join(parts[fits:])


def row_names(row: DeletionRow) -> list[str]:
    """What a row is about; `janitor explain` and `janitor keep` accept each."""
    return [short_name(part[0]) if len(part) == 1 else _holder(part[0]) for part in row.parts]


def _holder(action: Action) -> str:
    """What holds the actions of a part, in whose place it is named."""
    return called(KINDS[action.kind].parent or action.kind, holder_of(action.name))


def _some_of(names: Sequence[str], count: int) -> str:
    """``web, api and 4 more``: the first `count` names."""
    return ", ".join(names[:count]) + _and_more(len(names) - count)


def _and_more(number: int) -> str:
    return f" and {number:,} more" if number > 0 else ""


def fitted_name(row: DeletionRow, width: int) -> str:
    """The names of a row, safe to show, in at most `width` columns: as many as fit, and at least one."""
    names = [safe_text(name) for name in row_names(row)]
    for count in range(min(len(names), width // _NAME_WITH_COMMA + 1), 0, -1):
        if cell_len(text := _some_of(names, count)) <= width:
            return text
    more = _and_more(len(names) - 1)
    return _fitted_one(names[0], max(width - len(more), _PART_AT_LEAST)) + more


def _fitted_one(name: str, width: int) -> str:
    """Of what lies in a repository the repository is cut first, then the package, then its version; of a
    revision its service."""
    first, slash, rest = name.partition("/")
    if cell_len(name) <= width or not slash:
        return fitted(name, width)
    room = width - cell_len(f"/{rest}")
    if room >= _PART_AT_LEAST:
        return f"{fitted(first, room)}/{rest}"
    return f"…/{_fitted_rest(rest, width - 2)}"


def _fitted_rest(name: str, width: int) -> str:
    """A package with its tag and version, the package cut first."""
    if cell_len(name) <= width:
        return name
    place = max(name.find("@", 1), 0) or len(name)
    tag = name.find(":")
    place = min(place, tag) if tag > 0 else place
    package, version = name[:place], name[place:]
    room = width - cell_len(version)
    if version and room >= _PART_AT_LEAST:
        return f"{fitted(package, room)}{version}"
    if not version:
        return fitted(name, width)
    digest = len(version) - version.rfind("@")
    return f"{fitted(package, _PART_AT_LEAST)}{fitted(version, width - _PART_AT_LEAST, digest)}"
