"""Pages and their tokens.

By default a token names the last key given out, so that what is deleted between two pages makes no
other resource fall between them; a rule can ask for offsets instead (listing.py). A token is bound to its request: "all other parameters must match the call
that provided the page token" (AIP-158), else INVALID_ARGUMENT.
"""

import base64
import bisect
import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from janitor.emulator.errors import invalid

Key = tuple[float | str, ...]
ARTIFACT_MAX = 1000  # repository.proto:664-704 and its siblings: "Maximum page size is 1,000."
RUN_MAX = 100  # not documented and not verified: the smaller page is the stricter server
SEARCH_MAX = 500  # asset_service.proto: "Page size is capped at 500 even if a larger value is given."
LIST_ASSETS_MAX = 1000  # asset_service.proto: "minimum is 1, and maximum is 1000."
PROJECTS_MAX = 100  # Resource Manager documents none: the smaller page is the stricter server
CATALOG_MAX = 5000  # cloud_catalog.proto: "The default is 5000."


class Slice(NamedTuple):
    """Where a page begins and ends in the sorted listing, and the token of the next one."""

    start: int
    end: int
    next_token: str


def cut(keys: Sequence[Key], request: Any, maximum: int) -> Slice:
    """The page that `request` asks for of a listing sorted by `keys`."""
    return cut_at(keys, request.page_size, request.page_token, fingerprint(request), maximum)


def cut_at(keys: Sequence[Key], size: int, token: str, bound_to: str, maximum: int) -> Slice:
    if size < 0:
        raise invalid("page_size must not be negative")
    start = bisect.bisect_right(keys, _last_key(token, bound_to)) if token else 0
    end = min(start + min(size or maximum, maximum), len(keys))
    more = end < len(keys)
    return Slice(start, end, _token(bound_to, keys[end - 1]) if more else "")


def cut_by_offset(count: int, request: Any, maximum: int) -> Slice:
    """The page of a listing of `count` items whose token is the number of items already given.

    What is added or removed before that place between two pages makes an item come twice, or not at all.
    """
    if request.page_size < 0:
        raise invalid("page_size must not be negative")
    bound_to = fingerprint(request)
    start = int(_last_key(request.page_token, bound_to)[0]) if request.page_token else 0
    end = min(start + min(request.page_size or maximum, maximum), count)
    return Slice(start, end, _token(bound_to, (end,)) if end < count else "")


def fingerprint(request: Any) -> str:
    """What a page token is bound to: every field of the request but the page's own."""
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("page_token")
    bare.ClearField("page_size")
    content = bare.SerializeToString(deterministic=True)
    return hashlib.sha256(bare.DESCRIPTOR.full_name.encode() + content).hexdigest()[:16]


def _token(bound_to: str, key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps([bound_to, key]).encode()).decode()


def _last_key(token: str, bound_to: str) -> Key:
    try:
        was_bound_to, key = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise invalid("page_token is invalid") from None
    if was_bound_to != bound_to:
        raise invalid("page_token is invalid: it belongs to another request")
    return tuple(key)
