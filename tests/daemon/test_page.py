"""The report's page is made once for what it shows, and never shown when that has changed."""

from collections.abc import Callable

import pytest

from janitor.daemon.page import OLDEST, KeptPage
from janitor.errors import LedgerError


class Ledger:
    """A ledger that counts the pages that are made of it."""

    def __init__(self) -> None:
        self.changes, self.made, self.seconds = 0, 0, 0.0
        self.meanwhile: Callable[[], None] = lambda: None
        self.page = KeptPage(self.stamp, self.make, lambda: self.seconds)

    async def stamp(self) -> object:
        return self.changes

    async def make(self) -> str:
        self.made += 1
        self.meanwhile()
        return f"page {self.made}"

    def change(self) -> None:
        self.changes += 1


async def test_a_page_is_made_once_for_many_requests() -> None:
    ledger = Ledger()
    assert [await ledger.page() for _ in range(3)] == ["page 1"] * 3
    assert ledger.made == 1


async def test_a_page_is_made_again_when_the_ledger_has_changed() -> None:
    ledger = Ledger()
    await ledger.page()
    ledger.change()
    assert [await ledger.page() for _ in range(2)] == ["page 2"] * 2


async def test_a_page_that_changed_while_it_was_made_is_made_again() -> None:
    ledger = Ledger()
    ledger.meanwhile = ledger.change
    await ledger.page()
    ledger.meanwhile = lambda: None
    assert [await ledger.page() for _ in range(2)] == ["page 2"] * 2


async def test_a_page_grows_old_even_when_nothing_changes() -> None:
    ledger = Ledger()
    await ledger.page()
    ledger.seconds = OLDEST - 1
    assert await ledger.page() == "page 1"
    ledger.seconds = OLDEST
    assert await ledger.page() == "page 2"


async def test_a_page_is_not_shown_while_the_ledger_cannot_be_asked() -> None:
    ledger = Ledger()
    await ledger.page()

    async def away() -> object:
        raise LedgerError("The ledger is away.")

    ledger.page.stamp = away
    with pytest.raises(LedgerError):
        await ledger.page()
