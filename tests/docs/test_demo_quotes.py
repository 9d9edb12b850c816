"""Quotes of the demo's output in README.md and docs/demo.md, and the check by which CI compares them with the demo."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, between, text_of

_CHECK = ROOT / ".ci" / "same_quote.py"
_PRINTED = "the demo\n\npolicy a\n  one\n  two\npolicy b\n  three\nWould delete 3.\n"


def compared(printed: Path, *pages: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(_CHECK), str(printed), *map(str, pages)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def page_with(folder: Path, quote: str) -> Path:
    page = folder / "page.md"
    page.write_text(f"<!-- demo:begin -->\n```text\n{quote}\n```\n<!-- demo:end -->\n", encoding="utf-8")
    return page


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    path = tmp_path / "printed.txt"
    path.write_text(_PRINTED, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "quote",
    ["policy a\n  one\n  two\npolicy b", "policy a\n  one\n…\nWould delete 3.", "…\n  three\n…"],
    ids=["consecutive lines", "lines left out", "left out at both ends"],
)
def test_a_quote_of_what_the_demo_prints_passes(tmp_path: Path, printed: Path, quote: str) -> None:
    done = compared(printed, page_with(tmp_path, quote))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "quote",
    ["policy a\n  two", "policy b\n  three\n…\npolicy a", "policy a\n  one\n…\nWould delete 4.", "policy"],
    ids=["a line is missing", "another order", "another figure", "a part of a line"],
)
def test_a_quote_of_anything_else_fails_with_the_difference(
    tmp_path: Path, printed: Path, quote: str
) -> None:
    page = page_with(tmp_path, quote)
    done = compared(printed, page)
    assert done.returncode == 1
    assert f"no longer prints what {page} quotes" in done.stderr
    assert "+  three" in done.stdout or "   three" in done.stdout


def test_each_page_is_compared(tmp_path: Path, printed: Path) -> None:
    without = tmp_path / "without.md"
    without.write_text("no quote", encoding="utf-8")
    done = compared(printed, page_with(tmp_path, "policy a"), without)
    assert done.returncode == 1
    assert f"{without} holds no quote" in done.stderr


def test_the_readme_quotes_a_part_of_what_the_page_of_the_demo_quotes(tmp_path: Path) -> None:
    """CI compares both with the demo itself; this finds a difference without running it."""
    whole = tmp_path / "whole.txt"
    whole.write_text(between(text_of("docs/demo.md"), "demo"), encoding="utf-8")
    done = compared(whole, ROOT / "README.md")
    assert (done.returncode, done.stdout) == (0, "")
    assert len(between(text_of("README.md"), "demo").splitlines()) <= 16


def test_ci_compares_both_pages_with_the_demo() -> None:
    assert 'same_quote.py "$scratch/demo.txt" README.md docs/demo.md' in text_of(".ci/run")
