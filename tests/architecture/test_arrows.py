"""Never-arrows: who may import whom, who may build what, who may send deletes (docs/architecture.md)."""

import ast
import re

import pytest
from importlinter.application.use_cases import read_user_options  # noqa: F401 - the linter is installed
from importlinter.cli import lint_imports

from tests.architecture.reading import CORE, EDGES, ROOT, calls, imported, modules, name_of, tree

# What the core may not ask: the clock, chance, the environment, the disk, the terminal.
_IMPURE = re.compile(
    r"(?:.*\.)?(?:now|utcnow|today)|time\.(?:time|monotonic|sleep|perf_counter)|random\..*|secrets\..*"
    r"|uuid\.uuid.*|os\..*|open|print|input|(?:.*\.)?(?:read_text|read_bytes|write_text|write_bytes|getenv)"
)
# The policy file is read where it is validated: the one door through which the core is handed a file.
_DOORS = {"janitor/policy/file/document.py"}
_SENDS = re.compile(r"(?:.*\.)?(?:batch_)?delete_(?:service|revision|repository|versions?|tag|package|job)")


def test_every_import_contract_of_pyproject_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", cache_dir=None, no_cache=True) == 0


def test_only_the_guard_makes_a_cleared_plan() -> None:
    makers = {
        name_of(path) for path in modules() for name, _ in calls(path) if name.split(".")[-1] == "ClearedPlan"
    }
    assert makers == {"janitor/plan/guard.py"}


def test_pydantic_lives_in_the_grammar_and_the_settings() -> None:
    users = {
        name_of(path)
        for path in modules()
        for name in imported(path)
        if name.split(".")[0].startswith("pydantic")
    }
    grammar = {f"janitor/policy/file/{name}.py" for name in ("field_types", "sections", "grammar")}
    values = "janitor/policy/conditions/values.py"  # how a key spells its value
    assert users <= grammar | {values, "janitor/settings.py"}


def test_one_module_sends_deletes_to_google() -> None:
    senders = {name_of(path) for path in modules("gcp") for name, _ in calls(path) if _SENDS.fullmatch(name)}
    assert len(senders) <= 1


def test_nobody_sends_deletes_to_google_outside_of_its_adapter() -> None:
    clients = {
        name_of(path)
        for path in modules()
        if not name_of(path).startswith(("janitor/gcp/", "janitor/emulator/"))
        for name in imported(path)
        if name.startswith(("google.cloud", "grpc"))
    }
    assert clients <= {"janitor/sweep/wiring.py"}


def test_the_core_asks_neither_clock_nor_chance_nor_environment_nor_disk() -> None:
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in modules(*CORE)
        if name_of(path) not in _DOORS | EDGES
        for name, line in calls(path)
        if _IMPURE.fullmatch(name)
    ]
    assert found == []


def test_the_core_never_looks_at_the_environment() -> None:
    reads = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules(*CORE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "environ"
    ]
    assert reads == []


def test_only_one_command_knows_the_emulator() -> None:
    users = {
        name_of(path)
        for path in modules()
        if not name_of(path).startswith("janitor/emulator/")
        for name in imported(path)
        if name.startswith("janitor.emulator")
    }
    assert users <= {"janitor/cli/emulator.py"}
