"""Text and figures made safe to show: names from outside, money, counts, and times in UTC."""

from datetime import UTC, datetime
from decimal import Decimal

from rich.cells import cell_len, set_cell_size

from janitor.model.amounts import Estimate, Priced


def moment(at: datetime) -> str:
    """``2026-11-23 03:00 UTC``."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def rfc3339(at: datetime) -> str:
    """Whole seconds in UTC with a ``Z``; fractions only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


_CENT = Decimal("0.01")


def safe_text(text: str) -> str:
    """One line that cannot steer a terminal.

    White space of every sort becomes a blank. Everything else that Unicode calls unprintable
    (controls, escapes, bidi overrides, zero-width and private characters, lone surrogates) is
    shown by its escape, such as ``\\x1b``.
    """
    if text.isprintable():
        return text
    return "".join(map(_safe_character, text))


def _safe_character(character: str) -> str:
    if character.isprintable():
        return character
    # U+001C to U+001F count as white space in Python; no person means them so.
    if character.isspace() and not "\x1c" <= character <= "\x1f":
        return " "
    return character.encode("unicode_escape").decode("ascii")


def shorten(text: str, width: int) -> str:
    """At most `width` characters, cut at a word where one ends near, the cut marked by ``…``."""
    if len(text) <= width:
        return text
    head = text[: width - 1]
    word_end = head.rfind(" ")
    return (head[:word_end] if word_end > width * 2 // 3 else head).rstrip(" ,;:.") + "…"


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


def many(number: int, word: str) -> str:
    """``1 thing``, ``2,000 things``: of words that only take an ``s``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def show_usd(usd: Decimal, upper_bound: bool = False) -> str:
    """Dollars and cents, ``≤`` before an upper bound; a true zero is ``$0.00``, and what is less than a cent
    is ``<$0.01``, which says so already."""
    if 0 < usd < _CENT:
        return "<$0.01"
    bound = "≤ " if upper_bound and usd else ""
    return f"{bound}${usd.quantize(_CENT):,}"


def show_estimate(estimate: Estimate) -> str:
    """Dollars a month, ``≤`` before an upper bound; ``unpriced`` is never a number."""
    if not isinstance(estimate, Priced):
        return "unpriced"
    return show_usd(estimate.usd_month, estimate.upper_bound)
