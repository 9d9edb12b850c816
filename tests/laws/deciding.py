"""Asking the real core about a whole world, and reading its plan."""

import asyncio
import atexit
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, TypeVar

from janitor.cost.book import GLOBAL, Metered, PriceBook
from janitor.model.inventory import Gap, Observed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import Contents, Image, Package, Repository
from janitor.plan.plan import Plan
from janitor.policy.deciding.context import DecisionInput, Detail, Memory
from janitor.policy.deciding.grace import Grace
from janitor.policy.deciding.use_history import UseLog
from janitor.sweep.in_flight import Allowance
from janitor.sweep.repositories import DecisionPorts
from janitor.sweep.sweep import SweepDecision, decide
from tests.laws.places import DELETABLE, READ
from tests.laws.worlds import World
from tests.making import NOW

BOOK = PriceBook("fallback", date(2026, 11, 1), {Metered.STORAGE: {GLOBAL: Decimal("0.1")}})


# What goes with all that it holds.
CONTAINERS = (Kind.SERVICE, Kind.JOB, Kind.WORKER_POOL, Kind.REPOSITORY, Kind.PACKAGE)


T = TypeVar("T")


class Remembered:
    """An observer that reads a world out of memory."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def observe(self, projects: Sequence[str], now: datetime) -> Observed:
        world = self._world
        return Observed(
            now, tuple(projects), world.workloads, world.repositories, world.gaps, holders=world.holders
        )

    async def contents(self, repository: Repository, _: Allowance | None = None) -> Contents | Gap:
        """The images of a docker repository; of no other there are any to ask for."""
        assert repository.format == "DOCKER"
        found = self._world.contents[repository.name]
        return found if isinstance(found, Gap) else replace(found, packages=None)

    async def packages(self, repository: Repository, _: Allowance | None = None) -> tuple[Package, ...] | Gap:
        name = repository.name
        found = self._world.contents[name]
        if isinstance(found, Gap):
            return found
        if name in self._world.sealed:
            return Gap(name.project, name.location, Kind.PACKAGE, "403", name.repository)
        return found.packages or ()


def plan_of(world: World, grace: Grace | None = None, uses: UseLog | None = None) -> Plan:
    """The plan of one sweep of this world, with the names of all resources that are kept.

    Without `grace` and `uses` the plans of the last few worlds are cached. A copy of a world is decided again.
    """
    if grace is None and uses is None:
        return _plain_plan_of(world)
    return run(_plan_of(world, grace or Grace(), uses or UseLog()))


@lru_cache(maxsize=16)
def _plain_plan_of(world: World) -> Plan:
    return run(_plan_of(world, Grace(), UseLog()))


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on the event loop of the laws: a new loop for each decision costs more."""
    return _loop().run_until_complete(coroutine)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    atexit.register(loop.close)
    return loop


async def _plan_of(world: World, grace: Grace, uses: UseLog) -> Plan:
    return (await decided(world, Remembered(world), Memory(grace, uses=uses))).plan


async def decided(world: World, observer: Remembered, memory: Memory) -> SweepDecision:
    """What one sweep of this world comes to, as `observer` reads it."""
    selected = world.selected
    if selected is None:
        selected = frozenset(policy.name for policy in world.policies.policies)
    question = DecisionInput(world.policies, selected, DELETABLE, READ, world.own, NOW, Detail(names=True))
    observed = await observer.observe(READ, NOW)
    return await decide(question, observed, BOOK, DecisionPorts(observer, memory))


def images_in(world: World, name: RepositoryName) -> list[Image]:
    """All images of a repository; none where it could not be read."""
    found = world.contents.get(name, Contents())
    return [] if isinstance(found, Gap) else found.images


def packages_in(world: World, name: RepositoryName) -> tuple[Package, ...]:
    """All packages of a repository; none where it could not be read."""
    found = world.contents.get(name, Contents())
    return () if isinstance(found, Gap) else found.packages or ()


def held_in(world: World, repository: RepositoryName) -> dict[Kind, list[str]]:
    """The names of all that lies in a repository; a tag that was seen twice stands there twice."""
    images, packages = images_in(world, repository), packages_in(world, repository)
    tags = [repository.tag(image.package, tag) for image in images for tag in image.tags]
    tags += [tag_of(p, tag) for p in packages for version in p.versions for tag in version.tags]
    return {
        Kind.IMAGE: [repository.version(image.package, image.digest) for image in images],
        Kind.PACKAGE: [package.name for package in packages],
        Kind.VERSION: [f"{p.name}/versions/{version.id}" for p in packages for version in p.versions],
        Kind.TAG: tags,
    }


def tag_of(package: Package, tag: str) -> str:
    """Google's name of a tag; of all that a tag of these worlds has, a space alone is escaped."""
    return f"{package.name}/tags/{tag.replace(' ', '%20')}"


def contained(world: World, name: str) -> dict[Kind, list[str]]:
    """Names of all that goes when this goes with its content."""
    if "/repositories/" not in name:
        parent = ResourceName.parse(name)
        loads = world.workloads
        return {
            Kind.REVISION: [str(each.name) for each in loads.of(Kind.REVISION) if each.name.parent == parent],
            Kind.EXECUTION: [
                str(each.name) for each in loads.of(Kind.EXECUTION) if each.name.parent == parent
            ],
        }
    repository, _, _ = name.partition("/packages/")
    held = held_in(world, RepositoryName.parse(repository))
    return {kind: [each for each in names if each.startswith(f"{name}/")] for kind, names in held.items()}


def tags_of(world: World, image: str) -> list[str]:
    """The names of an image's tags, which go with it."""
    repository = RepositoryName.parse(image.partition("/packages/")[0])
    return [
        repository.tag(each.package, tag)
        for each in images_in(world, repository)
        if repository.version(each.package, each.digest) == image
        for tag in each.tags
    ]


def destroyed(world: World, plan: Plan) -> Counter[str]:
    """Every name that goes, by itself or with what holds it, and how often it is named."""
    return Counter(_destroyed(world, plan))


def _destroyed(world: World, plan: Plan) -> Iterator[str]:
    for action in plan.actions:
        yield action.name
        if action.kind in CONTAINERS:
            for names in contained(world, action.name).values():
                yield from names
        if action.kind is Kind.IMAGE:
            yield from tags_of(world, action.name)
