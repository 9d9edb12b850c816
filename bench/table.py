"""The tables that are printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.latency import LATENCY, TARGET, Wait
from bench.measure import Cost

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Target:
    """What a run should stay under: times the raw loop's CPU, and bytes of memory."""

    cpu: float
    rss: int


@dataclass(frozen=True, slots=True)
class Run:
    """One sweep, what it found, and the raw loop over the same images."""

    title: str
    images: int
    planned: int
    sweep: Cost
    raw: Cost
    target: Target


def show_runs(runs: Sequence[Run]) -> str:
    """Each sweep beside its raw loop, with ratios and targets."""
    lines = [
        f"{'':38}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'planned':>11}",
    ]
    for each in runs:
        cpu, wall = each.sweep.cpu / each.raw.cpu, each.sweep.wall / each.raw.wall
        lines += [
            "",
            each.title,
            _row("  janitor sweep --dry-run", each.sweep, f"{each.planned:,}"),
            _row("  raw loop of the official client", each.raw, "–"),
            f"  {'ratio':36}{wall:>8.2f}x{cpu:>8.2f}x",
            f"  {'target':36}{'':9}{f'≤ {each.target.cpu:g}x':>9}{f'≤ {each.target.rss // MIB}':>10}"
            f"   {_verdict(cpu <= each.target.cpu and each.sweep.rss <= each.target.rss)}",
        ]
    return "\n".join(lines)


def show_linear(small: Run, large: Run) -> str:
    """How much more an image costs in the large run; 1 is linear."""
    growth = (large.sweep.cpu / large.images) / (small.sweep.cpu / small.images)
    return (
        f"CPU an image: {_micros(small)} µs of {small.images:,}, {_micros(large)} µs of {large.images:,}"
        f" ({growth:.2f}x; linear is at most 1)"
    )


def show_waits(waits: Sequence[Wait]) -> str:
    """Wall clock beside the ideal of the reads."""
    lines = [
        f"{LATENCY * 1000:.0f} ms a call",
        f"{'':62}{'wall s':>8}{'CPU s':>8}{'MiB':>6}{'ideal s':>9}",
    ]
    for each in waits:
        ideal = each.shape.ideal()
        ratio = each.sweep.wall / ideal
        lines.append(
            f"  {each.shape.title:60}{each.sweep.wall:>8.2f}{each.sweep.cpu:>8.2f}{each.sweep.rss / MIB:>6.0f}"
            f"{ideal:>9.1f}{ratio:>7.2f}x  ≤ {TARGET:g}x {_verdict(ratio <= TARGET)}"
        )
    return "\n".join(lines)


def show_startup(janitor: Cost, bare: Cost, target: float) -> str:
    """`--help` of both, and the ratio."""
    ratio = janitor.wall / bare.wall
    return "\n".join(
        [
            _row("janitor --help (median)", janitor, ""),
            _row("a bare typer program's --help", bare, ""),
            f"  {'ratio, and target':36}{ratio:>8.2f}x   ≤ {target:g}x   {_verdict(ratio <= target)}",
        ]
    )


def _row(title: str, cost: Cost, planned: str) -> str:
    return f"{title:38}{cost.wall:>9.2f}{cost.cpu:>9.2f}{cost.rss / MIB:>10.0f}{planned:>11}"


def _micros(run: Run) -> str:
    return f"{run.sweep.cpu / run.images * 1e6:.1f}"


def _verdict(met: bool) -> str:
    return "met" if met else "NOT met"
