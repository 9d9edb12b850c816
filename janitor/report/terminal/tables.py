"""Layout for a terminal of any width: tables, wrapped and cut lines, and a console that interprets nothing."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from janitor.apply.outcomes import OutcomeKind
from janitor.model.text import safe_text

_BETWEEN, _FIRST_AT_LEAST = 2, 12
# Sentences are broken at this width where there is no terminal.
_PROSE = 120
# Where no terminal shows the output, its lines are as long as they need to be.
UNLIMITED = 100_000


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


def tabulated(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    left: int = 2,
    texts: int = 1,
    whole: bool = False,
) -> Iterator[Text]:
    """A dim line of titles, then the rows, set in by `left`.

    The first `texts` columns are texts, which begin at the left; numbers end at the right. What comes
    from outside is made safe. Where the width does not do, the first column is cut in its middle, or where it is to be
    `whole` it is on a separate line.
    """
    safe = [[safe_text(cell) for cell in row] for row in (titles, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*safe, strict=True)]
    beside = left + sum(widths[1:]) + _BETWEEN * (len(widths) - 1)
    widths[0] = min(widths[0], max(width - beside, _FIRST_AT_LEAST))
    for number, row in enumerate(safe):
        first = fitted(row[0], widths[0])
        if whole and first != row[0]:
            yield Text(" " * left + row[0])
            first = ""
        cells = [first, *row[1:]]
        padded = [
            aligned(cell, room, place < texts)
            for place, (cell, room) in enumerate(zip(cells, widths, strict=True))
        ]
        line = " " * left + (" " * _BETWEEN).join(padded)
        yield Text(line.rstrip(), style="" if number else "dim")


def aligned(cell: str, width: int, is_text: bool = True) -> str:
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


def indented(text: str, width: int, left: int = 2, style: str = "") -> Text:
    """Text from outside, made safe, wrapped at words and set in by `left`; a word is never cut."""
    lines = _wrapped(safe_text(text), max(_of_prose(width) - left, 20))
    return Text("\n".join(" " * left + line for line in lines), style=style)


def _of_prose(width: int) -> int:
    return _PROSE if width == UNLIMITED else width


def listed(head: str, items: Sequence[str], width: int, left: int = 2) -> Text:
    """``head a, b, c``, safe text, broken between items only; what follows the first line is set in further."""
    lines = [" " * left + head]
    width = _of_prose(width)
    for item in [*(f"{item}," for item in items[:-1]), *items[-1:]]:
        if cell_len(f"{lines[-1]} {item}") > width:
            lines.append(" " * (left + 1))
        lines[-1] += f" {item}"
    return Text("\n".join(lines))


def dotted(line: str, width: int, style: str = "") -> Text:
    """A line of items between ``·``, made safe and broken between items only."""
    first, *items = safe_text(line).split(" · ")
    lines = [first]
    for item in items:
        if cell_len(f"{lines[-1]} · {item}") > width:
            lines[-1] += " ·"
            lines.append(f"  {item}")
        else:
            lines[-1] += f" · {item}"
    return Text("\n".join(lines), style=style)


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


class PlainText(io.TextIOWrapper):
    """A file that others read: without colours, whatever FORCE_COLOR and its like say."""


class _PipeConsole(Console):
    """Rich ends the process with 1 where a reader goes away; here that is the caller's to judge."""

    def on_broken_pipe(self) -> None:
        """Called while the BrokenPipeError is handled: raise it again."""
        raise

    def unlimited_unless_told(self) -> None:
        """Of no limited width, unless COLUMNS says one."""
        if self._width is None:
            self.width = UNLIMITED


def console_for(out: TextIO) -> Console:
    """A console that interprets nothing in the text. Its width is COLUMNS, else the terminal's, else unlimited."""
    terminal = False if isinstance(out, PlainText) else None
    console = _PipeConsole(file=out, force_terminal=terminal, markup=False, highlight=False, emoji=False)
    if not out.isatty():
        console.unlimited_unless_told()
    return console


def print_lines(console: Console, *parts: Iterable[Text]) -> None:
    """Each part's lines as they are laid out: a second wrap would break what is to be copied."""
    for part in parts:
        for line in part:
            console.print(line, soft_wrap=True)
