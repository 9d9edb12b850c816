"""What a sweep wrote into its JSON."""

import re
import sys
from pathlib import Path

_TAIL = 65536


def planned(results: Path, images: int) -> int:
    """How many deletions a sweep planned; SystemExit unless it examined so many images.

    Read from the end of the file: the whole of it would make this process large (see `run`).
    """
    with results.open("rb") as written:
        written.seek(max(0, written.seek(0, 2) - _TAIL))
        tail = written.read()
    examined = re.search(rb'"artifact.image": (\d+)', tail[tail.rindex(b'"totals"') :])
    found = re.search(rb'"planned": (\d+)', tail)
    if not found or int(examined[1] if examined else 0) != images:
        sys.exit(f"the sweep did not examine {images} images: {tail[-600:].decode()}")
    return int(found[1])
