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

from janitor.ledger.savings import Account, Avoided, Point
from janitor.model.amounts import Amount, Unpriced
from janitor.report.data.snapshot import RunningService, Stored
from janitor.report.data.summary import Summary
from janitor.report.html import render as module
from janitor.report.html.render import render_html
from tests.report.summaries import (
    EMPTY,
    HOSTILE,
    PORT_MESSAGE,
    REGION,
    SMALL,
    SWEPT,
    UNTIL,
    WEB,
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
    "p", "b", "small", "strong", "span", "ul", "li", "dl", "dt", "dd", "div", "figure", "figcaption", "table",
    "caption", "thead", "tbody", "tr", "th", "td", "svg", "desc", "rect", "line", "polygon", "polyline", "nav", "a",
    "details", "summary",
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
def test_nothing_is_loaded_or_run_and_links_lead_into_the_page_or_to_the_console(summary: Summary) -> None:
    for tag, attributes in Reader(render_html(summary)).elements:
        assert not {"src", "xlink:href", "action", "style", "srcset", "data", "background"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        if "href" in attributes:
            assert tag == "a"
            assert attributes["href"].startswith(("#", "https://console.cloud.google.com/"))
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
    named |= {each["href"][1:] for each in elements if each.get("href", "").startswith("#")}
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


def test_what_is_left_out_is_counted() -> None:
    rows = tuple((f"team-{row:02}", Account(Amount(1, 10**9, Decimal(2)))) for row in range(25))
    text = section(replace(SMALL, by_owner=rows, snapshot=None), "By team")
    assert "team-14" in text
    assert "team-15" not in text
    assert "… and 10 more" in text


def test_the_rest_of_what_would_be_deleted_is_counted_with_its_dollars() -> None:
    left = Amount(3000, 10**12, Decimal(100), upper_bound=True)
    rows = tuple(planned(row, estimate=usd("1")) for row in range(50))
    text = section(replace(SMALL, snapshot=snapshot(left=left, largest=rows)), "Next deletions")
    assert "… and 2,990 more resources, ≤ $90.00/month" in text


def test_a_reader_finds_what_needs_action_first_and_the_method_last() -> None:
    page = render_html(SMALL)
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert headings == [
        "Action needed", "Next deletions", "Saved", "By team", "Idle and storage", "How this is calculated",
    ]  # fmt: skip
    trouble = SMALL.troubles[0]
    text = section(SMALL, "Action needed")
    assert f"Could not be read: {trouble.about}" in text
    assert trouble.what in text
    assert f"What to do: {trouble.way_out}" in text


def test_the_contents_name_each_section_that_the_page_has() -> None:
    assert re.findall(r'<a href="#(\w+)">', render_html(SMALL)) == [
        "action", "next", "saved", "owners", "costs", "method",
    ]  # fmt: skip
    assert "costs" not in re.findall(r'<a href="#(\w+)">', render_html(EMPTY))


def test_without_trouble_and_failing_services_it_says_so() -> None:
    text = section(replace(SMALL, troubles=(), snapshot=snapshot()), "No action needed")
    assert text == "No action needed janitor ran without errors, and no service fails."


def test_failing_services_need_action_where_janitor_itself_had_no_trouble() -> None:
    assert "billing failed for 26h payments" in section(replace(SMALL, troubles=()), "Action needed")


def hero(summary: Summary) -> str:
    return Reader(render_html(summary).split('<section class="hero"')[1].split("</section>")[0]).text


def test_the_one_large_figure_is_what_all_deletions_save() -> None:
    assert "up to $0.26/month saved by all deletions" in hero(SMALL)
    assert render_html(SMALL).count("<strong>") == 1


def test_beside_it_stand_the_period_what_is_confirmed_and_what_comes_next() -> None:
    waiting = replace(SMALL.snapshot, in_grace=Amount(2, 0, Decimal("114.98")))  # type: ignore[type-var]
    text = hero(replace(SMALL, avoided=Avoided(Decimal(84), 39), snapshot=waiting))
    assert "avoided in this period $84.00 by 39 deletions" in text
    assert "saved by new deletions $0.26/month 3 deleted, 2.8 GB" in text
    assert "confirmed $0.21/month" in text
    assert "next deletions $0.02/month 2 resources" in text
    assert "in grace $114.98/month 2 resources" in text


def test_a_failing_service_stands_once_with_its_error_and_what_to_do() -> None:
    text = section(SMALL, "Action needed")
    assert text.count("Failing services:") == 1
    assert text.count("billing failed for 26h") == 1
    assert "What to do about failing services: fix and deploy the service again" in text


def test_before_the_first_deletion_the_large_figure_is_what_would_be_saved() -> None:
    """A plan is never called a saving."""
    text = hero(replace(SMALL, saved=Account(), in_all=Account()))
    assert "up to $0.02/month would be saved by the next sweep" in text
    assert "saved by all deletions" not in text


def test_before_the_first_deletion_what_waits_in_grace_is_the_large_figure_if_nothing_else_is_next() -> None:
    assert SMALL.snapshot
    waiting = replace(SMALL.snapshot, left=Amount(), in_grace=Amount(2, 0, Decimal("114.98")))
    text = hero(replace(SMALL, saved=Account(), in_all=Account(), snapshot=waiting))
    assert "$114.98/month scheduled for deletion, not saved yet" in text


def test_the_large_figure_says_how_many_deletions_came_back() -> None:
    text = hero(replace(SMALL, in_all=replace(SMALL.in_all, came_back=2)))
    assert "saved by all deletions, 2 of which came back" in text


def test_the_sign_of_an_upper_bound_is_explained_beside_the_figures_that_have_it() -> None:
    text = section(SMALL, "Saved")
    assert "≤ means up to" in text
    assert "≤ $0.05" in text


def test_a_dry_run_s_figures_are_never_called_savings() -> None:
    text = section(replace(SMALL, saved=Account(), in_all=Account()), "Next deletions")
    assert "would delete 2 resources (290.0 MB) and save ≤ $0.02/month; 1 has no known price" in text
    assert "Nothing of this has happened yet" in text
    assert "saved" not in text


def test_a_refused_plan_is_not_promised() -> None:
    seen = snapshot(left=Amount(1, 0, Decimal(1)), refusals=(("max_deletions", "too many"),))
    assert "A limit refuses this plan." in section(replace(SMALL, snapshot=seen), "Next deletions")


def test_use_driven_cost_is_said_to_be_unknown() -> None:
    text = section(SMALL, "Idle and storage")
    assert "What services cost while they serve requests is not known." in text
    assert "shop" in text
    assert "$28.26" in text
    assert "docs" not in text  # costs nothing idle


def test_idle_services_stand_in_the_order_of_their_cost() -> None:
    rows = (
        RunningService(f"{REGION}/services/cheap", "", "degraded", usd("1"), "why"),
        RunningService(f"{REGION}/services/dear", "", "serving", usd("9")),
    )
    text = section(replace(SMALL, snapshot=snapshot(services=rows)), "Idle and storage")
    assert text.index("dear") < text.index("cheap")


def test_services_that_fail_with_one_error_stand_together_below_it() -> None:
    rows = tuple(
        RunningService(f"{REGION}/services/{name}", "", "failed", usd("0"), why, SWEPT)
        for name, why in (
            ("a", PORT_MESSAGE),
            ("b", "INTERNAL: The builder is gone."),
            ("c", PORT_MESSAGE.replace("billing-00002-abc", "c-1")),
        )
    )
    text = section(replace(SMALL, troubles=(), snapshot=snapshot(services=rows)), "Action needed")
    assert text.count("HEALTH_CHECK_CONTAINER_ERROR") == 1
    assert "The user-provided container failed to start and listen" in text
    assert "is not ready and cannot serve traffic" not in text
    assert text.index("a failed") < text.index("c failed") < text.index("INTERNAL") < text.index("b failed")


def test_a_service_that_fails_since_nobody_knows_when_says_so() -> None:
    row = RunningService(f"{REGION}/services/x", "", "degraded", Unpriced("no price"))
    text = section(replace(SMALL, snapshot=snapshot(services=(row,))), "Action needed")
    assert "x degraded, since when is not known unowned" in text
    assert "Google gives no reason" in text


def test_storage_is_said_by_repository_in_bytes_and_dollars() -> None:
    text = section(SMALL, "Idle and storage")
    assert "Storage: $0.84/month for 9.0 GB in 1 repository." in text
    assert "web asia-northeast3 docker web 9.0 GB $0.84" in text


def test_what_is_kept_is_counted_by_reason_in_words() -> None:
    text = section(SMALL, "Idle and storage")
    assert "3 images in use a workload that is kept uses it" in text


def test_how_figures_are_calculated_is_folded_away_each_line_once() -> None:
    summary = replace(SMALL, foot=("one", "two"), snapshot=snapshot(notices=("two", "three")))
    method = re.search(
        r"<h2>How this is calculated</h2>\n<details>(.*?)</details>", render_html(summary), re.DOTALL
    )
    assert method
    assert Reader(f"<div>{method[1]}</div>").text.endswith(" one two three")


def test_the_header_names_the_projects_and_the_period() -> None:
    header = Reader(render_html(SMALL).split("<header>")[1].split("</header>")[0]).text
    assert header.startswith("Cost report: xai-community 16 Nov 2026 09:00 UTC to 23 Nov 2026 09:00 UTC")


def test_a_resource_names_its_project_only_where_there_are_several() -> None:
    assert "repository in asia-northeast3 xai-community" not in text_of(SMALL)
    other = planned(1, name=WEB.replace("xai-community", "other") + "/packages/a/versions/sha256:1")
    text = text_of(replace(SMALL, snapshot=snapshot(left=Amount(1), largest=(other,))))
    assert "repository in asia-northeast3 xai-community" in text


def test_resources_that_exist_link_to_the_console_and_deleted_ones_do_not() -> None:
    page = render_html(SMALL)
    links = {
        text: url for url, text in re.findall(r'<a href="(https://[^"]*)" rel="noreferrer">([^<]*)</a>', page)
    }
    console = "https://console.cloud.google.com"
    assert links["billing"] == f"{console}/run/detail/asia-northeast3/billing/metrics?project=xai-community"
    assert links["web/team/app@000000000000"] == (
        f"{console}/artifacts/docker/xai-community/asia-northeast3/web/team%2Fapp?project=xai-community"
    )
    assert (
        links["web"] == f"{console}/artifacts/docker/xai-community/asia-northeast3/web?project=xai-community"
    )
    assert "cloud-run-source-deploy" in page
    assert "cloud-run-source-deploy" not in links


def test_a_column_that_no_row_has_anything_in_is_left_out() -> None:
    left = (("web", Amount(2, 10**9, Decimal(3))),)
    text = section(replace(EMPTY, snapshot=snapshot(by_owner=left)), "By team")
    assert text == "By team owner to delete $/month web 2 $3.00"


def test_bars_stand_in_the_cells_of_their_table_as_shares_of_the_whole() -> None:
    rows = tuple(Stored(f"{REGION}/repositories/{name}", "DOCKER", "", 1, usd(price)) for name, price in (("a", "6"), ("b", "2")))  # fmt: skip
    seen = snapshot(repositories=rows, stored=Amount(3, 3, Decimal(10)))
    page = render_html(replace(SMALL, snapshot=seen)).split('id="costs"')[1]
    assert re.findall(r'class="part" width="([\d.]+)%"', page) == ["60.0", "20.0"]


def test_bars_of_savings_are_shares_of_what_was_saved_whatever_is_planned() -> None:
    saved = tuple((name, Account(Amount(1, 0, Decimal(usd)))) for name, usd in (("a", 3), ("b", 1)))
    seen = snapshot(by_owner=(("c", Amount(1, 0, Decimal(96))),))
    page = render_html(replace(SMALL, by_owner=saved, snapshot=seen)).split('id="owners"')[1]
    assert re.findall(r'class="part" width="([\d.]+)%"', page)[:2] == ["75.0", "25.0"]


def test_reasons_are_said_in_words() -> None:
    text = section(SMALL, "Next deletions")
    assert "40d old stale-images" in text
    assert "older-than" not in text_of(SMALL)


def test_charts_are_pictures_with_a_title_and_a_description() -> None:
    charts = re.findall(r'<svg class="saved[^>]*>.*?</svg>', render_html(SMALL), re.DOTALL)
    assert len(charts) == 2
    for chart in charts:
        ElementTree.fromstring(chart)
        assert 'role="img"' in chart
        assert re.search(r"<title id=[^>]+>[^<]+</title>", chart)
        assert re.search(r"<desc id=[^>]+>[^<]+</desc>", chart)


def test_a_step_chart_says_in_words_when_its_value_changed() -> None:
    at = [UNTIL - timedelta(days=days) for days in (9, 6, 3, 0)]
    course = tuple(Point(when, Decimal(0), Decimal(usd)) for when, usd in zip(at, (1, 1, 4, 4), strict=True))
    page = render_html(replace(SMALL, course=course, in_all=Account()))
    assert "Dollars per month from each day on: 14 Nov 2026: $1.00; 20 Nov 2026: $4.00" in page


def test_a_chart_waits_for_a_day_of_history() -> None:
    first = Point(UNTIL - timedelta(hours=23), Decimal(0), Decimal(3))
    before = Point(UNTIL - timedelta(days=7), Decimal(0), Decimal(0))
    text = section(replace(SMALL, course=(before, first, replace(first, at=UNTIL))), "Saved")
    assert "The charts begin after one day of history." in text


def test_without_a_sweep_it_says_that_nothing_is_known() -> None:
    text = text_of(EMPTY)
    assert "Not known: no sweep is recorded yet." in text
    assert "The charts begin after one day of history." in text
    assert "all time, to 23 Nov 2026 09:00 UTC" in text


def test_without_anything_left_it_says_so() -> None:
    text = section(replace(SMALL, snapshot=snapshot()), "Next deletions")
    assert text.endswith("Nothing to delete, as of the last sweep (23 Nov 2026 03:00 UTC).")


def test_a_kind_of_a_later_version_is_shown_by_its_name() -> None:
    row = planned(1, kind="run.domain", name=f"{REGION}/domains/example")
    summary = replace(SMALL, snapshot=snapshot(left=Amount(1), largest=(row,)))
    assert "run.domain" in section(summary, "Next deletions")


def test_a_time_after_the_observation_is_no_negative_age() -> None:
    row = RunningService(f"{REGION}/services/x", "", "failed", usd("0"), "why", SWEPT + timedelta(hours=1))
    text = section(replace(SMALL, snapshot=snapshot(services=(row,))), "Action needed")
    assert "x failed for 0m unowned" in text


def test_what_a_template_writes_out_is_made_safe_whoever_hands_it_over() -> None:
    written = module._environment().from_string("{{ text }}").render(text="\x1b[1m<b>\u202e")
    assert written == "\\x1b[1m&lt;b&gt;\\u202e"


def test_a_name_that_nobody_gave_to_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        module._environment().from_string("{{ page }}").render()
