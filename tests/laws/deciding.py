"""Asking the real core about a whole world, and reading its plan."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from janitor.cost.book import GLOBAL, Metered, PriceBook
from janitor.ledger.sightings import Lookout
from janitor.model.inventory import Gap, Observed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import Contents, Image, Package, Repository
from janitor.plan.values import Plan
from janitor.policy.grace import Grace
from janitor.sweep import Question, Stages, decide
from tests.laws.worlds import DELETABLE, READ, World
from tests.making import NOW

BOOK = PriceBook("fallback", date(2026, 11, 1), {Metered.STORAGE: {GLOBAL: Decimal("0.1")}})


# What goes with all that it holds.
CONTAINERS = (Kind.SERVICE, Kind.JOB, Kind.WORKER_POOL, Kind.REPOSITORY)


class Remembered:
    """An observer that reads a world out of memory."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def observe(self, projects: Sequence[str], now: datetime) -> Observed:
        world = self._world
        return Observed(now, tuple(projects), world.workloads, world.repositories, world.gaps)

    async def contents(self, repository: Repository) -> Contents | Gap:
        return self._world.contents[repository.name]

    async def packages(self, repository: Repository) -> tuple[Package, ...] | Gap:
        """Those of the images, and an empty one."""
        shorts = dict.fromkeys(
            [image.package for image in images_in(self._world, repository.name)] + ["empty"]
        )
        return tuple(Package(repository.name.package(short), short, 0.0, 0.0) for short in shorts)


def plan_of(world: World, grace: Grace | None = None) -> Plan:
    """What one sweep of this world would do, with the name of everything that stays."""
    return asyncio.run(_plan_of(world, grace or Grace()))


async def _plan_of(world: World, grace: Grace) -> Plan:
    observer = Remembered(world)
    selected = world.selected
    if selected is None:
        selected = frozenset(policy.name for policy in world.policies.policies)
    question = Question(
        "sweep", world.policies, world.policies.limits, DELETABLE, READ, selected, world.own, True, NOW
    )
    stages = Stages(
        observer, _no_prices, None, lambda: NOW, _ignore, lambda *_: (), _ignore, _ignore, Lookout(),
        grace=grace,
    )  # fmt: skip
    observed = await observer.observe(READ, NOW)
    return (await decide(question, stages, observed, BOOK)).plan


async def _no_prices() -> PriceBook:
    raise AssertionError("deciding is given its prices")


def _ignore(*_: object) -> None: ...


def images_in(world: World, name: RepositoryName) -> list[Image]:
    """All images of a repository; none where it could not be read."""
    found = world.contents.get(name, Contents())
    return [] if isinstance(found, Gap) else found.images


def contained(world: World, name: str) -> list[str]:
    """Names of all that goes when this goes with its content."""
    if "/repositories/" in name:
        repository = RepositoryName.parse(name)
        return [repository.version(i.package, i.digest) for i in images_in(world, repository)]
    parent = ResourceName.parse(name)
    held = (*world.workloads.revisions, *world.workloads.executions)
    return [str(each.name) for each in held if each.name.parent == parent]


def destroyed(world: World, plan: Plan) -> Counter[str]:
    """Every name that goes, by itself or with what holds it, and how often it is named."""
    names: Counter[str] = Counter()
    for action in plan.actions:
        names[action.name] += 1
        if action.kind in CONTAINERS:
            names.update(contained(world, action.name))
    return names
