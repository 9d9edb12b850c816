"""Verdict on one resource: the compiled policies, guards, and the floor (R43): nothing younger than an hour is deleted,
and nothing that images need younger than a day where Cloud Asset Inventory says what is in use (R51)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from janitor.model.kinds import Status
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, AnyOf, Condition, Not, compiled, whom
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.key import Key, Leaf
from janitor.policy.conditions.names import NameIs, OneText
from janitor.policy.conditions.patterns import is_literal
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.truth import NO, YES, Test, Truth, always
from janitor.policy.model import Policy

FLOOR = timedelta(hours=1)
# Almost all changes reach Cloud Asset Inventory within minutes, and some are missed for longer (docs: asset types).
INVENTORY_DELAY = timedelta(days=1)
FLOOR_REASONS = (KeepReason.JUST_CREATED, KeepReason.INVENTORY_DELAY, KeepReason.AGE_UNKNOWN)


def latest(times: Iterable[float | None]) -> float | None:
    """The latest of the known times, in epoch seconds; a time at the epoch is not known. None: no time is known."""
    return max((time for time in times if time is not None and time > 0), default=None)


def latest_of(times: Iterable[datetime | None]) -> float | None:
    """The same of aware times."""
    return latest(time.timestamp() if time else None for time in times)


def too_young(newest: float | None, now: float, by_inventory: bool = False) -> KeepReason | None:
    """Why a resource whose latest known time is `newest` is kept; None where it is one hour old or older, and one day
    where the inventory says what is in use.

    Without any time, or with one in the future, its age is unknown.
    """
    if newest is None or newest > now:
        return KeepReason.AGE_UNKNOWN
    if now - newest < FLOOR.total_seconds():
        return KeepReason.JUST_CREATED
    young = by_inventory and now - newest < INVENTORY_DELAY.total_seconds()
    return KeepReason.INVENTORY_DELAY if young else None


def floor_guards(newest: float | None, now: float, by_inventory: bool = False) -> dict[KeepReason, bool]:
    """The floor as guards of one resource: each of its reasons, and whether it holds."""
    found = too_young(newest, now, by_inventory)
    return {reason: reason is found for reason in floor_reasons(by_inventory)}


def floor_reasons(by_inventory: bool) -> tuple[KeepReason, ...]:
    """The reasons of the floor that may hold."""
    return tuple(r for r in FLOOR_REASONS if by_inventory or r is not KeepReason.INVENTORY_DELAY)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Keep:
    """The decision to keep a resource."""

    reason: KeepReason


@dataclass(frozen=True, slots=True)
class Delete:
    """It may go, by this policy."""

    policy: Policy
    reason: DeleteReason


Decision = Keep | Delete


@dataclass(frozen=True, slots=True)
class CompiledPolicy(Generic[T]):
    """A policy compiled for one kind (images: for one repository).

    `applies` is False where --policy named others: it keeps, and deletes nothing. `deletes` is one
    verdict a reason, as a million images share them. `leaf` is how the kind reads a key.
    """

    policy: Policy
    matches: Test[T]
    selects: Test[T]
    reason: Callable[[T], DeleteReason]
    applies: bool
    deletes: Mapping[DeleteReason, Delete]
    leaf: Leaf[T]


def question(policy: Policy, leaf: Leaf[T], applies: bool) -> CompiledPolicy[T]:
    """Compile a policy with the kind's own reading of each key."""
    when = policy.when
    deletes = {reason: Delete(policy, reason) for reason in DeleteReason}
    matches, selects = compiled(when, leaf), compiled(whom(when), leaf)
    return CompiledPolicy(policy, matches, selects, _reason(when, leaf), applies, deletes, leaf)


def never(policy: Policy, leaf: Leaf[T], applies: bool) -> CompiledPolicy[T]:
    """A policy that cannot match where it is asked."""
    return CompiledPolicy(policy, always(NO), always(NO), _matched, applies, {}, leaf)


def _matched(_: object) -> DeleteReason:
    return DeleteReason.MATCHED


def kept_by_policy(questions: Iterable[CompiledPolicy[T]], resource: T) -> bool:
    """Whether a policy with `deletes: false` and without `keep` matches it, or may do so."""
    return any(
        not each.policy.deletes and each.policy.keep is None and each.matches(resource).holds is not False
        for each in questions
    )


def asked(
    questions: Collection[CompiledPolicy[T]], resource: T, forbids: Callable[[Policy], KeepReason | None]
) -> Decision:
    """The first policy in file order that matches and may delete it (R19); else why the resource is kept.

    `forbids` says why a policy may not delete this resource though it matches (None: it may).
    Of several reasons to stay, the strongest (first in KeepReason) is named.
    """
    if kept_by_policy(questions, resource):
        return Keep(KeepReason.KEEP_POLICY)
    stays = [KeepReason.NOT_MATCHED]
    for each in questions:
        if not each.policy.deletes:
            continue
        answer = each.matches(resource)
        if answer is not YES:
            stays.append(answer.reason)
        elif not each.applies:
            stays.append(KeepReason.POLICY_NOT_SELECTED)
        elif (obstacle := forbids(each.policy)) is not None:
            stays.append(obstacle)
        else:
            return each.deletes[each.reason(resource)]
    return Keep(strongest(stays))


