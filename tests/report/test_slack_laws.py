"""What holds of every message, whatever a ledger and Google's texts come to."""

import json
import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.plan.guard import Refusal
from janitor.report.data.summary import Summary
from janitor.report.data.troubles import TroubleKind
from janitor.report.slack.blocks import MOST_DETAILS, ROOM, Message, code, size, words
from janitor.report.slack.messages import note, trouble
from janitor.report.slack.report import report
from tests.notify.limits import error_of, mrkdwn_of
from tests.report.any_summary import TEXTS, summaries
from tests.report.samples import image, result
from tests.report.summaries import large

_UNESCAPED = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)")


def payloads(message: Message) -> list[dict]:
    return [
        json.loads(json.dumps({"text": each.text, "blocks": list(each.blocks)}))
        for each in (message, *message.details)
    ]


def holds(message: Message) -> None:
    for payload in payloads(message):
        assert error_of(payload) is None
        assert not [text for text in mrkdwn_of(payload) if _UNESCAPED.search(text)]
        assert not [text for text in mrkdwn_of(payload) if not text.replace("\n", "").isprintable()]
        assert all(block.get("text", {}).get("verbatim", True) for block in payload["blocks"])


@settings(max_examples=40, deadline=None)
@given(summaries())
def test_every_report_is_within_slacks_limits_and_nothing_from_outside_is_obeyed(summary: Summary) -> None:
    message = report(summary)
    holds(message)
    assert all(size(each.blocks) <= ROOM for each in (message, *message.details))
    assert len(message.details) <= MOST_DETAILS
    assert not any(detail.details for detail in message.details)


@settings(max_examples=20, deadline=None)
@given(summaries())
def test_every_figure_of_the_report_is_there_however_much_else_there_is(summary: Summary) -> None:
    shown = json.dumps(report(summary).blocks)
    assert ("*Saved" in shown) or ("*Deleted" in shown) or ("*Nothing was deleted" in shown)
    assert "*Next deletions" in shown
    assert ("to fix:*" in shown) == any(each.kind is not TroubleKind.FAILING for each in summary.troubles)
    assert ("*Scheduled for deletion" in shown) == bool(summary.snapshot and summary.snapshot.waiting)
    assert len(report(summary).blocks) <= 8


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=12).map("\n".join))
def test_every_trouble_is_within_slacks_limits(text: str) -> None:
    holds(trouble(text))


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, max_size=5), TEXTS)
def test_every_note_is_within_slacks_limits(texts: list[str], sweep_id: str) -> None:
    actions = tuple(image(n)._replace(name=text, policy=text, owner=text) for n, text in enumerate(texts))
    swept = result(
        *actions,
        mode="apply",
        outcomes=tuple(Outcome(OutcomeKind.FAILED, text) for text in texts),
        gaps=tuple(Gap(text, text, Kind.IMAGE, text, text) for text in texts),
        interrupted=True,
    )
    holds(note(replace(swept, sweep_id=sweep_id)))
    holds(note(replace(swept, refusals=tuple(Refusal(text, text) for text in texts * 20))))


@given(TEXTS, st.integers(12, 400))
def test_a_text_takes_no_more_room_than_it_is_given(text: str, width: int) -> None:
    assert len(words(text, width)) <= width
    assert len(code(text, width)) <= width


@given(TEXTS)
def test_running_text_has_no_mark_that_slack_reads(text: str) -> None:
    shown = words(text, 400)
    assert not set("*~`") & set(shown)
    assert not re.search(r":[\w+'-]+:|(?<![^\W_])_|_(?![^\W_])|^&gt;", shown)


@given(TEXTS)
def test_a_name_in_code_cannot_end_it(name: str) -> None:
    shown = code(name, 200)
    assert shown == "–" or (shown.strip("`") and shown.count("`") == 2 and shown[0] == shown[-1] == "`")


def test_the_largest_report_is_made_within_the_limits() -> None:
    message = report(large(10_000))
    holds(message)
    assert sum(size(each.blocks) for each in message.details) > 7 * ROOM
