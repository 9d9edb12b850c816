"""The HTML report: it says what the summary says, loads nothing, runs nothing, and lets no text become markup."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from jinja2 import UndefinedError

from janitor.ledger.savings import Account
from janitor.model.amounts import Amount, Unpriced
from janitor.model.units import show_usd
from janitor.report.data.snapshot import RunningService
from janitor.report.data.summary import Summary
from janitor.report.html import render as module
from janitor.report.html.render import render_html
from janitor.report.html.tables import table
from janitor.report.sections import over_time
from tests.report.summaries import (
    EMPTY,
    HOSTILE,
    PORT_MESSAGE,
    REGION,
    SMALL,
    SWEPT,
    UNTIL,
    course_of,
    large,
    planned,
    snapshot,
    usd,
)

LARGE = large(3000)
ALL = pytest.mark.parametrize("summary", [EMPTY, SMALL, LARGE], ids=["empty", "small", "large"])
_VOID = {"meta", "br", "hr", "img", "input", "link"}
MAY_STAND = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1", "h2", "h3",
    "p", "b", "small", "strong", "ul", "li", "dl", "dt", "dd", "div", "figure", "figcaption", "table", "caption",
    "thead", "tbody", "tr", "th", "td", "svg", "desc", "text", "rect", "line", "polygon", "polyline", "circle",
}  # fmt: skip


class Reader(HTMLParser):
    """What a browser makes of the page: its elements with their attributes, and its text by section."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes what was not open"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def text_of(summary: Summary) -> str:
    """The page's words, blanks made one."""
    return Reader(render_html(summary)).text


def section(summary: Summary, heading: str) -> str:
    """The words of the section below a heading, to the next section's end."""
    page = render_html(summary)
    parts = [part for part in re.split(r"<section[^>]*>", page) if f"<h2>{heading}</h2>" in part]
    assert len(parts) == 1
    return Reader(f"<section>{parts[0].split('</section>')[0]}</section>").text


@ALL
def test_every_element_is_closed_and_of_the_page_s_own_sorts(summary: Summary) -> None:
    reader = Reader(render_html(summary))
    assert reader.open == []
    assert {tag for tag, _ in reader.elements} <= MAY_STAND


@ALL
def test_nothing_is_loaded_linked_or_run(summary: Summary) -> None:
    for _, attributes in Reader(render_html(summary)).elements:
        assert not {"src", "href", "xlink:href", "action", "style", "srcset", "data", "background"} & set(
            attributes
        )
        assert not [name for name in attributes if name.startswith("on")]
    assert "@import" not in render_html(summary)
    assert "url(" not in render_html(EMPTY)


@ALL
def test_the_security_policy_lets_in_its_own_style_alone(summary: Summary) -> None:
    page = render_html(summary)
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(style) == 1
    digest = b64encode(sha256(style[0].encode()).digest()).decode()
    policy = next(each["content"] for _, each in Reader(page).elements if each.get("http-equiv"))
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@ALL
def test_the_same_summary_gives_the_same_bytes(summary: Summary) -> None:
    assert render_html(summary).encode() == render_html(summary).encode()


@ALL
def test_identifiers_are_unique_and_references_lead_somewhere(summary: Summary) -> None:
    elements = [attributes for _, attributes in Reader(render_html(summary)).elements]
    identifiers = [each["id"] for each in elements if "id" in each]
    assert len(identifiers) == len(set(identifiers))
    named = {name for each in elements for name in each.get("aria-labelledby", "").split()}
    assert named == set(identifiers)


def test_texts_from_outside_stay_text() -> None:
    text = text_of(LARGE)
    for hostile in (
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "a & b &amp; c < d > e",
        "{{ 7 * 7 }}",
    ):
        assert hostile in HOSTILE or any(hostile in each for each in HOSTILE)
        assert hostile in text


def test_controls_and_bidi_overrides_are_shown_by_their_escapes() -> None:
    page = render_html(LARGE)
    assert not [character for character in page if not character.isprintable() and character != "\n"]
    assert "\\x1b[31mred" in page
    assert "\\u202e" in page


def test_three_thousand_resources_make_a_page_of_a_bounded_size() -> None:
    assert len(render_html(LARGE).encode()) < 250_000
    assert len(render_html(large(100_000)).encode()) < 250_000


