"""Text from outside made harmless, and money as people read it."""

from decimal import Decimal

import pytest
from rich.cells import cell_len

from janitor.model.amounts import Priced, Unpriced
from janitor.model.text import safe_text, shorten
from janitor.model.units import show_estimate, show_usd
from janitor.report.terminal.tables import fitted


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\x07b", "a\\x07b"),
        ("a\x9bb", "a\\x9bb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u200bb", "a\\u200bb"),
        ("a\ufeffb", "a\\ufeffb"),
        ("a\x1cb", "a\\x1cb"),
        ("\ud800", "\\ud800"),
        ("a\r\nb", "a  b"),
        ("a\u2028b", "a b"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_could_steer_or_hide_is_shown_by_its_escape(hostile: str, shown: str) -> None:
    assert safe_text(hostile) == shown


@pytest.mark.parametrize("text", ["", "plain", "日本語", "café – ≤ …", "😀"])
def test_what_people_write_is_left_as_it_is(text: str) -> None:
    assert safe_text(text) == text


def test_a_long_message_is_cut_at_a_word_and_the_cut_is_marked() -> None:
    assert shorten("one two three four", 15) == "one two three…"
    assert shorten("short", 15) == "short"
    assert shorten("x" * 30, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("width", range(1, 30))
@pytest.mark.parametrize(
    "text", ["abcdefghijklmnopqrstuvwxyz", "見えない名前がここにある", "", "a見b見c見d見e見f"]
)
def test_a_fitted_text_is_never_wider_than_its_column(text: str, width: int) -> None:
    assert cell_len(fitted(text, width)) <= width


def test_a_fitted_text_keeps_its_two_ends() -> None:
    assert fitted("abcdefghij", 7) == "abc…hij"
    assert fitted("abcdefghij", 7, keep_end=2) == "abcd…ij"
    assert fitted("abcdefghij", 10) == "abcdefghij"


@pytest.mark.parametrize(
    ("usd", "shown"),
    [("0", "$0.00"), ("0.0001", "<$0.01"), ("0.01", "$0.01"), ("1234.5", "$1,234.50"), ("0.2142", "$0.21")],
)
def test_dollars_are_rounded_for_people_and_a_small_sum_is_never_nothing(usd: str, shown: str) -> None:
    assert show_usd(Decimal(usd)) == shown


def test_an_upper_bound_is_marked_and_what_is_not_known_is_no_number() -> None:
    assert show_estimate(Priced(Decimal("0.12"), "x", upper_bound=True)) == "≤ $0.12"
    assert show_estimate(Priced(Decimal("0.12"), "x")) == "$0.12"
    assert show_estimate(Priced(Decimal("0.001"), "x", upper_bound=True)) == "<$0.01"
    assert show_estimate(Priced(Decimal(0), "x", upper_bound=True)) == "$0.00"
    assert show_estimate(Unpriced("no price")) == "unpriced"
