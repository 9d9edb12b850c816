"""Tables for a terminal of any width: columns, lines below, and a console that interprets nothing."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from janitor.apply.outcomes import OutcomeKind
from janitor.model.kinds import Kind
from janitor.model.text import safe_text, shorten
from janitor.model.units import show_estimate, show_size
from janitor.plan.plan import Action
from janitor.report.data.rows import PolicyRows, Row, contained, place, short_name

_BETWEEN, _FIRST_AT_LEAST = 2, 12
_TAG_AT_LEAST = 3


def fitted(text: str, width: int, keep_end: int | None = None) -> str:
    """At most `width` columns of a terminal, cut in the middle with ``…``.

    The last `keep_end` characters stay where they can (None: a half), for names differ at their end.
    """
    if cell_len(text) <= width:
        return text
    room = max(width - 1, 0)
    end = min(room // 2 if keep_end is None else keep_end, room)
    tail = text[len(text) - end :]
    while cell_len(tail) > room:
        tail = tail[1:]
    # A wide character that does not fit by half becomes a blank, which would look like a part of the name.
    return f"{set_cell_size(text, room - cell_len(tail)).rstrip()}…{tail}"


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


def tabulated(
    titles: Sequence[str], rows: Sequence[Sequence[str]], width: int, left: int = 2, texts: int = 1
) -> Iterator[Text]:
    """A dim line of titles, then the rows, set in by `left`.

    The first `texts` columns are texts, which begin at the left; numbers end at the right. What comes
    from outside is made safe, and the first column is cut in its middle where the width does not do.
    """
    safe = [[safe_text(cell) for cell in row] for row in (titles, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*safe, strict=True)]
    beside = left + sum(widths[1:]) + _BETWEEN * (len(widths) - 1)
    widths[0] = min(widths[0], max(width - beside, _FIRST_AT_LEAST))
    for number, row in enumerate(safe):
        cells = [fitted(row[0], widths[0]), *row[1:]]
        padded = [
            _aligned(cell, room, place < texts)
            for place, (cell, room) in enumerate(zip(cells, widths, strict=True))
        ]
        line = " " * left + (" " * _BETWEEN).join(padded)
        yield Text(line.rstrip(), style="" if number else "dim")


def _aligned(cell: str, width: int, is_text: bool) -> str:
    """Padded by what a terminal shows, for wide characters take two columns."""
    blanks = " " * (width - cell_len(cell))
    return cell + blanks if is_text else blanks + cell


STYLES = {
    OutcomeKind.PLANNED: "",
    OutcomeKind.DELETED: "green",
    OutcomeKind.ALREADY_GONE: "green",
    OutcomeKind.DRIFTED: "yellow",
    OutcomeKind.SKIPPED: "yellow",
    OutcomeKind.FAILED: "bold red",
}
_SIZE, _USD, _OUTCOME = 10, 11, 14  # each with the two blanks before it
_SIZES_FROM = 100
_NAME_AT_LEAST, _WHY_AT_LEAST, _PLACE_AT_LEAST = 20, 14, 15
_NAME_FAVOURED, _WHY_FAVOURED, _PLACE_AT_MOST = 32, 56, 40
_DETAIL_SHOWN = 330


def indented(text: str, width: int, left: int = 2, style: str = "") -> Text:
    """Text from outside, made safe, wrapped at words and set in by `left`; a word is never cut."""
    lines = _wrapped(safe_text(text), max(width - left, 20))
    return Text("\n".join(" " * left + line for line in lines), style=style)


def listed(head: str, items: Sequence[str], width: int, left: int = 2) -> Text:
    """``head a, b, c``, safe text, broken between items only; what follows the first line is set in further."""
    lines = [" " * left + head]
    for item in [*(f"{item}," for item in items[:-1]), *items[-1:]]:
        if cell_len(f"{lines[-1]} {item}") > width:
            lines.append(" " * (left + 1))
        lines[-1] += f" {item}"
    return Text("\n".join(lines))


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
        cells = [_padded(name, self.name), _padded(where, self.place), _padded(why, self.why)]
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


def _wrapped(text: str, width: int) -> list[str]:
    """Broken between words, by what a terminal shows: `textwrap` counts a wide character as one column."""
    lines: list[str] = []
    room = 0
    for word in text.split():
        taken = cell_len(word)
        if lines and taken < room:
            lines[-1] += f" {word}"
            room -= taken + 1
        else:
            lines.append(word)
            room = width - taken
    return lines


def _widest(texts: Sequence[str]) -> int:
    return max((cell_len(safe_text(text)) for text in texts), default=0)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


PIPE_WIDTH = 120


class PlainText(io.TextIOWrapper):
    """A file that others read: without colours, whatever FORCE_COLOR and its like say."""


class _PipeConsole(Console):
    """Rich ends the process with 1 where a reader goes away; here that is the caller's to judge."""

    def on_broken_pipe(self) -> None:
        """Called while the BrokenPipeError is handled: raise it again."""
        raise


def console_for(out: TextIO) -> Console:
    """A console that interprets nothing in the text; 120 wide where nobody sees its width."""
    width = None if out.isatty() else PIPE_WIDTH
    terminal = False if isinstance(out, PlainText) else None
    return _PipeConsole(
        file=out, width=width, force_terminal=terminal, markup=False, highlight=False, emoji=False
    )


def print_lines(console: Console, *parts: Iterable[Text]) -> None:
    """Each part's lines as they are laid out: a second wrap would break what is to be copied."""
    for part in parts:
        for line in part:
            console.print(line, soft_wrap=True)
