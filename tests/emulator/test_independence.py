"""An emulator that shares the client's decoder shares its misreadings."""

import ast
from pathlib import Path

import janitor.emulator

ROOM = Path(janitor.emulator.__file__).parent


def test_imports_nothing_of_the_rest_of_the_package() -> None:
    imported = {name for path in ROOM.glob("*.py") for name in _imports(path)}
    ours = {name for name in imported if name.partition(".")[0] == "janitor"}
    assert ours
    assert all(name.startswith("janitor.emulator") for name in ours)


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add(node.module or "")
    return found
