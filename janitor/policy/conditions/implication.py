"""Implication between conditions: which can never hold, and which hold whenever another does.

`validate` warns by these answers. Pure.
"""

from collections.abc import Iterator, Sequence

from janitor.policy.conditions.condition import All, AnyOf, Condition, Not
from janitor.policy.conditions.key import Key

Pair = tuple[Condition, Condition]


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """The parts that must all be true, with `not` pushed inwards as far as possible."""
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
        case Not(Key() as key) if (opposite := key.opposite()) is not None:
            yield opposite
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
        case (Key(), Key()):
            return one.excludes(other)
        case _:
            return False


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
        # of two policies the same number is not the same few: each ranks what its own selectors match
        case (_, Key()) if wanted.ranks:
            return False
        case (AnyOf(branches), _):
            return bool(branches) and all(_follows(list(conjuncts(each)), wanted) for each in branches)
        case (Not(inner), Not(outer)):
            return _narrower(outer, inner)
        case _:
            return _narrower(part, wanted)


def _narrower(one: Condition, wider: Condition) -> bool:
    """Whether one holds only where the other does, and is not known only where that is not."""
    return one == wider or (isinstance(one, Key) and isinstance(wider, Key) and one.within(wider))
