"""The JSON serialiser: every value of the report has one form, and anything else is an error."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from janitor.model.amounts import Amount, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.report.json.serialiser import as_json

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    """Fields in an order that is not the alphabet's."""

    second: object
    first: object


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1E-12"), "0.000000000001"),
        (Decimal("12.3400"), "12.3400"),
        (AT.astimezone(timezone(timedelta(hours=9))), "2026-11-24T04:00:00Z"),
        (AT + timedelta(microseconds=1), "2026-11-24T04:00:00.000001Z"),
        (timedelta(days=1, milliseconds=999), 86400),
        (Kind.IMAGE, "artifact.image"),
        ((1, None, True), [1, None, True]),
        (
            Priced(Decimal("2.005001"), "", upper_bound=True),
            {"usd_month": "2.005001", "usd_month_rounded": 2.01, "basis": "", "upper_bound": True},
        ),
        ({"usd_month": None, "usd": "?"}, {"usd_month": None, "usd_month_rounded": None, "usd": "?"}),
        (Unpriced("no price"), {"unpriced": "no price"}),
        ({"estimate": [Unpriced("no price")]}, {"estimate": [{"unpriced": "no price"}]}),
    ],
)
def test_each_type_has_one_form(value: object, written: object) -> None:
    assert as_json(value) == written


def test_fields_stand_in_their_order() -> None:
    assert list(as_json(Pair(second=1, first=2))) == ["second", "first"]
    assert list(as_json(Amount())) == [
        "count", "size_bytes", "usd_month", "usd_month_rounded", "unpriced", "upper_bound",
    ]  # fmt: skip
    assert "usd_month_rounded" not in as_json(Amount(), rounded=False)


def test_a_gap_says_what_it_keeps_and_the_repository_only_where_it_lies_in_one() -> None:
    gap = Gap("p", "us", Kind.IMAGE, "why", "web")
    assert list(as_json(gap)) == ["project", "location", "kind", "cause", "blocks", "repository"]
    assert "repository" not in as_json(Gap("p", "us", Kind.IMAGE, "why"))


def test_a_shape_of_the_document_wins_and_what_it_gives_is_serialised_too() -> None:
    shapes = {Pair: lambda pair: {"both": [pair.first, pair.second]}}
    assert as_json([Pair(AT, Decimal(1))], shapes) == [{"both": ["1", "2026-11-24T04:00:00Z"]}]


@pytest.mark.parametrize("value", [1.5, {1, 2}, object(), b"bytes"])
def test_a_value_of_any_other_type_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="has no form in JSON"):
        as_json([value])
