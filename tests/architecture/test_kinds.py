"""A kind is declared once: in its own file, in the table, and where Google's messages are read. Other files ask the table."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from janitor.emulator.run_kinds import RUN_KINDS as EMULATED
from janitor.kinds.table import KINDS, RUN_KINDS
from janitor.model.kinds import Kind
from janitor.policy.conditions.table import keys_of
from tests.architecture.reading import modules, name_of, tree

# The value of each kind. A tag of a package is a text of its version.
_CLASSES = {
    Kind.SERVICE: "Service", Kind.REVISION: "Revision", Kind.TRAFFIC_TAG: "TrafficTag", Kind.JOB: "Job",
    Kind.EXECUTION: "Execution", Kind.WORKER_POOL: "WorkerPool", Kind.IMAGE: "Image", Kind.VERSION: "Version",
    Kind.PACKAGE: "Package", Kind.REPOSITORY: "Repository",
}  # fmt: skip
# How many files name each kind of Cloud Run. A number here may only become smaller.
_FILES = {
    Kind.SERVICE: 10,
    Kind.REVISION: 8,
    Kind.TRAFFIC_TAG: 4,
    Kind.JOB: 5,
    Kind.EXECUTION: 5,
    Kind.WORKER_POOL: 4,
}


def _named(path: Path) -> Iterator[str]:
    """Each member of Kind, each name, each file of kinds/ that is imported and each text of a file's code."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Attribute(ast.Name("Kind"), member):
                yield f"Kind.{member}"
            case ast.ClassDef(name) | ast.Name(name) | ast.alias(name):
                yield name
            case ast.ImportFrom(module=str() as module, names=names):
                yield module
                yield from (f"{module}.{each.name}" for each in names)
            case ast.Constant(str() as text):
                yield text


# The emulator shares nothing with janitor, and has other names for all that there is.
_NAMES = {
    name_of(path): frozenset(_named(path))
    for path in modules()
    if not name_of(path).startswith("janitor/emulator/")
}


def files_that_name(kind: Kind) -> list[str]:
    """By its member of Kind, its class, its wire name, or the file that declares it."""
    own = {
        f"Kind.{kind.name}",
        kind.value,
        _CLASSES.get(kind, kind.value),
        f"janitor.kinds.{kind.name.lower()}",
    }
    found = {file for file, names in _NAMES.items() if names & own}
    return sorted(found | {"janitor/model/kinds.py"})


@pytest.mark.parametrize("kind", RUN_KINDS, ids=str)
def test_few_files_name_a_kind(kind: Kind) -> None:
    files = files_that_name(kind)
    assert len(files) == _FILES[kind], f"{kind} is named by {', '.join(files)}"


def test_every_kind_declares_itself_in_a_file_of_its_name() -> None:
    for kind in KINDS:
        assert f"janitor/kinds/{kind.name.lower()}.py" in files_that_name(kind)


def test_kinds_that_share_the_model_of_when_have_the_same_keys_and_statuses() -> None:
    models: dict[str, set[object]] = {}
    for kind, spec in KINDS.items():
        if name := spec.policies.when_model:
            models.setdefault(name, set()).add((keys_of(kind), spec.policies.statuses))
    assert {name: len(found) for name, found in models.items()} == dict.fromkeys(models, 1)
    assert models


def test_a_kind_that_is_emulated_is_a_row_and_how_the_world_file_has_it() -> None:
    pool = EMULATED["worker_pools"]
    own = {pool.name, pool.noun, pool.collection}
    named = {name_of(path) for path in modules() if own & frozenset(_named(path))}
    files = {file for file in named if file.startswith("janitor/emulator/")}
    assert files == {"janitor/emulator/run_kinds.py", "janitor/emulator/world_run.py"}
