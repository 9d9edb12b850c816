"""Laws of `expr`: it only ever narrows, and what fails never deletes, wherever it stands."""

from dataclasses import replace
from random import Random

from hypothesis import given

from janitor.policy.conditions.condition import All, AnyOf, Condition, Not
from janitor.policy.conditions.expression import Expr
from tests.laws.deciding import destroyed, plan_of
from tests.laws.places import DICE
from tests.laws.trying import law
from tests.laws.worlds import World, worlds

# Of every kind: each fails on every resource, or gives no truth value.
FAILING = (
    "resource.labels.nobody_has_this == 'x'",
    "int(resource.project) > 1",
    "1 / (size(resource.location) - size(resource.location)) == 1",
    "resource.name",
    "resource.labels",
)
WHOLE = (*FAILING, "true", "false", "resource.location.startsWith('us')", "has(resource.labels.env)")


def with_expression(world: World, expression: Condition) -> World:
    """Every policy asks it too."""
    each = world.policies.policies
    narrowed = tuple(replace(p, when=All((*p.when.parts, expression))) for p in each)
    return replace(world, policies=replace(world.policies, policies=narrowed))


@law
@given(worlds(), DICE)
def test_an_expression_that_fails_deletes_nothing(world: World, dice: Random) -> None:
    key = Expr(dice.choice(FAILING), "a")
    expression = dice.choice(
        (key, Not(key), Not(All((key,))), AnyOf((key, Not(key))), All((Not(key), Not(key))))
    )
    assert not destroyed(world, plan_of(with_expression(world, expression)))


@law
@given(worlds(), DICE)
def test_an_expression_more_never_adds_a_deletion(world: World, dice: Random) -> None:
    key = Expr(dice.choice(WHOLE), "a")
    narrowed = with_expression(world, dice.choice((key, Not(key))))
    # a repository that now stays may leave its images to be decided one by one
    more = destroyed(narrowed, plan_of(narrowed)).keys() - destroyed(world, plan_of(world)).keys()
    assert not more
