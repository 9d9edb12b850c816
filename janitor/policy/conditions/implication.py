"""Implication between conditions: which can never hold, which hold whenever another does, which globs and ranges overlap.

`validate` warns by these answers. Pure.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from operator import eq, ge, gt, le, lt

from janitor.model.semver import Comparison, parse_range
from janitor.policy.conditions.keys import (
    All,
    AnnotationsAre,
    AnnotationsRegex,
    AnyOf,
    AnyTag,
    ArtifactTypeIs,
    Condition,
    CreatorIs,
    Empty,
    FormatIs,
    JobIs,
    Key,
    LabelsAre,
    LabelsRegex,
    LargerThan,
    Largest,
    LocationIs,
    ManagedBy,
    NameIs,
    Not,
    OlderThan,
    Prerelease,
    RepositoryIs,
    ServiceIs,
    StatusIs,
    Tagged,
    TagsMatch,
    TagsRegex,
    TagsSemver,
    TtlExpired,
    UnusedFor,
    VersionIs,
    VersionSemver,
    all_found,
)
from janitor.policy.conditions.patterns import found_in, is_literal, matcher
from janitor.policy.conditions.ttl import lifetime
from janitor.policy.conditions.versions import in_range

# What a match begins and ends with whatever the glob: up to its first magic, from behind its last.
_BEGIN = re.compile(r"[^*?[]*")
_END = re.compile(r"[^*?\]]*\Z")


def covers(wider: str, glob: str) -> bool:
    """Whether the wider glob matches whatever the other one does; False where that is not seen at once."""
    if wider in (glob, "*"):
        return True
    if is_literal(glob):
        return matcher((wider,))(glob)
    inner = wider.strip("*")
    if not is_literal(inner) or wider not in (f"{inner}*", f"*{inner}", f"*{inner}*"):
        return False
    begin, end = _ends(glob)
    begins = wider.endswith("*") and (begin.startswith(inner) or (wider[0] == "*" and inner in begin))
    return begins or (wider[0] == "*" and (end.endswith(inner) or (wider[-1] == "*" and inner in end)))


def disjoint(one: str, other: str) -> bool:
    """Whether no text matches both; False where that is not seen at once."""
    for literal, glob in ((one, other), (other, one)):
        if is_literal(literal):
            return not matcher((glob,))(literal)
    (begin, end), (start, stop) = _ends(one), _ends(other)
    may_begin = begin.startswith(start) or start.startswith(begin)
    return not (may_begin and (end.endswith(stop) or stop.endswith(end)))


def _ends(glob: str) -> tuple[str, str]:
    begin, end = _BEGIN.match(glob), _END.search(glob)
    return begin[0] if begin else "", end[0] if end else ""


def ranges_apart(one: str, other: str) -> bool:
    """Whether no version is in both; the same one twice: whether none is in it. Not all such are seen."""
    comparisons = (*parse_range(one).comparisons, *parse_range(other).comparisons)
    bounds = [(bound.precedence, compare) for compare, bound in comparisons]
    lowest = [(bound, compare is gt) for bound, compare in bounds if compare in (gt, ge, eq)]
    highest = [(bound, compare is lt) for bound, compare in bounds if compare in (lt, le, eq)]
    return any(
        low > high or (low == high and (open_ or shut)) for low, open_ in lowest for high, shut in highest
    )


def range_within(one: str, other: str) -> bool:
    """Whether every version in the first range is in the second, and none is not in the first for certain that
    may be in the second. Not all such are seen."""
    inner, outer = parse_range(one), parse_range(other)
    variants = {bound.variant for _, bound in inner.comparisons}
    spoken_of = all(bound.variant in ("", *variants) for _, bound in outer.comparisons)
    return (
        spoken_of
        and inner.prereleases == outer.prereleases
        and all(any(_is_narrower(has, wanted) for has in inner.comparisons) for wanted in outer.comparisons)
    )


def _is_narrower(has: Comparison, wanted: Comparison) -> bool:
    compare, bound, wants, limit = has.compare, has.bound.precedence, wanted.compare, wanted.bound.precedence
    if compare is eq:
        return wants(bound, limit)
    if (compare in (gt, ge)) is not (wants in (gt, ge)) or wants is eq:
        return False
    beyond = bound > limit if compare in (gt, ge) else bound < limit
    return beyond or (bound == limit and (compare is wants or compare in (gt, lt)))


# One text a resource (every tag, of tags), and what matches any of the globs.
TEXTS = (NameIs, ServiceIs, JobIs, LocationIs, RepositoryIs, ArtifactTypeIs, CreatorIs, TagsMatch, VersionIs)
# What holds of no untagged image.
_OF_TAGGED = (TagsMatch, AnyTag, TagsRegex, TagsSemver)
Pair = tuple[Condition, Condition]


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """The parts that all must hold, with `not` pushed inwards as far as it goes."""
    match condition:
        case All(parts):
            for part in parts:
                yield from conjuncts(part)
        case Not(Not(part)):
            yield from conjuncts(part)
        case Not(AnyOf(parts)):
            for part in parts:
                yield from conjuncts(Not(part))
        case Not(All(parts)):
            yield AnyOf(tuple(Not(part) for part in parts))
        case Not(Tagged(value)):
            yield Tagged(not value)
        case AnyOf((part,)):
            yield from conjuncts(part)
        case _:
            yield condition


def contradiction(condition: Condition, beside: Sequence[Condition] = ()) -> Pair | None:
    """Two parts that never hold together, where the whole can never hold for them; else None.

    Of an `any` it is so where every branch contradicts what stands beside it, or itself.
    """
    parts = [*conjuncts(condition), *beside]
    for place, one in enumerate(parts):
        for other in parts[: place + 1]:
            if excludes(one, other) or excludes(other, one):
                return other, one
    for one in parts:
        if isinstance(one, AnyOf):
            plain = [other for other in parts if not isinstance(other, AnyOf)]
            found = [contradiction(branch, plain) for branch in one.parts]
            if found and all(found):
                return found[0]
    return None


def excludes(one: Condition, other: Condition) -> bool:
    """Whether the two never hold of the same resource."""
    match one, other:
        case (Not(part), _):
            return implies(other, part)
        case (StatusIs(some), StatusIs(others)):
            return not set(some) & set(others)
        case (Tagged(some), Tagged(others)):
            return some is not others
        case (FormatIs(some), FormatIs(others)):
            return not set(some) & set(others)
        case (_, Tagged(False)) if isinstance(one, _OF_TAGGED):
            return True
        case (TagsMatch(globs), TagsRegex() | TagsSemver()):
            return all(map(is_literal, globs)) and not any(map(_says(other), globs))
        case (TagsMatch(some), AnyTag(others)):
            return apart(some, others)
        case (Prerelease(some), Prerelease(others)):
            return some is not others
        case (TagsSemver(some), TagsSemver(others)) | (VersionSemver(some), VersionSemver(others)):
            return ranges_apart(some, others)
        case (Empty(), LargerThan()):
            return True
        case (TtlExpired(), LabelsAre(labels)):
            return lifetime(one, {key: text for key, text in labels.items() if is_literal(text)}) is None
        case (LabelsAre(some), LabelsAre(others)) | (AnnotationsAre(some), AnnotationsAre(others)):
            shared = some.keys() & others.keys()
            return any(apart((some[key],), (others[key],)) for key in shared)
        case (LabelsAre(said), LabelsRegex(asked)) | (AnnotationsAre(said), AnnotationsRegex(asked)):
            literal = {key: said[key] for key in said.keys() & asked.keys() if is_literal(said[key])}
            return not all_found({key: asked[key] for key in literal}, literal)
        case _ if type(one) is type(other) and isinstance(one, TEXTS) and isinstance(other, TEXTS):
            return apart(one.globs, other.globs)
        case _:
            return False


def _says(key: TagsRegex | TagsSemver) -> Callable[[str], bool]:
    return found_in(key.expression) if isinstance(key, TagsRegex) else in_range(key.range)


def apart(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether no text matches one of these and one of those, as far as is seen at once."""
    return all(disjoint(one, other) for one in some for other in others)


