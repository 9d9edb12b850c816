"""Laws of the savings account, for any deletions."""

from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from operator import attrgetter

from hypothesis import given, settings
from hypothesis import strategies as st

from janitor.ledger.savings import Deletion, savings
from janitor.model.amounts import Priced, Unpriced
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.plan.plan import Action
from janitor.report.data.totals import capped_sum
from tests.ledger.model import account, course
from tests.making import NOW

MONTH = timedelta(hours=730)
# What a share or a sum may lose where a division does not come out even.
CRUMB = Decimal("1e-18")
CAPS = {"r": 1000, "s": 10, "t": 0}

prices = st.none() | st.decimals(0, 10_000, places=30) | st.sampled_from([Decimal(0), Decimal("0.10") / 3])
spans = st.timedeltas(timedelta(0), 30 * MONTH)
moments = spans.map(lambda span: NOW + span)
horizons = st.timedeltas(timedelta(0), 24 * MONTH)


@st.composite
def deletions(draw: st.DrawFn) -> Deletion:
    at = draw(moments)
    group = draw(st.sampled_from(["r", "s", "t", "unbilled", ""]))
    return Deletion(
        0, draw(st.sampled_from(["s-1", "s-2"])), draw(st.sampled_from(["artifact.image", "run.service"])),
        "n", "p", "unused", draw(st.sampled_from(["", "a", "b"])), draw(st.integers(0, 3000)), draw(prices),
        draw(st.booleans()), group, CAPS.get(group), at,
        draw(st.none() | spans.map(lambda span: at + span)), draw(st.none() | spans.map(lambda span: at + span)),
    )  # fmt: skip


many = st.lists(deletions(), max_size=12)


def total(numbers: list[Decimal | None]) -> Decimal:
    with localcontext(prec=120):
        return sum((each for each in numbers if each is not None), Decimal(0))


@given(many)
def test_no_share_is_below_zero_or_unpriced_by_the_cap(found: list[Deletion]) -> None:
    each = savings(found)
    assert [saving.deletion for saving in each] == found
    assert all((saving.usd_month is None) == (saving.deletion.usd_month is None) for saving in each)
    assert all(saving.usd_month is None or saving.usd_month >= 0 for saving in each)


@given(many)
def test_a_repositorys_images_never_total_more_than_it_is_billed_at_their_price(
    found: list[Deletion],
) -> None:
    shared = savings(found)
    for sweep_id in ("s-1", "s-2"):
        for group, cap in CAPS.items():
            mine = [
                each for each in shared if (each.deletion.sweep_id, each.deletion.group) == (sweep_id, group)
            ]
            size = sum(each.deletion.size_bytes for each in mine)
            bytes_shared = account(mine, NOW, MONTH).deleted.size_bytes
            assert bytes_shared == min(size, cap)
            with localcontext(prec=120):
                in_full = total([each.deletion.usd_month for each in mine])
                assert total([each.usd_month for each in mine]) * max(size, cap) <= in_full * cap


@given(many)
def test_one_sweep_comes_to_what_its_totals_said(found: list[Deletion]) -> None:
    one = [each._replace(sweep_id="s-1") for each in found]
    actions = [
        Action(
            Kind(each.kind), each.name, "", each.policy, DeleteReason.UNUSED, "", each.size_bytes,
            Unpriced("") if each.usd_month is None else Priced(each.usd_month, "", each.upper_bound), (0, 0),
            group=each.group,
        )
        for each in one
    ]  # fmt: skip
    said = capped_sum(iter(actions), CAPS)
    found_later = account(savings(one), NOW, MONTH).deleted
    assert found_later.size_bytes == said.size_bytes
    assert abs(found_later.usd_month - said.usd_month) < CRUMB
    assert (found_later.unpriced, found_later.upper_bound) == (said.unpriced, said.upper_bound)


@given(many, horizons, moments, spans)
def test_saved_to_date_never_shrinks(
    found: list[Deletion], horizon: timedelta, now: datetime, later: timedelta
) -> None:
    each = savings(found)
    assert account(each, now, horizon).saved_usd <= account(each, now + later, horizon).saved_usd


@given(many, horizons)
def test_the_horizon_bounds_what_is_saved(found: list[Deletion], horizon: timedelta) -> None:
    each = savings(found)
    ever = account(each, NOW + 1000 * MONTH, horizon)
    with localcontext(prec=120):
        months = Decimal(horizon // timedelta(microseconds=1)) / (MONTH // timedelta(microseconds=1))
        assert ever.saved_usd <= ever.deleted.usd_month * months + CRUMB


@given(deletions(), horizons, spans)
def test_a_come_back_ends_a_saving(found: Deletion, horizon: timedelta, later: timedelta) -> None:
    back = found.deleted_at + MONTH
    each = savings([found._replace(back_at=back)])
    assert account(each, back, horizon).saved_usd == account(each, back + later, horizon).saved_usd
    assert account(each, back, horizon).realised_usd_month == 0


@given(many, horizons, moments)
def test_parts_come_to_the_whole(found: list[Deletion], horizon: timedelta, now: datetime) -> None:
    each = savings(found)
    parts = [
        account([saving for saving in each if saving.deletion.owner == owner], now, horizon)
        for owner in ("", "a", "b")
    ]
    whole = account(each, now, horizon)
    for counted in ("deleted.count", "deleted.size_bytes", "came_back", "deleted.unpriced"):
        read = attrgetter(counted)
        assert sum(map(read, parts)) == read(whole)
    assert total([part.deleted.usd_month for part in parts]) == whole.deleted.usd_month
    assert total([part.realised_usd_month for part in parts]) == whole.realised_usd_month
    assert abs(total([part.saved_usd for part in parts]) - whole.saved_usd) < CRUMB
    assert whole.realised_usd_month <= whole.deleted.usd_month


@settings(max_examples=200)
@given(many, horizons, st.lists(moments, max_size=6))
def test_the_course_is_the_account_at_each_moment(
    found: list[Deletion], horizon: timedelta, at: list[datetime]
) -> None:
    each = savings(found)
    points = course(each, at, horizon)
    assert [point.at for point in points] == at
    assert [point.saved_usd for point in points] == [account(each, now, horizon).saved_usd for now in at]


@given(many, horizons, moments)
def test_the_course_says_how_fast_it_grows(found: list[Deletion], horizon: timedelta, now: datetime) -> None:
    """Up to the next change, in a millionth of a second."""
    each = savings(found)
    soon = now + timedelta(microseconds=1)
    here, there = course(each, [now, soon], horizon)
    with localcontext(prec=120):
        grown = (there.saved_usd - here.saved_usd) * (MONTH // timedelta(microseconds=1))
        assert abs(grown - here.usd_month) <= Decimal("1e-6")
