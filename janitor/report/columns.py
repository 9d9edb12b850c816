"""Figures in columns, for a terminal of any width: the first column gives way, a number never."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from janitor.report.text import fitted, safe_text

_BETWEEN, _FIRST_AT_LEAST = 2, 12


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
            _padded(cell, room, place < texts)
            for place, (cell, room) in enumerate(zip(cells, widths, strict=True))
        ]
        line = " " * left + (" " * _BETWEEN).join(padded)
        yield Text(line.rstrip(), style="" if number else "dim")


def _padded(cell: str, width: int, is_text: bool) -> str:
    """Padded by what a terminal shows, for wide characters take two columns."""
    blanks = " " * (width - cell_len(cell))
    return cell + blanks if is_text else blanks + cell
