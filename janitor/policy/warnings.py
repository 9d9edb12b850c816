"""Warnings of `validate`: what is legal in a policy file and useless or dangerous, each with its place. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from janitor.kinds.repository import MANAGED_NAMES, is_managed_label
from janitor.kinds.table import KINDS, holder_key, kind_noun
from janitor.model.kinds import Kind, Status
from janitor.model.semver import parse_version
from janitor.model.text import show
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, AnyOf, Condition, Not, keys, whom
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.implication import conjuncts, contradiction, excludes, implies
from janitor.policy.conditions.key import IN_REPOSITORIES, Key, Path
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import HOLDER_KEYS, LocationIs, NameIs, OneText, RepositoryIs
from janitor.policy.conditions.patterns import IMAGE_NAMES, captured, is_literal
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import AnyTag, TagsMatch
from janitor.policy.conditions.use import Orphaned, Unused
from janitor.policy.deciding.verdict import may_take_serving, names_literally
from janitor.policy.file.defaults import with_defaults
from janitor.policy.file.grammar import GRAMMAR
from janitor.policy.file.mistakes import locate, locate_key
from janitor.policy.file.source import MappingNode, Problem, read_source
from janitor.policy.model import OWN_LABEL, PerSemver, PerTag, Policies, Policy, Protect, Retention

# Cloud Run was announced, as a beta, at Google's conference of April 2019.
_CLOUD_RUN_BEGAN = datetime(2019, 4, 9, tzinfo=UTC)
# Docker was first released to the public in March 2013; Google's registries came later.
_DOCKER_BEGAN = datetime(2013, 3, 13, tzinfo=UTC)
# Artifact Registry's multi-regions (R1): its list of locations has them, Cloud Run's has not.
MULTI_REGIONS = ("asia", "europe", "us")


class Bound(NamedTuple):
    """It holds of whatever the policy deletes. `why` it deletes nothing that is otherwise, with the way out and
    a ``{}`` for the part of `when` that is; `at` is the key to blame where that is not the part."""

    holds: Condition
    why: str
    at: tuple[str, ...] = ()


def bounds(policy: Policy, policies: Policies) -> Iterator[Bound]:
    """All that are known of one policy of a file."""
    yield from _of_place(policy, policies.scope.locations)
    yield from _of_protection(policy, policies.protect)
    if not policy.managed:
        yield from _of_what_google_manages(policy)
    yield from _of_keep(policy, policies)
    if goes_as := KINDS[policy.kind].policies.goes_as:
        statuses, why = goes_as
        if may_take_serving(policy):
            statuses += (Status.SERVING, Status.DEGRADED)
        yield Bound(StatusIs(statuses), why)


def _of_place(policy: Policy, locations: tuple[str, ...] | None) -> Iterator[Bound]:
    if locations is not None:
        why = "no location of scope.locations is in its {}: remove one of them"
        yield Bound(LocationIs(locations), why)
    if policy.kind.is_run:
        why = "Cloud Run has none of its {}: us, europe and asia exist only for Artifact Registry: write regions"
        yield Bound(Not(LocationIs(MULTI_REGIONS)), why)


def _of_protection(policy: Policy, protect: Protect) -> Iterator[Bound]:
    out = "remove one of them"
    for key in _protected_by_name(policy.kind):
        yield Bound(Not(key(protect.names)), f"protect.names keeps everything that matches its {{}}: {out}")
    yield Bound(Not(AnyTag(protect.tags)), f"protect.tags keeps everything that matches its {{}}: {out}")
    for name, glob in protect.labels.items():
        yield Bound(
            Not(LabelsAre({name: glob})), f"protect.labels keeps everything with its label {name}: {out}"
        )
    own = "the label janitor: keep always protects: write other {}"
    yield Bound(Not(LabelsAre({OWN_LABEL: "keep"})), own)


def _protected_by_name(kind: Kind) -> tuple[type[OneText], ...]:
    """The keys whose text `protect.names` names (R11)."""
    if kind in IN_REPOSITORIES:
        return NameIs, RepositoryIs
    return (HOLDER_KEYS.get(holder_key(kind), NameIs),)


def _of_what_google_manages(policy: Policy) -> Iterator[Bound]:
    """R14."""
    why = "what its {} names a resource that Google manages: write managed: true and the full name"
    key = NameIs if policy.kind is Kind.REPOSITORY else RepositoryIs
    if not policy.kind.is_run:
        yield Bound(Not(key(MANAGED_NAMES)), why)
    for part in keys(policy.when):
        if isinstance(part, LabelsAre):
            for label in filter(is_managed_label, part.asked):
                yield Bound(Not(LabelsAre({label: "*"})), why)


def _of_keep(policy: Policy, policies: Policies) -> Iterator[Bound]:
    """Every policy's `keep` holds whom its selectors match (R9); a literal name outweighs none but of what
    the policy takes whole (R13), and such kinds have no `keep`."""
    for each in policies.of(policy.kind):
        keep = each.keep
        if keep is None or not (each is policy or implies(policy.when, whom(each.when))):
            continue
        whose = "" if each is policy else f" of {each.name}"
        at = ("keep",) if each is policy else ()
        if keep.tagged:
            why = f"keep.tagged{whose} keeps everything that matches its {{}}: remove one of them"
            yield Bound(Not(AnyTag(keep.tagged)), why, (*at, "tagged") if at else ())
        if keep.newer_than is not None:
            why = f"keep.newer_than{whose} keeps everything that matches its {{}}: write a shorter one"
            yield Bound(OlderThan(keep.newer_than), why, (*at, "newer_than") if at else ())


def too_old(kind: Kind, age: timedelta, now: datetime) -> str:
    """Since when there is anything of a kind, where an age is longer than that; else ""."""
    if kind.is_run and now - age < _CLOUD_RUN_BEGAN:
        return "nothing on Cloud Run is that old: it started in April 2019"
    if now - age < _DOCKER_BEGAN:
        return "no image is that old: Docker started in March 2013"
    return ""


_GROUPS_NOTHING = {
    PerTag: "keep.per has no effect: none of the `tags` is in a group: remove per, or change it",
    PerSemver: "keep.per keeps everything: none of the `tags` is a version (three numbers, such as 1.4.2): remove per",
}


def idle_keep(policy: Policy, policies: Policies, now: datetime) -> Iterator[tuple[str, str]]:
    """Each as the key of `keep` and what is wrong with it."""
    keep = policy.keep
    if keep is None:
        return
    parts = list(conjuncts(policy.when))
    if keep.tagged and any(_leaves_no_tag(part, keep.tagged) for part in parts):
        text = "no tag that `tags` allows matches it" if _says_tags(parts) else "no remaining tag matches it"
        yield "tagged", f"keep.tagged has no effect: {text}: remove one of them"
    if keep.per is not None and any(_falls_into_no_group(part, keep.per) for part in parts):
        yield "per", _GROUPS_NOTHING[type(keep.per)]
    if keep.newer_than is not None and (began := too_old(policy.kind, keep.newer_than, now)):
        yield "newer_than", f"keep.newer_than keeps everything: {began}: write a shorter one"
    yield from _too_many(policy.kind, keep)
    yield from _waits_anyway(policy, keep, policies)


def _leaves_no_tag(part: Condition, tagged: Sequence[str]) -> bool:
    """Whether `keep.tagged` holds none of the images that a part of `when` selects."""
    if isinstance(part, AnyTag):
        return False  # another tag of the image may be the one that keep.tagged names
    kept = TagsMatch(tuple(tagged))
    return excludes(kept, part) or excludes(part, kept)


def _says_tags(parts: Iterable[Condition]) -> bool:
    return any(isinstance(part, TagsMatch) for part in parts)


def _falls_into_no_group(part: Condition, per: PerTag | PerSemver) -> bool:
    """Whether all tags are written out and none of them makes a group, so that `latest` counts as without."""
    if not isinstance(part, TagsMatch) or not all(map(is_literal, part.globs)):
        return False
    if isinstance(per, PerTag):
        return all(captured(per.expression)(tag) is None for tag in part.globs)
    return all(parse_version(tag) is None for tag in part.globs)


def _too_many(kind: Kind, keep: Retention) -> Iterator[tuple[str, str]]:
    most = KINDS[kind].policies.most
    for key, count, kept in (
        ("latest", keep.latest, "all"),
        ("rollback", keep.rollback, "all ready ones"),
    ):
        if most and keep.per is None and count is not None and count > most:
            what = f"{kind_noun(kind, most)} of a {holder_key(kind)}"
            text = f"Google stores at most {most:,} {what}: write fewer"
            yield key, f"keep.{key} keeps {kept}: {text}"


def _waits_anyway(policy: Policy, keep: Retention, policies: Policies) -> Iterator[tuple[str, str]]:
    if keep.newer_than is not None and not (policies.of(Kind.REPOSITORY) or policies.of(Kind.PACKAGE)):
        waits = [_waits(each) for each in policies.of(policy.kind)]
        if all(isinstance(age, OlderThan) and age.age >= keep.newer_than for age in waits):
            yield (
                "newer_than",
                (
                    f"keep.newer_than has no effect: every policy of {policy.kind.value} waits longer anyway, "
                    "by older_than: remove it, or write a longer one"
                ),
            )


def _waits(policy: Policy) -> OlderThan | None:
    ages = [part for part in conjuncts(policy.when) if isinstance(part, OlderThan)]
    return max(ages, key=lambda each: each.age, default=None)


# Names of these kinds are anybody's choice: packages of npm or Maven, and their tags.
_FREE = (Kind.VERSION, Kind.TAG, Kind.PACKAGE)


def unprotecting(policies: Policies) -> Iterator[tuple[int, str, str]]:
    """Of `protect.names` the place and the glob that matches nothing of which a policy speaks."""
    if not any(policy.kind in _FREE for policy in policies.policies):
        for place, glob in enumerate(policies.protect.names):
            if IMAGE_NAMES.rule_out(glob):
                yield place, glob, IMAGE_NAMES.said


Advice = tuple[Path, str]


def warnings(data: bytes, source: str, policies: Policies, now: datetime) -> tuple[str, ...]:
    """All advice about a file that reads well, a line each (``FILE:LINE:COLUMN: …``), in its order."""
    root = with_defaults(read_source(data, source).root, GRAMMAR)
    told = (*advice(policies, now), *_rest(root, policies))
    found = {Problem(locate_key(root, path), text) for path, text in told}
    return tuple(f"{source}:{at.line}:{at.column}: warning: {text}" for at, text in sorted(found))


def _rest(root: MappingNode, policies: Policies) -> Iterator[Advice]:
    """A `keep` beside selectors alone deletes the rest: a native KEEP policy does not (R49). A policy that
    says `deletes` itself has chosen."""
    for place, policy in enumerate(policies.policies):
        path: Path = ("policies", place)
        _, written = locate(root, path)
        chosen = isinstance(written, MappingNode) and "deletes" in written.entries
        if policy.keep is not None and not chosen and all(key.selector for key in keys(policy.when)):
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
        for below, text in () if idle else _leaves_live(policy):
            yield path + below, f"{policy.name} {text}"
        for below, text in _unnameable(policy):
            yield path + below, f"{policy.name}: {text}"
        for key, text in idle_keep(policy, policies, now):
            yield (*path, "keep", key), text


def shadows(earlier: Policy, policy: Policy) -> bool:
    """Whether all that a policy deletes, the earlier one deletes already, so that it changes nothing.

    What only the later one may delete (managed resources, a literal name, a live service, an
    artifact type) does not count; a later policy with `keep` is never shadowed.
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
                    f"deletes nothing that {each.name} above does not delete: move it before that policy, or remove it"
                ),
            )
            return


