"""Measuring dry runs as over a network: every call takes 200 ms longer, and the wall clock is held against an ideal.

The ideal counts the calls of the reads, with nothing but latency: at most CALLS at once for each API, project and location,
IN_ALL in all, and the pages of one listing one after another. Images and attachments of a repository count as two
listings. A process that starts, decodes, decides and writes takes longer; one that reads both at once may take less.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.emulated import emulated
from bench.measure import Cost, run
from bench.results import planned

LATENCY = 0.2
CALLS, IN_ALL = 8, 64
PAGE = 1000
TARGET = 1.3
# Services, revisions, jobs, executions, worker pools and instances; repositories.
_RUN_LISTINGS, _LISTINGS = 6, 7


@dataclass(frozen=True, slots=True)
class Shape:
    """A world: so many repositories in each location of each project, each with so many images."""

    projects: int
    locations: int
    repositories: int
    images: int

    @property
    def title(self) -> str:
        """The world in words."""
        places = f"{self.projects} × {self.locations} projects × locations"
        held = (
            f"{self.repositories * self.projects * self.locations:,} repositories of {self.images:,} images"
        )
        return f"{places}, {held if self.repositories else 'empty'}"

    @property
    def all_images(self) -> int:
        """How many images there are."""
        return self.projects * self.locations * self.repositories * self.images

    def ideal(self) -> float:
        """Seconds of the reads at the least: locations, then listings, then repositories."""
        lanes = self.projects * self.locations
        pages = math.ceil(self.images / PAGE)
        calls = self.repositories * (pages + 1)
        rounds = (
            math.ceil(2 * self.projects / IN_ALL),
            max(math.ceil(_RUN_LISTINGS / CALLS), math.ceil(_LISTINGS * lanes / IN_ALL)),
            max(math.ceil(calls / CALLS), math.ceil(calls * lanes / IN_ALL), pages if calls else 0),
        )
        return sum(rounds) * LATENCY

    def world_file(self) -> str:
        """A service runs in each project, so that images are decided (R42)."""
        places = [f"place-{number}" for number in range(self.locations)]
        projects = "".join(self._project(name, places) for name in self.names())
        return f"latency: {LATENCY * 1000:.0f}ms\nprojects:\n{projects}"

    def names(self) -> list[str]:
        """The projects."""
        return [f"bench-{number}" for number in range(self.projects)]

    def _project(self, name: str, places: list[str]) -> str:
        listed = f"[{', '.join(places)}]"
        registry = "".join(
            f"      {place}: {{repositories: {{{self._repositories()}}}}}\n" for place in places
        )
        return (
            f"  {name}:\n    locations: {listed}\n    artifact_locations: {listed}\n"
            f"    run: {{{places[0]}: {{services: {{web: {{image: docker.io/library/web}}}}}}}}\n"
            f"    artifact_registry:\n{registry}"
        )

    def _repositories(self) -> str:
        words = f"count: {self.images}, packages: 5, size: 50MB, from: 1000d ago, tag_every: 10"
        return ", ".join(f"r{number}: {{generate: [{{{words}}}]}}" for number in range(self.repositories))


SHAPES = (
    Shape(1, 4, 50, 1000),
    Shape(1, 4, 250, 100),
    Shape(1, 1, 1, 100_000),
    Shape(50, 1, 0, 0),
    Shape(20, 40, 0, 0),
)


@dataclass(frozen=True, slots=True)
class Wait:
    """A dry run of one world."""

    shape: Shape
    sweep: Cost


def measure_latency(folder: Path, env: Mapping[str, str]) -> Iterator[Wait]:
    """A dry run of each world. The first of a world with images is thrown away: the emulator makes its pages when they are
    first asked for. So is one of a small world before all: it makes bytecode and ledger."""
    _sweep(Shape(1, 1, 1, 1), folder, env)
    for shape in SHAPES:
        yield Wait(shape, _sweep(shape, folder, env))


def _sweep(shape: Shape, folder: Path, env: Mapping[str, str]) -> Cost:
    world, policies, results = (folder / name for name in ("far.yaml", "far-policies.yaml", "far.json"))
    world.write_text(shape.world_file(), encoding="utf-8")
    policies.write_text(_policy_file(shape), encoding="utf-8")
    command = [sys.executable, "-m", "janitor", "sweep", "--dry-run", "--quiet", "--format", "json"]
    command += ["--policies", str(policies), "--out", str(results)]
    with emulated(world, env) as variables:
        if shape.all_images:
            run(command, {**env, **variables})
        cost = run(command, {**env, **variables})
    planned(results, shape.all_images)
    return cost


def _policy_file(shape: Shape) -> str:
    return (
        f"version: 1\nscope: {{projects: [{', '.join(shape.names())}]}}\n"
        "limits: {max_deletions: 10000000, max_share: 100%, max_monthly_value: 100000000 USD, max_unpriced: 10000000}\n"
        "policies:\n  - {name: stale-images, kind: artifact.image, when: {older_than: 900d}, keep: {latest: 3}}\n"
    )
