"""The lock files: complete for every Python and system, so that pip has nothing to resolve."""

import itertools
import re
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.setup.locks import (
    BOUNDS,
    BROWSER,
    DEV,
    LOCKS,
    PROJECT,
    ROOT,
    RUNTIME,
    entries,
    machine,
    roots,
    walk,
)

MACHINES = [
    pytest.param(python, system, architecture, id=f"{python}-{system}-{architecture}")
    for python, (system, architecture) in itertools.product(
        ("3.11", "3.12", "3.13", "3.14"),
        (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("darwin", "x86_64")),
    )
]


@pytest.mark.parametrize("lock", [RUNTIME, DEV])
@pytest.mark.parametrize(("python", "system", "architecture"), MACHINES)
def test_satisfies_every_requirement_of_every_locked_package(
    lock: str, python: str, system: str, architecture: str
) -> None:
    """With its extras and markers. What this Python does not install, `make matrix` checks where it is installed."""
    environment = machine(python, system, architecture)
    reached, missing, unread = walk(lock, environment)
    assert missing == []
    assert len(reached) > 40
    assert unread <= {"cryptography", "libcst", "mutmut", "pyyaml", "pyyaml-ft"}


@pytest.mark.parametrize("lock", [RUNTIME, DEV])
def test_locks_nothing_that_nothing_needs(lock: str) -> None:
    environment = machine(f"3.{sys.version_info.minor}", "linux", "x86_64")
    reached, _, unread = walk(lock, environment)
    assert unread == set()
    installed = {each.name for each in entries(lock) if each.requirement.marker is None}
    assert installed - reached == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_pins_one_version_with_its_hashes(lock: str) -> None:
    found = entries(lock)
    assert len(found) > 40
    for each in found:
        assert re.fullmatch(r"==[^*]+", str(each.requirement.specifier)), each
        assert each.hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one.strip()) for one in each.hashes), each


@pytest.mark.parametrize("lock", LOCKS)
def test_names_no_place_that_packages_come_from(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    for way in ("://", "--index-url", "--extra-index-url", "--find-links", "-i ", " @ "):
        assert way not in text


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    """So that adding the tools changes nothing of what `make demo` installed."""
    runtime, development = ({str(each) for each in entries(lock)} for lock in (RUNTIME, DEV))
    assert runtime <= development


def test_the_development_lock_is_part_of_the_browser_lock() -> None:
    """So that `make browser` changes nothing of what `make test` runs with, and adds what it names with its needs."""
    development, browser = ({str(each) for each in entries(lock)} for lock in (DEV, BROWSER))
    assert development <= browser
    named = {each for each in PROJECT["dependency-groups"]["browser"] if isinstance(each, str)}
    assert {name_of(Requirement(each)) for each in named} <= {each.name for each in entries(BROWSER)}


def test_the_bounds_lock_holds_every_lower_bound_of_pyproject() -> None:
    """A requirement without a lower bound, or one that no release has, is not tested by `make bounds`."""
    locked = {each.name: each.version for each in entries(BOUNDS)}
    wanted = {name_of(each): lower_bound(each) for each in roots(RUNTIME)}
    assert {name: Version(locked[name]) for name in wanted} == wanted


def name_of(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def lower_bound(requirement: Requirement) -> Version:
    bounds = [Version(each.version) for each in requirement.specifier if each.operator == ">="]
    assert len(bounds) == 1, f"{requirement} needs one lower bound"
    return bounds[0]


def test_the_supported_pythons_are_those_that_the_locks_are_made_for() -> None:
    named = [each for each in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", each)]
    assert named == [f"Programming Language :: Python :: {each}" for each in ("3.11", "3.12", "3.13", "3.14")]
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    for lock in LOCKS:
        assert max(len(each.hashes) for each in entries(lock)) > 4
