"""Reading the lock files, and walking the requirements of what they lock."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

from packaging.markers import Environment, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RUNTIME, DEV, BOUNDS = "requirements.lock", "requirements-dev.lock", "requirements-bounds.lock"
BROWSER = "requirements-browser.lock"
LOCKS = (RUNTIME, DEV, BROWSER, BOUNDS)
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


class Locked(NamedTuple):
    """One entry of a lock file."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Normalized, as PyPI compares names."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The one version that it pins."""
        (pin,) = self.requirement.specifier
        return pin.version


@cache
def entries(lock: str) -> list[Locked]:
    """Every entry, in the order of the file."""
    text = re.sub(r"^#.*\n", "", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    split = [re.split(r"\s+--hash=", line.strip()) for line in lines]
    return [Locked(Requirement(first), tuple(hashes)) for first, *hashes in split]


def applies(requirement: Requirement, environment: Environment, extras: frozenset[str] = frozenset()) -> bool:
    """Whether its marker holds for this machine, with any of these extras."""
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({**environment, "extra": each}) for each in extras or {""})


def machine(python: str, system: str, architecture: str) -> Environment:
    """The environment that pip sees there. `python` is 3.N; `system` is linux or darwin."""
    values = default_environment()
    values.update(
        implementation_name="cpython",
        implementation_version=f"{python}.0",
        os_name="posix",
        platform_machine=architecture,
        platform_python_implementation="CPython",
        platform_system={"linux": "Linux", "darwin": "Darwin"}[system],
        python_full_version=f"{python}.0",
        python_version=python,
        sys_platform=system,
    )
    return values


def locked_there(lock: str, environment: Environment) -> dict[str, Locked]:
    """What is installed from the lock on this machine."""
    found = [each for each in entries(lock) if applies(each.requirement, environment)]
    names = {each.name: each for each in found}
    assert len(names) == len(found), "two versions of one package"
    return names


def roots(lock: str) -> Iterator[Requirement]:
    """What the lock was made for: the project, its build backend, and the development tools."""
    project = PROJECT["project"]
    yield from map(Requirement, project["dependencies"])
    yield from map(Requirement, project["optional-dependencies"]["postgres"])
    yield from map(Requirement, PROJECT["build-system"]["requires"])
    group = {RUNTIME: [], BOUNDS: ["test"], DEV: ["test", "dev"]}[lock]
    for name in group:
        yield from (Requirement(each) for each in PROJECT["dependency-groups"][name] if isinstance(each, str))


def walk(lock: str, environment: Environment) -> tuple[set[str], list[str], set[str]]:
    """What the roots need on this machine: every name reached, what the lock does not satisfy, and the
    names whose own requirements are unknown because this machine has them not installed."""
    locked = locked_there(lock, environment)
    here = locked_there(lock, default_environment())
    reached: set[str] = set()
    missing: list[str] = []
    unread: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(each, "pyproject.toml") for each in roots(lock)]
    while waiting:
        requirement, by = waiting.pop()
        name = canonicalize_name(requirement.name)
        reached.add(name)
        entry = locked.get(name)
        if entry is None or not requirement.specifier.contains(entry.version, prereleases=True):
            missing.append(f"{requirement} of {by}")
            continue
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            needs = requirements_of(entry)
            if needs is None:
                assert name not in here or entry != here[name], (
                    f"{name}=={entry.version} is not installed: make test"
                )
                unread.add(name)
                break
            waiting += [
                (each, name) for each in needs if applies(each, environment, frozenset({extra}))
            ]  # an extra's requirements hold beside those of no extra
    return reached, missing, unread


@cache
def requirements_of(entry: Locked) -> list[Requirement] | None:
    """From the installed package's metadata; None where this version is not installed."""
    try:
        found = distribution(entry.name)
    except PackageNotFoundError:
        return None
    if found.version != entry.version:
        return None
    return [Requirement(each) for each in found.requires or ()]
