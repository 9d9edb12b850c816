"""Where things stand in a generated world, and how they are labelled; and the chance that makes them."""

from random import Random

from hypothesis import strategies as st

DELETABLE, READ = ("p", "q"), ("p", "q", "o")
PLACES = (("p", "us-central1"), ("p", "us"), ("q", "us-central1"), ("o", "us-central1"))
LABELS = (
    *[{}] * 8,
    {"env": "dev"},
    {"env": "dev"},
    {"janitor": "keep"},
    {"goog-managed-by": "cloudfunctions"},
    {"janitor-ttl": "7d"},
    {"janitor-expires": "2026-11-01"},
    {"janitor-ttl": "a-week"},
)


class Dice(Random):
    """Chance that says where it began. A world is made of some hundred throws: drawn one by one by
    hypothesis they cost thirty times as much, and came out nearly empty."""

    def __init__(self, begin: int) -> None:
        super().__init__(begin)
        self._begin = begin

    @property
    def begin(self) -> int:
        """The seed."""
        return self._begin

    def __repr__(self) -> str:
        return f"Dice({self._begin})"


DICE = st.integers(0, 2**48).map(Dice)
