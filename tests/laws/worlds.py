"""Worlds at random: what runs, what is stored, what could not be read, and policies that speak of it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from hypothesis import strategies as st

from janitor.model.holders import NOT_ASKED, Holders
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Mode, Repository
from janitor.policy.model import Limits, Policies, Protect, Scope
from tests.laws.places import DELETABLE, DICE, PLACES, Dice
from tests.laws.registries import content, reference, repositories
from tests.laws.rules import policies
from tests.laws.running import workloads


@dataclass(frozen=True, eq=False)
class World:
    """What there is, what is asked, and what of it could not be read: of the repositories in `sealed` the
    images can be, and the packages not. A world equals only itself, so that answers about it can be cached."""

    policies: Policies
    workloads: Workloads
    repositories: tuple[Repository, ...]
    contents: dict[RepositoryName, Contents | Gap]
    gaps: tuple[Gap, ...] = ()
    own: frozenset[str] = frozenset()
    selected: frozenset[str] | None = None
    sealed: frozenset[RepositoryName] = frozenset()
    holders: Holders = NOT_ASKED


def worlds(gaps: bool = False) -> st.SearchStrategy["World"]:
    """Whole worlds; with `gaps`, one thing at least could not be read."""
    return DICE.map(lambda dice: world_of(dice.begin, gaps))


@lru_cache(maxsize=4)
def world_of(seed: int, gaps: bool = False) -> "World":
    """The world of a seed; the last few are at hand, as `make laws` asks every law about the same one."""
    return world(Random(seed), gaps)


def world(dice: Random, gaps: bool = False) -> World:
    """In one of three hardly anything is in use, in another most of it is."""
    stored, busy = repositories(dice), dice.choice((0.03, 0.1, 0.5))
    contents: dict[RepositoryName, Contents | Gap] = {
        each.name: content(dice, each) for each in stored if each.mode is not Mode.VIRTUAL
    }
    own = dice.choice((frozenset(), frozenset(), frozenset({"web"})))
    found = World(policy_file(dice), workloads(dice, busy), stored, contents, own=own)
    found = with_gaps(dice, found) if gaps else found
    return found if gaps or dice.randint(0, 19) else replace(found, workloads=Workloads())


def policy_file(dice: Random) -> Policies:
    return Policies(
        Scope(DELETABLE, dice.choice((None, None, ("us-central1",))), ("o",)),
        "dry-run",
        protections(dice),
        Limits(),
        policies(dice),
        "sha256:0",
    )


def protections(dice: Random) -> Protect:
    return Protect(
        labels=dice.choice(({}, {"janitor": "keep"})),
        names=dice.choice(((), (), (), (), ("*-prod",), ("team/*",), ("xai", "left-*"))),
        tags=dice.choice(((), (), (), ("keep-*",), ("v*", "keep-*"))),
        references=tuple(reference(dice) for _ in range(dice.choice((0, 0, 0, 1)))),
    )


def with_gaps(dice: Random, world: World) -> World:
    """One more gap: a listing of Cloud Run, a list of repositories, or what is in one of them."""
    inside = ["content", "inside", "packages"] if world.contents else []
    kinds = ["run", "run", "location", "list", *inside]
    which = dice.choice(kinds)
    if which in inside:
        name = dice.choice(sorted(world.contents))
        gap = Gap(name.project, name.location, Kind.IMAGE, "403", name.repository)
        if which == "inside":
            return replace(world, gaps=(*world.gaps, gap))
        if which == "packages":
            return replace(world, sealed=world.sealed | {name})
        return replace(world, contents={**world.contents, name: gap})
    project, location = dice.choice(PLACES)
    gap = {
        "run": Gap(
            project,
            location,
            dice.choice((Kind.SERVICE, Kind.REVISION, Kind.JOB, Kind.EXECUTION, Kind.WORKER_POOL)),
            "503",
        ),
        "location": Gap(project, "-", Kind.RUN_LOCATION, "403"),
        "list": Gap(project, location, Kind.REPOSITORY, "403"),
    }[which]
    return replace(world, gaps=(*world.gaps, gap))


@lru_cache(maxsize=4)
def less_visible(world: World, seed: int) -> World:
    """The world with one more gap, which follows from a seed; cached for the laws that ask about the same one."""
    return with_gaps(Dice(seed), world)
