"""Amounts: the sum of resources is exact, says what has no price, and never exceeds its cap."""

from decimal import Decimal, localcontext

import pytest

from janitor.model.amounts import NOTHING, Amount, Priced, Unpriced, amount_of

TEN = Priced(Decimal(10), "")
AT_MOST = Priced(Decimal("0.1"), "", upper_bound=True)
UNKNOWN = Unpriced("no price")


def test_the_sum_of_some_resources_counts_each_and_prices_what_has_a_price() -> None:
    assert amount_of([TEN, AT_MOST, UNKNOWN], 7) == Amount(3, 7, Decimal("10.1"), 1, upper_bound=True)
    assert amount_of([]) == NOTHING


def test_amounts_add_up_and_one_upper_bound_makes_the_sum_one() -> None:
    one, other = Amount(2, 5, Decimal(1), 1), Amount(1, 3, Decimal("0.25"), 0, upper_bound=True)
    assert one + other == other + one == Amount(3, 8, Decimal("1.25"), 1, upper_bound=True)
    assert sum([one, other], NOTHING) == one + other
    assert one + NOTHING == one


def test_sums_are_exact_whatever_the_decimal_context() -> None:
    tiny, large = Decimal("1E-30"), Decimal(10**16)
    with localcontext(prec=3):
        found = Amount(1, 0, tiny) + Amount(1, 0, large)
        assert amount_of([Priced(tiny, ""), Priced(large, "")]) == found
    assert str(found.usd_month) == "10000000000000000." + "0" * 29 + "1"


@pytest.mark.parametrize("most", [None, 10, 400])
def test_what_is_within_its_cap_counts_in_full(most: int | None) -> None:
    amount = Amount(2, 10, Decimal(3))
    assert amount.capped(most) == amount


def test_what_exceeds_its_cap_counts_for_these_bytes_and_dollars_in_proportion() -> None:
    found = Amount(4, 400, Decimal(2), 1, upper_bound=True).capped(100)
    assert found == Amount(4, 100, Decimal("0.5"), 1, upper_bound=True)
    assert Amount(1, 100, Decimal(1)).capped(0) == Amount(1, 0, Decimal(0))


@pytest.mark.parametrize(
    ("amount", "has_none"),
    [
        (NOTHING, False),
        (Amount(2, unpriced=1), False),
        (Amount(2, unpriced=2), True),
    ],
)
def test_dollars_say_nothing_where_no_resource_has_a_price(amount: Amount, has_none: bool) -> None:
    assert amount.has_no_price is has_none
