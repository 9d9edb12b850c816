"""Laws of `janitor validate`'s warnings: a policy called idle deletes nothing, a shadowed one changes nothing."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from janitor.model.kinds import Kind, Status
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, Condition, Not
from janitor.policy.conditions.implication import contradiction
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import LocationIs, NameIs, RepositoryIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import AnyTag, Tagged, TagsMatch, TagsRegex, TagsSemver
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.model import Policy
from janitor.policy.warnings import advice, shadows
from tests.laws.deciding import plan_of
from tests.laws.rules import KEEPS_OF, LEAVES, RANKED, condition, largest
from tests.laws.trying import law
from tests.laws.worlds import World, worlds
from tests.making import NOW

DICE = st.randoms(use_true_random=False)


def with_policies(world: World, *policies: Policy) -> World:
    return replace(world, policies=replace(world.policies, policies=policies), selected=None)


# Keys of which advice says more than of most.
_ANYWHERE: tuple[Condition, ...] = (
    LabelsAre({"janitor": "keep"}), LabelsAre({"janitor-ttl": "3days"}), LabelsAre({"janitor-ttl": "1d"}),
    LabelsAre({"goog-managed-by": "*"}), TtlExpired(), LocationIs(("us-*",)),
    Not(OlderThan(timedelta(days=9))), Not(OlderThan(timedelta(days=20))),
)  # fmt: skip
_SPOKEN_OF: dict[Kind, tuple[Condition, ...]] = {
    Kind.SERVICE: (Not(StatusIs((Status.FAILED,))), NameIs(("w*", "x-*")), NameIs(("Web",))),
    Kind.REVISION: (Not(StatusIs((Status.RETIRED, Status.FAILED))), Not(StatusIs((Status.FAILED,)))),
    Kind.EXECUTION: (Not(StatusIs((Status.SUCCEEDED, Status.FAILED, Status.CANCELLED))),),
    Kind.IMAGE: (
        TagsMatch(("v1*",)), TagsMatch(("v1.0.0", "latest")), TagsMatch(("pr-*", "keep-*")), AnyTag(("pr-*",)), AnyTag(("v1*", "latest")), TagsRegex("^v1"),
        TagsSemver("<1"), TagsSemver(">=1 <2"), TagsSemver(">=1.1"), TagsSemver(">2 <=2"), Tagged(True),
        RepositoryIs(("gcr.io", "eu.gcr.io")), RepositoryIs(("gcr.io", "r")), NameIs(("a*", "team/*")),
    ),
    Kind.REPOSITORY: (NameIs(("gcr.io",)), NameIs(("gcr.io", "r"))),
}  # fmt: skip


def key_or_more(dice: Random, kind: Kind) -> Condition:
    """Any condition, or one of which advice says more than of most."""
    more = (*_ANYWHERE, *_SPOKEN_OF.get(kind, ()))
    return condition(dice, kind) if dice.randint(0, 1) else dice.choice(more)


def made(dice: Random, name: str, kind: Kind, *parts: Condition, keeps: bool = False) -> Policy:
    keep = dice.choice((None, *KEEPS_OF.get(kind, ()))) if keeps else None
    grace = dice.choice((None, None, timedelta(days=3)))
    return Policy(name, kind, All(parts), keep, dice.randint(0, 3) == 0, grace)


def said_never_to_delete(world: World, policy: Policy) -> bool:
    file = with_policies(world, policy).policies
    told = [each for each in advice(file, NOW) if each[0][0] == "policies"]
    return any("can never" in text or "matches nothing" in text for path, text in told)


@law
@given(worlds(), DICE)
def test_a_policy_that_is_said_never_to_delete_deletes_nothing(world: World, dice: Random) -> None:
    kind = dice.choice(list(LEAVES))
    for _ in range(30):
        policy = made(dice, "idle", kind, *(key_or_more(dice, kind) for _ in range(2)), keeps=True)
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
        few = largest(dice) if kind in RANKED and dice.randint(0, 1) else ()
        both, one = dice.choice(((few, ()), ((), few)))
        wide = made(dice, "wide", kind, key_or_more(dice, kind), *both)
        narrow = made(dice, "narrow", kind, *wide.when.parts, key_or_more(dice, kind), *one)
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
