"""Measuring dry runs beside the raw loop, over the same images, served by the same emulator."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.emulated import emulated
from bench.measure import Cost, run
from bench.results import planned
from bench.table import Run, Target
from bench.world import Scale, policy_file, world_file

_SHARES = ((0.1, "a tenth"), (0.9, "nine tenths"))
_CPU_TARGETS = (3.0, 6.0)


def measure_sweeps(scale: Scale, folder: Path, env: Mapping[str, str]) -> Iterator[Run]:
    """A dry run with a tenth of the images deletable, and one with nine tenths, each beside a raw loop.

    One round of each comes first and is thrown away: the emulator makes its pages when they are first
    asked for, and Python its bytecode.
    """
    world = folder / "world.yaml"
    world.write_text(world_file(scale), encoding="utf-8")
    with emulated(world, env) as variables:
        there = {**env, **variables}
        _raw(scale, there)
        _sweep(_SHARES[0][0], folder, there)
        for (share, words), cpu, rss in zip(_SHARES, _CPU_TARGETS, (scale.lean, scale.many), strict=True):
            raw = _raw(scale, there)
            sweep = _sweep(share, folder, there)
            title = f"{scale.images:,} images in {scale.repositories} repositories, {words} deletable"
            found = planned(_results(folder), scale.images)
            yield Run(title, scale.images, found, sweep, raw, Target(cpu, rss))


def _raw(scale: Scale, env: Mapping[str, str]) -> Cost:
    command = [sys.executable, "-m", "bench.raw_loop", env["JANITOR_EMULATOR_HOST"], *scale.parents()]
    cost = run(command, env)
    if int(cost.output) != scale.images:
        sys.exit(f"the raw loop read {cost.output.strip()} images of {scale.images}")
    return cost


def _sweep(share: float, folder: Path, env: Mapping[str, str]) -> Cost:
    policies = folder / "policies.yaml"
    policies.write_text(policy_file(share), encoding="utf-8")
    command = [sys.executable, "-m", "janitor", "sweep", "--dry-run", "--quiet", "--format", "json"]
    return run([*command, "--policies", str(policies), "--out", str(_results(folder))], env)


def _results(folder: Path) -> Path:
    return folder / "sweep.json"
