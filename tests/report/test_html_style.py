"""The report's style: readable to all in both modes, on a phone and on paper (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest

from janitor.model.meanings import meaning_of
from janitor.model.reasons import KeepReason
from janitor.report.data.troubles import TroubleKind
from janitor.report.html.render import render_html
from janitor.report.words import trouble_heading
from tests.report.summaries import SMALL

STYLE = render_html(SMALL).split("<style>")[1].split("</style>")[0]
DARK = "@media screen and (prefers-color-scheme: dark)"
PHONE = "@media screen and (max-width: 48rem)"


def block(opening: str) -> str:
    """What stands between the braces of a rule."""
    start = STYLE.index("{", STYLE.index(opening)) + 1
    depth, at = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(STYLE[at], 0)
        at += 1
    return STYLE[start : at - 1]


def palette(mode: str) -> dict[str, str]:
    """The colours by name; dark ones stand for the light ones that they replace."""
    light = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block(":root")))
    if mode == "light":
        return light
    return light | dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block(DARK)))


def linear(colour: str) -> tuple[float, float, float]:
    """Red, green and blue as light, from 0 to 1."""
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def luminance(colour: str) -> float:
    """WCAG's relative luminance."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "quiet", "link", "warned", "severe"])
@pytest.mark.parametrize("behind", ["paper", "ground"])
def test_text_has_the_contrast_of_level_aa(mode: str, text: str, behind: str) -> None:
    colours = palette(mode)
    assert contrast(colours[text], colours[behind]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("drawn", ["saved", "part", "warned", "severe"])
def test_what_is_drawn_has_the_contrast_of_level_aa(mode: str, drawn: str) -> None:
    colours = palette(mode)
    assert contrast(colours[drawn], colours["paper"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_bar_stands_out_from_its_track(mode: str) -> None:
    colours = palette(mode)
    assert contrast(colours["part"], colours["track"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_sizes_are_drawn_in_a_colour_that_alarms_nobody(mode: str) -> None:
    """Red and amber are for what failed and what is degraded."""
    red, green, blue = linear(palette(mode)["part"])
    assert max(red, green, blue) - min(red, green, blue) < 0.15


def test_every_colour_is_one_of_the_palette() -> None:
    """A colour said in a rule would not follow the mode."""
    rules = STYLE.replace(block(":root"), "").replace(block(DARK), "").replace(block("@media print"), "")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) == []
    named = set(re.findall(r"var\(--(\w+)\)", STYLE))
    assert named <= set(palette("light"))


def test_dark_mode_is_for_screens_alone_and_replaces_every_colour() -> None:
    assert set(palette("light")) == set(re.findall(r"--(\w+): #", block(DARK)))


def test_on_a_phone_tables_are_cards_whose_cells_name_their_column() -> None:
    assert "content: attr(data-label)" in block(PHONE)
    page = render_html(SMALL)
    cells = re.findall(r"<td [^>]*>", page)
    assert cells
    assert all('data-label="' in cell for cell in cells)


def test_tables_keep_their_roles_when_they_are_cards() -> None:
    """A table whose display is changed is no table to a screen reader unless its roles are said."""
    page = render_html(SMALL)
    for tag, role in (
        ("table", "table"),
        ("tr", "row"),
        ("td", "cell"),
        ("th", "columnheader"),
        ("tbody", "rowgroup"),
    ):
        found = re.findall(rf"<{tag}\b[^>]*>", page)
        assert found
        assert all(f'role="{role}"' in each for each in found)


def test_on_paper_rows_and_charts_are_not_torn_and_headings_are_repeated() -> None:
    printed = block("@media print")
    assert "size: A4" in STYLE
    assert re.search(r"figure, tr[^{]*\{ break-inside: avoid; \}", printed)
    assert "display: table-header-group" in printed


@pytest.mark.parametrize("reason", KeepReason)
def test_every_reason_to_keep_has_words(reason: KeepReason) -> None:
    assert meaning_of(reason.value)


def test_a_reason_of_a_later_version_has_none() -> None:
    assert meaning_of("moon-phase") == ""


@pytest.mark.parametrize("kind", TroubleKind)
def test_every_trouble_has_a_heading(kind: TroubleKind) -> None:
    assert trouble_heading(kind)
