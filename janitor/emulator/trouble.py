"""Trouble on request: rules that make a matching call fail, wait, or find another world."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from janitor.emulator.errors import RefusedCall
from janitor.emulator.listing import Listing
from janitor.emulator.naming import part
from janitor.emulator.state import World

REPEATED = "again"  # the page token of a listing that never ends


@dataclass(frozen=True, slots=True)
class Call:
    """One call received: its RPC's short name, and the resource (or parent) that it names."""

    rpc: str
    resource: str
    page: int = 1


@dataclass
class Rule:
    """A fault that is injected into calls: which calls, and what happens to them. `times`: how often (0: always); `skip`: not before so many."""

    rpc: str = "*"
    name: str = "*"
    project: str = "*"
    location: str = "*"
    repository: str = "*"
    page: int = 0
    skip: int = 0
    times: int = 0
    latency: float = 0.0
    hang: bool = False
    error: RefusedCall | None = None
    mutate: Callable[[World, str], None] | None = None
    reply: Callable[[World, Any, Any], None] | None = None
    listing: Listing | None = None
    seen: int = 0

    def strikes(self, call: Call) -> bool:
        """Whether the fault applies to this call, which is counted if it matches."""
        if not self._matches(call):
            return False
        self.seen += 1
        return self.seen > self.skip and (not self.times or self.seen <= self.skip + self.times)

    def _matches(self, call: Call) -> bool:
        if self.page and call.page != self.page:
            return False
        parts = [
            (part(call.resource, key), getattr(self, key)) for key in ("project", "location", "repository")
        ]
        pairs = [(call.rpc, self.rpc), (call.resource, self.name), *parts]
        return all(fnmatchcase(value, pattern) for value, pattern in pairs)


class Troubles:
    """All rules of a world, in their order; what the first of two says counts first."""

    def __init__(self, rules: list[Rule]) -> None:
        self.rules = rules

    async def befall(self, call: Call, world: World) -> list[Rule]:
        """Waits, hangs, mutates or raises; gives back the rules that change the reply or the listing."""
        struck = [rule for rule in self.rules if rule.strikes(call)]
        for rule in struck:
            if rule.latency:
                await asyncio.sleep(rule.latency)
            if rule.hang:
                await asyncio.Event().wait()
            if rule.mutate:
                with world.lock:
                    rule.mutate(world, call.resource)
                    world.forget_order()
            if rule.error:
                raise rule.error
        return [rule for rule in struck if rule.reply or rule.listing]
