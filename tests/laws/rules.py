"""Policies at random."""

from datetime import timedelta

from hypothesis import strategies as st

from janitor.model.kinds import Kind, Status
from janitor.policy.values import (
    All,
    AnyOf,
    ArtifactTypeIs,
    Condition,
    LabelsAre,
    LargerThan,
    LocationIs,
    NameIs,
    Not,
    OlderThan,
    Policy,
    RepositoryIs,
    Retention,
    ServiceIs,
    StatusIs,
    Tagged,
    TagsMatch,
    Unused,
)

_AGES = tuple(OlderThan(timedelta(days=days)) for days in (1, 7, 10, 20))
_EVERYWHERE = (*_AGES, LocationIs(("us-central1",)), LocationIs(("us*",)), LabelsAre({"env": "d*"}))
LEAVES: dict[Kind, tuple[Condition, ...]] = {
    Kind.SERVICE: (
        *_EVERYWHERE, StatusIs((Status.FAILED,)), StatusIs((Status.FAILED,)), StatusIs((Status.SERVING,)),
        NameIs(("x*", "web")), NameIs(("web",)),
    ),
    Kind.REVISION: (
        *_EVERYWHERE, StatusIs((Status.RETIRED,)), StatusIs((Status.RETIRED, Status.FAILED)),
        NameIs(("*-1",)), ServiceIs(("web",)), ServiceIs(("x*",)),
    ),
    Kind.IMAGE: (
        *_EVERYWHERE, *_AGES, NameIs(("app",)), RepositoryIs(("r",)), RepositoryIs(("gcr.io",)), Tagged(False),
        Tagged(True), TagsMatch(("pr-*",)), TagsMatch(("v*", "pr-*")), ArtifactTypeIs(("application/*",)),
        LargerThan(2000), Unused(),
    ),
    Kind.REPOSITORY: (
        *_EVERYWHERE, Unused(), LargerThan(1000), NameIs(("r",)), NameIs(("*",)),
        NameIs(("cloud-run-source-deploy",)),
    ),
}  # fmt: skip
KEEPS = (
    Retention(latest=0), Retention(latest=1), Retention(latest=2),
    Retention(newer_than=timedelta(days=9)), Retention(latest=1, newer_than=timedelta(days=20)),
)  # fmt: skip
IMAGE_KEEPS = (*KEEPS, Retention(tagged=("v*",)), Retention(latest=1, tagged=("latest",)))


def condition(kind: Kind) -> st.SearchStrategy[Condition]:
    """Mostly one key; else a disjunction, a conjunction or a negation of a few."""
    leaf = st.sampled_from(LEAVES[kind])
    pair = st.tuples(leaf, leaf)
    return st.one_of(
        leaf, leaf, leaf, leaf, pair.map(AnyOf), pair.map(All), leaf.map(Not),
        pair.map(lambda both: Not(AnyOf(both))), pair.map(lambda both: Not(All(both))),
        st.tuples(leaf, pair.map(AnyOf).map(Not)).map(AnyOf),
    )  # fmt: skip


_CONDITIONS = {kind: st.lists(condition(kind), max_size=3).map(tuple).map(All) for kind in LEAVES}


@st.composite
def policies(draw: st.DrawFn) -> tuple[Policy, ...]:
    """One to five, images the most; names are their places."""
    kinds = draw(st.lists(st.sampled_from((*LEAVES, Kind.IMAGE, Kind.IMAGE)), min_size=1, max_size=5))
    return tuple(draw(policy(f"p{place}", kind)) for place, kind in enumerate(kinds))


@st.composite
def policy(draw: st.DrawFn, name: str, kind: Kind) -> Policy:
    keep = None
    if kind in (Kind.IMAGE, Kind.REVISION) and draw(st.booleans()):
        keep = draw(st.sampled_from(IMAGE_KEEPS if kind is Kind.IMAGE else KEEPS))
    return Policy(name, kind, draw(_CONDITIONS[kind]), keep, draw(st.booleans()))
