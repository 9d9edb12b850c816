"""Marks and opt-outs in the ledger: which deletions are scheduled, and which resources someone opted out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from janitor.model.amounts import Estimate, Unpriced
from janitor.policy.deciding.grace import Mark, Marks, Waiting

NO_PRICE_RECORDED = Unpriced("an earlier version of janitor recorded no price")


class Marked(NamedTuple):
    """A mark that stands. `kind` is a wire name, `owner` "" where nobody is named. The estimate is that of the
    announcement, unpriced in a mark of an earlier version."""

    kind: str
    name: str
    policy: str
    owner: str
    announced_at: datetime
    due_at: datetime
    state: str
    size_bytes: int = 0
    estimate: Estimate = NO_PRICE_RECORDED


@dataclass(frozen=True, slots=True)
class OptOut:
    """An opt-out of a resource, until a time or (None) permanently. `by` is ``user@host``."""

    name: str
    until: datetime | None
    by: str
    at: datetime


class MarkBook(Protocol):
    """Every method raises LedgerError when the database cannot be used, and then nothing is written."""

    async def marked(self) -> list[Marked]:
        """All that stand, the soonest first."""

    async def opt_outs(self, at: datetime) -> list[OptOut]:
        """Those in force at this time, by name."""

    async def note_marks(
        self, sweep_id: str, waiting: Sequence[Waiting], lapsed: Sequence[str], at: datetime
    ) -> None:
        """What an apply came to: new marks replace the resource's old one; those that lapsed, and
        those of what the sweep found deleted, end."""

    async def opt_out(self, out: OptOut) -> None:
        """Opt a resource out; its mark ends."""

    async def end_opt_out(self, name: str, by: str, at: datetime) -> None:
        """End its opt-out: policies apply to it again."""


def marks_of(marked: Iterable[Marked], opt_outs: Iterable[OptOut]) -> Marks:
    """What a sweep needs to know of them."""
    marks = {each.name: Mark(each.announced_at, each.due_at, each.state) for each in marked}
    return Marks(marks, frozenset(each.name for each in opt_outs))
