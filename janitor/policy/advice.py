"""What is legal in a policy file and yet wrong: each with its place and the way out. Pure.

Never a false alarm: what is told here is so in every project, whatever stands there (implication.py).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from janitor.model.kinds import Kind
from janitor.policy.decision import may_take_serving, names_literally
from janitor.policy.globs import matcher
from janitor.policy.grammar import GRAMMAR
from janitor.policy.implication import apart, conjuncts, contradiction, implies, within
from janitor.policy.inheritance import with_defaults
from janitor.policy.key_names import key_name
from janitor.policy.mistakes import Path, locate_key
from janitor.policy.problems import Problem
from janitor.policy.source import read_source
from janitor.policy.values import (
    All,
    AnyOf,
    ArtifactTypeIs,
    Condition,
    JobIs,
    Key,
    LabelsAre,
    LocationIs,
    NameIs,
    Not,
    OlderThan,
    Policies,
    Policy,
    RepositoryIs,
    ServiceIs,
    TagsMatch,
    Unused,
)  # fmt: skip

Advice = tuple[Path, str]
# Cloud Run was announced, as a beta, at Google's conference of April 2019.
_CLOUD_RUN_BEGAN = datetime(2019, 4, 9, tzinfo=UTC)
# Google keeps no more of these of one service or job, and deletes the oldest itself (docs: run/quotas).
_MOST_KEPT = {Kind.REVISION: (1000, "revisions of a service"), Kind.EXECUTION: (1000, "executions of a job")}
# What `protect.names` protects by name, of each kind (R11).
_PROTECTED_BY_NAME: dict[Kind, tuple[type[NameIs] | type[ServiceIs] | type[JobIs] | type[RepositoryIs], ...]] = {
    Kind.SERVICE: (NameIs,), Kind.JOB: (NameIs,), Kind.REPOSITORY: (NameIs,), Kind.REVISION: (ServiceIs,),
    Kind.EXECUTION: (JobIs,), Kind.WORKER_POOL: (NameIs,), Kind.IMAGE: (NameIs, RepositoryIs),
    Kind.VERSION: (NameIs, RepositoryIs), Kind.TAG: (NameIs, RepositoryIs), Kind.PACKAGE: (NameIs, RepositoryIs),
}  # fmt: skip


def warnings(data: bytes, source: str, policies: Policies, now: datetime) -> tuple[str, ...]:
    """All advice about a file that reads well, a line each (``FILE:LINE:COLUMN: …``), in its order."""
    root = with_defaults(read_source(data, source).root, GRAMMAR)
    found = {Problem(locate_key(root, path), text) for path, text in advice(policies, now)}
    return tuple(f"{source}:{at.line}:{at.column}: warning: {text}" for at, text in sorted(found))


def advice(policies: Policies, now: datetime) -> Iterator[Advice]:
    """Each piece with the path of what it is about. `now` is for ages alone."""
    yield from _scope_and_limits(policies)
    for place, policy in enumerate(policies.policies):
        path: Path = ("policies", place)
        idle = list(_never(policy, policies, now))
        for below, text in idle or _shadowed(policy, policies.policies[:place]):
            yield path + below, f"{policy.name} {text}"
        for key, text in _idle_keep(policy, policies):
            yield (*path, "keep", key), text


def shadows(earlier: Policy, policy: Policy) -> bool:
    """Whether all that a policy deletes, the earlier one deletes already, so that it changes nothing.

    What only the later one may take (managed things, what needs a literal name, what serves, what has an
    artifact type) is none of the earlier one's; a `keep` of its own is never in vain.
    """
    if earlier.kind is not policy.kind or policy.keep is not None or policy.managed or earlier.grace:
        return False
    if may_take_serving(policy) and not may_take_serving(earlier):
        return False
    named = [g for part in policy.when.parts if isinstance(part, NameIs) for g in part.globs]
    if policy.kind in (Kind.REPOSITORY, Kind.PACKAGE) and not all(names_literally(earlier, g) for g in named):
        return False
    places = [g for part in policy.when.parts if isinstance(part, RepositoryIs) for g in part.globs]
    if policy.kind is Kind.PACKAGE and not all(names_literally(earlier, g, RepositoryIs) for g in places):
        return False
    if _names_types(policy) and not _names_types(earlier):
        return False
    return implies(policy.when, _asked(earlier))


def _asked(policy: Policy) -> All:
    """Its condition without what is always so: an image in use is kept before any policy is asked."""
    if policy.kind is not Kind.IMAGE:
        return policy.when
    return All(tuple(part for part in policy.when.parts if not isinstance(part, Unused)))


def _names_types(policy: Policy) -> bool:
    return any(isinstance(part, ArtifactTypeIs) for part in policy.when.parts)


def _shadowed(policy: Policy, earlier: Iterable[Policy]) -> Iterator[Advice]:
    for each in earlier:
        if shadows(each, policy):
            yield (
                ("name",),
                (
                    f"deletes nothing that {each.name} above does not delete: put it before that one, or take it out"
                ),
            )
            return


def _never(policy: Policy, policies: Policies, now: datetime) -> Iterator[Advice]:
    if found := contradiction(policy.when):
        one, other = sorted(map(_said, found), key=lambda said: (said.startswith("not"), said))
        both = f"{one} and {other} exclude each other" if one != other else f"two {one} exclude each other"
        yield _key(policy, *found), f"can never match, for {both}: take one of them out"
    parts = list(conjuncts(policy.when))
    for part in parts:
        if reason := _protected(part, policy.kind, policies):
            yield _key(policy, part), f"can never delete, for {reason}: take one of them out"
        if isinstance(part, LocationIs) and not _in_scope(part, policies.scope.locations):
            yield _key(policy, part), "can never match: none of scope.locations is among its `location`"
        if isinstance(part, OlderThan) and policy.kind.is_run and now - part.age < _CLOUD_RUN_BEGAN:
            yield (
                _key(policy, part),
                (
                    "can never match: nothing on Cloud Run is that old, which began in April 2019: write a shorter age"
                ),
            )


def _in_scope(part: LocationIs, locations: tuple[str, ...] | None) -> bool:
    return locations is None or any(map(matcher(part.globs), locations))


def _protected(part: Condition, kind: Kind, policies: Policies) -> str:
    """What of `protect` holds all that this part speaks of; "" where nothing is known to."""
    protect = policies.protect
    match part:
        case NameIs(globs) | ServiceIs(globs) | JobIs(globs) | RepositoryIs(globs):
            counts = isinstance(part, _PROTECTED_BY_NAME.get(kind, ()))
            if counts and all(within(glob, protect.names) for glob in globs):
                return f"protect.names holds all of its `{key_name(type(part))}`"
        case TagsMatch(globs):
            if all(within(glob, protect.tags) for glob in globs):
                return "protect.tags holds all of its `tags`"
        case LabelsAre(labels):
            for name, glob in labels.items():
                if name in protect.labels and within(glob, (protect.labels[name],)):
                    return f"protect.labels holds its label {name}"
        case _:
            pass
    return ""


def _idle_keep(policy: Policy, policies: Policies) -> Iterator[tuple[str, str]]:
    keep = policy.keep
    if keep is None:
        return
    if keep.tagged and any(
        isinstance(p, TagsMatch) and apart(p.globs, keep.tagged) for p in conjuncts(policy.when)
    ):
        yield (
            "tagged",
            "keep.tagged binds nothing: no tag that `tags` speaks of matches it: take one of them out",
        )
    most, what = _MOST_KEPT.get(policy.kind, (0, ""))
    if most and keep.per is None and keep.latest is not None and keep.latest > most:
        yield "latest", f"keep.latest binds nothing: Google itself keeps at most {most:,} {what}: write fewer"
    if keep.newer_than is not None and not (policies.of(Kind.REPOSITORY) or policies.of(Kind.PACKAGE)):
        waits = [_waits(each) for each in policies.of(policy.kind)]
        if all(isinstance(age, OlderThan) and age.age >= keep.newer_than for age in waits):
            yield (
                "newer_than",
                (
                    f"keep.newer_than binds nothing: every policy of {policy.kind.value} waits longer anyway, "
                    "by older_than: take it out, or write a longer one"
                ),
            )


def _waits(policy: Policy) -> OlderThan | None:
    ages = [part for part in conjuncts(policy.when) if isinstance(part, OlderThan)]
    return max(ages, key=lambda each: each.age, default=None)


def _scope_and_limits(policies: Policies) -> Iterator[Advice]:
    scope, limits = policies.scope, policies.limits
    both = [project for project in scope.projects if project in scope.also_read]
    if both:
        yield (
            ("scope", "also_read"),
            f"nothing is deleted from {both[0]}, which scope.projects names too: choose one",
        )
    if "*" in policies.protect.names:
        yield (
            ("protect", "names"),
            'the name "*" protects everything, so nothing is ever deleted: write fewer',
        )
    if limits.max_deletions == 0:
        yield (
            ("limits", "max_deletions"),
            "0 refuses every plan that deletes anything: write what may go at once",
        )
    if limits.max_share == 0:
        yield (
            ("limits", "max_share"),
            "0% refuses every plan that deletes more than ten of a kind: write a share",
        )
    if limits.max_monthly_value == 0:
        yield ("limits", "max_monthly_value"), "0 USD refuses every plan that saves anything: write an amount"


def _key(policy: Policy, *parts: Condition) -> Path:
    """Where the last of the parts that stands in `when` itself does."""
    for part in reversed(parts):
        if part in policy.when.parts and isinstance(part, Key):
            return ("when", key_name(type(part)))
    return ("when",)


def _said(condition: Condition) -> str:
    """A part as the file calls it."""
    match condition:
        case Not(part):
            return f"not {_said(part)}"
        case All() | AnyOf():
            return "`any`"
        case _:
            return f"`{key_name(type(condition))}`"
