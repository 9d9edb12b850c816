"""Policies at random."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from janitor.kinds.managers import Manager
from janitor.model.kinds import Kind, Status
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, AnyOf, Condition, Not
from janitor.policy.conditions.contents import ArtifactTypeIs, FormatIs
from janitor.policy.conditions.deployed import CreatorIs, ManagedBy
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.labels import AnnotationsAre, AnnotationsRegex, LabelsAre, LabelsRegex
from janitor.policy.conditions.names import JobIs, LocationIs, NameIs, RepositoryIs, ServiceIs, TrafficTagIs
from janitor.policy.conditions.size import Empty, LargerThan, Largest
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import AnyTag, Tagged, TagsMatch, TagsRegex, TagsSemver
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.conditions.use import Orphaned, Unused, UnusedFor
from janitor.policy.conditions.versions import Prerelease, VersionIs, VersionSemver
from janitor.policy.model import PerSemver, PerTag, Policy, Retention

_AGES = tuple(OlderThan(timedelta(days=days)) for days in (1, 7, 10, 20))
_AGELESS = (
    LocationIs(("us-central1",)), LocationIs(("us*",)), LabelsAre({"env": "d*"}), TtlExpired(),
    ManagedBy((Manager.CLOUD_FUNCTIONS,)), LabelsRegex({"env": "^(dev|test)$"}),
)  # fmt: skip
_EVERYWHERE = (*_AGES, *_AGELESS, Expr("has(resource.labels.env) && age > duration('30h')", "p"))
_STORED = (NameIs(("app",)), RepositoryIs(("r",)), RepositoryIs(("npm", "r", "files")))
_ON_RUN = (
    *_EVERYWHERE, CreatorIs(("*@example.com",)), CreatorIs(("a@*",)),
    AnnotationsAre({"client": "*"}), AnnotationsAre({"client": "gcloud"}),
    AnnotationsRegex({"client": "^g"}),
)  # fmt: skip
LEAVES: dict[Kind, tuple[Condition, ...]] = {
    Kind.SERVICE: (
        *_ON_RUN, *_AGES, StatusIs((Status.FAILED,)), StatusIs((Status.FAILED,)), StatusIs((Status.SERVING,)),
        NameIs(("x*", "web")), NameIs(("web",)),
    ),
    Kind.REVISION: (
        *_ON_RUN, *_AGES, StatusIs((Status.RETIRED,)), StatusIs((Status.RETIRED, Status.FAILED)),
        NameIs(("*-1",)), ServiceIs(("web",)), ServiceIs(("x*",)),
    ),
    Kind.TRAFFIC_TAG: (
        *_ON_RUN, *_AGES, ServiceIs(("web",)), ServiceIs(("x*",)), TrafficTagIs(("pr-*",)), TrafficTagIs(("t",)),
    ),
    Kind.JOB: (*_ON_RUN, *_AGES, StatusIs((Status.FAILED,)), NameIs(("x*", "web"))),
    Kind.EXECUTION: (
        *_ON_RUN, *_AGES, StatusIs((Status.FAILED,)), StatusIs((Status.SUCCEEDED, Status.CANCELLED)),
        JobIs(("web",)), NameIs(("*-1",)),
    ),
    Kind.WORKER_POOL: (*_ON_RUN, *_AGES, StatusIs((Status.FAILED,)), NameIs(("x*", "web"))),
    Kind.IMAGE: (
        *_EVERYWHERE, *_AGES, NameIs(("app",)), RepositoryIs(("r",)), RepositoryIs(("gcr.io",)), Tagged(False),
        Tagged(True), TagsMatch(("pr-*",)), TagsMatch(("v*", "pr-*")), AnyTag(("pr-*",)), TagsRegex("^(pr|v)"),
        TagsSemver(">=1.0"), ArtifactTypeIs(("application/*",)),
        LargerThan(2000), Unused(), UnusedFor(timedelta(days=5)),
    ),
    Kind.REPOSITORY: (
        *_EVERYWHERE, Unused(), LargerThan(1000), NameIs(("r",)), NameIs(("*",)),
        NameIs(("cloud-run-source-deploy",)),
    ),
    Kind.PACKAGE: (
        *_EVERYWHERE, *_AGES, *_STORED, NameIs(("empty", "left-*")), FormatIs(("docker",)),
        FormatIs(("npm", "python")), LargerThan(2000), Empty(), Empty(),
    ),
    Kind.VERSION: (
        *_EVERYWHERE, *_AGES, *_AGES, *_STORED, NameIs(("@scope/*",)), FormatIs(("npm",)),
        FormatIs(("generic", "python")), LargerThan(2000), Expr("resource.version.startsWith('1.')", "p"),
        Prerelease(True), Prerelease(False), VersionIs(("1.*",)), VersionSemver("<2"),
    ),
    Kind.TAG: (
        *_AGELESS, *_STORED, TagsMatch(("pr-*",)), TagsMatch(("v1*", "pr-*", "a*")), FormatIs(("docker",)),
        FormatIs(("npm", "python")), Expr("resource.tag.endsWith('t')", "p"),
    ),
}  # fmt: skip
KEEPS = (
    Retention(latest=0), Retention(latest=1), Retention(latest=2),
    Retention(newer_than=timedelta(days=9)), Retention(latest=1, newer_than=timedelta(days=20)),
)  # fmt: skip
REVISION_KEEPS = (*KEEPS, Retention(rollback=1), Retention(rollback=2))
IMAGE_KEEPS = (
    *KEEPS, Retention(tagged=("v*",)), Retention(latest=1, tagged=("latest",)),
    Retention(latest=1, per=PerSemver("minor")), Retention(latest=1, per=PerTag("^(pr|v1)")),
    Retention(latest=2, per=PerSemver("major"), latest_groups=1),
)  # fmt: skip


VERSION_KEEPS = (
    *KEEPS, Retention(tagged=("pr-*",)), Retention(latest=1, per=PerSemver("minor")),
    Retention(latest=1, per=PerSemver("major"), latest_groups=1),
)  # fmt: skip
# Kinds that have `keep`, and what each may say.
KEEPS_OF = {
    Kind.REVISION: REVISION_KEEPS,
    Kind.EXECUTION: KEEPS,
    Kind.IMAGE: IMAGE_KEEPS,
    Kind.VERSION: VERSION_KEEPS,
}
RANKED = (Kind.IMAGE, Kind.VERSION)


def keys_of(condition: Condition) -> Iterator[Condition]:
    """Every key of a condition, however deep."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from keys_of(part)
        case Not(part):
            yield from keys_of(part)
        case _:
            yield condition


