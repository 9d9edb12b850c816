"""What is legal in a policy file and yet wrong: each with its place and the way out. Pure.

Never a false alarm: what is told here is so in every project, whatever stands there (implication.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from janitor.model.kinds import Kind
from janitor.model.text import show
from janitor.policy.bounds import MULTI_REGIONS, Bound, bounds, too_old
from janitor.policy.decision import may_take_serving, names_literally
from janitor.policy.grammar import GRAMMAR
from janitor.policy.idle_keep import idle_keep
from janitor.policy.implication import conjuncts, contradiction, implies
from janitor.policy.inheritance import with_defaults
from janitor.policy.key_names import key_name
from janitor.policy.mistakes import Path, locate, locate_key
from janitor.policy.model import Policies, Policy
from janitor.policy.nameable import unnameable, unprotecting
from janitor.policy.problems import Problem
from janitor.policy.source import Mapping, read_source
from janitor.policy.truth import keys
from janitor.policy.values import (
    SELECTORS,
    All,
    AnyOf,
    ArtifactTypeIs,
    Condition,
    Key,
    NameIs,
    Not,
    OlderThan,
    Orphaned,
    RepositoryIs,
    Unused,
)

Advice = tuple[Path, str]


def warnings(data: bytes, source: str, policies: Policies, now: datetime) -> tuple[str, ...]:
    """All advice about a file that reads well, a line each (``FILE:LINE:COLUMN: …``), in its order."""
    root = with_defaults(read_source(data, source).root, GRAMMAR)
    told = (*advice(policies, now), *_rest(root, policies))
    found = {Problem(locate_key(root, path), text) for path, text in told}
    return tuple(f"{source}:{at.line}:{at.column}: warning: {text}" for at, text in sorted(found))


def _rest(root: Mapping, policies: Policies) -> Iterator[Advice]:
    """A `keep` beside selectors alone deletes the rest: a native KEEP policy does not (R49). A policy that
    says `deletes` itself has chosen."""
    for place, policy in enumerate(policies.policies):
        path: Path = ("policies", place)
        _, written = locate(root, path)
        chosen = isinstance(written, Mapping) and "deletes" in written.entries
        if (
            policy.keep is not None
            and not chosen
            and all(isinstance(k, SELECTORS) for k in keys(policy.when))
        ):
            text = f"{policy.name} deletes everything that it selects except what `keep` holds"
            ways = (
                "write `deletes: true` to confirm that, or `deletes: false` to delete nothing and only keep"
            )
            yield (*path, "keep"), f"{text}: {ways}"


def advice(policies: Policies, now: datetime) -> Iterator[Advice]:
    """Each piece with the path of what it is about. `now` is for ages alone."""
    yield from _scope_and_limits(policies)
    for place, policy in enumerate(policies.policies):
        path: Path = ("policies", place)
        idle = list(_never(policy, policies, now))
        for below, text in idle or _shadowed(policy, policies.policies[:place]):
            yield path + below, f"{policy.name} {text}"
        for below, text in _unnameable(policy):
            yield path + below, f"{policy.name}: {text}"
        for key, text in idle_keep(policy, policies, now):
            yield (*path, "keep", key), text


def shadows(earlier: Policy, policy: Policy) -> bool:
    """Whether all that a policy deletes, the earlier one deletes already, so that it changes nothing.

    What only the later one may take (managed things, what needs a literal name, what serves, what has an
    artifact type) is none of the earlier one's; a `keep` of its own is never in vain.
    """
    if not (earlier.deletes and policy.deletes):
        return False
    if earlier.kind is not policy.kind or policy.keep is not None or policy.managed:
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
    return any(isinstance(part, ArtifactTypeIs | Orphaned) for part in policy.when.parts)


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
        yield _key(policy, *found), f"can never match, for {_both(*found)}: take one of them out"
        return
    if policy.deletes:
        yield from _held(policy, tuple(bounds(policy, policies)))
        yield from _kept(policy, policies)
    where = policies.scope.locations
    if policy.kind.is_run and where is not None and set(where) <= set(MULTI_REGIONS):
        regions = "scope.locations names no region of Cloud Run: write one there, or take this policy out"
        yield ("kind",), f"can never match, for {regions}"
    for part in conjuncts(policy.when):
        if isinstance(part, OlderThan) and (began := too_old(policy.kind, part.age, now)):
            yield _key(policy, part), f"can never match: {began}: write a shorter age"


def _kept(policy: Policy, policies: Policies) -> Iterator[Advice]:
    for each in policies.of(policy.kind):
        if not each.deletes and each.keep is None and implies(policy.when, each.when):
            text = f"can never delete: {each.name} has `deletes: false` and keeps everything that it matches"
            yield ("when",), f"{text}: take one of them out"


def _held(policy: Policy, known: Sequence[Bound]) -> Iterator[Advice]:
    """Where what is so of all that it deletes leaves nothing of its `when`: one bound alone, or, of an `any`, for
    each part another."""
    alone = False
    for bound in known:
        if found := contradiction(policy.when, (bound.holds,)):
            alone = True
            part = next((each for each in found if each is not bound.holds), bound.holds)
            yield (
                bound.at or _key(policy, part),
                f"can never delete, for {bound.why.replace('{}', _said(part))}",
            )
    together = [bound.holds for bound in known]
    if not alone and not contradiction(All(()), together) and (found := contradiction(policy.when, together)):
        first = next((bound for bound in known if any(bound.holds is each for each in found)), None)
        part = next((each for each in found if first and each is not first.holds), found[0])
        why = first.why.replace("{}", _said(part)) if first else "take it out"
        yield (
            ("when",),
            f"can never delete, for nothing is left of any part of its `any`; of the first, for {why}",
        )


def _both(one: Condition, other: Condition) -> str:
    """How two parts that never hold together are told, or one that never holds."""
    first, second = sorted(
        (_said(one), _said(other)), key=lambda said: (said.startswith("not"), said.strip("`"))
    )
    if one is other:
        return f"its {first} excludes everything"
    return (
        f"{first} and {second} exclude each other" if first != second else f"two {first} exclude each other"
    )


def _unnameable(policy: Policy) -> Iterator[Advice]:
    for key in keys(policy.when):
        for glob, made_of in unnameable(key, policy.kind):
            text = f"{_said(key)} {show(glob)} matches nothing, for such names have {made_of}: write it so"
            yield _key(policy, key), text


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
    for place, glob, made_of in unprotecting(policies):
        text = f"{show(glob)} protects nothing, for names have {made_of}: write it so"
        yield ("protect", "names", place), text
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
