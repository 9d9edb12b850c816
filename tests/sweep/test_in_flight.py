"""The budget of the second pass: how many rows that were read and are not decided yet are held."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import date, timedelta

import pytest

from janitor.cost.book import PriceBook
from janitor.model.inventory import Gap, Observed, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Mode, Package, Repository
from janitor.policy.conditions.age import OlderThan
from janitor.policy.deciding.context import DecisionInput
from janitor.policy.model import Scope
from janitor.sweep.in_flight import Allowance, InFlight
from janitor.sweep.repositories import DecisionPorts
from janitor.sweep.sweep import decide
from tests.making import NOW, image, policies, policy

PAGE, DAY = 1000, timedelta(days=1)


async def soon(waiting: Awaitable[None]) -> bool:
    """Whether it ends within some steps of the loop."""
    task = asyncio.ensure_future(waiting)
    for _ in range(5):
        await asyncio.sleep(0)
    return task.done()


async def test_rows_beyond_the_budget_wait_until_a_repository_is_decided() -> None:
    budget = InFlight(rows=3 * PAGE)
    with ExitStack() as stack:
        first = budget.repository()
        one, two = first.__enter__(), stack.enter_context(budget.repository())
        assert one.take(2 * PAGE)
        assert two.take(PAGE)
        assert not two.take(PAGE)
        waiting = asyncio.ensure_future(two.wait(PAGE))
        assert not await soon(asyncio.shield(waiting))
        first.__exit__(None, None, None)
        assert await soon(waiting)
        assert (two.rows, budget.held) == (2 * PAGE, 2 * PAGE)
    assert budget.held == 0


async def test_what_was_begun_first_never_waits() -> None:
    """Else repositories that fill the budget together would wait for each other for ever."""
    budget = InFlight(rows=2 * PAGE)
    with budget.repository() as one, budget.repository() as two:
        assert two.take(2 * PAGE)
        assert one.take(PAGE)
        assert await soon(one.wait(PAGE))
        assert not two.take(PAGE)
        assert budget.held == 4 * PAGE


async def test_the_next_one_goes_on_when_the_first_is_decided_though_nothing_was_held_by_it() -> None:
    budget = InFlight(rows=PAGE)
    empty = budget.repository()
    empty.__enter__()
    with budget.repository() as two, budget.repository() as three:
        assert three.take(PAGE)
        waiting = asyncio.ensure_future(two.wait(PAGE))
        assert not await soon(asyncio.shield(waiting))
        empty.__exit__(None, None, None)
        assert await soon(waiting)


async def test_a_page_that_is_not_full_gives_back_the_rest() -> None:
    budget = InFlight(rows=PAGE)
    with budget.repository() as one, budget.repository() as two:
        assert one.take(PAGE)
        waiting = asyncio.ensure_future(two.wait(PAGE))
        assert not await soon(asyncio.shield(waiting))
        one.settle(-PAGE)
        assert await soon(waiting)
        assert (one.rows, two.rows) == (0, PAGE)


async def test_who_gives_up_waiting_holds_nothing() -> None:
    budget = InFlight(rows=PAGE)
    first = budget.repository()
    first.__enter__().take(PAGE)
    with budget.repository() as second, budget.repository() as third:
        given_up = asyncio.ensure_future(second.wait(PAGE))
        waiting = asyncio.ensure_future(third.wait(PAGE))
        assert not await soon(asyncio.shield(given_up))
        given_up.cancel()
        await soon(asyncio.gather(given_up, return_exceptions=True))
        first.__exit__(None, None, None)
        assert await soon(waiting)
        assert (second.rows, third.rows) == (0, PAGE)


Read = Callable[[Repository, Allowance], Awaitable[Contents | Gap]]


class Reading:
    """Reads repositories as a test says."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def contents(self, repository: Repository, allowance: Allowance | None = None) -> Contents | Gap:
        assert allowance is not None
        return await self._read(repository, allowance)

    async def packages(self, repository: Repository, _: Allowance | None = None) -> tuple[Package, ...] | Gap:
        raise AssertionError(f"nothing asks for the packages of {repository.name}")


