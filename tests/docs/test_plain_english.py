"""Plain English: words that the pages do not use, because the field has a plainer one. The list of pages only grows."""

import re

import pytest

from tests.docs.pages import ROOT, prose, text_of

_PAGES = (
    "CONTRIBUTING.md",
    "README.md",
    "docs/adr/0001-three-valued-conditions.md",
    "docs/adr/0002-dry-run-is-the-absence-of-a-deleter.md",
    "docs/adr/0003-two-passes-and-counting.md",
    "docs/adr/0004-own-retry.md",
    "docs/adr/0005-a-lease-in-the-database.md",
    "docs/adr/0006-unknown-deletes-less.md",
    "docs/adr/0007-plan-id-without-time.md",
    "docs/adr/0008-an-emulator-apart.md",
    "docs/adr/0009-charts.md",
    "docs/adr/0010-daemon.md",
    "docs/adr/0011-keys-or-an-expression.md",
    "docs/adr/0012-what-latest-counts-within.md",
    "docs/adr/0013-the-date-is-a-promise.md",
    "docs/adr/0014-the-schema-stands-beside-the-file.md",
    "docs/adr/0015-two-clocks.md",
    "docs/adr/0016-the-house.md",
    "docs/adr/0017-a-key-is-declared-once.md",
    "docs/architecture.md",
    "docs/cli.md",
    "docs/cookbook.md",
    "docs/demo.md",
    "docs/emulator.md",
    "docs/explain.md",
    "docs/glossary.md",
    "docs/money.md",
    "docs/mutants.md",
    "docs/operations.md",
    "docs/performance.md",
    "docs/roles.md",
    "docs/safety.md",
    "docs/savings.md",
    "docs/slack.md",
)

_BANNED = (
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
_WORDS = re.compile(r"\b(?:" + "|".join(_BANNED) + r")(?!\w)", re.IGNORECASE)
_NOT_READ = re.compile(r"<!--.*?-->|\]\([^)]*\)|``.*?``|`[^`\n]*`", re.DOTALL)


def banned_words(page: str) -> list[str]:
    """Each banned word with the text around it. Code, comments and the targets of links are not read."""
    text = " ".join(_NOT_READ.sub(" ", prose(page)).split())
    return [text[max(found.start() - 40, 0) : found.end() + 20] for found in _WORDS.finditer(text)]


@pytest.mark.parametrize("page", _PAGES)
def test_the_page_uses_plain_words(page: str) -> None:
    assert banned_words(text_of(page)) == []


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


def test_the_pages_are_sorted_and_exist() -> None:
    assert list(_PAGES) == sorted(page for page in set(_PAGES) if (ROOT / page).exists())
