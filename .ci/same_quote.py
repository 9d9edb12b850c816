"""Fails when a page's quote of the demo is not what the demo prints: ``same_quote.py PRINTED PAGE...``.

A quote is the text block between the demo markers. A line with nothing but ``…`` stands for lines that are left out.
"""

import difflib
import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

_LEFT_OUT = "…"


def quote_of(page: str) -> list[str]:
    """The lines of the text block between the demo markers; empty without one."""
    found = re.search(r"<!-- demo:begin -->\s*```text\n(.*?)\n```\s*<!-- demo:end -->", page, re.DOTALL)
    return lines_of(found[1]) if found else []


def lines_of(text: str) -> list[str]:
    """The lines of a text without blanks at their ends."""
    return [line.rstrip() for line in text.splitlines()]


def parts(quote: list[str]) -> Iterator[list[str]]:
    """The consecutive lines between the lines that are left out."""
    for is_left_out, lines in groupby(quote, lambda line: line == _LEFT_OUT):
        if not is_left_out:
            yield list(lines)


def is_quoted(quote: list[str], printed: list[str]) -> bool:
    """Whether each part of the quote occurs as consecutive lines, after the part before it."""
    start = 0
    for part in parts(quote):
        places = range(start, len(printed) - len(part) + 1)
        place = next((place for place in places if printed[place : place + len(part)] == part), None)
        if place is None:
            return False
        start = place + len(part)
    return bool(quote)


def main() -> None:
    """Exit 1 with a difference."""
    printed = lines_of(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for page in sys.argv[2:]:
        quote = quote_of(Path(page).read_text(encoding="utf-8"))
        if not quote:
            sys.exit(f"{page} holds no quote between <!-- demo:begin --> and <!-- demo:end -->")
        if not is_quoted(quote, printed):
            print(*difflib.unified_diff(quote, printed, page, "make demo", lineterm=""), sep="\n")
            sys.exit(f"the demo no longer prints what {page} quotes")


if __name__ == "__main__":
    main()
