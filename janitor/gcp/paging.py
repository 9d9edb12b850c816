"""Every page of a list, or an error: never a shorter list."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from janitor.gcp.retry import READ_RETRY, READ_TIMEOUT


class BadReplyError(Exception):
    """Google answered, but not in a way that can be relied on; the text says how."""


async def pages(method: Any, request: Any, response: Any) -> AsyncIterator[Any]:
    """The raw protobuf pages of a generated list method, in Google's order.

    `response` is the proto-plus type of a page (raw fields are read up to 16 times faster than
    through it). The next page is already asked for while this one is worked on. BadReplyError: a page
    token came twice, which would never end.
    """
    pager = await method(request=request, retry=READ_RETRY, timeout=READ_TIMEOUT)
    coming = aiter(pager.pages)
    page = await anext(coming)
    seen: set[str] = set()
    while page is not None:
        raw = response.pb(page)
        check_token(raw.next_page_token, seen)
        async with _asked(coming, raw.next_page_token) as ahead:
            yield raw
            page = await ahead if ahead else None


def check_token(token: str, seen: set[str]) -> None:
    """Note a page token; BadReplyError if it was there before."""
    if token and token in seen:
        raise BadReplyError(f"a list came back to the page {token[:40]!r}: it would never end")
    seen.add(token)


@contextlib.asynccontextmanager
async def _asked(coming: AsyncIterator[Any], token: str) -> AsyncIterator[asyncio.Task[Any] | None]:
    """The next page on its way, if there is one; given up where the block ends without it."""
    if not token:
        yield None
        return
    ahead = asyncio.ensure_future(_next(coming))
    await asyncio.sleep(0)  # lets the request go out before this page is worked on
    try:
        yield ahead
    finally:
        if not ahead.done():
            ahead.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await ahead


async def _next(coming: AsyncIterator[Any]) -> Any:
    return await anext(coming, None)
