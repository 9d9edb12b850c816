"""Whether two globs, or two ranges of versions, leave room for each other: for what `validate` warns of.

Sound and incomplete, as implication.py: what is said is so, and much that is so is not seen.
"""

import re
from operator import eq, ge, gt, le, lt

from janitor.model.semver import Comparison, parse_range
from janitor.policy.globs import is_literal, matcher

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
        and all(any(_follows(has, wanted) for has in inner.comparisons) for wanted in outer.comparisons)
    )


def _follows(has: Comparison, wanted: Comparison) -> bool:
    compare, bound, wants, limit = has.compare, has.bound.precedence, wanted.compare, wanted.bound.precedence
    if compare is eq:
        return wants(bound, limit)
    if (compare in (gt, ge)) is not (wants in (gt, ge)) or wants is eq:
        return False
    beyond = bound > limit if compare in (gt, ge) else bound < limit
    return beyond or (bound == limit and (compare is wants or compare in (gt, lt)))
