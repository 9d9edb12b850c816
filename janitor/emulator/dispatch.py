"""From a received call to its answer: noted, troubled, hooked, answered; the same for gRPC and REST."""

import asyncio
import inspect
import threading
from collections.abc import Callable
from typing import Any

from google.longrunning import operations_pb2

from janitor.emulator import listing, wire_operations
from janitor.emulator.apis import api_of
from janitor.emulator.method import Method, resource_of
from janitor.emulator.reader import read
from janitor.emulator.state import World
from janitor.emulator.trouble import REPEATED, Call, Rule, Troubles
from janitor.emulator.troubles import read_rules

Mutation = Callable[[World], None]


class Calls:
    """Everything received, in order: pairs of the RPC's short name and the resource it names."""

    def __init__(self) -> None:
        self._all: list[tuple[str, str]] = []
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def note(self, rpc: str, resource: str) -> int:
        """Its number among the calls of this RPC, from 1."""
        with self._lock:
            self._all.append((rpc, resource))
            self._counts[rpc] = self._counts.get(rpc, 0) + 1
            return self._counts[rpc]

    def copy(self) -> list[tuple[str, str]]:
        with self._lock:
            return list(self._all)


class Control:
    """Changes to the world at a chosen moment: just before or just after the k-th call of an RPC."""

    def __init__(self, world: World, troubles: Troubles) -> None:
        self._world = world
        self._troubles = troubles
        self._hooks: dict[tuple[str, str, int], list[Mutation]] = {}

    def before(self, rpc: str, number: int, mutation: Mutation) -> None:
        """`mutation(world)` runs before the `number`-th (from 1) call of `rpc` is answered."""
        self._hooks.setdefault(("before", rpc, number), []).append(mutation)

    def after(self, rpc: str, number: int, mutation: Mutation) -> None:
        self._hooks.setdefault(("after", rpc, number), []).append(mutation)

    def now(self, mutation: Mutation) -> None:
        with self._world.lock:
            mutation(self._world)
            self._world.forget_order()

    def trouble(self, text: str) -> None:
        """More rules from now on, a list as in a world file; `clear_trouble` ends all of them."""
        self._troubles.rules.extend(read_rules(read(text, "trouble")))

    def rule(self, rule: Rule) -> None:
        """One more rule, with a mutation or reply that no world file can say."""
        self._troubles.rules.append(rule)

    def clear_trouble(self) -> None:
        self._troubles.rules.clear()

    def run(self, when: str, rpc: str, number: int) -> None:
        for mutation in self._hooks.get((when, rpc, number), ()):
            mutation(self._world)
            self._world.forget_order()


class Dispatcher:
    """Answers calls; safe from any thread as the world's lock is held while one is answered."""

    def __init__(self, world: World, rules: list[Rule]) -> None:
        self.world = world
        self.calls = Calls()
        self.troubles = Troubles(rules)
        self.control = Control(world, self.troubles)
        self._page_of: dict[str, int] = {}

    async def answer(self, method: Method, request: Any) -> Any:
        """The response message or its bytes; raises Refused."""
        resource = resource_of(request)
        number = self.calls.note(method.name, resource)
        api = self._api_of(method, resource)
        latency = self.world.latency.get(api, self.world.latency.get("", 0.0))
        if latency:
            await asyncio.sleep(latency)
        page = self._page_of.get(getattr(request, "page_token", ""), 1)
        struck = await self.troubles.befall(Call(method.name, resource, page), self.world)
        if getattr(request, "page_token", "") == REPEATED and struck:
            request.page_token = ""
        with self.world.lock:
            if self.world.quotas.limits:
                calls = (
                    len(getattr(request, "names", ())) or 1
                )  # a batch counts once for each of its versions
                self.world.quotas.take(api, method.name, resource, calls)
            self.world.operations.settle()
            self.control.run("before", method.name, number)
            shapes = [rule.listing for rule in struck if rule.listing]
            if shapes and listing.is_listing(method):
                reply = listing.answer(method, self.world, request, shapes)
            else:
                reply = method.answer(self.world, request)
        if inspect.isawaitable(reply):
            reply = await reply
        with self.world.lock:
            reply = self._troubled(method, request, reply, struck, page)
            self.control.run("after", method.name, number)
        return reply

    def _api_of(self, method: Method, resource: str) -> str:
        """The API of a call; of an operation that of the call that began it."""
        service = method.service
        if service == wire_operations.SERVICE and resource in self.world.operations.all:
            service = self.world.operations.all[resource].message.metadata.TypeName()
        return api_of(service)

    def _troubled(self, method: Method, request: Any, reply: Any, struck: list[Rule], page: int) -> Any:
        if isinstance(reply, bytes) and self.troubles.rules:
            reply = method.response.FromString(reply)
        for rule in struck:
            if rule.reply:
                reply = _own(reply)
                rule.reply(self.world, request, reply)
        token = getattr(reply, "next_page_token", "")
        if token and self.troubles.rules:
            self._page_of[token] = page + 1
        if isinstance(reply, operations_pb2.Operation):
            self.world.operations.settle()
            return _own(self.world.operations.get(reply.name))
        return reply if isinstance(reply, bytes) else _own(reply)


def _own(message: Any) -> Any:
    """A copy: what goes out is not what the next call changes."""
    copy = type(message)()
    copy.CopyFrom(message)
    return copy
