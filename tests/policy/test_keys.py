"""Keys are declared once: their class and the list of keys are all that a new one touches."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from janitor.policy.conditions.key import Key
from janitor.policy.conditions.table import INHERITED, KEYS
from tests.architecture.reading import modules, name_of, tree

_LIST = "janitor/policy/conditions/table.py"
# Other words with the key that each leads to: tests/policy/test_concepts.py holds that the key exists.
_OTHER_WORDS = "janitor/policy/file/concepts.py"
# Here a word such as "tags" is a key. Elsewhere it is a field of a resource or an argument.
_READS_KEYS = ("janitor/policy/file/", "janitor/policy/warnings.py", "janitor/explain/words.py")
_DECIDING, _FILE, _WARNINGS = "janitor/policy/deciding", "janitor/policy/file/", "janitor/policy/warnings.py"
# Rules about one key in particular: the file, or all of deciding. This list may only become shorter: a new key is not in it.
_KNOWN = {
    "name": {_DECIDING, _FILE + "combinations.py", _FILE + "mistakes.py", _WARNINGS},
    "location": {_WARNINGS},
    "repository": {_DECIDING, _WARNINGS},
    "labels": {"janitor/policy/conditions/ttl.py", _WARNINGS},
    "older_than": {
        "janitor/policy/conditions/size.py", _DECIDING, _FILE + "combinations.py", _WARNINGS,
    },
    "ttl": {_DECIDING, _FILE + "combinations.py", _FILE + "grammar.py",
            _FILE + "mistakes.py", _FILE + "schema.py", _FILE + "sections.py"},
    "expr": {_FILE + "document.py"},
    "status": {_DECIDING, _FILE + "combinations.py", _FILE + "mistakes.py", _WARNINGS},
    "unused": {_WARNINGS},
    "unused_for": {_DECIDING},
    "orphaned": {_DECIDING, _WARNINGS},
    # `keep.per.tag`, a word of other tools, and a tag of YAML
    "tag": {_FILE + "combinations.py", _FILE + "mistakes.py", _FILE + "source.py"},
    "tagged": {_FILE + "combinations.py", _FILE + "defaults.py", _WARNINGS},
    "tags": {_WARNINGS},
    "any_tag": {_WARNINGS},
    "artifact_type": {_DECIDING, _WARNINGS},
    "version": {_FILE + "mistakes.py", _FILE + "schema.py"},
    "larger_than": {_DECIDING},
    "largest": {"janitor/policy/conditions/ranking.py", _DECIDING},
}  # fmt: skip


def _knowing(path: Path) -> Iterator[str]:
    """Each name in the code of a file, and each text."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Name(name):
                yield f"class {name}"
            case ast.Constant(str() as text) if name_of(path).startswith(_READS_KEYS):
                yield f"key {text}"


def _place(file: str) -> str:
    return _DECIDING if file.startswith(f"{_DECIDING}/") else file


_NAMED = {
    name_of(path): frozenset(_knowing(path))
    for path in modules()
    if not name_of(path).startswith("janitor/emulator/")  # it shares nothing with policies
}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_only_its_own_file_and_the_list_know_a_key(key: type[Key]) -> None:
    own = f"{key.__module__.replace('.', '/')}.py"
    knowing = {
        _place(file) for file, named in _NAMED.items() if named & {f"class {key.__name__}", f"key {key.name}"}
    }
    assert knowing - {own, _LIST, _OTHER_WORDS} == _KNOWN.get(key.name, set())


def test_the_list_of_files_that_know_a_key_names_no_other_key() -> None:
    assert _KNOWN.keys() <= {key.name for key in KEYS}


def test_each_key_is_listed_once_and_has_a_name_of_its_own() -> None:
    assert len({key.name for key in KEYS}) == len(KEYS) == len(set(KEYS))
    assert set(INHERITED) <= set(KEYS)
