"""Rows of the sweep's table: each policy's deletions in columns, and below them why they failed or cost nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from janitor.apply.outcomes import OutcomeKind
from janitor.model.amounts import Amount
from janitor.model.kinds import Kind
from janitor.model.text import safe_text
from janitor.model.units import show_size, show_usd
from janitor.plan.plan import Action
from janitor.report.data.failed_reads import DENIED, code_of, some_of
from janitor.report.data.names import called, place_in_words, short_name
from janitor.report.data.rows import DeletionRow, PolicyRows
from janitor.report.data.troubles import deleting_role
from janitor.report.reason_words import why_deleted, why_failed, why_together
from janitor.report.terminal.tables import STYLES, aligned, fitted, indented
from janitor.report.words import amount_per_month, error_in_short

_NOTES_SHOWN = 3
_OUTCOME = 14  # with the two blanks before it
_NAME_AT_LEAST, _WHY_AT_LEAST = 20, 14
_PART_AT_LEAST = 4
# What holds the actions of a row, in whose place it is named.
_HOLDERS = {Kind.IMAGE: Kind.PACKAGE, Kind.REVISION: Kind.SERVICE, Kind.EXECUTION: Kind.JOB}
_OUTCOMES = {OutcomeKind.ALREADY_GONE: "already gone", OutcomeKind.DRIFTED: "changed"}


def policy_lines(policies: Sequence[PolicyRows], width: int, applied: bool) -> Iterator[Text]:
    """A heading, the rows and the notes of each policy, in their order."""
    columns = _Columns.for_rows(policies, width, applied)
    for rows in policies:
        yield Text()
        yield Text(safe_text(_heading(rows, applied)), style="bold")
        yield columns.header()
        yield from _in_places(rows, columns)
        if rows.more:
            yield Text(f"  {_more(rows)}")
        yield from _failures(rows.shown, width)
        yield from _deletion_errors(rows.shown, width)
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


def _in_places(rows: PolicyRows, columns: "_Columns") -> Iterator[Text]:
    """The rows, of several places below the name of each."""
    by_place: dict[str, list[DeletionRow]] = {}
    for row in rows.shown:
        by_place.setdefault(row.place, []).append(row)
    for where, held in by_place.items():
        if len(rows.places) > 1:
            yield Text(safe_text(f"  in {place_in_words(where)}:"), style="dim")
        for row in held:
            yield from columns.lines(row)


def _more(rows: PolicyRows) -> str:
    beyond = rows.beyond
    unpriced = f" and {beyond.unpriced:,} unpriced" if beyond.unpriced else ""
    return f"… and {rows.more:,} more, {show_usd(beyond.usd_month)}{unpriced} (--all, or --format json)"


def _failures(rows: Iterable[DeletionRow], width: int) -> Iterator[Text]:
    """Why workloads failed: Google's reason and the sentence that says it, once for all that failed so."""
    causes = Counter(_short(why) for row in rows for why in _causes(row))
    for cause, count in causes.most_common():
        yield indented(f"{cause}{_of_these(count)}", width, 6)


def _causes(row: DeletionRow) -> Iterator[str]:
    return (why for action in row.actions if (why := why_failed(action)))


def _short(error: str) -> str:
    return ": ".join(filter(None, error_in_short(error))).rstrip(".")


def _deletion_errors(rows: Iterable[DeletionRow], width: int) -> Iterator[Text]:
    """Why resources were not deleted, once for all that failed so, with the role where one is missing."""
    alike: dict[tuple[OutcomeKind, Kind, str], list[Action]] = {}
    for row in rows:
        if row.outcome.error:
            alike.setdefault((row.outcome.kind, row.first.kind, row.outcome.error), []).extend(row.actions)
    for (outcome, kind, error), actions in alike.items():
        text = f"{outcome.value}: {_short(error)}{_of_these(len(actions))}"
        if code_of(error) in DENIED:
            projects = some_of(action.name.split("/")[1] for action in actions)
            text += f". Grant {deleting_role(kind)} on {projects} to janitor's service account"
        yield indented(text, width, 6, STYLES[outcome])


def _of_these(count: int) -> str:
    return f" ({count:,} of these)" if count > 1 else ""


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
        name = max([len("resource"), *(cell_len(safe_text(row_name(row))) for row in rows)])
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


def row_name(row: DeletionRow) -> str:
    """What a row is about; `janitor explain` and `janitor keep` accept it."""
    if len(row.actions) == 1:
        return short_name(row.first)
    return called(_HOLDERS[row.first.kind], row.name)


def fitted_name(row: DeletionRow, width: int) -> str:
    """`row_name`, safe to show, in at most `width` columns.

    Of what lies in a repository the repository is cut first, then the package, then its version; of a
    revision its service.
    """
    name = safe_text(row_name(row))
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
