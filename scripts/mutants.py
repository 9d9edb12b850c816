"""`make mutants`: change the code that decides and deletes, one place at a time; a test must notice.

mutmut makes the mutants and runs the tests that reach each (pyproject.toml says of what, and which).
A survivor is all right where it alters nothing but the words of a message, or where tests/mutants.toml
says why it is no weaker. Any other ends this with 1, and so does an entry that nothing needs any more.
"""

import ast
import difflib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MADE = Path("mutants")
ACCEPTED = Path("tests/mutants.toml")
# mutmut's exit codes: a test failed; it took too long (in its several ways); the type checker refused it.
NOTICED = {1, 3, 24, 36, 37, 152, 255, -24}


class Change(NamedTuple):
    """One mutant: the function, and its lines before and after, one blank between words."""

    of: str
    was: str
    becomes: str


def main() -> int:
    """Run mutmut with the arguments given (patterns of names), then judge what survived."""
    if not sys.argv[1:]:
        shutil.rmtree(MADE, ignore_errors=True)
    # mutmut calls mypy by its bare name
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "mutmut", "run", *sys.argv[1:]]
    ended = subprocess.run(command, env={**os.environ, "PATH": path}, check=False)
    if ended.returncode:
        return ended.returncode
    survivors = [change for change in survived() if not only_words(change)]
    accepted = dict(read_accepted())
    left = [change for change in survivors if change not in accepted]
    for change in left:
        print(f"\nsurvives in {change.of}\n  - {change.was}\n  + {change.becomes}")
    stale = [] if sys.argv[1:] else [change for change in accepted if change not in survivors]
    for change in stale:
        print(f"\nneeds no entry in {ACCEPTED}: {change.of}\n  + {change.becomes}")
    print(f"\n{len(left)} survive, {len(survivors) - len(left)} more are accepted by {ACCEPTED}")
    return 1 if left or stale else 0


def read_accepted() -> Iterator[tuple[Change, str]]:
    """Each entry stands for one mutant, or for as many as `becomes` lists."""
    for entry in tomllib.loads(ACCEPTED.read_text(encoding="utf-8"))["accepted"]:
        becomes = entry["becomes"]
        for one in [becomes] if isinstance(becomes, str) else becomes:
            yield Change(entry["of"], entry["was"], one), entry["why"]


def survived() -> Iterator[Change]:
    """Every mutant that no test noticed, or that was not tried."""
    for meta in sorted(MADE.rglob("*.py.meta")):
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        names = [name for name, code in codes.items() if code not in NOTICED]
        if names:
            source = meta.with_suffix("").read_text(encoding="utf-8")
            functions = dict(functions_of(ast.parse(source)))
            for name in names:
                yield change_of(name, functions, source.splitlines())


def functions_of(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Functions and methods by the names that mutmut gave them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions_of(node)


def change_of(name: str, functions: dict[str, ast.stmt], lines: list[str]) -> Change:
    """What sets a mutant apart from its origin."""
    module, _, short = name.rpartition(".")
    base = re.sub(r"__mutmut_\d+$", "", short)
    old, new = (functions[each] for each in (f"{base}__mutmut_orig", short))
    before, after = (lines[each.lineno : each.end_lineno] for each in (old, new))
    diff = list(difflib.unified_diff(before, after, n=0, lineterm=""))[3:]
    was = " ".join(" ".join(line[1:] for line in diff if line[0] == "-").split())
    becomes = " ".join(" ".join(line[1:] for line in diff if line[0] == "+").split())
    function = re.sub(r"^xǁ(\w+?)ǁ", r"\1.", base).removeprefix("x_")
    return Change(f"{module}.{function}", was, becomes)


def only_words(change: Change) -> bool:
    """Whether all that it alters stands within a text that has a blank in it (a message, not a value), or
    is the message of an error."""
    if re.fullmatch(r"raise \w+\(None\)", change.becomes):
        return change.was.startswith(change.becomes.removesuffix("None)"))
    was, becomes = tokens(change.was), tokens(change.becomes)
    if len(was) != len(becomes):
        return False
    return all(
        one == other or (one[0] == other[0] == tokenize.STRING and " " in one[1])
        for one, other in zip(was, becomes, strict=True)
    )


def tokens(text: str) -> list[tuple[int, str]]:
    """Those of a piece of Python, which need not be whole."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            found.append((token.type, token.string))
    except (tokenize.TokenError, IndentationError):
        found.append((tokenize.ERRORTOKEN, ""))
    return found


if __name__ == "__main__":
    sys.exit(main())