def condition(dice: Random, kind: Kind) -> Condition:
    """Mostly one key; else a disjunction, a conjunction or a negation of a few."""
    one, two, three = (dice.choice(LEAVES[kind]) for _ in range(3))
    shapes = (
        AnyOf((one, two)), All((one, two)), Not(one), Not(AnyOf((one, two))), Not(All((one, two))),
        AnyOf((one, Not(AnyOf((two, three))))), Not(Not(one)),
    )  # fmt: skip
    shape = dice.choice(shapes) if dice.randint(0, 2) == 0 else one
    return shape if is_sayable(shape) else one


def is_sayable(condition: Condition, positive: bool = True) -> bool:
    """Whether a policy file may hold it: some keys may not stand under `not` (policy/file/combinations.py)."""
    match condition:
        case All(parts) | AnyOf(parts):
            return all(is_sayable(part, positive) for part in parts)
        case Not(part):
            return is_sayable(part, not positive)
        case _:
            return positive or not isinstance(condition, TtlExpired | Unused | UnusedFor)


def policies(dice: Random) -> tuple[Policy, ...]:
    """One to seven, images the most; names are their places."""
    kinds = [dice.choice((*LEAVES, Kind.IMAGE, Kind.IMAGE)) for _ in range(dice.randint(1, 7))]
    return tuple(policy(dice, f"p{place}", kind) for place, kind in enumerate(kinds))


def policy(dice: Random, name: str, kind: Kind) -> Policy:
    keep = None
    if kind in KEEPS_OF and dice.randint(0, 1):
        keep = dice.choice(KEEPS_OF[kind])
    parts = tuple(condition(dice, kind) for _ in range(dice.choice((0, 1, 1, 1, 2))))
    if kind in RANKED and dice.randint(0, 3) == 0:
        parts = (*parts, *largest(dice))
    if kind is Kind.IMAGE and dice.randint(0, 5) == 0:
        parts = (*parts[:1], Orphaned())
    return Policy(name, kind, All(parts), keep, bool(dice.randint(0, 1)), deletes=dice.randint(0, 7) > 0)


def largest(dice: Random) -> tuple[Condition, Condition]:
    """The few largest: it stands in `when` itself and beside an age alone."""
    return Largest(dice.choice((1, 2, 5))), dice.choice(_AGES)
