"""Whatever a summary says, the page stays one well-formed page that runs and loads nothing."""

from hypothesis import HealthCheck, given, settings

from janitor.report.data.summary import Summary
from janitor.report.html.render import render_html
from tests.report.any_summary import summaries
from tests.report.test_html import MAY_STAND, Reader

_slowly = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_slowly
@given(summaries())
def test_no_text_whatever_becomes_an_element_or_an_attribute(summary: Summary) -> None:
    reader = Reader(render_html(summary))
    assert reader.open == []
    assert {tag for tag, _ in reader.elements} <= MAY_STAND
    for _, attributes in reader.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]
        assert attributes.get("href", "#").startswith(("#", "https://console.cloud.google.com/"))


@_slowly
@given(summaries())
def test_no_text_whatever_steers_or_hides(summary: Summary) -> None:
    page = render_html(summary)
    assert not [character for character in page if not character.isprintable() and character != "\n"]
    assert page == render_html(summary)


@_slowly
@given(summaries())
def test_the_page_stays_within_bounds_whatever_is_in_it(summary: Summary) -> None:
    assert len(render_html(summary)) < 500_000