def implies(one: Condition, other: Condition) -> bool:
    """Whether the second holds wherever the first one does."""
    parts = list(conjuncts(one))
    return all(_follows(parts, wanted) for wanted in conjuncts(other))


def _follows(parts: Sequence[Condition], wanted: Condition) -> bool:
    if any(_step(part, wanted) for part in parts):
        return True
    if isinstance(wanted, AnyOf):
        return any(all(_follows(parts, each) for each in conjuncts(branch)) for branch in wanted.parts)
    return False


def _step(part: Condition, wanted: Condition) -> bool:
    match part, wanted:
        # of two policies the same number is not the same few: each ranks whom its own selectors match
        case (_, Largest()):
            return False
        case _ if part == wanted:
            return True
        case (AnyOf(branches), _):
            return bool(branches) and all(_follows(list(conjuncts(each)), wanted) for each in branches)
        case (Not(inner), Not(outer)):
            return _narrower(outer, inner)
        case _:
            return _narrower(part, wanted)


def _narrower(key: Condition | Key, wider: Condition | Key) -> bool:
    """Whether one key holds only where the other does, and is not known only where that is not."""
    match key, wider:
        case _ if key == wider:
            return True
        case (OlderThan(age), OlderThan(least)):
            return age >= least
        case (UnusedFor(age), UnusedFor(least)):
            return age >= least
        case (LargerThan(size), LargerThan(least)):
            return size >= least
        case (StatusIs(some), StatusIs(others)):
            return set(some) <= set(others)
        case (FormatIs(some), FormatIs(others)):
            return set(some) <= set(others)
        case (ManagedBy(some), ManagedBy(others)):
            return set(some) <= set(others)
        case (_, Tagged(True)) if isinstance(key, _OF_TAGGED):
            return True
        case (Tagged(True), TagsMatch(globs)):
            return "*" in globs
        case (TagsMatch(globs), TagsRegex() | TagsSemver()):
            return all(is_literal(glob) and _says(wider)(glob) for glob in globs)
        case (TagsMatch(some) | AnyTag(some), AnyTag(others)):
            return all(within(glob, others) for glob in some)
        case (Tagged(True), AnyTag(globs)):
            return "*" in globs
        case (TagsSemver(inner), TagsSemver(outer)) | (VersionSemver(inner), VersionSemver(outer)):
            return range_within(inner, outer)
        case (LabelsAre(some), LabelsAre(others)) | (AnnotationsAre(some), AnnotationsAre(others)):
            return all(name in some and within(some[name], (glob,)) for name, glob in others.items())
        case (LabelsRegex(some), LabelsRegex(others)) | (AnnotationsRegex(some), AnnotationsRegex(others)):
            return others.items() <= some.items()
        case (LabelsRegex(some), LabelsAre(others)) | (AnnotationsRegex(some), AnnotationsAre(others)):
            return all(name in some and glob == "*" for name, glob in others.items())
        case (LabelsAre(some), LabelsRegex(others)) | (AnnotationsAre(some), AnnotationsRegex(others)):
            return all(map(is_literal, some.values())) and all_found(others, some)
        case _ if type(key) is type(wider) and isinstance(key, TEXTS) and isinstance(wider, TEXTS):
            return all(within(glob, wider.globs) for glob in key.globs)
        case _:
            return False


def within(glob: str, globs: Sequence[str]) -> bool:
    """Whether what the glob matches, one of the others does, as far as is seen at once."""
    return any(covers(wider, glob) for wider in globs)