def docker(name: RepositoryName, size: int = 0) -> Repository:
    return Repository(name, "DOCKER", Mode.STANDARD, size, None, None, {})


async def decided(
    read: Read, repositories: Sequence[Repository], on_decided: asyncio.Event | None = None
) -> int:
    """A dry run over these; how many were decided. `on_decided` is set once all but one are."""
    rules = policies(policy("old", Kind.IMAGE, OlderThan(DAY)), scope=Scope(("p",), no_workloads=True))
    asked = DecisionInput(rules, {"old"}, ("p",), ("p",), frozenset(), NOW)
    observed = Observed(NOW, ("p",), Workloads(), tuple(sorted(repositories, key=lambda each: each.name)))
    heard: list[int] = []

    def hear(done: int, total: int, _: int) -> None:
        heard.append(done)
        if on_decided and done == total - 1:
            on_decided.set()

    ports = DecisionPorts(Reading(read), on_repository=hear)
    await decide(asked, observed, PriceBook("fallback", date.min, {}), ports)
    assert heard == list(range(1, len(repositories) + 1))
    return len(heard)


async def test_repositories_of_every_location_are_read_side_by_side() -> None:
    """None is answered before eight of each of two locations are asked for."""
    names = [RepositoryName("p", place, f"r{n}") for place in ("asia", "us") for n in range(8)]
    meeting = asyncio.Barrier(len(names))

    async def read(_: Repository, __: Allowance) -> Contents:
        await meeting.wait()
        return Contents([image("a")])

    async with asyncio.timeout(20):
        assert await decided(read, [docker(name) for name in names]) == 16


async def test_a_repository_is_decided_while_another_is_still_read() -> None:
    others_decided = asyncio.Event()

    async def read(repository: Repository, _: Allowance) -> Contents:
        if repository.name.repository == "a":
            await others_decided.wait()
        return Contents([image("a")])

    names = [RepositoryName("p", "us", each) for each in ("a", "b", "c", "d")]
    async with asyncio.timeout(20):
        assert await decided(read, [docker(name) for name in names], others_decided) == 4


async def test_the_largest_repository_is_begun_first_for_its_pages_take_longest() -> None:
    begun: list[str] = []

    async def read(repository: Repository, _: Allowance) -> Contents:
        begun.append(repository.name.repository)
        return Contents([])

    sizes = {"a": 1, "b": 30, "c": 30, "d": 2}
    await decided(read, [docker(RepositoryName("p", "us", name), size) for name, size in sizes.items()])
    assert begun == ["b", "c", "d", "a"]


async def test_what_a_repository_held_is_given_back_once_it_is_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forty repositories of a page each through a budget of three pages: more than three are never held."""
    monkeypatch.setattr("janitor.sweep.in_flight.ROWS", 3 * PAGE)
    most: list[int] = []
    held = 0

    async def read(_: Repository, allowance: Allowance) -> Contents:
        nonlocal held
        await allowance.wait(PAGE)
        held += 1
        most.append(held)
        await asyncio.sleep(0)
        held -= 1
        return Contents([image("a")])

    names = [RepositoryName("p", "us", f"r{n:02}") for n in range(40)]
    async with asyncio.timeout(20):
        await decided(read, [docker(name) for name in names])
    assert len(most) == 40
    assert 2 <= max(most) <= 3


async def test_an_error_while_one_is_read_ends_the_pass_and_all_other_reads() -> None:
    ended: list[str] = []

    async def read(repository: Repository, _: Allowance) -> Contents:
        if repository.name.repository == "bad":
            await asyncio.sleep(0)
            raise RuntimeError("a mistake")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(repository.name.repository)
        raise AssertionError

    with pytest.raises(RuntimeError, match="a mistake"):
        await decided(read, [docker(RepositoryName("p", "us", n)) for n in ("a", "bad", "c")])
    assert sorted(ended) == ["a", "c"]
