"""Laws of direction: whoever keeps, protects, or hides more never deletes more."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from janitor.model.inventory import merged
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import Instance, Version
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All
from janitor.policy.conditions.size import LargerThan
from janitor.policy.deciding.orphaned import asks_for_orphans
from janitor.policy.model import Policies, Policy, Protect, Retention
from tests.laws.deciding import destroyed, packages_in, plan_of
from tests.laws.places import DICE, Dice
from tests.laws.registries import reference
from tests.laws.rules import KEEPS_OF, LEAVES, RANKED, policy
from tests.laws.trying import law
from tests.laws.worlds import World, less_visible, worlds
from tests.making import workloads


def deletes_no_more(less: World, more: World) -> None:
    assert not set(destroyed(less, plan_of(less))) - set(destroyed(more, plan_of(more)))


def with_policies(world: World, policies: tuple[Policy, ...]) -> World:
    return replace(world, policies=replace(world.policies, policies=policies))


def with_protect(world: World, protect: Protect) -> World:
    return replace(world, policies=replace(world.policies, protect=protect))


def kept_more(dice: Random, world: World) -> World:
    """One policy keeps more than it did. A `keep` that one without `deletes` had not makes it keep less."""
    policies = list(world.policies.policies)
    places = [n for n, p in enumerate(policies) if p.kind in KEEPS_OF and (p.deletes or p.keep)]
    if not places:
        return world
    place = dice.choice(places)
    chosen = policies[place]
    keep = chosen.keep or dice.choice(KEEPS_OF[chosen.kind])
    if chosen.keep:
        keep = dice.choice([
            replace(keep, latest=(keep.latest or 0) + 1),
            replace(keep, newer_than=(keep.newer_than or timedelta()) + timedelta(days=30)),
            replace(keep, tagged=(*keep.tagged, "pr-*")) if chosen.kind in RANKED else keep,
            replace(keep, rollback=(keep.rollback or 0) + 1) if chosen.kind is Kind.REVISION else keep,
            replace(keep, latest_groups=keep.latest_groups and keep.latest_groups + 1),
        ])  # fmt: skip
    policies[place] = replace(chosen, keep=keep)
    return with_policies(world, tuple(policies))


@law
@given(worlds(), DICE)
def test_keeping_more_never_deletes_more(world: World, dice: Random) -> None:
    deletes_no_more(kept_more(dice, world), world)


@law
@given(worlds(), DICE)
def test_a_policy_that_deletes_no_more_never_adds_a_deletion(world: World, dice: Random) -> None:
    policies = list(world.policies.policies)
    place = dice.randrange(len(policies))
    policies[place] = replace(policies[place], deletes=False)
    deletes_no_more(with_policies(world, tuple(policies)), world)


@law
@given(worlds())
def test_a_policy_that_only_keeps_deletes_nothing(world: World) -> None:
    keeping = {policy.name for policy in world.policies.policies if not policy.deletes}
    assert not keeping & {action.policy for action in plan_of(world).actions}


@law
@given(worlds(), DICE)
def test_adding_a_protection_never_adds_a_deletion(world: World, dice: Random) -> None:
    """Where there is a workload already: a world without any is kept for that, until a reference is listed (R42)."""
    world = with_user(world, "nginx")
    old = world.policies.protect
    protect = dice.choice([
        replace(old, labels={**old.labels, "env": "dev"}),
        replace(old, names=(*old.names, "web", "app", "r", "npm", "left-pad")),
        replace(old, tags=(*old.tags, "pr-*")),
        replace(old, references=(*old.references, reference(dice))),
    ])  # fmt: skip
    deletes_no_more(with_protect(world, protect), world)
    deletes_no_more(replace(world, own=world.own | {"xai"}), world)


def with_user(world: World, *images: str) -> World:
    """One instance more, which names these images."""
    loads = world.workloads
    name = ResourceName("p", "us-central1", ("instances", f"box-{len(loads.of(Kind.INSTANCE))}"))
    return replace(world, workloads=merged([loads, workloads(Instance(name, images))]))


@law
@given(worlds(), DICE)
def test_one_user_or_one_reference_more_never_adds_a_deletion(world: World, dice: Random) -> None:
    """Where there is a workload already: a world without any is kept for that (R42)."""
    world = with_user(world, "nginx")
    deletes_no_more(with_user(world, *(reference(dice) for _ in range(3))), world)
    protect = world.policies.protect
    listed = replace(protect, references=(*protect.references, reference(dice), reference(dice)))
    deletes_no_more(with_protect(world, listed), world)


@law
@given(worlds(), DICE)
def test_one_gap_more_never_adds_a_deletion(world: World, dice: Dice) -> None:
    hidden = less_visible(world, dice.begin)
    gone = set(destroyed(hidden, plan_of(hidden)))
    assert not gone - set(destroyed(world, plan_of(world)))


@law
@given(worlds(), DICE)
def test_selecting_fewer_policies_never_deletes_more(world: World, dice: Random) -> None:
    names = [policy.name for policy in world.policies.policies]
    chosen = frozenset(name for name in names if dice.randint(0, 1))
    fewer = replace(world, selected=chosen)
    deletes_no_more(fewer, world)
    assert {action.policy for action in plan_of(fewer).actions} <= chosen


@law
@given(worlds(), st.integers(0, 2), DICE)
def test_the_latest_versions_stay_unless_their_package_goes(world: World, latest: int, dice: Random) -> None:
    """With one policy for versions, which speaks of all of them: the newest so many, and all undated."""
    one = policy(dice, "versions", Kind.VERSION)
    when = All(tuple(part for part in one.when.parts if isinstance(part, OlderThan | LargerThan)))
    others = tuple(each for each in world.policies.policies if each.kind is not Kind.VERSION)
    world = with_policies(world, (*others, replace(one, when=when, keep=Retention(latest=latest))))
    gone = {action.name for action in plan_of(world).actions}
    for name in world.contents:
        for package in packages_in(world, name):
            newest = sorted((v for v in package.versions if v.create_time is not None), key=_newest_first)
            undated = [version for version in package.versions if version.create_time is None]
            for version in (*newest[:latest], *undated):
                assert f"{package.name}/versions/{version.id}" not in gone


def _newest_first(version: Version) -> tuple[float, str]:
    return -(version.create_time or 0), version.id


@law
@given(worlds(), DICE)
def test_a_further_policy_that_only_keeps_never_adds_a_deletion(world: World, dice: Random) -> None:
    kind = dice.choice(tuple(KEEPS_OF))
    keeper = replace(policy(dice, "keeper", kind), keep=dice.choice(KEEPS_OF[kind]))
    if dice.randint(0, 1):
        keeper = replace(policy(dice, "keeper", dice.choice(tuple(LEAVES))), keep=None, deletes=False)
    more = _with(world.policies, keeper)
    if asks_for_orphans(more) and not asks_for_orphans(world.policies):
        return  # the further policy makes janitor read which subjects are gone (R40)
    everything = frozenset(policy.name for policy in world.policies.policies)
    deletes_no_more(replace(world, policies=more, selected=everything), world)


def _with(policies: Policies, keeper: Policy) -> Policies:
    return replace(policies, policies=(*policies.policies, keeper))