def test_what_is_left_out_is_counted_with_its_dollars() -> None:
    rows = tuple((f"team-{row:02}", Account(Amount(1, 10**9, Decimal(2)))) for row in range(25))
    text = section(
        replace(SMALL, by_owner=rows, saved=Account(Amount(25, 25 * 10**9, Decimal(50)))), "Savings by owner"
    )
    assert "team-19" in text
    assert "team-20" not in text
    assert "… and 5 more, $10.00 a month" in text


def test_the_rest_of_what_would_go_is_counted_with_its_dollars() -> None:
    left = Amount(3000, 10**12, Decimal(100), upper_bound=True)
    rows = tuple(planned(row, estimate=usd("1")) for row in range(50))
    text = section(
        replace(SMALL, snapshot=snapshot(left=left, largest=rows)), "What the next sweep would delete"
    )
    assert "… and 2,980 more, ≤ $80.00 a month" in text


def test_what_already_went_is_not_said_to_go_next() -> None:
    rows = (planned(1, detail="went", outcome="deleted"), planned(2, detail="stays", outcome="failed"))
    left = Amount(1, 200_000_000, Decimal("0.02"))
    text = section(
        replace(SMALL, snapshot=snapshot(left=left, largest=rows)), "What the next sweep would delete"
    )
    assert "stays" in text
    assert "went" not in text


def test_trouble_stands_before_everything_else_with_what_to_do() -> None:
    text = text_of(SMALL)
    assert text.index("What needs you") < text.index("a month saved since 2026-11-16")
    trouble = SMALL.troubles[0]
    assert f"Could not be read: {trouble.about}" in text
    assert trouble.what in text
    assert f"What to do: {trouble.way_out}" in text


def test_without_trouble_it_says_so() -> None:
    assert "Nothing needs you" in text_of(replace(SMALL, troubles=()))


def test_savings_are_said_as_estimated_realised_and_to_date() -> None:
    account = Account(Amount(7, 3 * 10**9, Decimal(12), 1), Decimal(9), Decimal("1.5"), came_back=2)
    text = section(replace(SMALL, saved=account, in_all=account), "Saved")
    assert (
        "estimated, a month at the price of the plan $12.00 1 without a price $12.00 1 without a price"
        in text
    )
    assert "realised, a month gone when looked at again, and not back $9.00 $9.00" in text
    assert "saved to date $1.50 $1.50" in text
    assert "came back made again under the same name: their saving ended 2 2" in text


def test_upper_bounds_are_marked_in_every_sum() -> None:
    assert "≤ $0.26" in section(SMALL, "Saved")


def test_a_dry_run_s_figures_are_never_called_savings() -> None:
    """What the next sweep would delete is said with "would", in its own section and its own tile."""
    text = section(replace(SMALL, saved=Account(), in_all=Account()), "What the next sweep would delete")
    assert "would delete 2 things (290.0 MB) and save ≤ $0.02 a month; 1 of them has no known price" in text
    assert "Nothing of this has happened yet" in text
    assert "saved" not in text


def test_use_driven_cost_is_said_to_be_unknown() -> None:
    text = section(SMALL, "Minimum instances by service now")
    assert "is not known without metrics and is not guessed" in text
    assert "shop" in text
    assert "$28.26" in text
    assert "docs" not in text  # costs nothing idle


def test_bars_of_services_stand_in_the_order_of_their_cost() -> None:
    rows = (
        RunningService(f"{REGION}/services/cheap", "", "degraded", usd("1"), "why"),
        RunningService(f"{REGION}/services/dear", "", "serving", usd("9")),
    )
    text = section(replace(SMALL, snapshot=snapshot(services=rows)), "Minimum instances by service now")
    assert text.index("dear") < text.index("cheap")


def test_figures_are_of_the_period_that_they_name() -> None:
    assert "The largest savings since 2026-11-16" in text_of(SMALL)
    whole = replace(SMALL, period=replace(SMALL.period, since=None))
    assert "a month saved since the beginning" in text_of(whole)


def test_failed_services_bear_google_s_words_and_for_how_long() -> None:
    text = section(SMALL, "Services that do not work")
    assert PORT_MESSAGE in text
    assert "26h since 2026-11-22 01:00 UTC" in text


