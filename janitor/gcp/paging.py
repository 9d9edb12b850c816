"""Every page of a list, or an error: never a shorter list. Each resource of it once (R28)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from janitor.gcp.limits import Held, beside
from janitor.gcp.retry import READ_RETRY, READ_TIMEOUT
from janitor.model.kinds import Kind
from janitor.model.repeated import each_once

T = TypeVar("T")
# Hears project, location, kind and the names of resources that a listing returned more than once.
OnRepeated = Callable[[str, str, Kind, Sequence[object]], None]
# What a decoder raises at a row that it cannot read: a name, a time or a quantity out of its range.
ROW_FAILURES = (ValueError, ArithmeticError)
_SHOWN = 3


class BadReplyError(Exception):
    """Google answered, but not in a way that can be relied on; the text says how."""


def unheard(*_: object) -> None:
    """Hears nothing of resources that came more than once."""


def same(row: T) -> T:
    """The name of rows that are the same only if all of each is."""
    return row


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """A complete listing as a set: each resource once. `repeated` are the names that came more than once,
    `unreadable` the rows that could not be read, each by its name and with the reason."""

    values: list[T]
    repeated: tuple[Any, ...] = ()
    unreadable: tuple[str, ...] = ()

    def complete(self) -> list[T]:
        """The resources; BadReplyError names the rows that could not be read."""
        if self.unreadable:
            raise unreadable(self.unreadable)
        return self.values


def unreadable(rows: Sequence[str]) -> BadReplyError:
    """The error of a listing of which rows could not be read."""
    more = f"; and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return BadReplyError(f"cannot be read: {'; '.join(rows[:_SHOWN])}{more}")


async def rows(
    method: Any,
    request: Any,
    response: Any,
    decode: Callable[[Any], T],
    name: Callable[[T], Hashable] = lambda value: value.name,  # type: ignore[attr-defined]
    on_page: Callable[[Any], None] = unheard,
    held: Held | None = None,
) -> Rows[T]:
    """The whole listing, decoded and united by name. Raises what a call may raise; a row that cannot be
    decoded is noted and the others are read."""
    found: list[T] = []
    bad: list[str] = []
    async for page in pages(method, request, response, held):
        on_page(page)
        for message in _items(page):
            try:
                found.append(decode(message))
            except ROW_FAILURES as error:
                bad.append(f"{message.name}: {error}")
    values, repeated = each_once(found, name)
    return Rows(values, repeated, tuple(bad))


def _items(page: Any) -> Any:
    """The items of a page are its field 1 (AIP-158)."""
    return getattr(page, page.DESCRIPTOR.fields_by_number[1].name)


async def pages(
    method: Any, request: Any, response: Any, held: Held | None = None
) -> AsyncGenerator[Any, None]:
    """The raw protobuf pages of a generated list method, in Google's order.

    `response` is the proto-plus type of a page (raw fields are read up to 16 times faster than
    through it). The next page is already asked for while this one is worked on; `held` makes room for it
    first. BadReplyError: a page token came twice, which would never end.
    """
    listing = _Listing(method, request, response, held)
    page = await listing.next()
    seen: set[str] = set()
    while page is not None:
        check_token(page.next_page_token, seen)
        if not page.next_page_token:
            yield page
            return
        async with beside(listing.next()) as ahead:
            await asyncio.sleep(0)  # lets the request go out before this page is worked on
            yield page
            page = await ahead


class _Listing:
    """A generated list method, asked page by page."""

    def __init__(self, method: Any, request: Any, response: Any, held: Held | None) -> None:
        self._method, self._request, self._response = method, request, response
        self._held = held
        self._coming: AsyncIterator[Any] | None = None

    async def next(self) -> Any:
        """The raw page that follows; None after the last one."""
        if self._held is None:
            return await self._ask()
        return await self._held.page(self._ask, lambda page: len(_items(page)) if page is not None else 0)

    async def _ask(self) -> Any:
        if self._coming is None:
            pager = await self._method(request=self._request, retry=READ_RETRY, timeout=READ_TIMEOUT)
            self._coming = aiter(pager.pages)
        page = await anext(self._coming, None)
        return None if page is None else self._response.pb(page)


def check_token(token: str, seen: set[str]) -> None:
    """Note a page token; BadReplyError if it was there before."""
    if token and token in seen:
        raise BadReplyError(f"the list repeats the page {token[:40]!r}: it would never end")
    seen.add(token)
