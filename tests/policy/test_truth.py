"""Conditions in three values, and whom they speak of: rules R5 and R9."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest

from janitor.model.kinds import Status
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, AnyOf, Condition, Not, compiled, keys, whom
from janitor.policy.conditions.key import Key
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import Tagged
from janitor.policy.conditions.truth import (
    AGE_UNKNOWN,
    NO,
    NO_TAG_MATCHES,
    SIZE_UNKNOWN,
    YES,
    Test,
    Truth,
    always,
    truth,
)

YEA, NAY, PERHAPS = NameIs(("yes",)), NameIs(("no",)), NameIs(("perhaps",))
_ANSWERS = {YEA: YES, NAY: NO, PERHAPS: AGE_UNKNOWN}
_HOLDS = {YES: True, NO: False, AGE_UNKNOWN: None}


def varying(key: Key) -> Test[str]:
    """A leaf that has to look."""
    return lambda _: _ANSWERS[key]  # type: ignore[index]


def folded(key: Key) -> Test[str]:
    """A leaf whose answer is known beforehand, where there is one."""
    answer = _ANSWERS[key]  # type: ignore[index]
    return varying(key) if answer is AGE_UNKNOWN else always(answer)


def conditions() -> Iterator[tuple[Condition, bool | None]]:
    """Conditions of two keys, each with what it must come to (Kleene's tables)."""
    for a, b in product(_ANSWERS, repeat=2):
        x, y = _HOLDS[_ANSWERS[a]], _HOLDS[_ANSWERS[b]]
        both = False if False in (x, y) else None if None in (x, y) else True
        either = True if True in (x, y) else None if None in (x, y) else False
        yield All((a, b)), both
        yield AnyOf((a, b)), either
        yield Not(All((a, b))), None if both is None else not both
        yield Not(AnyOf((a, b))), None if either is None else not either


@pytest.mark.parametrize("leaf", [varying, folded])
def test_all_any_and_not_keep_what_cannot_be_known(leaf: object) -> None:
    """R5: no negation makes an unknown age old."""
    for condition, expected in conditions():
        assert compiled(condition, leaf)("x").holds is expected, condition  # type: ignore[arg-type]


def test_nothing_asked_holds_and_no_alternative_does_not() -> None:
    assert compiled(All(()), varying)("x") is YES
    assert compiled(AnyOf(()), varying)("x") is NO
    assert compiled(Not(All(())), varying)("x") is NO


def test_what_does_not_hold_wins_over_what_cannot_be_known() -> None:
    assert compiled(All((PERHAPS, NAY)), varying)("x") is NO
    assert compiled(AnyOf((PERHAPS, YEA)), varying)("x") is YES


def test_the_reason_of_the_unknown_is_handed_on() -> None:
    both = (AnyOf((PERHAPS, NAY)), AnyOf((NAY, PERHAPS, NAY)), All((PERHAPS, YEA)))
    for condition in (All((YEA, PERHAPS)), AnyOf((NAY, PERHAPS)), Not(Not(PERHAPS)), *both):
        assert compiled(condition, varying)("x") == AGE_UNKNOWN


def test_of_several_unknown_the_first_says_why_and_a_no_with_a_reason_says_it() -> None:
    answers = {YEA: AGE_UNKNOWN, NAY: SIZE_UNKNOWN, PERHAPS: NO_TAG_MATCHES}

    def leaf(key: Key) -> Test[str]:
        return lambda _: answers.get(key, NO)  # type: ignore[arg-type]

    assert compiled(AnyOf((YEA, NAY)), leaf)("x") is AGE_UNKNOWN
    assert compiled(AnyOf((NAY, YEA)), leaf)("x") is SIZE_UNKNOWN
    assert compiled(AnyOf((PERHAPS, NAME)), leaf)("x") is NO_TAG_MATCHES
    assert compiled(All((YEA, PERHAPS)), leaf)("x") is NO_TAG_MATCHES
    assert compiled(All((PERHAPS, YEA)), leaf)("x") is NO_TAG_MATCHES


OLD, FAILED = OlderThan(timedelta(days=1)), StatusIs((Status.FAILED,))
NAME, TAGGED = NameIs(("a",)), Tagged(True)


@pytest.mark.parametrize(
    "when",
    [
        OLD, FAILED, Not(OLD), All((OLD, FAILED)), AnyOf((OLD, NAME)), Not(All((OLD, NAME))), Not(AnyOf((OLD, FAILED))),
    ],
)  # fmt: skip
def test_conditions_that_are_no_selectors_count_as_met(when: Condition) -> None:
    """R9: so these speak of everything, whatever its name."""
    for answer in (YES, NO):
        assert compiled(whom(when), lambda _, found=answer: lambda _: found)("x") is YES


@pytest.mark.parametrize(
    ("when", "same"),
    [
        (All((NAME, OLD)), NAME), (Not(NAME), Not(NAME)), (Not(AnyOf((NAME, OLD))), Not(NAME)),
        (Not(Not(All((NAME, FAILED)))), NAME), (AnyOf((All((NAME, OLD)), TAGGED)), AnyOf((NAME, TAGGED))),
        (Not(All((NAME, TAGGED))), AnyOf((Not(NAME), Not(TAGGED)))),
    ],
)  # fmt: skip
def test_selectors_say_whom_it_speaks_of_negated_or_not(when: Condition, same: Condition) -> None:
    """R9: a condition and the plain selectors that it comes to agree on everything."""
    for name, tagged in product((YES, NO, AGE_UNKNOWN), repeat=2):

        def leaf(key: Key, name: Truth = name, tagged: Truth = tagged) -> Test[str]:
            return lambda _: name if key == NAME else tagged

        assert compiled(whom(when), leaf)("x") == compiled(same, leaf)("x")


def test_keys_come_in_the_order_of_the_file_negated_ones_too() -> None:
    assert list(keys(All((NAME, Not(AnyOf((OLD, FAILED))), TAGGED)))) == [NAME, OLD, FAILED, TAGGED]


def test_truth_is_one_of_two_values() -> None:
    assert (truth(True), truth(False)) == (YES, NO)
