"""What an RPC is: its path, its messages, and the function that answers it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from janitor.emulator.state import World

Answer = Callable[[World, Any], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """`answer` gives a `response` message, or its bytes, or an awaitable of one; or raises Refused."""

    service: str
    name: str
    request: Any
    response: Any
    answer: Answer | Callable[[World, Any], Awaitable[Any]]


def resource_of(request: Any) -> str:
    """The resource, the parent or the scope that a request names."""
    for field in ("name", "parent", "scope"):
        if field in request.DESCRIPTOR.fields_by_name:
            return str(getattr(request, field))
    if "service" in request.DESCRIPTOR.fields_by_name:
        return str(request.service.name)
    return ""
