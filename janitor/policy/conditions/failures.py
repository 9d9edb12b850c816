"""Failures of expressions: which policies' `expr` could not be answered, how often, and for what cause."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Failures:
    """What failed while deciding: of each policy's expression, how often and first for what cause.

    `place` is the repository that is decided, "" before the first one. Repositories are decided in any order: the first
    cause is that of the first place, so that the same is said each time.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._causes: dict[tuple[str, str], tuple[str, str]] = {}
        self.place = ""
        self._heard = True

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Inside the block nothing is counted: what is asked there decides nothing."""
        self._heard = False
        try:
            yield
        finally:
            self._heard = True

    def note(self, policy: str, expression: str, cause: str) -> None:
        """Count one resource that a policy's expression could not be asked of."""
        if not self._heard:
            return
        self._counts[policy, expression] += 1
        known = self._causes.get((policy, expression))
        if known is None or self.place < known[0]:
            self._causes[policy, expression] = self.place, cause

    def lines(self) -> tuple[str, ...]:
        """One line per policy with a failed expression, in the order of the policies' names."""
        return tuple(
            f"policy {asked[0]}: its expr failed for {count:,} "
            f"{'resource, which is kept' if count == 1 else 'resources, which are kept'} (expr-failed); "
            f"the first cause: {self._causes[asked][1]}"
            for asked, count in sorted(self._counts.items())
        )
