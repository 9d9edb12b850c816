"""Tables of scheduled deletions and opt-outs, with whole names: `janitor keep` takes them as printed."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from janitor.model.text import safe_text
from janitor.report.terminal.tables import tabulated
from janitor.report.words import how_to_keep

HOW_TO_KEEP = f"{how_to_keep()} With --for 30d it is kept for that time."
# What a narrow terminal shows of a scheduled deletion: the name, the date, the owner and the dollars.
_MOST = (0, 2, 4, 5)


def scheduled_table(
    name: str, date: str, rows: Sequence[Sequence[str]], width: int, left: int
) -> Iterator[Text]:
    """Scheduled deletions: name, place, date, policy, owner and dollars. `name` and `date` are titles."""
    titles = (name, "where", date, "policy", "owner", "$/month")
    return with_whole_names(titles, rows, width, left, len(titles) - 1, _MOST)


def with_whole_names(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    left: int,
    texts: int,
    most: Sequence[int],
) -> Iterator[Text]:
    """A table of which the first column is never cut: where it is too wide, only the columns `most` are shown, and a name
    that leaves no room for these is on a separate line."""
    columns = zip(titles, *(map(safe_text, row) for row in rows), strict=True)
    if left + sum(max(map(cell_len, column)) + 2 for column in columns) - 2 > width:
        titles, rows = [titles[place] for place in most], [[row[place] for place in most] for row in rows]
        texts = sum(place < texts for place in most)
    return tabulated(titles, rows, width, left, texts, whole=True)
