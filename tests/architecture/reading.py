"""The repository's own files as text and as syntax trees."""

import ast
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "janitor"
CORE = ("model", "kinds", "policy", "cost", "plan", "apply", "ledger", "explain", "report")
# In a room of the core, but no part of it: they connect it to the outside.
EDGES = {"janitor/explain/wiring.py", "janitor/report/load.py"}
_LEFT_OUT = {"__pycache__", "node_modules", "dist", "build"}


def modules(*rooms: str) -> list[Path]:
    """Python files of these rooms of the package, or of all of it."""
    roots = [PACKAGE / room for room in rooms] or [PACKAGE]
    return sorted(path for root in roots for path in root.rglob("*.py"))


def name_of(path: Path) -> str:
    """As people call it: ``janitor/plan/codec.py``."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Every call as dotted text (``datetime.now``) with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node.lineno


def dotted(node: ast.expr) -> str:
    """``a.b.c``; a call or subscript in between is left out."""
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value, name):
            return f"{dotted(value)}.{name}"
        case _:
            return ""


def imported(path: Path) -> set[str]:
    """Names of all modules that a file imports, at the top or inside."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the repository that a person wrote, with its name."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(
            part.startswith(".") and part not in (".ci", ".dockerignore", ".gitignore") for part in parts
        )
        if hidden or _LEFT_OUT & set(parts) or not path.is_file():
            continue
        try:
            yield "/".join(parts), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Every comment and docstring of a file with the line it begins in."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    for node in ast.walk(tree(path)):
        match node:
            case ast.Expr(ast.Constant(str() as text)):
                yield node.lineno, text
