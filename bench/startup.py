"""`janitor --help` beside a bare typer program with the same commands."""

import sys
from collections.abc import Mapping
from statistics import median

from bench.measure import Cost, run

TARGET = 1.5
_RUNS = 9


def measure_startup(env: Mapping[str, str]) -> tuple[Cost, Cost]:
    """The median run of each, by wall clock; they take turns, after one run each that warms up."""
    commands = [
        [sys.executable, "-m", "janitor", "--help"],
        [sys.executable, "-m", "bench.bare", "--help"],
    ]
    for command in commands:
        run(command, env)
    runs = [[run(command, env) for command in commands] for _ in range(_RUNS)]
    janitor, bare = zip(*runs, strict=True)
    return _median(list(janitor)), _median(list(bare))


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        max(cost.rss for cost in costs),
        "",
    )
