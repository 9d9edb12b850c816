"""Laws of `janitor validate`'s warnings: a policy called idle deletes nothing, a shadowed one changes nothing."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from janitor.policy.advice import advice, shadows
from janitor.policy.implication import contradiction
from janitor.policy.values import All, Policy
from tests.laws.deciding import plan_of
from tests.laws.rules import LEAVES, condition
from tests.laws.trying import law
from tests.laws.worlds import World, worlds
from tests.making import NOW

DICE = st.randoms(use_true_random=False)


def with_policies(world: World, *policies: Policy) -> World:
    return replace(world, policies=replace(world.policies, policies=policies), selected=None)


def made(dice: Random, name: str, kind: object, *parts: object) -> Policy:
    return Policy(name, kind, All(parts), None, dice.randint(0, 3) == 0)  # type: ignore[arg-type]


def said_never_to_delete(world: World, policy: Policy) -> bool:
    file = with_policies(world, policy).policies
    return any("can never" in text for path, text in advice(file, NOW) if path[0] == "policies")


@law
@given(worlds(), DICE)
def test_a_policy_that_is_said_never_to_delete_deletes_nothing(world: World, dice: Random) -> None:
    kind = dice.choice(list(LEAVES))
    for _ in range(30):
        policy = made(dice, "idle", kind, *(condition(dice, kind) for _ in range(3)))
        if said_never_to_delete(world, policy):
            break
    else:
        return
    assert plan_of(with_policies(world, policy)).actions == ()


@law
@given(worlds(), DICE)
def test_taking_a_shadowed_policy_out_changes_no_deletion(world: World, dice: Random) -> None:
    kind = dice.choice(list(LEAVES))
    for _ in range(30):
        wide = made(dice, "wide", kind, condition(dice, kind))
        narrow = made(dice, "narrow", kind, *wide.when.parts, condition(dice, kind))
        earlier, later = (wide, narrow) if dice.randint(0, 3) else (narrow, wide)
        if shadows(earlier, later):
            break
    else:
        return
    assert (
        plan_of(with_policies(world, earlier, later)).actions
        == plan_of(with_policies(world, earlier)).actions
    )


def test_the_laws_meet_such_policies_often_enough() -> None:
    dice = Random(1)
    kinds = [dice.choice(list(LEAVES)) for _ in range(2000)]
    idle = [k for k in kinds if contradiction(All(tuple(condition(dice, k) for _ in range(3))))]
    assert len(idle) > 100
