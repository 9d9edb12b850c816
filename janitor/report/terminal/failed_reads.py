"""Failed reads at a terminal: how many, each cause with the way out, and what is kept because of them."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from janitor.model.inventory import Gap
from janitor.policy.deciding.gaps import blocks_in_words
from janitor.report.data.failed_reads import failed_reads
from janitor.report.terminal.tables import indented


def incomplete(gaps: Sequence[Gap], width: int) -> Iterator[Text]:
    """Of one read or more that failed."""
    number, they = ("1 read failed", "it") if len(gaps) == 1 else (f"{len(gaps):,} reads failed", "them")
    yield Text(f"INCOMPLETE: {number}. Whatever depends on {they} is kept.", style="bold red")
    for reads in failed_reads(gaps):
        yield indented(f"{reads.sentence[0].upper()}{reads.sentence[1:]}", width, style="red")
    yield indented(f"Kept because of this: {blocks_in_words(gaps)}.", width, style="red")
