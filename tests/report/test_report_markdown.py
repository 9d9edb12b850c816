"""The report as Markdown: the table's parts, and nothing from outside is markup once it is rendered."""

import html
import re
from dataclasses import replace
from io import StringIO

import pytest
from markdown_it import MarkdownIt

from janitor.report.data.snapshot import RunningService
from janitor.report.data.summary import Summary
from janitor.report.markdown import name, words, write_report_markdown
from tests.report.printing import GOLDEN
from tests.report.summaries import EMPTY, HOSTILE, REGION, SMALL, SWEPT, large, snapshot, usd

OWN_TAGS = {
    "h1",
    "h2",
    "p",
    "ul",
    "li",
    "em",
    "strong",
    "code",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def markdown(summary: Summary) -> str:
    out = StringIO()
    write_report_markdown(summary, out)
    return out.getvalue()


def shown(text: str) -> str:
    """What a reader sees of a line, without the joiners that nobody sees."""
    rendered = _RENDERER.renderInline(text)
    return html.unescape(re.sub(r"<[^>]*>", "", rendered)).replace("\u2060", "")


@pytest.mark.parametrize(("file", "summary"), [("report-empty", EMPTY), ("report-small", SMALL)])
def test_the_page_is_the_one_that_was_reviewed(file: str, summary: Summary) -> None:
    assert markdown(summary) == (GOLDEN / f"{file}.md").read_text()


def test_hostile_texts_add_no_tag_no_link_and_no_cell() -> None:
    rendered = _RENDERER.render(markdown(large(60)))
    assert set(re.findall(r"</?(\w+)", rendered)) == OWN_TAGS
    for table in re.findall(r"<table>.*?</table>", rendered, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        assert len({len(re.findall(r"<t[hd][ >]", row)) for row in rows}) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reader_sees_the_text_itself(text: str) -> None:
    from janitor.model.text import safe_text

    assert shown(words(text)).split() == safe_text(text).split()


@pytest.mark.parametrize(
    "text",
    [
        "@octocat",
        "see @org/team",
        "#12",
        "https://evil.example/x",
        "HTTP://evil.example",
        "www.evil.example",
        "WWW.evil.example",
    ],
)
def test_nobody_is_told_and_nothing_is_linked(text: str) -> None:
    """GitHub makes these live where they stand as they are."""
    written = html.unescape(_RENDERER.renderInline(words(text)))
    assert not re.search(r"@\w|#\d|(?i:www\.)", written)
    assert not re.search(r"(?i)[a-z]://", words(text))
    assert shown(words(text)) == text


@pytest.mark.parametrize(
    "text", ["- item", "+ item", "1. item", "2) item", "# head", "> said", "= line", "---"]
)
def test_the_start_of_a_text_begins_no_block(text: str) -> None:
    rendered = _RENDERER.render(words(text)).strip()
    assert rendered.startswith("<p>")
    assert rendered.count("<") == 2


def test_a_name_is_code_and_one_that_could_end_it_is_escaped() -> None:
    assert name("web/team/app@0123456789ab") == "`web/team/app@0123456789ab`"
    assert _RENDERER.renderInline(name("`a` | <b>")) == "`a` | &lt;b&gt;"
    assert name("") == "–"


def test_figures_are_not_touched() -> None:
    assert words("2.8 GB") == "2.8 GB"
    assert shown(words("≤ $0.26")) == "≤ $0.26"


def test_ten_thousand_deletions_are_a_page_that_github_shows() -> None:
    assert len(markdown(large(10_000))) < 200_000


def test_services_that_fail_for_one_cause_are_listed_above_it() -> None:
    services = tuple(
        RunningService(f"{REGION}/services/{name}", "", "failed", usd("0"), "Not on PORT. Twice.", SWEPT)
        for name in ("a", "b")
    )
    text = markdown(replace(EMPTY, snapshot=snapshot(services=services)))
    assert text.index("- **`a`**") < text.index("- **`b`**") < text.index("\n  - Not on PORT (2 of these)\n")