def test_a_service_that_fails_since_nobody_knows_when_says_so() -> None:
    row = RunningService(f"{REGION}/services/x", "", "degraded", Unpriced("no price"))
    text = section(replace(SMALL, snapshot=snapshot(services=(row,))), "Services that do not work")
    assert "not known" in text
    assert "Google gives no reason" in text
    assert "unowned" in text


def test_storage_is_said_by_repository_in_bytes_and_dollars() -> None:
    text = section(SMALL, "Storage by repository now")
    assert "1 repository, 9.0 GB: $0.84 a month" in text
    assert "9.0 GB · $0.84" in text


def test_what_is_kept_is_counted_by_reason_in_words() -> None:
    text = section(SMALL, "What is kept, and why")
    assert "3 images in-use something that remains names it" in text


def test_the_foot_says_what_figures_rest_on_each_line_once() -> None:
    summary = replace(SMALL, foot=("one", "two"), snapshot=snapshot(notices=("two", "three")))
    foot = Reader(render_html(summary).split("<footer>")[1].split("</footer>")[0]).text
    assert foot == "What these figures rest on one two three"


def test_charts_are_pictures_with_a_title_and_a_description() -> None:
    charts = re.findall(r'<svg class="(?:bars|curve)[^>]*>.*?</figure>', render_html(SMALL), re.DOTALL)
    assert len(charts) == 4
    for chart in charts:
        assert 'role="img"' in chart
        assert re.search(r"<title id=[^>]+>[^<]+</title>", chart)
        assert re.search(r"<desc id=[^>]+>[^<]+</desc>", chart)


def test_charts_are_well_formed() -> None:
    for chart in re.findall(r'<svg class="(?:bars|curve).*?</figure>', render_html(LARGE), re.DOTALL):
        ElementTree.fromstring(chart.removesuffix("</figure>").strip())


def test_every_figure_of_a_chart_stands_in_a_table_too() -> None:
    summary = replace(SMALL, course=course_of(4, Decimal(8)), in_all=Account())
    text = section(summary, "Savings over time")
    for point in summary.course:
        assert (
            f"{point.at:%Y-%m-%d %H:%M} UTC {show_usd(point.saved_usd)} {show_usd(point.usd_month)}" in text
        )


def test_of_many_moments_a_few_are_in_the_table_the_last_one_first() -> None:
    rows = table(over_time(course_of(60, Decimal(8)), upper_bound=False)).rows
    assert len(rows) == 8
    assert rows[0][0].text == "2026-11-23 09:00 UTC"


def test_a_minute_stands_in_the_table_once_as_it_ended() -> None:
    points = [replace(point, at=UNTIL) for point in course_of(3, Decimal(9))]
    (row,) = table(over_time(points, upper_bound=False)).rows
    assert [cell.text for cell in row] == ["2026-11-23 09:00 UTC", "$0.30", "$9.00"]


def test_without_a_sweep_it_says_that_nothing_is_known() -> None:
    text = text_of(EMPTY)
    assert "Not known: no sweep is recorded yet." in text
    assert "There is no line yet" in text
    assert "from the beginning to 2026-11-23 09:00 UTC" in text


def test_without_anything_left_it_says_so() -> None:
    text = section(replace(SMALL, snapshot=snapshot()), "What the next sweep would delete")
    assert text.endswith("The next sweep would delete nothing of what the last one saw.")


def test_a_kind_of_a_later_version_is_shown_by_its_name() -> None:
    row = planned(1, kind="run.domain", name=f"{REGION}/domains/example")
    summary = replace(SMALL, snapshot=snapshot(left=Amount(1), largest=(row,)))
    assert "run.domain" in section(summary, "What the next sweep would delete")


def test_a_time_after_the_observation_is_no_negative_age() -> None:
    row = RunningService(f"{REGION}/services/x", "", "failed", usd("0"), "why", SWEPT + timedelta(hours=1))
    text = section(replace(SMALL, snapshot=snapshot(services=(row,))), "Services that do not work")
    assert "unowned 0m since 2026-11-23 04:00 UTC" in text


def test_what_a_template_writes_out_is_made_safe_whoever_hands_it_over() -> None:
    written = module._environment().from_string("{{ text }}").render(text="\x1b[1m<b>\u202e")
    assert written == "\\x1b[1m&lt;b&gt;\\u202e"


def test_a_name_that_nobody_gave_to_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        module._environment().from_string("{{ page }}").render()
