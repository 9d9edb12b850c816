"""Plain English: words that the pages do not use, because the field has a plainer one. Every page is read."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, prose

BANNED = (
    # a resource is "it" and "that"
    r"whom",
    r"whose",
    # one word: resource, image, deletion, …
    r"things?",
    # is deleted, is kept
    r"goes",
    r"stays",
    # someone; everyone who; applies to; created or calculated
    r"somebody",
    r"whoever",
    r"speaks? of",
    r"made up",
    # again; calculated; separate; permanently; overrides; affects; in which; wrong
    r"anew",
    r"reckon(?:ed|s|ing)?",
    r"of its own",
    r"for good",
    r"wins? over",
    r"befalls?",
    r"wherein",
    r"amiss",
    # "in all projects" is right, "5 in all" is "5 in total"
    r"in all(?=[ ]?(?:[.,;:)|]|and\b))",
)
_WORDS = re.compile(r"\b(?:" + "|".join(BANNED) + r")(?!\w)", re.IGNORECASE)
_NOT_READ = re.compile(r"<!--.*?-->|\]\([^)]*\)|``.*?``|`[^`\n]*`", re.DOTALL)


def banned_words(page: str) -> list[str]:
    """Each banned word with the text around it. Code, comments and the targets of links are not read."""
    text = " ".join(_NOT_READ.sub(" ", prose(page)).split())
    return [text[max(found.start() - 40, 0) : found.end() + 20] for found in _WORDS.finditer(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_uses_plain_words(page: Path) -> None:
    assert banned_words(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A service whose deploy failed.", 1),
        ("It is reckoned\nanew.", 2),
        ("There are five in\nall, and no more.", 1),
        ("It reads images in all projects.", 0),
        ("Set `for good` and `whom`.", 0),
        ("```text\nwhat goes\n```\n", 0),
        ("[the page](docs/things.md)", 0),
        ("Nothing, everything and anything.", 0),
    ],
)
def test_banned_words_are_found_in_prose_alone(text: str, found: int) -> None:
    assert len(banned_words(text)) == found