def _never(policy: Policy, policies: Policies, now: datetime) -> Iterator[Advice]:
    if found := contradiction(policy.when):
        yield _key(policy, *found), f"can never match, because {_both(*found)}: remove one of them"
        return
    if policy.deletes:
        yield from _held(policy, tuple(bounds(policy, policies)))
        yield from _kept(policy, policies)
    where = policies.scope.locations
    if policy.kind.is_run and where is not None and set(where) <= set(MULTI_REGIONS):
        regions = "scope.locations names no region of Cloud Run: add one there, or remove this policy"
        yield ("kind",), f"can never match: {regions}"
    for part in conjuncts(policy.when):
        if isinstance(part, OlderThan) and (began := too_old(policy.kind, part.age, now)):
            yield _key(policy, part), f"can never match: {began}: write a shorter age"


def _leaves_live(policy: Policy) -> Iterator[Advice]:
    """A policy of services without `status` matches live services and never deletes one (R15, R34)."""
    says = any(isinstance(each, StatusIs) for each in keys(policy.when))
    if Status.SERVING in KINDS[policy.kind].policies.statuses and policy.deletes and not says:
        text = "deletes failed services only, although its `when` also matches live ones"
        ways = (
            "write `status: [serving, degraded]` to delete live services, or `status: failed` to leave them"
        )
        yield ("when",), f"{text}: {ways}"


