"""Plain English in the code: texts of the program, and docstrings of public names."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.docs.pages import ROOT
from tests.docs.test_plain_english import BANNED

# Data is "the index whose children are known" in a docstring; a text for people says "which" and "that".
_IN_DOCSTRINGS = tuple(word for word in BANNED if word != "whose")
_CODE = re.compile(r"``.*?``|`[^`\n]*`", re.DOTALL)
_Named = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _docstrings(node: _Named) -> Iterator[ast.Constant]:
    """The docstring of a module, class or function, and those of the public names in it."""
    match node.body:
        case [ast.Expr(value=ast.Constant(value=str()) as found), *_]:
            yield found
    for part in node.body:
        is_named = isinstance(part, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if is_named and (not part.name.startswith("_") or part.name.startswith("__")):
            yield from _docstrings(part)


def _texts(source: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Each public docstring and each string of several words: its line, its text, and the words that it must not have.

    A literal within an f-string is a text by itself. A docstring of a private name is no text.
    """
    tree = ast.parse(source)
    bare = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for found in _docstrings(tree):
        yield found.lineno, str(found.value), _IN_DOCSTRINGS
    for each in ast.walk(tree):
        is_text = isinstance(each, ast.Constant) and isinstance(each.value, str) and each not in bare
        if is_text and " " in each.value.strip():
            yield each.lineno, each.value, BANNED


def banned_words(source: str) -> list[str]:
    """Each banned word with its line and the text around it. Code in backquotes is not read."""
    found = []
    for line, text, words in _texts(source):
        plain = " ".join(_CODE.sub(" ", text).split())
        for word in re.finditer(r"\b(?:" + "|".join(words) + r")(?!\w)", plain, re.IGNORECASE):
            found.append(f"{line}: {plain[max(word.start() - 40, 0) : word.end() + 20]}")
    return found


def _in_file(name: str) -> list[str]:
    return [f"{name}:{found}" for found in banned_words((ROOT / name).read_text(encoding="utf-8"))]


def _files() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "janitor").rglob("*.py"))


def test_texts_and_public_docstrings_use_plain_words() -> None:
    assert [found for name in _files() for found in _in_file(name)] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""Things that go."""', 1),
        ('def f():\n    """Whom it tells."""', 1),
        ('def _f():\n    """Whom it tells."""', 0),
        ('class _C:\n    def f(self):\n        """Whom it tells."""', 0),
        ('"""An index whose children are known."""', 0),
        ('print("a service whose deploy failed")', 1),
        ('print(f"{name}: nothing is reckoned anew")', 2),
        ('print("thing")', 0),
        ('print("write `thing: for good` in the file")', 0),
        ('TEXT = ("this stays "\n        "as it is")', 1),
        ("def f():\n    # somebody's thing\n    pass", 0),
    ],
)
def test_banned_words_are_found_in_texts_and_public_docstrings(source: str, found: int) -> None:
    assert len(banned_words(source)) == found
