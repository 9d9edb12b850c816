"""Durations and sizes have units, and never wrap."""

from datetime import timedelta

import pytest

from janitor.model.units import parse_duration, parse_size, show_age, show_size


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90m", {"minutes": 90}),
        ("72h", {"hours": 72}),
        ("30d", {"days": 30}),
        ("2w", {"weeks": 2}),
        ("36525d", {"days": 36525}),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, span: dict) -> None:
    assert parse_duration(text) == timedelta(**span)


@pytest.mark.parametrize("text", ["", "30", "d", "1.5d", "-1d", "30 d", "30D", "1y", "٣d", "1d1h", "30d\n"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2 weeks", "2w"),
        ("1 month", "30d"),
        ("a day", "1d"),
        ("30 d", "30d"),
        ("30D", "30d"),
        ("10 mins", "10m"),
        ("1y", "365d"),
        ("2 fortnights", "4w"),
    ],
)
def test_a_unit_in_words_gets_the_form_that_is_read(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"is not a duration: write {meant}$"):
        parse_duration(text)
    parse_duration(meant)


@pytest.mark.parametrize("text", ["1M", "0 days", "P30D", "90s", "3 moons"])
def test_a_unit_that_may_mean_another_thing_gets_no_form(text: str) -> None:
    with pytest.raises(ValueError, match="a whole number and a unit"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("5gb", "5GB"), ("5 Gi", "5GiB"), ("1.5 tb", "1.5TB"), ("5 gigabytes", "5GB"), ("9 bytes", "9B")],
)
def test_a_size_in_words_gets_the_form_that_is_read(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"is not a size: write {meant}$"):
        parse_size(text)
    parse_size(meant)


@pytest.mark.parametrize("text", ["36526d", "999999d", "9999999999999999999999w", "99999999999999m"])
def test_a_duration_that_overflows_is_an_error_and_never_wraps(text: str) -> None:
    with pytest.raises(ValueError, match="longer than a hundred years"):
        parse_duration(text)


def test_no_time_at_all_is_no_duration() -> None:
    with pytest.raises(ValueError, match="is zero"):
        parse_duration("0h")


@pytest.mark.parametrize(
    ("text", "size"), [("500MB", 5 * 10**8), ("2GiB", 2**31), ("1.5kB", 1500), ("7 B", 7), ("1TiB", 2**40)]
)
def test_a_size_is_decimal_or_binary_as_its_unit_says(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "500", "MB", "-1MB", "1mb", "1 XB"])
def test_a_size_without_a_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("span", "text"),
    [({"minutes": 119, "seconds": 59}, "119m"), ({"hours": 2}, "2h"), ({"hours": 26}, "26h"), ({"hours": 72}, "3d"), ({"days": 40, "hours": 23}, "40d")],
)  # fmt: skip
def test_ages_are_shown_by_the_largest_unit_that_tells_enough(span: dict, text: str) -> None:
    assert show_age(timedelta(**span).total_seconds()) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_300_000_000, "2.3 GB"), (5 * 10**15, "5000.0 TB")],
)
def test_sizes_are_shown_in_decimal_units(size: int, text: str) -> None:
    assert show_size(size) == text
