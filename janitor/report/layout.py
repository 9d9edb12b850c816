"""How rows become lines: columns as wide as their content asks, long reasons on lines below."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from rich.text import Text

from janitor.apply.outcomes import OutcomeKind
from janitor.model.duration import show_size
from janitor.report.rows import PolicyRows, Row, contained, place, short_name
from janitor.report.text import safe_text, shorten, show_estimate

_STYLES = {
    OutcomeKind.PLANNED: "",
    OutcomeKind.DELETED: "green",
    OutcomeKind.ALREADY_GONE: "green",
    OutcomeKind.DRIFTED: "yellow",
    OutcomeKind.SKIPPED: "yellow",
    OutcomeKind.FAILED: "bold red",
}
_SIZE, _USD, _OUTCOME = 8, 9, 12
_NAME_AT_MOST, _PLACE_AT_MOST, _WHY_AT_LEAST = 44, 40, 20
_DETAIL_SHOWN = 330


def indented(text: str, width: int, left: int = 2, style: str = "") -> Text:
    """Text from outside, made safe, wrapped at words and set in by `left`; a word is never cut."""
    lines = wrap(safe_text(text), max(width - left, 20), break_long_words=False, break_on_hyphens=False)
    return Text("\n".join(" " * left + line for line in lines), style=style)


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of one report, the same for all of its policies."""

    name: int
    place: int
    why: int
    width: int
    applied: bool
    with_project: bool

    @classmethod
    def for_rows(cls, policies: list[PolicyRows], width: int, applied: bool, with_project: bool) -> "Columns":
        """As wide as the longest name and place, within bounds; the reason gets what is left."""
        actions = [action for rows in policies for action, _ in rows.shown]
        name = max((cell_len(short_name(action)) for action in actions), default=0)
        where = max((cell_len(place(action.name, with_project)) for action in actions), default=0)
        name, where = max(9, min(name, _NAME_AT_MOST)), max(5, min(where, _PLACE_AT_MOST))
        fixed = 2 + 2 + 2 + 2 + _SIZE + 2 + _USD + (2 + _OUTCOME if applied else 0)
        why = max(_WHY_AT_LEAST, width - fixed - name - where)
        return cls(name, where, why, width, applied, with_project)

    def header(self) -> Text:
        """The line above the first row."""
        return Text(self._joined("what goes", "where", "why", "size", "$ a month", "outcome"), style="dim")

    def lines(self, row: Row) -> Iterator[Text]:
        """One line of columns; below it what did not fit: what goes along, Google's words, the error."""
        action, outcome = row
        clause, _, rest = action.detail.partition("; ")
        why = f"{action.reason.value}: {clause}" if clause else action.reason.value
        if cell_len(safe_text(why)) > self.why:
            why, rest = action.reason.value, action.detail
        line = Text(
            self._joined(
                safe_text(short_name(action)),
                safe_text(place(action.name, self.with_project)),
                safe_text(why),
                show_size(action.size_bytes) if action.size_bytes else "–",
                show_estimate(action.estimate),
            )
        )
        if self.applied:
            line.append(f"  {outcome.kind.value}", _STYLES[outcome.kind])
        yield line
        for below, style in (
            (contained(action.contains), ""),
            (rest, ""),
            (outcome.error, _STYLES[outcome.kind]),
        ):
            if below:
                shown = shorten(safe_text(below), _DETAIL_SHOWN)
                yield indented(shown, self.width, 6, style)

    def _joined(self, name: str, where: str, why: str, size: str, usd: str, outcome: str = "") -> str:
        """Padded by what a terminal shows, for wide characters take two columns."""
        left = (_padded(name, self.name), _padded(where, self.place), _padded(why, self.why))
        line = f"  {'  '.join(left)}  {size:>{_SIZE}}  {usd:>{_USD}}"
        return f"{line}  {outcome}" if self.applied and outcome else line


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
