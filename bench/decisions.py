"""Measuring decisions alone, beside a loop that only reads the same values."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from bench.measure import Cost, run
from bench.table import MIB


@dataclass(frozen=True, slots=True)
class Part:
    """One process: CPU seconds of deciding or reading alone, how many may go, and the whole process."""

    seconds: float
    going: int
    cost: Cost


def measure_decisions(images: int, env: Mapping[str, str]) -> str:
    """Both, and their table."""
    decided, read = (_part(which, images, env) for which in ("decide", "read"))
    ratio = decided.seconds / read.seconds
    return "\n".join(
        [
            f"{'':38}{'CPU s':>9}{'peak MiB':>10}{'a second':>12}{'may go':>11}",
            f"{images:,} images in memory, under twenty policies",
            _row("  deciding", images, decided, f"{decided.going:,}"),
            _row("  reading the same values in a loop", images, read, "–"),
            f"  {'ratio':36}{ratio:>8.0f}x{decided.cost.rss / read.cost.rss:>9.2f}x",
        ]
    )


def _part(which: str, images: int, env: Mapping[str, str]) -> Part:
    cost = run([sys.executable, "-m", "bench.deciding", which, str(images)], env)
    seen, going, seconds = cost.output.split()
    if int(seen) != images:
        sys.exit(f"bench.deciding {which} saw {seen} images of {images}")
    return Part(float(seconds), int(going), cost)


def _row(title: str, images: int, part: Part, going: str) -> str:
    rate = f"{images / part.seconds:,.0f}"
    return f"{title:38}{part.seconds:>9.2f}{part.cost.rss / MIB:>10.0f}{rate:>12}{going:>11}"