def verdict(
    questions: Collection[CompiledPolicy[T]],
    resource: T,
    stand: Sequence[KeepReason],
    forbids: Callable[[Policy, KeepReason], bool],
    gap: bool = False,
    waivable: Collection[KeepReason] = (),
) -> Decision:
    """The policies' answer, unless a guard stands that the matching policy may not waive, or a gap hides
    something (R4).

    `stand` are the guards that do, the strongest first, and `forbids` says whether one does so against a
    policy that matches. One of `waivable`, and the floor (R43), is named only where a policy matches.
    """
    unnamed = (*waivable, *FLOOR_REASONS)

    def obstacle(policy: Policy) -> KeepReason | None:
        return next((guard for guard in stand if forbids(policy, guard)), None)

    decision = asked(questions, resource, obstacle)
    if isinstance(decision, Keep):
        return Keep(strongest([*(guard for guard in stand if guard not in unnamed), decision.reason]))
    return Keep(KeepReason.GAP) if gap else decision


_NEVER: Test[object] = always(NO)


def note_named(
    named: set[str], questions: Iterable[CompiledPolicy[T]], resources: Iterable[T], failures: Failures
) -> None:
    """Add to `named` each policy whose selectors match, or may match, any of the resources: the names in it exist."""
    with failures.unheard():
        for each in questions:
            if each.policy.name in named or each.selects is _NEVER:
                continue
            if any(each.selects(resource).holds is not False for resource in resources):
                named.add(each.policy.name)


def note_matches(
    matched: set[str], questions: Iterable[CompiledPolicy[T]], resources: Iterable[T], failures: Failures
) -> None:
    """Add to `matched` each policy whose `when` holds of any of the resources, whatever keeps them: a policy that
    matches no resource is often misspelled.

    To be asked once they are decided: an expression that fails was counted then (`failures`), and `resources` need not
    hold what a policy said no to. A policy that is in there already is not asked again, and of a repository that its
    selectors leave out no image is.
    """
    with failures.unheard():
        for each in questions:
            if each.policy.name in matched or each.matches is _NEVER:
                continue
            if any(each.matches(resource) is YES for resource in resources):
                matched.add(each.policy.name)


_STRENGTH = {reason: place for place, reason in enumerate(KeepReason)}
_ORDER = {reason: place for place, reason in enumerate(DeleteReason)}


def strongest(reasons: Iterable[KeepReason]) -> KeepReason:
    """The first in the order of KeepReason, but for NOT_MATCHED, which any other reason beats."""
    found = set(reasons)
    return min(found - {KeepReason.NOT_MATCHED} or found, key=_STRENGTH.__getitem__)


def names_literally(policy: Policy, name: str, key: type[OneText] = NameIs) -> bool:
    """Whether the top level of `when` names exactly this, without a glob."""
    return any(
        isinstance(part, key) and any(glob == name and is_literal(glob) for glob in part.globs)
        for part in policy.when.parts
    )


def may_take_serving(policy: Policy) -> bool:
    """Whether it says `status: serving` literally, with `older_than` and a selector (R15)."""
    return not missing_for_serving(policy)


def missing_for_serving(policy: Policy) -> tuple[str, ...]:
    """What to add to `when`, so that the policy may delete live services (R15)."""
    parts = policy.when.parts
    there = {
        "status: [serving, degraded]": any(
            isinstance(p, StatusIs) and Status.SERVING in p.values for p in parts
        ),
        "older_than": any(isinstance(part, OlderThan) for part in parts),
        "name": any(isinstance(part, Key) and part.selector for part in parts),
    }
    return tuple(key for key, is_there in there.items() if not is_there)


def _reason(when: All, leaf: Leaf[T]) -> Callable[[T], DeleteReason]:
    """Which of the keys that hold comes first in DeleteReason."""
    found: list[tuple[DeleteReason, Test[T]]] = []
    for key, certain in _positive(when, True):
        for reason, part in key.reasons():
            found.append((reason, _certainly if certain and part == key else leaf(part)))
    found.sort(key=lambda entry: _ORDER[entry[0]])

    def run(resource: T) -> DeleteReason:
        return next((reason for reason, test in found if test(resource) is YES), DeleteReason.MATCHED)

    if found and found[0][1] is _certainly:
        first = found[0][0]
        return lambda _: first
    return run


def _certainly(_: object) -> Truth:
    return YES


def _positive(condition: Condition, certain: bool) -> Iterator[tuple[Key, bool]]:
    """Keys that are not negated, each with whether a match of the whole proves it."""
    match condition:
        case All(parts):
            for part in parts:
                yield from _positive(part, certain)
        case AnyOf(parts):
            for part in parts:
                yield from _positive(part, False)
        case Not(_):
            return
        case _:
            yield condition, certain
