"""What a price book answers, says of itself, and survives on its way through JSON."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from janitor.cost.book import Metered, PriceBook, decode_book, encode_book

BOOK = PriceBook(
    "catalog",
    date(2026, 11, 24),
    {
        Metered.IDLE_CPU: {"us-central1": Decimal("0.0000025"), "asia-northeast3": Decimal("0.0000035")},
        Metered.STORAGE: {"global": Decimal("0.1"), "us": Decimal("0.2")},
    },
    ignored=3,
)


def changed(**values: Any) -> str:
    """The encoded book with some keys replaced; None takes one away."""
    document = json.loads(encode_book(BOOK)) | values
    return json.dumps({key: value for key, value in document.items() if value is not None})


def test_a_region_has_its_own_price_before_the_one_for_everywhere() -> None:
    assert BOOK.price(Metered.STORAGE, "us") == Decimal("0.2")
    assert BOOK.price(Metered.STORAGE, "asia-northeast3") == Decimal("0.1")


def test_a_price_that_is_missing_is_not_known_and_never_zero() -> None:
    assert BOOK.price(Metered.IDLE_CPU, "mars-north1") is None
    assert BOOK.price(Metered.GPU_L4_ZONAL, "us-central1") is None


def test_a_price_of_zero_for_a_region_stands_before_the_one_for_everywhere() -> None:
    book = replace(BOOK, prices={Metered.STORAGE: {"global": Decimal("0.1"), "us": Decimal(0)}})
    assert book.price(Metered.STORAGE, "us") == 0


def test_a_book_comes_back_from_json_as_it_went() -> None:
    assert decode_book(encode_book(BOOK)) == BOOK


def test_the_same_book_is_the_same_text_whatever_order_its_prices_were_found_in() -> None:
    turned = {item: dict(reversed(regions.items())) for item, regions in reversed(BOOK.prices.items())}
    assert encode_book(replace(BOOK, prices=turned)) == encode_book(BOOK)


def test_prices_are_written_as_plain_decimals_and_never_as_floats() -> None:
    tiny = replace(BOOK, prices={Metered.IDLE_CPU: {"us-central1": Decimal("1E-9")}})
    assert '"us-central1":"0.000000001"' in encode_book(tiny)


def test_why_a_catalogue_could_not_be_read_is_not_kept_with_the_prices() -> None:
    assert decode_book(encode_book(replace(BOOK, why="no network"))).why == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "7",
        "[]",
        "[" * 100_000,
        changed(schema_version=2),
        changed(schema_version=None),
        changed(source="rumour"),
        changed(as_of="yesterday"),
        changed(as_of=20261124),
        changed(ignored="many"),
        changed(ignored=float("inf")),
        changed(ignored=-1),
        changed(ignored=None),
        changed(prices=None),
        changed(prices=[]),
        changed(prices={"coffee": {}}),
        changed(prices={"idle-vcpu-second": 5}),
        *(
            changed(prices={"idle-vcpu-second": {"us-central1": price}})
            for price in (
                0.0000025,
                "",
                "free",
                "NaN",
                "Infinity",
                "-1",
                "-0",
                "1e999999",
                "1e-999999",
                None,
                [],
            )
        ),
    ],
)
def test_what_is_no_book_of_this_version_is_refused_and_the_error_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="not a price book of version 1"):
        decode_book(text)


def test_the_note_says_that_the_catalogue_was_read_and_when() -> None:
    assert replace(BOOK, ignored=0).note == "prices: Cloud Billing catalog, 2026-11-24"


def test_the_note_of_a_copy_says_why_the_catalogue_could_not_be_read() -> None:
    note = replace(BOOK, why="no network").note
    assert "from the cache" in note
    assert "no network" in note
    assert "3 SKUs not understood" in note


def test_the_note_of_the_shipped_table_says_so_loudly_with_its_day_and_why() -> None:
    note = replace(BOOK, source="fallback", why="403 denied").note
    assert note == "prices: FALLBACK table of 2026-11-24 (the catalog could not be read: 403 denied)"
