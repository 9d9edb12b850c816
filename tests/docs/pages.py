"""The pages that people read, and what stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
)
_FENCE = re.compile(r"^ *```(\w*)(?: [^\n]*)?\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def text_of(name: str) -> str:
    """A page by its path from the top."""
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", text)


def blocks(text: str, language: str) -> Iterator[str]:
    """The fenced blocks of one language."""
    for match in _FENCE.finditer(text):
        if match[1] == language:
            yield match[2]


def between(text: str, name: str) -> str:
    """What stands between ``<!-- NAME:begin -->`` and ``<!-- NAME:end -->``."""
    found = re.search(rf"<!-- {name}:begin -->(.*?)<!-- {name}:end -->", text, re.DOTALL)
    assert found, f"no <!-- {name}:begin --> … <!-- {name}:end -->"
    return found[1]


def first_column(table: str) -> list[str]:
    """The first cells of a table's rows, without header, ruler and backquotes."""
    rows = [line.split("|")[1].strip().strip("`") for line in table.splitlines() if line.startswith("|")]
    return rows[2:]


def commands(text: str) -> Iterator[list[str]]:
    """Every `janitor …` line of the page's shell blocks as words; lines that end in a backslash joined."""
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"\s*(?:\$ )?(janitor [^|#>]*?)(?: 2)?\s*(?:[|#>].*)?$", line)
            if found:
                yield found[1].split()
