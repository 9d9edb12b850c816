"""Laws of explaining: it says what a sweep says, and what it shows is what that rests on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain, islice, zip_longest

from hypothesis import given

from janitor.explain.explainer import Explainer
from janitor.model.inventory import Observed, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Mode, Repository
from janitor.plan.plan import Plan
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.tags import TagsMatch
from janitor.policy.deciding.context import DecisionInput, Memory
from janitor.policy.deciding.grace import Grace, Marks
from janitor.report.data.explanation import Explanation, Fate
from tests import making
from tests.laws.deciding import Remembered, destroyed, held_in, plan_of, run, tags_of
from tests.laws.places import DELETABLE, DICE, READ, Dice
from tests.laws.test_grace import waiting
from tests.laws.trying import NAMES, law
from tests.laws.worlds import World, world_of, worlds
from tests.making import NOW

OFF = making.policy("off", Kind.TAG, TagsMatch(("v1*", "pr-*")))
WHOLE = making.policy("whole", Kind.PACKAGE, OlderThan(timedelta(days=7)))
Verdict = tuple[str, str, str] | None  # fate, policy and reason
_KEEPS = (
    KeepReason.KEEP_LATEST,
    KeepReason.KEEP_TAGGED,
    KeepReason.KEEP_NEWER_THAN,
    KeepReason.KEEP_ROLLBACK,
)


class Nearby(Remembered):
    """Also reads one place of Cloud Run alone."""

    async def place(self, project: str, location: str, now: datetime) -> Observed:
        loads = self._world.workloads
        here = (project, location)

        def near(name: ResourceName) -> bool:
            return (name.project, name.location) == here

        gaps = tuple(
            gap for gap in (*loads.gaps, *self._world.gaps)
            if gap.kind.is_run and gap.project == project and gap.location in (location, "-")
        )  # fmt: skip
        read = Workloads(
            {kind: tuple(each for each in held if near(each.name)) for kind, held in loads.by_kind.items()},
            gaps,
        )
        return Observed(now, (project,), read, ())


def explained(of: World, name: str, marks: Marks | None = None) -> Explanation:
    selected = frozenset(policy.name for policy in of.policies.policies)
    question = DecisionInput(of.policies, selected, DELETABLE, READ, of.own, NOW)
    return run(Explainer(question, Nearby(of), Memory(Grace(marks or Marks()))).explain(name))


def names_in(of: World) -> list[str]:
    """Everything that can be explained."""
    loads = of.workloads
    groups = (
        loads.of(Kind.SERVICE),
        loads.of(Kind.REVISION),
        loads.of(Kind.JOB),
        loads.of(Kind.EXECUTION),
        loads.of(Kind.WORKER_POOL),
    )
    names = [each.name for group in groups for each in group]
    found = [str(name) for name in names if name.path[0] != "workerPools" or len(name.path) == 2]
    for repository in of.repositories:
        if repository.mode is not Mode.VIRTUAL:
            found.append(str(repository.name))
            found += inside(of, repository)
            found += held_in(of, repository.name)[Kind.IMAGE]
    return found


def inside(of: World, repository: Repository) -> list[str]:
    """The packages, versions and tags that can be explained; none where packages cannot be read, and no tag
    of which it is not clear where it points."""
    if repository.mode is not Mode.STANDARD or repository.name in of.sealed:
        return []
    held = held_in(of, repository.name)
    tags = Counter(held[Kind.TAG])
    return [*held[Kind.PACKAGE], *held[Kind.VERSION], *(tag for tag in tags if tags[tag] == 1)]


def swept(of: World, plan: Plan, name: str) -> Verdict:
    """Fate, policy and reason as a sweep of everything has them; None where it says nothing of it."""
    for action in plan.actions:
        if action.name == name:
            return "delete", action.policy, action.reason.value
    for action in plan.actions:
        if name.startswith(f"{action.name}/"):
            return "contained", action.policy, action.reason.value
    for kept in plan.kept:
        if name in kept.names:
            return "keep", "", kept.reason.value
    for action in plan.actions:
        if action.kind is Kind.IMAGE and name in tags_of(of, action.name):
            return "contained", action.policy, action.reason.value
    return None


def sampled(dice: Dice, of: World, plan: Plan, names: Iterable[str]) -> list[tuple[str, Verdict]]:
    """NAMES of these names, each with what a sweep says of it.

    No two are of the same kind, fate and reason while another is left: most names are images that are kept.
    """
    strata: dict[object, list[tuple[str, Verdict]]] = {}
    for name in names:
        verdict = swept(of, plan, name)
        fate_and_reason = verdict and (verdict[0], verdict[2])
        strata.setdefault((name.split("/")[-2], fate_and_reason), []).append((name, verdict))
    groups = list(strata.values())
    dice.shuffle(groups)
    for group in groups:
        dice.shuffle(group)
    rounds = chain.from_iterable(zip_longest(*groups))
    return list(islice((each for each in rounds if each), NAMES))


@lru_cache(maxsize=4)
def tries(of: World, seed: int) -> tuple[tuple[Verdict, Explanation], ...]:
    """What a sweep says of some names, and how they are explained; cached, as several laws ask about the same."""
    chosen = sampled(Dice(seed), of, plan_of(of), names_in(of))
    return tuple((verdict, explained(of, name)) for name, verdict in chosen)


@law
@given(worlds(), DICE)
def test_the_verdict_the_policy_and_the_reason_are_the_sweep_s(of: World, dice: Dice) -> None:
    for expected, found in tries(of, dice.begin):
        verdict = found.verdict
        if expected is not None:
            assert (verdict.fate.value, verdict.policy, verdict.reason) == expected, found.name
        else:
            named = {policy.kind for policy in of.policies.policies}
            nobody_asks = found.kind not in named or "/packages/" in found.name  # of the whole repository
            assert verdict.fate is Fate.OUT_OF_SCOPE or nobody_asks, found.name
            assert not verdict.policy


@law
@given(worlds(gaps=True), DICE)
def test_with_gaps_too_it_says_what_the_sweep_says(of: World, dice: Dice) -> None:
    for expected, found in tries(of, dice.begin):
        if expected is not None:
            assert (found.verdict.fate.value, found.verdict.policy, found.verdict.reason) == expected, (
                found.name
            )


@law
@given(DICE, DICE)
def test_of_packages_and_tags_and_what_goes_with_them_it_says_what_the_sweep_says(
    seed: Dice, dice: Dice
) -> None:
    of = world_of(seed.begin, gaps=dice.randint(0, 2) == 0)
    of = replace(of, policies=replace(of.policies, policies=(*of.policies.policies, WHOLE, OFF)))
    plan = plan_of(of)
    names = [name for repository in of.repositories for name in inside(of, repository)]
    names += [name for repository in of.repositories for name in held_in(of, repository.name)[Kind.IMAGE]]
    for name, expected in sampled(dice, of, plan, names):
        found = explained(of, name).verdict
        assert expected in (None, (found.fate.value, found.policy, found.reason)), name
        if expected is None and "/versions/" not in name:  # no policy may speak of versions or images
            assert found.fate in (Fate.CONTAINED, Fate.OUT_OF_SCOPE), name


@law
@given(worlds(), DICE)
def test_of_what_was_announced_and_of_whom_somebody_opted_out_it_says_what_the_sweep_says(
    of: World, dice: Dice
) -> None:
    graced = waiting(of, dice.begin)
    known = sorted(destroyed(of, plan_of(of)).keys() & {*names_in(of)})
    for name, expected in sampled(dice, of, graced.plan, known):
        found = explained(graced.world, name, graced.marks).verdict
        assert expected in (None, (found.fate.value, found.policy, found.reason)), name


@law
@given(worlds(), DICE)
def test_what_it_shows_bears_out_the_verdict(of: World, dice: Dice) -> None:
    for expected, found in tries(of, dice.begin):
        guards = {guard.reason: guard for guard in found.guards}
        policies = {policy.name: policy for policy in found.policies}
        verdict = found.verdict
        if verdict.fate is Fate.DELETE and verdict.reason != "child-of":
            assert policies[verdict.policy].matches
            assert all(verdict.policy in each.waived_by for each in guards.values() if each.holds)
            assert not any(policy.keep and policy.keep.reason for policy in found.policies)
        if verdict.fate is Fate.KEEP and expected is not None:
            reason = KeepReason(verdict.reason)
            # an age that a policy asks for may be unknown where the guard's own is known (a label of `ttl`)
            assert reason not in guards or guards[reason].holds or reason is KeepReason.AGE_UNKNOWN
            if reason in _KEEPS and found.kind is not Kind.TAG:
                assert any(policy.keep and policy.keep.reason is reason for policy in found.policies)
            if reason is KeepReason.NOT_MATCHED and not found.follows:
                # one with `deletes: false` may match it and not keep it
                deleting = {policy.name for policy in of.policies.policies if policy.deletes}
                assert not any(p.matches and (p.name in deleting or not p.keep) for p in found.policies)
            assert found.changes
        for reason in (KeepReason.PROTECTED, KeepReason.HOLDS_PROTECTED):
            if found.kind is not Kind.REPOSITORY and reason in guards:
                assert guards[reason].holds == bool(guards[reason].details), found.name
        if KeepReason.IN_USE in guards:
            assert guards[KeepReason.IN_USE].holds == any(not user.goes_by for user in found.users)
            assert {u.goes_by for u in found.users if u.goes_by} == set(found.after) - _holders(found) or (
                verdict.fate is not Fate.DELETE
            )


def _holders(found: Explanation) -> set[str]:
    """Other images, which go before it."""
    return {name for name in found.after if "/packages/" in name}


@law
@given(worlds(), DICE)
def test_keys_and_nested_conditions_add_up_to_the_policy_s_answer(of: World, dice: Dice) -> None:
    for _, found in tries(of, dice.begin):
        for policy in found.policies:
            if all(part.holds for part in policy.asked):
                assert policy.matches is True
            if any(part.holds is False for part in policy.asked):
                assert policy.matches is False
