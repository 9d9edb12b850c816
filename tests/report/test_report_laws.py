"""Whatever a summary says: the table steers nothing, Markdown renders as text, JSON parses."""

import json
import re
from io import StringIO

from hypothesis import HealthCheck, example, given, settings
from markdown_it import MarkdownIt

from janitor.model.text import safe_text
from janitor.report.data.summary import Summary
from janitor.report.json.report import write_report_json
from janitor.report.markdown import words, write_report_markdown
from tests.report.any_summary import TEXTS, summaries
from tests.report.summaries import large
from tests.report.test_report_markdown import OWN_TAGS, shown
from tests.report.test_report_text import table

_slowly = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
_RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@_slowly
@given(summaries())
@example(large(200))
def test_the_table_steers_nothing(summary: Summary) -> None:
    text = table(summary)
    assert not [character for character in text if not character.isprintable() and character != "\n"]


@_slowly
@given(summaries())
@example(large(200))
def test_markdown_holds_no_markup_but_its_own(summary: Summary) -> None:
    out = StringIO()
    write_report_markdown(summary, out)
    rendered = _RENDERER.render(out.getvalue())
    assert set(re.findall(r"</?(\w+)", rendered)) <= OWN_TAGS
    assert len(out.getvalue()) < 500_000


@settings(deadline=None)
@given(TEXTS)
def test_a_reader_of_markdown_sees_the_text_itself(text: str) -> None:
    seen, safe = shown(words(text)).split(), safe_text(text).replace("\u2060", "").split()
    assert seen == safe or seen[-1].endswith("…")


@_slowly
@given(summaries())
def test_json_is_ascii_and_parses(summary: Summary) -> None:
    out = StringIO()
    write_report_json(summary, out)
    assert out.getvalue().isascii()
    assert json.loads(out.getvalue())["foot"] == list(summary.foot)
