"""Laws of the plan: complete, in order, the same whoever looks, and the same when read back."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from janitor.model.inventory import Gap, Workloads, merged
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Mode, Repository
from janitor.plan.codec import decode, encode, plan_id
from janitor.plan.guard import Refused, guard
from janitor.plan.plan import Plan
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.size import Empty, LargerThan, Largest
from janitor.policy.conditions.tags import TagsMatch
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.model import Limits, Policy
from janitor.report.data.totals import capped_sum
from tests.laws.deciding import CONTAINERS, contained, destroyed, held_in, images_in, packages_in, plan_of
from tests.laws.places import DELETABLE, DICE
from tests.laws.rules import keys_of
from tests.laws.trying import law
from tests.laws.worlds import World, worlds


def in_scope(world: World, name: object) -> bool:
    locations = world.policies.scope.locations
    return name.project in DELETABLE and (locations is None or name.location in locations)  # type: ignore[attr-defined]


def everything(world: World, gone: Collection[str]) -> dict[Kind, list[str]]:
    """All names that a sweep must say something about, by kind, but for what repositories hold: of a worker
    pool's revisions only those that go with it."""
    loads = world.workloads
    return {
        Kind.SERVICE: [str(s.name) for s in loads.of(Kind.SERVICE) if in_scope(world, s.name)],
        Kind.REVISION: [
            str(r.name)
            for r in loads.of(Kind.REVISION)
            if in_scope(world, r.name) and (r.name.path[0] == "services" or str(r.name) in gone)
        ],
        Kind.WORKER_POOL: [str(w.name) for w in loads.of(Kind.WORKER_POOL) if in_scope(world, w.name)],
        Kind.JOB: [str(j.name) for j in loads.of(Kind.JOB) if in_scope(world, j.name)],
        Kind.EXECUTION: [str(e.name) for e in loads.of(Kind.EXECUTION) if in_scope(world, e.name)],
        Kind.REPOSITORY: [str(each.name) for each in world.repositories if in_scope(world, each.name)],
    }


def repositories_read(world: World, plan: Plan) -> list[Repository]:
    """Those in scope whose content was read, as far as it was asked for."""
    hidden = {RepositoryName(gap.project, gap.location, gap.repository or "") for gap in plan.gaps}
    sealed = hidden & world.sealed
    return [r for r in world.repositories if in_scope(world, r.name) and r.name not in sealed]


@law
@given(worlds(gaps=True))
def test_everything_has_one_decision_and_is_counted_once(world: World) -> None:
    plan = plan_of(world)
    said = destroyed(world, plan)
    for row in plan.kept:
        assert row.count == len(row.names)
        said.update(row.names)
    named = {policy.kind for policy in world.policies.policies}
    found = everything(world, frozenset(said))
    found[Kind.IMAGE] = [
        name for r in repositories_read(world, plan) for name in held_in(world, r.name)[Kind.IMAGE]
    ]
    for kind, names in found.items():
        if kind in named:
            assert {name: said[name] for name in names} == dict.fromkeys(names, 1)
            assert plan.examined.get(kind, 0) == len(names)
    assert set(plan.examined) <= named
    assert {row.kind for row in plan.kept} <= named


@law
@given(worlds(gaps=True))
def test_all_of_a_repository_has_one_decision_where_a_policy_may_speak_of_it(world: World) -> None:
    """Elsewhere only what goes with something else is counted: packages are not read where nobody asks."""
    plan = plan_of(world)
    own = Counter(action.name for action in plan.actions)
    own.update(name for row in plan.kept for name in row.names)
    gone = destroyed(world, plan)
    for repository in repositories_read(world, plan):
        held = held_in(world, repository.name)
        for kind in (Kind.PACKAGE, Kind.VERSION, Kind.TAG):
            names = Counter(held[kind])
            assert all(own[name] <= 1 for name in names)
            moved = [name for name in names if names[name] > 1]
            assert not [name for name in names if own[name] and gone[name] > 1 and name not in moved]
            unsaid = [name for name in names if not own[name] and not gone[name]]
            if any(speaks_of_all(each, kind) for each in world.policies.policies):
                assert not unsaid or repository.mode is not Mode.STANDARD
            else:
                asked = [name for name in names if own[name]]
                assert not (asked and unsaid)


def speaks_of_all(policy: Policy, kind: Kind) -> bool:
    """Whether it is of this kind, and asks only what a repository alone does not answer."""
    inner = (OlderThan, NameIs, TagsMatch, LargerThan, Largest, Empty, Expr, TtlExpired)
    return policy.kind is kind and all(isinstance(key, inner) for key in keys_of(policy.when))


@law
@given(worlds(gaps=True))
def test_all_that_is_examined_goes_by_itself_or_with_something_or_is_kept(world: World) -> None:
    plan = plan_of(world)
    told = Counter(action.kind for action in plan.actions)
    for action in plan.actions:
        told.update(dict(action.contains))
    for row in plan.kept:
        told[row.kind] += row.count
    for kind in {policy.kind for policy in world.policies.policies}:
        assert told[kind] == plan.examined.get(kind, 0)


@law
@given(worlds())
def test_containers_say_how_much_goes_with_them(world: World) -> None:
    """Tags are counted where a policy speaks of tags, and the packages of a whole repository likewise."""
    plan = plan_of(world)
    named = {policy.kind for policy in world.policies.policies}
    for action in plan.actions:
        if action.kind not in CONTAINERS:
            continue
        said = dict(action.contains)
        for kind, names in contained(world, action.name).items():
            if kind is Kind.PACKAGE:
                assert said.get(kind, 0) in (0, len(names))
            elif kind is not Kind.TAG or kind in named:
                assert said.pop(kind, 0) == len(names)
        assert said.keys() <= {Kind.PACKAGE} & named


