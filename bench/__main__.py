"""`python -m bench [--quick|--latency|--organization|--ledger]`: one run, and a table of it."""

import argparse
import platform
import tempfile
from pathlib import Path

from bench.decisions import measure_decisions
from bench.latency import measure_latency
from bench.ledgers import LARGE as MOST_SWEEPS
from bench.ledgers import measure_ledger
from bench.measure import clean_environment
from bench.organization import measure_organization
from bench.quotas import CASES, SERVICES_30, measure_quotas
from bench.soak import show_soak, soak
from bench.startup import TARGET, measure_startup
from bench.sweeps import measure_sweeps
from bench.table import MIB, Run, show_linear, show_runs, show_startup, show_waits
from bench.world import Scale

SMALL = Scale(images=100_000, repositories=10, lean=200 * MIB, many=200 * MIB)
LARGE = Scale(images=1_000_000, repositories=20, lean=400 * MIB, many=800 * MIB)


def main() -> None:
    """Measure, and print; nothing is asserted."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 images only, one quota, and no soak")
    parser.add_argument("--organization", action="store_true", help="only the organization")
    parser.add_argument("--latency", action="store_true", help="only the runs with latency")
    parser.add_argument("--ledger", action="store_true", help="only the ledger")
    asked = parser.parse_args()
    quick = asked.quick
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="janitor-bench-") as folder:
        env = clean_environment(folder)
        if asked.ledger:
            _print_ledger(quick, Path(folder), env)
            return
        print("\n" + measure_organization(Path(folder), env), flush=True)
        if asked.organization:
            return
        print("\n" + show_waits(list(measure_latency(Path(folder), env))), flush=True)
        if asked.latency:
            return
        print("\n" + show_startup(*measure_startup(env), TARGET), flush=True)
        print("\n" + measure_decisions((SMALL if quick else LARGE).images, env), flush=True)
        print(flush=True)
        for row in measure_quotas((SERVICES_30,) if quick else CASES, Path(folder), env):
            print(row, flush=True)
        _print_ledger(quick, Path(folder), env)
        small = _measured(SMALL, Path(folder), env)
        if not quick:
            large = _measured(LARGE, Path(folder), env)
            for few, many in zip(small, large, strict=True):
                print(show_linear(few, many))
            print("\n" + show_soak(soak(Path(folder), env)), flush=True)


def _print_ledger(quick: bool, folder: Path, env: dict[str, str]) -> None:
    print(flush=True)
    for line in measure_ledger(200 if quick else MOST_SWEEPS, folder, env):
        print(line, flush=True)


def _measured(scale: Scale, folder: Path, env: dict[str, str]) -> list[Run]:
    runs = list(measure_sweeps(scale, folder, env))
    print("\n" + show_runs(runs) + "\n", flush=True)
    return runs


if __name__ == "__main__":
    main()
