"""Laws of grace, over whole worlds: it only ever keeps, and nothing goes before a date or against an opt-out."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from random import Random

from hypothesis import given

from janitor.model.reasons import KeepReason
from janitor.plan.plan import Plan
from janitor.policy.deciding.grace import Grace, Mark, Marks, holders
from tests.laws.deciding import destroyed, images_in, plan_of, tags_of
from tests.laws.places import DICE, Dice
from tests.laws.trying import law
from tests.laws.worlds import World, worlds
from tests.making import NOW

DAY = timedelta(days=1)


def with_grace(dice: Random, world: World, *spans: timedelta | None) -> World:
    """Each policy with one of these as its grace."""
    policies = tuple(replace(each, grace=dice.choice(spans)) for each in world.policies.policies)
    return replace(world, policies=replace(world.policies, policies=policies))


def marked(dice: Random, names: list[str]) -> Marks:
    """Some of these announced, for dates that have come or not; out of a few of them somebody opted."""
    marks = {
        name: Mark(NOW - 9 * DAY, NOW + dice.choice([-1, 0, 1, 5]) * DAY, "")
        for name in names
        if dice.random() < 0.5
    }
    return Marks(marks, frozenset(name for name in names if dice.random() < 0.1))


@dataclass(frozen=True)
class Waiting:
    """A world whose policies have grace or not, the marks of some of its deletions, and the plan with these."""

    world: World
    marks: Marks
    plan: Plan


@lru_cache(maxsize=2)
def waiting(world: World, seed: int) -> Waiting:
    """Grace and marks that follow from a seed; cached for the laws that ask about the same ones."""
    dice = Dice(seed)
    marks = marked(dice, sorted(destroyed(world, plan_of(world))))
    graced = with_grace(dice, world, None, DAY)
    return Waiting(graced, marks, plan_of(graced, Grace(marks)))


@law
@given(worlds(), DICE)
def test_grace_marks_and_opt_outs_never_add_a_deletion(world: World, dice: Dice) -> None:
    found = waiting(world, dice.begin)
    assert not destroyed(found.world, found.plan).keys() - destroyed(world, plan_of(world)).keys()


@law
@given(worlds(), DICE)
def test_nothing_goes_before_its_date_or_against_an_opt_out(world: World, dice: Dice) -> None:
    found = waiting(world, dice.begin)
    marks, gone = found.marks, set(destroyed(world, found.plan))
    assert not [name for name in gone if name in marks.marks and marks.marks[name].due_at > NOW]
    assert not [name for name in gone if name in marks.opted_out]
    assert not [name for name in gone for whole in holders(name) if whole in marks.opted_out]


@law
@given(worlds(), DICE)
def test_nothing_goes_unannounced_where_every_policy_has_grace(world: World, dice: Random) -> None:
    graced = with_grace(dice, world, DAY, 30 * DAY)
    grace = Grace()
    plan = plan_of(graced, grace)
    assert plan.actions == ()
    counted = {row.kind: row.count for row in plan.kept if row.reason is KeepReason.GRACE}
    assert sum(counted.values()) == len(grace.waiting)
    assert set(grace.waiting) <= {name for row in plan.kept for name in row.names}


@law
@given(worlds(), DICE)
def test_what_was_announced_goes_once_its_date_has_come(world: World, dice: Random) -> None:
    """The same world with the marks of its first sweep, all of them due: as if there were no grace.

    A tag that moved while pages were read is on two images; what its mark is about is not known.
    """
    graced, first = with_grace(dice, world, DAY), Grace()
    plan_of(graced, first)
    listed = Counter(
        name.tag(image.package, tag)
        for name in graced.contents
        for image in images_in(graced, name)
        for tag in image.tags
    )
    due = {
        each.name: Mark(NOW - 2 * DAY, NOW, each.state)
        for each in first.waiting.values()
        if listed[each.name] < 2
    }
    second = Grace(Marks(due))
    gone = {action.name for action in plan_of(graced, second).actions}
    with_what_holds_it = {name for name in due if not gone.isdisjoint(holders(name))}
    with_what_holds_it |= {tag for name in gone if "/versions/" in name for tag in tags_of(graced, name)} & {
        *due
    }
    assert set(due) - gone == with_what_holds_it == set(second.lapsed)
    assert not set(second.waiting) & set(due)
