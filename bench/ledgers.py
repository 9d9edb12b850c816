"""Reading a ledger of many deletions: the report of all time, the daemon's page, and what a sweep reads."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Cost, run

SMALL, LARGE = 20, 2_000
QUESTIONS = {"report": "janitor report, all time", "page": "the daemon's page", "sweep": "what a sweep reads"}
# Seconds of CPU, and bytes that the peak of memory grows by.
SECONDS, GROWTH = 0.3, 20 * 2**20


@dataclass(frozen=True, slots=True)
class Reading:
    """One question to an open ledger. Seconds of wall clock and of CPU; `growth` of the peak of memory in bytes."""

    wall: float
    cpu: float
    growth: int


def measure_ledger(sweeps: int, folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Lines of a table: a ledger of so many sweeps is filled, then each question is asked in a process of its own, and
    compared with the same question to a hundredth of the ledger."""
    large, small = folder / f"ledger-{sweeps}.db", folder / f"ledger-{SMALL}.db"
    filled = _fill(large, sweeps, env)
    _fill(small, SMALL, env)
    yield f"a ledger of {int(filled.output):,} deletions in {sweeps:,} sweeps, filled in {filled.cpu:.0f} s of CPU"
    yield f"{'':30}{'wall s':>8}{'CPU s':>8}{'+MiB':>7}{'CPU, times that of':>22} {SMALL} sweeps"
    for question, title in QUESTIONS.items():
        found, before = _ask(large, question, env), _ask(small, question, env)
        is_met = found.cpu <= SECONDS and found.growth <= GROWTH
        yield (
            f"  {title:28}{found.wall:>8.2f}{found.cpu:>8.2f}{found.growth / 2**20:>7.1f}"
            f"{found.cpu / before.cpu:>21.1f}x  \u2264 {SECONDS:g} s, +{GROWTH // 2**20} MiB:"
            f" {'met' if is_met else 'NOT met'}"
        )


def _fill(file: Path, sweeps: int, env: Mapping[str, str]) -> Cost:
    return run([sys.executable, "-m", "bench.ledger_fill", str(file), str(sweeps)], env)


def _ask(file: Path, question: str, env: Mapping[str, str]) -> Reading:
    wall, cpu, kib = run([sys.executable, "-m", "bench.ledger_read", str(file), question], env).output.split()
    return Reading(float(wall), float(cpu), int(kib) * 2**10)
