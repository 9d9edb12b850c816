"""The house's measures: short files, short functions, tests that are sentences, nothing of this machine."""

import ast
import re
from pathlib import Path

from tests.architecture.reading import PACKAGE, ROOT, modules, name_of, texts, tree

LONGEST_FILE, LONGEST_FUNCTION = 600, 45
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
# Put together here, so that this file does not hold what it looks for.
_INDEXES = (
    "py" + "pi.org",
    "python" + "hosted",
    "deb." + "debian.org",
    "registry." + "npm" + "js",
    "ghcr" + ".io",
)
_MACHINE = re.compile(r"(?<![\w.:/-])/(?:ro" + r"ot|ho" + r"me|wo" + r"rk|Us" + r"ers)/[a-z]")
_VAGUE = {"utils", "helpers", "common", "base", "manager", "misc"}
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_no_module_is_longer_than_six_hundred_lines() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_forty_five_lines() -> None:
    """Without its signature: a command declares each flag there."""
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, _FUNCTION) and (node.end_lineno or 0) - node.body[0].lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name_of(path) for path in modules() if path.stem in _VAGUE or path.parent.name in _VAGUE] == []


def test_every_public_module_says_what_it_is() -> None:
    silent = [path for path in modules() if not ast.get_docstring(tree(path))]
    assert [name_of(path) for path in silent if path.read_text().strip()] == []


def test_functions_of_test_files_that_look_like_tests_are_run() -> None:
    """A test class or a misspelt name would silently never run."""
    odd = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in TESTS
        for node in tree(path).body
        if isinstance(node, _FUNCTION)
        and re.match(r"(?:tests?|check|should|it)(?!_)|tests_|should_", node.name)
    ]
    assert odd == []


def test_tests_are_named_as_sentences() -> None:
    """Two words at the least say who does what."""
    short = [
        f"{name_of(path)} {node.name}"
        for path in TESTS
        for node in tree(path).body
        if isinstance(node, _FUNCTION) and node.name.startswith("test_") and node.name.count("_") < 2
    ]
    assert short == []


def test_every_test_file_has_tests() -> None:
    def has_tests(path: Path) -> bool:
        found = (node for node in ast.walk(tree(path)) if isinstance(node, _FUNCTION))
        return any(node.name.startswith("test_") for node in found)

    assert [name_of(path) for path in TESTS if not has_tests(path)] == []


def test_nothing_names_a_package_index() -> None:
    assert [name for name, text in texts() if any(index in text for index in _INDEXES)] == []


def test_nothing_names_a_path_of_the_machine_it_was_written_on() -> None:
    assert [name for name, text in texts() if _MACHINE.search(text)] == []


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_a_public_class_name_is_used_once_in_the_package() -> None:
    """Whoever searches for a class finds one."""
    places: dict[str, list[str]] = {}
    for path in modules():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(name_of(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