@law
@given(worlds())
def test_each_action_stands_after_all_that_it_waits_for(world: World) -> None:
    plan = plan_of(world)
    places = {action.name: place for place, action in enumerate(plan.actions)}
    ranks = {action.name: action.rank for action in plan.actions}
    assert len(places) == len(plan.actions)
    for action in plan.actions:
        for name in action.after:
            assert places[name] < places[action.name]
            assert ranks[name] < action.rank


@law
@given(worlds())
def test_referrers_go_before_their_subjects_and_indexes_before_their_children(world: World) -> None:
    ranks = {action.name: action.rank for action in plan_of(world).actions if action.kind is Kind.IMAGE}
    for name, contents in world.contents.items():
        for image in images_in(world, name):
            own = name.version(image.package, image.digest)
            later = [name.version(image.package, child) for child in image.children]
            about = contents.subjects.get((image.package, image.digest), ())  # type: ignore[union-attr]
            later += [name.version(image.package, each) for each in about]
            if own in ranks:
                assert all(ranks[own] < ranks[each] for each in later if each in ranks and each != own)


@law
@given(worlds(gaps=True))
def test_a_plan_read_back_is_the_same_plan_and_the_same_bytes(world: World) -> None:
    plan = plan_of(world)
    assert decode(encode(plan)) == plan
    assert encode(decode(encode(plan))) == encode(plan)
    assert plan_id(plan) == plan.plan_id


@law
@given(worlds(gaps=True))
def test_a_second_look_at_the_same_world_gives_the_same_bytes(world: World) -> None:
    assert encode(plan_of(replace(world))) == encode(plan_of(world))


@law
@given(worlds(gaps=True), DICE)
def test_the_order_of_reading_does_not_matter(world: World, dice: Random) -> None:
    assert encode(plan_of(shuffled(world, dice))) == encode(plan_of(world))


def shuffled(world: World, dice: Random) -> World:
    """The same world, read in another order (workloads are put in order as they are read)."""

    def mixed(things: object) -> list[object]:
        found = list(things)  # type: ignore[call-overload]
        dice.shuffle(found)
        return found

    def again(found: Contents | Gap) -> Contents | Gap:
        if isinstance(found, Gap):
            return found
        images = mixed(found.images)
        packages = [replace(each, versions=tuple(mixed(each.versions))) for each in found.packages or ()]
        return Contents(images, dict(mixed(found.subjects.items())), tuple(mixed(packages)))  # type: ignore[arg-type]

    loads = world.workloads
    parts = [Workloads({kind: (each,)}) for kind in loads.by_kind for each in loads.of(kind)]
    contents = {RepositoryName.parse(str(n)): again(world.contents[n]) for n in mixed(world.contents)}  # type: ignore[index]
    repositories = tuple(mixed(world.repositories))
    return replace(
        world, workloads=merged(mixed(parts)), contents=contents, repositories=repositories,
        gaps=tuple(mixed(world.gaps)),
    )  # type: ignore[arg-type]  # fmt: skip


LIMITS = st.builds(
    Limits,
    st.integers(0, 12),
    st.integers(0, 100).map(lambda percent: Decimal(percent) / 100),
    st.integers(0, 3).map(lambda value: Decimal(value) / 10**6),
    st.integers(0, 6),
)


def refused(plan: Plan, limits: Limits) -> set[str]:
    total = capped_sum(iter(plan.actions), plan.group_bytes)
    verdict = guard(plan, limits, total.usd_month, total.unpriced)
    return {each.limit for each in verdict.refusals} if isinstance(verdict, Refused) else set()


@law
@given(worlds(), LIMITS, LIMITS)
def test_a_stricter_limit_never_clears_what_a_looser_one_refused(world: World, a: Limits, b: Limits) -> None:
    plan = plan_of(world)
    stricter = Limits(
        min(a.max_deletions, b.max_deletions), min(a.max_share, b.max_share),
        min(a.max_monthly_value, b.max_monthly_value), min(a.max_unpriced, b.max_unpriced),
    )  # fmt: skip
    assert refused(plan, a) | refused(plan, b) <= refused(plan, stricter)


@law
@given(worlds())
def test_what_a_repository_holds_never_saves_more_than_its_billed_size(world: World) -> None:
    plan = plan_of(world)
    billed = {str(each.name): each.size_bytes for each in world.repositories}
    for group in {action.group for action in plan.actions if action.group}:
        held = [action for action in plan.actions if action.group == group]
        assert capped_sum(iter(held), plan.group_bytes).size_bytes <= billed[group]


def stored_in(world: World, name: RepositoryName) -> dict[str, int]:
    """Google's name of each image and version -> what it stores: an index whose children are all there, nothing."""
    images = images_in(world, name)
    there = {(each.package, each.digest) for each in images}
    found = {
        name.version(each.package, each.digest): 0
        if each.children and all((each.package, child) in there for child in each.children)
        else each.size_bytes
        for each in images
    }
    for package in packages_in(world, name):
        found |= {f"{package.name}/versions/{each.id}": each.size_bytes or 0 for each in package.versions}
    return found


@law
@given(worlds())
def test_each_byte_that_goes_counts_once_in_the_totals(world: World) -> None:
    """R41."""
    plan = plan_of(world)
    for repository in world.repositories:
        held = [action for action in plan.actions if action.group == str(repository.name)]
        stored = stored_in(world, repository.name)
        gone = Counter(
            name
            for action in held
            for name in stored
            if name == action.name or name.startswith(f"{action.name}/versions/")
        )
        assert not gone or max(gone.values()) == 1
        summed = sum(stored[name] for name in gone)
        total = capped_sum(iter(held), plan.group_bytes).size_bytes
        assert total == min(summed, plan.group_bytes.get(str(repository.name), summed))
