"""Laws of `unused_for`: R49."""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from random import Random

from hypothesis import given

from janitor.plan.plan import Plan
from janitor.policy.conditions.condition import All, AnyOf, Condition, Not
from janitor.policy.conditions.use import Unused, UnusedFor
from janitor.policy.deciding.use_history import UseHistory, UseLog, history_of, use_of
from tests.laws.deciding import destroyed, images_in, plan_of
from tests.laws.places import DICE, Dice
from tests.laws.trying import law
from tests.laws.worlds import World, worlds
from tests.making import NOW, ago


def history(dice: Random, world: World) -> UseHistory:
    """Some images were in use some days ago."""
    uses = [
        (use_of(name, image), ago(days=dice.choice((0.5, 3, 10))))
        for name in world.contents
        for image in images_in(world, name)
        if dice.randint(0, 1)
    ]
    return history_of(ago(days=dice.choice((0.5, 30))), uses)


def as_unused(condition: Condition) -> Condition:
    match condition:
        case UnusedFor():
            return Unused()
        case All(parts):
            return All(tuple(map(as_unused, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(as_unused, parts)))
        case Not(part):  # `unused_for` stands under two or none
            return Not(as_unused(part))
        case _:
            return condition


def with_unused(world: World) -> World:
    """The world whose policies ask for `unused` instead; the world itself where no policy asks for `unused_for`."""
    policies = world.policies.policies
    changed = tuple(replace(p, when=as_unused(p.when)) for p in policies)  # type: ignore[arg-type]
    if changed == policies:
        return world
    return replace(world, policies=replace(world.policies, policies=changed))


@lru_cache(maxsize=2)
def with_deleting_ones_alone(world: World) -> World:
    """The world without policies that only protect and ask for `unused_for`: a later use ends that protection."""
    policies = world.policies.policies
    left = tuple(p for p in policies if p.deletes or as_unused(p.when) == p.when)
    return world if left == policies else replace(world, policies=replace(world.policies, policies=left))


@lru_cache(maxsize=2)
def planned(world: World, seed: int) -> Plan:
    """The plan with the history that follows from a seed; cached for the laws that ask about the same one."""
    return plan_of(world, uses=UseLog(history(Dice(seed), world)))


@law
@given(worlds(), DICE)
def test_unused_for_deletes_no_more_than_unused(world: World, dice: Dice) -> None:
    world = with_deleting_ones_alone(world)
    gone = destroyed(world, planned(world, dice.begin))
    plain = with_unused(world)
    assert not set(gone) - set(destroyed(plain, plan_of(plain)))


@law
@given(worlds(), DICE)
def test_a_later_use_never_adds_a_deletion(world: World, dice: Dice) -> None:
    world = with_deleting_ones_alone(world)
    used = [
        (use_of(name, image), NOW - timedelta(hours=1))
        for name in world.contents
        for image in images_in(world, name)
    ]
    later = history_of(ago(days=30), used)
    gone = destroyed(world, plan_of(world, uses=UseLog(later)))
    assert not set(gone) - set(destroyed(world, planned(world, dice.begin)))


@law
@given(worlds(), DICE)
def test_without_a_history_no_more_is_deleted(world: World, dice: Dice) -> None:
    """Of policies that only protect as well: where the last use is not known, `unused_for` protects."""
    assert not set(destroyed(world, plan_of(world))) - set(destroyed(world, planned(world, dice.begin)))
