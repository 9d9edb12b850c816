"""Listings as a rule of the world file asks for them: short pages, offsets as tokens, repeated items.

AIP-158 lets a service return fewer items than asked for, and promises no consistent snapshot of a list
that changes while it is read (https://google.aip.dev/158). Whether Google's own page tokens are offsets
is not verified; a client has to cope with both.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from janitor.emulator import paging
from janitor.emulator.method import Method
from janitor.emulator.state import World
from janitor.emulator.wellknown import Timestamp

_AFTER_EMPTY = "after-empty:"


@dataclass(frozen=True, slots=True)
class Repeat:
    """An item of a listing that comes twice: every one whose name matches the glob `item`.

    The second appearance follows the first (`place` ``next``) or comes last (``end``). One of the two,
    the second unless `first`, lacks the fields in `without` and has times that are `earlier` by so many
    seconds.
    """

    item: str = "*"
    place: str = "next"
    without: tuple[str, ...] = ()
    earlier: float = 0.0
    first: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a rule changes about a listing. `page_size`: no page has more items (0: as the client asks).

    `omit`: what has a name like this is missing. `empty_pages`: before each page an empty one comes, with a token.
    """

    page_size: int = 0
    offset_tokens: bool = False
    repeat: Repeat | None = None
    omit: str = ""
    empty_pages: bool = False


def is_listing(method: Method) -> bool:
    """Whether the method answers pages: a list, and the token of the next page."""
    return "next_page_token" in method.response.DESCRIPTOR.fields_by_name


def items_field(response: Any) -> Any:
    """The field of a listing's response that holds its items: the first list of messages."""
    return next(field for field in response.DESCRIPTOR.fields if field.is_repeated and field.message_type)


def items(reply: Any) -> list[Any]:
    """The items of a page."""
    return list(getattr(reply, items_field(reply).name))


def answer(method: Method, world: World, request: Any, asked: list[Listing]) -> Any:
    """One page of a listing. With offsets or repeated items, the whole list is cut again at each call."""
    if any(each.empty_pages for each in asked):
        if not request.page_token.startswith(_AFTER_EMPTY):
            return method.response(next_page_token=_AFTER_EMPTY + request.page_token)
        request.page_token = request.page_token.removeprefix(_AFTER_EMPTY)
    reply = _shaped(method, world, request, asked)
    omitted = [each.omit for each in asked if each.omit]
    if omitted:
        reply = method.response.FromString(reply) if isinstance(reply, bytes) else reply
        kept = [item for item in items(reply) if not any(fnmatchcase(item.name, glob) for glob in omitted)]
        listed = items_field(reply).name
        reply.ClearField(listed)
        getattr(reply, listed).extend(kept)
    return reply


def _shaped(method: Method, world: World, request: Any, asked: list[Listing]) -> Any:
    sizes = [each.page_size for each in asked if each.page_size]
    if sizes:
        request.page_size = min([*sizes, *([request.page_size] if request.page_size > 0 else [])])
    repeats = [each.repeat for each in asked if each.repeat]
    if not repeats and not any(each.offset_tokens for each in asked):
        return method.answer(world, request)
    found = _whole(method, world, request)
    for repeat in repeats:
        found = _repeated(found, repeat)
    cut = paging.cut_by_offset(len(found), request, paging.ARTIFACT_MAX)
    reply = method.response()
    getattr(reply, items_field(reply).name).extend(found[cut.start : cut.end])
    reply.next_page_token = cut.next_token
    return reply


def _whole(method: Method, world: World, request: Any) -> list[Any]:
    """The complete list as it is now."""
    each = type(request)()
    each.CopyFrom(request)
    each.page_size, each.page_token = 0, ""
    found: list[Any] = []
    while True:
        reply: Any = method.answer(world, each)
        reply = method.response.FromString(reply) if isinstance(reply, bytes) else reply
        found += items(reply)
        each.page_token = reply.next_page_token
        if not each.page_token:
            return found


def _repeated(found: list[Any], repeat: Repeat) -> list[Any]:
    result: list[Any] = []
    last: list[Any] = []
    for item in found:
        if not fnmatchcase(item.name, repeat.item):
            result.append(item)
            continue
        pair = [item, _changed(item, repeat)]
        once, again = reversed(pair) if repeat.first else pair
        result.append(once)
        (result if repeat.place == "next" else last).append(again)
    return result + last


def _changed(item: Any, repeat: Repeat) -> Any:
    """The item as it was a while before, or as half of it was written."""
    copy = type(item)()
    copy.CopyFrom(item)
    known = item.DESCRIPTOR.fields_by_name
    for field in repeat.without:
        if field in known:
            copy.ClearField(field)
    for name, field in known.items() if repeat.earlier else ():
        if field.message_type is Timestamp.DESCRIPTOR and copy.HasField(name):
            getattr(copy, name).seconds -= int(repeat.earlier)
    return copy
