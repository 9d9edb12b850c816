"""CONTRIBUTING.md: the files that it sends a contributor to exist."""

import re

from tests.docs.pages import ROOT, between, first_column, text_of

PAGE = text_of("CONTRIBUTING.md")
# A file or a folder in backquotes: `settings.py`, `cost/fallback.json`, `docs/adr/`.
_PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*(?:/|\.(?:py|md|json|lock|toml|yaml)))`")


def test_every_path_that_the_page_names_exists() -> None:
    named = _PATH.findall(PAGE)
    assert len(named) > 60
    missing = [path for path in named if not any((ROOT / top / path).exists() for top in ("", "janitor"))]
    assert missing == []


def test_every_task_names_a_file_or_the_section_that_does() -> None:
    table = between(PAGE, "tasks").strip()
    rows = [line.split("|")[2] for line in table.splitlines()[2:]]
    assert len(first_column(table)) >= 14
    assert [row for row in rows if not _PATH.search(row) and "(#" not in row] == []


def test_every_file_of_a_new_kind_mentions_the_kind_to_follow() -> None:
    """A file that no longer knows worker pools needs no change for another kind."""
    section = PAGE.partition("### Adding a kind")[2].partition("\nPages:")[0]
    named = [path for path in _PATH.findall(section) if path.endswith(".py")]
    assert named
    stale = [path for path in named if not re.search(r"(?i)worker[_ ]?pool", text_of(f"janitor/{path}"))]
    assert stale == []
