"""Every law on one world: by its number, in a process that does a block of them."""

import importlib
import pkgutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings

import tests.laws
from tests.laws.features import features
from tests.laws.worlds import worlds
from tests.sweep.random_laws import check_swept

_BUFFER = 4096


def laws() -> dict[str, Callable[[bytes], Any]]:
    """Every law in this folder by its name; a law is asked about the world that some bytes stand for."""
    found: dict[str, Callable[[bytes], Any]] = {}
    for module in pkgutil.iter_modules(tests.laws.__path__):
        if module.name.startswith("test_"):
            for name, test in vars(importlib.import_module(f"tests.laws.{module.name}")).items():
                if name.startswith("test_") and hasattr(test, "hypothesis"):
                    found[name] = test.hypothesis.fuzz_one_input
    return found


def check_world(number: int, chosen: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """The failures of the laws on one world, and its features."""
    content = Random(number).randbytes(_BUFFER)
    failures = []
    for name, ask in laws().items():
        if not chosen or name in chosen:
            try:
                if ask(content) is None:
                    failures.append(f"{name}: world {number} was not tried")
            except Exception:
                failures.append(f"{name}: world {number}\n{_end_of(traceback.format_exc())}")
    return failures, _features_of(content)


def check_sweep(number: int, _: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """The same of one world that is swept whole, over the emulator."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return [], check_swept(number, Path(folder))
        except Exception:
            return [f"sweep: world {number}\n{_end_of(traceback.format_exc())}"], frozenset()


CHECKS = {"worlds": check_world, "sweeps": check_sweep}


def _features_of(content: bytes) -> frozenset[str]:
    """Those of the world that the laws were asked about."""
    found: list[frozenset[str]] = []

    @settings(database=None)
    @given(worlds())
    def note(world: Any) -> None:
        found.append(features(world))

    note.hypothesis.fuzz_one_input(content)  # type: ignore[attr-defined]
    return found[0]


def _end_of(text: str) -> str:
    return "\n".join(line[:300] for line in text.strip().splitlines()[-25:])


def check_block(task: tuple[str, int, int, Sequence[str]]) -> tuple[str, int, list[str], Counter[str]]:
    """Some worlds in a row, in a process of their own."""
    kind, first, count, chosen = task
    failures: list[str] = []
    held: Counter[str] = Counter()
    for number in range(first, first + count):
        failed, has = CHECKS[kind](number, chosen)
        failures += failed
        held.update(has)
    return kind, count, failures, held