def _kept(policy: Policy, policies: Policies) -> Iterator[Advice]:
    for each in policies.of(policy.kind):
        if not each.deletes and each.keep is None and implies(policy.when, each.when):
            text = f"can never delete: {each.name} has `deletes: false` and keeps everything that it matches"
            yield ("when",), f"{text}: remove one of them"


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
                f"can never delete: {bound.why.replace('{}', _said(part))}",
            )
    together = [bound.holds for bound in known]
    if not alone and not contradiction(All(()), together) and (found := contradiction(policy.when, together)):
        first = next((bound for bound in known if any(bound.holds is each for each in found)), None)
        part = next((each for each in found if first and each is not first.holds), found[0])
        why = first.why.replace("{}", _said(part)) if first else "remove it"
        yield (
            ("when",),
            f"can never delete: no part of its `any` can; the first: {why}",
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
        for glob, made_of in key.impossible(policy.kind):
            text = (
                f"{_said(key)} {show(glob)} matches nothing, because such names have {made_of}: write it so"
            )
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
        text = f"{show(glob)} protects nothing, because names have {made_of}: write it so"
        yield ("protect", "names", place), text
    if limits.max_deletions == 0:
        yield (
            ("limits", "max_deletions"),
            "0 refuses every plan that deletes anything: write how many resources one sweep may delete",
        )
    if limits.max_share == 0:
        yield (
            ("limits", "max_share"),
            "0% refuses every plan that deletes more than ten of a kind: write a larger share",
        )
    if limits.max_monthly_value == 0:
        yield ("limits", "max_monthly_value"), "0 USD refuses every plan that saves anything: write an amount"


def _key(policy: Policy, *parts: Condition) -> Path:
    """Where the last of the parts that stands in `when` itself does."""
    for part in reversed(parts):
        if part in policy.when.parts and isinstance(part, Key):
            return ("when", part.name)
    return ("when",)


def _said(condition: Condition) -> str:
    """A part as the file calls it."""
    match condition:
        case Not(part):
            return f"not {_said(part)}"
        case All() | AnyOf():
            return "`any`"
        case _:
            return f"`{condition.name}`"
