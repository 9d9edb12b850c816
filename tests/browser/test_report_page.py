"""The HTML report in a real browser: it fits, it is accessible, its links lead somewhere, and it needs no script."""

from io import BytesIO

import pytest

from tests.browser.conftest import DEMO, PAGES, Open

pytestmark = pytest.mark.browser

EVERY_PAGE = pytest.mark.parametrize("name", PAGES)
SCREEN = 800


@EVERY_PAGE
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_page_is_wider_than_its_window(opened: Open, name: str, width: int) -> None:
    page = opened(name, width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("name", DEMO)
def test_the_report_of_the_demo_is_at_most_three_screens_long(opened: Open, name: str) -> None:
    assert opened(name).evaluate("document.documentElement.scrollHeight") <= 3 * SCREEN


@EVERY_PAGE
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation(opened: Open, name: str, scheme: str, width: int) -> None:
    """With all that is folded away open."""
    from axe_playwright_python.sync_playwright import Axe

    page = opened(name, width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


@EVERY_PAGE
def test_every_link_of_the_contents_leads_to_its_section(opened: Open, name: str) -> None:
    page = opened(name)
    links = page.locator("nav a").all()
    assert len(links) >= 5
    for link in links:
        target = (link.get_attribute("href") or "").removeprefix("#")
        link.click()
        assert page.evaluate("document.querySelector(':target')?.id") == target
        assert page.locator(f"#{target}").is_visible()


@EVERY_PAGE
def test_every_other_link_leads_to_the_console(opened: Open, name: str) -> None:
    page = opened(name)
    urls = page.evaluate(
        "[...document.links].filter(each => !each.hash).map(each => [each.protocol, each.host])"
    )
    assert all(url == ["https:", "console.cloud.google.com"] for url in urls)
    assert urls or name == "empty"


@EVERY_PAGE
def test_without_scripts_the_page_shows_the_same_and_folds_open(opened: Open, name: str) -> None:
    with_scripts, without = opened(name), opened(name, java_script_enabled=False)
    assert without.locator("main").inner_text() == with_scripts.locator("main").inner_text()
    method = without.locator("#method li").first
    assert not method.is_visible()
    without.locator("#method summary").click()
    assert method.is_visible()


def test_dark_mode_is_dark(opened: Open) -> None:
    def brightness(scheme: str) -> int:
        page = opened("small", color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))

    assert brightness("dark") < 150 < 600 < brightness("light")


@EVERY_PAGE
def test_on_paper_no_page_is_empty_and_the_method_is_open(opened: Open, name: str) -> None:
    from pypdf import PdfReader

    page = opened(name)
    method = (page.locator("#method li").first.text_content() or "").split()
    printed = [
        sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    ]
    assert [len(text) > 80 for text in printed] == [True] * len(printed)
    assert " ".join(method[:5]) in " ".join(" ".join(printed).split())


@pytest.mark.parametrize("name", DEMO)
def test_the_report_of_the_demo_takes_at_most_four_sheets(opened: Open, name: str) -> None:
    from pypdf import PdfReader

    assert len(PdfReader(BytesIO(opened(name).pdf(prefer_css_page_size=True))).pages) <= 4


def test_labels_of_a_chart_stand_beside_its_plot(opened: Open) -> None:
    """No label is crossed by the line, and none is said twice."""
    page = opened("small")
    for plot in page.locator(".plot").all():
        drawn = plot.locator("svg").bounding_box()
        levels, days = plot.locator(".levels li").all(), plot.locator(".days li").all()
        assert drawn
        assert levels
        boxes = [(box, label) for label in (*levels, *days) if (box := label.bounding_box())]
        for box, label in boxes:
            beside = box["x"] + box["width"] <= drawn["x"] or box["y"] >= drawn["y"] + drawn["height"]
            assert beside, label.inner_text()
        for labels in (levels, days):
            texts = [label.inner_text() for label in labels]
            assert len(set(texts)) == len(texts)
