"""`make laws`: every law on every one of many worlds, whole sweeps over the emulator, and what they held.

    python -m tests.laws --worlds 18000 --sweeps 2000
    python -m tests.laws --worlds 1 --from 1234 --law test_nothing_in_use_is_deleted

A world follows from its number, so a failure is repeated by the number that is printed.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.laws.checking import CHECKS, check_block, laws
from tests.laws.features import FEATURES
from tests.sweep.random_worlds import SWEPT_FEATURES

LEAST_SHARE = 0.01
_BLOCK = 20
_SHOWN = 100


def _blocks(asked: argparse.Namespace) -> Iterator[tuple[str, int, int, Sequence[str]]]:
    for kind in CHECKS:
        end = asked.first + getattr(asked, kind)
        for first in range(asked.first, end, _BLOCK):
            yield kind, first, min(_BLOCK, end - first), asked.law


def run(asked: argparse.Namespace) -> int:
    """0 if every law holds and every feature is common enough."""
    began = time.monotonic()
    done: Counter[str] = Counter()
    held: dict[str, Counter[str]] = {kind: Counter() for kind in CHECKS}
    failures: list[str] = []
    spawn = multiprocessing.get_context("spawn")  # gRPC does not survive a fork
    with ProcessPoolExecutor(asked.jobs, mp_context=spawn) as pool:
        for coming in as_completed([pool.submit(check_block, task) for task in _blocks(asked)]):
            kind, count, failed, has = coming.result()
            done[kind] += count
            held[kind].update(has)
            failures += failed
            for each in failed[: max(0, _SHOWN - len(failures) + len(failed))]:
                print(f"FAILED {each}\n", flush=True)
    spent = time.monotonic() - began
    rare = 0
    for kind, known in (("worlds", tuple(FEATURES)), ("sweeps", SWEPT_FEATURES)):
        rare += _tell(kind, known, held[kind], done[kind], bool(asked.law))
    print(f"{len(failures)} failures; {dict(done)} in {spent:.0f} s, {len(laws())} laws")
    return 1 if failures or rare else 0


def _tell(kind: str, known: Sequence[str], held: Counter[str], done: int, some: bool) -> int:
    """Print how many worlds held each feature; how many features are too rare."""
    rare = 0
    for name in known if done else ():
        few = held[name] < LEAST_SHARE * done and not some and done >= 1 / LEAST_SHARE
        rare += few
        print(f"{kind:7} {held[name]:7} {held[name] / done:6.1%}  {name}{'  TOO RARE' if few else ''}")
    return rare


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.laws")
    parser.add_argument("--worlds", type=int, default=0, help="worlds in memory")
    parser.add_argument("--sweeps", type=int, default=0, help="worlds that are swept over the emulator")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the number of the first world")
    parser.add_argument("--law", action="append", default=[], help="this law alone (repeatable)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
