"""Law of the second pass: what a sweep comes to does not depend on the order in which repositories are read."""

import asyncio

from hypothesis import given

from janitor.model.inventory import Gap
from janitor.model.resources import Contents, Package, Repository
from janitor.plan.codec import encode
from janitor.policy.deciding.context import Memory
from janitor.policy.deciding.grace import Grace, Marks
from janitor.sweep.in_flight import Allowance
from janitor.sweep.sweep import SweepDecision
from tests.laws.deciding import Remembered, decided, run
from tests.laws.places import DICE, Dice
from tests.laws.test_grace import DAY, with_grace
from tests.laws.trying import law
from tests.laws.worlds import World, worlds

_LONGEST = 20


class Shuffled(Remembered):
    """Answers each call some steps of the event loop later."""

    def __init__(self, world: World, dice: Dice) -> None:
        super().__init__(world)
        self._dice = dice

    async def contents(self, repository: Repository, _: Allowance | None = None) -> Contents | Gap:
        """The images of a docker repository, after a while."""
        await self._wait()
        return await super().contents(repository)

    async def packages(self, repository: Repository, _: Allowance | None = None) -> tuple[Package, ...] | Gap:
        """The packages of a repository, after a while."""
        await self._wait()
        return await super().packages(repository)

    async def _wait(self) -> None:
        for _ in range(self._dice.randint(0, _LONGEST)):
            await asyncio.sleep(0)


def come_to(world: World, observer: Remembered) -> tuple[object, ...]:
    """All that a sweep keeps of what it decided."""
    memory = Memory(Grace(Marks()))
    found: SweepDecision = run(decided(world, observer, memory))
    waiting = sorted(memory.grace.waiting.values())
    return (
        encode(found.plan), found.failures, found.unmatched, found.references, waiting,
        memory.grace.lapsed, sorted(memory.uses.names), sorted(memory.uploads.noted.items()),
    )  # fmt: skip


@law
@given(worlds(gaps=True), DICE)
def test_the_order_of_answers_changes_nothing(world: World, dice: Dice) -> None:
    world = with_grace(dice, world, None, DAY)
    plain = come_to(world, Remembered(world))
    assert come_to(world, Shuffled(world, dice)) == plain
