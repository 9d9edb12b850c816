"""An emulator that enforces quotas, and says at the end how they were used: `python -m bench.quota_server WORLD`.

Prints the two variables that lead to it, as `janitor emulator` does. When stdin ends it prints one line of JSON.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from janitor.emulator import Emulator
from janitor.emulator.errors import RefusedCall

_DELETES = ("Delete", "BatchDelete", "Update")


def main() -> None:
    """Serve until stdin ends."""
    counted: list[tuple[float, int]] = []
    refused = 0
    with Emulator.from_file(Path(sys.argv[1])) as emulator:
        quotas = emulator.world.quotas
        take = quotas.take

        def counting(api: str, rpc: str, resource: str, calls: int = 1) -> None:
            nonlocal refused
            try:
                take(api, rpc, resource, calls)
            except RefusedCall:
                refused += 1
                raise
            if rpc.startswith(_DELETES):
                counted.append((time.monotonic(), calls))

        quotas.take = counting  # type: ignore[method-assign]
        print(f"JANITOR_EMULATOR_HOST={emulator.host}\nJANITOR_EMULATOR_HTTP={emulator.http}", flush=True)
        sys.stdin.read()
        left = sum(len(emulator.world.names(kind)) for kind in ("services", "versions"))
        print(
            json.dumps(
                _used(counted)
                | {"refused": refused, "left": left, "calls": Counter(rpc for rpc, _ in emulator.calls)}
            )
        )


def _used(counted: list[tuple[float, int]]) -> dict[str, Any]:
    """How many deletes were let through, and the seconds from the first to the last."""
    span = counted[-1][0] - counted[0][0] if counted else 0.0
    return {"deletes": sum(calls for _, calls in counted), "span": span}


if __name__ == "__main__":
    main()
