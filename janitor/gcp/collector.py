"""Python's cycle collector, held off while values without cycles are made by the million."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


class _Held:
    """How many blocks are under way, and whether the collector was on before the first of them."""

    blocks = 0
    was_on = False


@contextmanager
def without_collector() -> Iterator[None]:
    """No collection of cycles inside the block; blocks may nest, and overlap in one thread's tasks.

    Images are tuples of text and numbers that live as long as their repository: the collector walks
    them again and again and finds nothing.
    """
    if _Held.blocks == 0:
        _Held.was_on = gc.isenabled()
    _Held.blocks += 1
    gc.disable()
    try:
        yield
    finally:
        _Held.blocks -= 1
        if _Held.blocks == 0 and _Held.was_on:
            gc.enable()


@contextmanager
def making_what_stays() -> Iterator[None]:
    """As `without_collector`, for values that live as long as the process: a plan and its actions.

    What is there at the end is never walked again, at the process's end neither; its memory is given
    back as ever when nothing refers to it.
    """
    with without_collector():
        try:
            yield
        finally:
            gc.freeze()
