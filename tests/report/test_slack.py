"""What the messages say, and in which order."""

import json
from dataclasses import replace
from decimal import Decimal

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.ledger.savings import Account, Saving
from janitor.model.amounts import Amount
from janitor.report.data.snapshot import Remaining
from janitor.report.data.summary import Summary
from janitor.report.slack.blocks import Message
from janitor.report.slack.messages import note, report, trouble
from tests.report.samples import GAP, REFUSAL, SERVICE, STORY_REPOSITORY, image, result, story
from tests.report.summaries import EMPTY, REGION, SMALL, deletion, large, snapshot

DELETED = Outcome(OutcomeKind.DELETED)


def shown(message: Message) -> str:
    """All its texts, from the top down."""
    texts = []
    for block in message.blocks:
        each = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
        texts += [text["text"] for text in each if text]
    return "\n".join(texts)


def in_order(message: Message, *parts: str) -> bool:
    text = shown(message)
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_the_report_says_the_most_important_first() -> None:
    assert in_order(
        report(SMALL),
        "janitor's report, 2026-11-16 to 2026-11-23",
        "*Needs you*",
        "*To do:* grant roles/run.viewer on xai-community",
        "*Saved since 2026-11-16*\n≤ $0.26 a month by 3 deletions, 2.8 GB",
        "*Saved in all*",
        "*The next sweep* would delete 2 things (290.0 MB) and save ≤ $0.02 a month (1 without a price)",
        "*Saves most*\n1. `cloud-run-source-deploy`, $0.21 a month",
        "*By policy*",
        "*By owner*",
        "*Services that failed*\n• `billing` in asia-northeast3 (`payments`), failed for 31h: "
        "HEALTH_CHECK_CONTAINER_ERROR: Revision 'billing-00002-abc' is not ready",
        "*Kept because in use:* 3 images",
        "list prices before discounts",
    )


def test_the_figures_that_a_telephone_shows_are_the_text() -> None:
    assert report(SMALL).text == (
        "janitor saved ≤ $0.26 a month since 2026-11-16, by 3 deletions; the next sweep would save ≤ $0.02 a"
        " month, by 2 deletions. 2 things to look at"
    )


def test_before_the_first_sweep_the_report_says_what_to_do() -> None:
    message = report(EMPTY)
    assert in_order(
        message, "*No sweep yet*", "*To do:*", "$0.00: nothing was deleted", "*The next sweep:* not known"
    )
    assert message.details == ()


def test_each_owner_has_a_block_and_nobodys_is_unowned() -> None:
    texts = [
        block["text"]["text"]
        for block in report(SMALL).blocks
        if block["type"] == "section" and "text" in block
    ]
    start = texts.index("*By owner*")
    assert texts[start + 1].startswith("_unowned_\nsaved $0.21 a month by 2 deletions")
    assert texts[start + 2].startswith("`web`\nsaved ≤ $0.05 a month by 1 deletion")


def test_an_owner_by_the_name_of_unowned_is_told_from_nobody() -> None:
    summary = replace(SMALL, by_owner=(("unowned", Account(Amount(1))), ("", Account(Amount(1)))))
    assert in_order(report(summary), "`unowned`\nsaved", "_unowned_\nsaved")


def dry_run() -> Summary:
    left = Amount(3, 10**9, Decimal("0.5"))
    seen = snapshot(left=left, planned=left, by_policy=(("old", left),), by_owner=(("web", left),))
    return replace(EMPTY, troubles=(), snapshot=seen)


def test_what_a_dry_run_found_is_never_worded_as_saved() -> None:
    message = report(dry_run())
    text = shown(message)
    assert message.text == "janitor saved nothing; the next sweep would save $0.50 a month, by 3 deletions"
    assert "*Saved in all*\n$0.00: nothing was deleted" in text
    assert text.count("$0.50") == text.count("would delete 3 things (1.0 GB) and save $0.50 a month") == 3


def test_a_refused_plan_is_not_promised() -> None:
    seen = replace(dry_run().snapshot, refusals=(("max_deletions", "too many"),))  # type: ignore[type-var]
    assert "and save $0.50 a month; a limit refuses that" in shown(report(replace(dry_run(), snapshot=seen)))


def test_nothing_more_to_delete_is_said_in_so_many_words() -> None:
    assert "*The next sweep* would delete nothing" in shown(report(replace(EMPTY, snapshot=snapshot())))


def test_what_came_back_and_what_has_no_price_is_said() -> None:
    account = Account(Amount(5, 10**9, Decimal(2), 1), Decimal(1), Decimal("0.5"), came_back=2)
    assert (
        "$2.00 a month by 5 deletions, 1.0 GB (1 without a price); 2 came back\n$1.00 a month of it realised"
        in (shown(report(replace(SMALL, saved=account))))
    )


def test_less_than_a_cent_is_shown_escaped() -> None:
    account = Account(Amount(1, 1, Decimal("0.001")), Decimal("0.001"), Decimal("0.001"))
    assert "&lt;$0.01 a month by 1 deletion" in shown(report(replace(SMALL, saved=account)))


def test_what_does_not_fit_is_counted_and_found_in_the_html_report() -> None:
    text = shown(report(large(10_000)))
    assert "… and 60 more: janitor report --format html" in text
    assert text.count("a month: janitor report --format html") == 2  # policies and owners


def test_every_owner_is_in_the_message_or_in_its_thread() -> None:
    owners = tuple((f"team-{n}", Account(Amount(1, 10**6, Decimal(300 - n)))) for n in range(200))
    message = report(replace(SMALL, by_owner=owners, snapshot=None))
    told = [shown(each) for each in (message, *message.details)]
    assert [sum(f"`{owner}`\n" in text for text in told) for owner, _ in owners] == [1] * 200
    assert in_order(message, "`team-0`", "`team-1`", "`team-14`")


def test_the_thread_lists_what_the_next_sweep_would_delete() -> None:
    (details,) = report(SMALL).details
    assert in_order(
        details,
        "*The next sweep would delete, the costliest first*",
        "• `web/team/app@000000000000`, ≤ $0.02 a month (older-than: 40d old; `web`)",
        "unpriced",
    )


def test_labels_and_messages_mention_nobody_and_link_nowhere() -> None:
    said = json.dumps([report(large(1000)).blocks, *(each.blocks for each in report(large(1000)).details)])
    for attack in ("<!channel>", "<!here>", "<@U", "<https:", "<script"):
        assert attack not in said
    assert "&lt;!channel&gt;" in said


def test_a_note_says_what_was_deleted_and_what_not() -> None:
    ends = (DELETED, DELETED, Outcome(OutcomeKind.FAILED, "FAILED_PRECONDITION: it is <tagged>"), DELETED)
    message = note(story(mode="apply", outcomes=ends))
    assert message.text == "janitor deleted 3 things (2.5 GB), which saves ≤ $0.23 a month"
    assert in_order(
        message,
        "*janitor deleted 3 things",
        "1 service, 1 image, 1 repository",
        "1 failed",
        "*Not deleted*\n• `web/team/app@000000000000` failed: FAILED_PRECONDITION: it is &lt;tagged&gt;",
        "janitor history s1",
    )


def test_a_note_of_a_dry_run_says_would() -> None:
    assert (
        note(story()).text
        == "janitor would delete 4 things (2.6 GB) and save ≤ $0.23 a month (1 without a price)"
    )


def test_a_note_says_what_was_refused_or_could_not_be_read() -> None:
    message = note(result(SERVICE, STORY_REPOSITORY, mode="apply", refusals=(REFUSAL,), gaps=(GAP,)))
    assert message.text.startswith("janitor would delete 2 things")
    assert in_order(
        message, "*Refused by a limit*\n• max_deletions: 120 things", "*Could not be read*\n• run.revision in"
    )


def test_a_note_of_a_sweep_that_had_nothing_to_do_says_so() -> None:
    assert note(result(mode="apply")).text == "janitor deleted nothing"


def test_a_note_of_many_failures_names_a_few_and_counts_the_rest() -> None:
    actions = tuple(image(number) for number in range(40))
    ends = tuple(Outcome(OutcomeKind.FAILED, "INTERNAL") for _ in actions)
    assert "… and 37 more: janitor history s1" in shown(note(result(*actions, mode="apply", outcomes=ends)))


def test_a_note_says_that_it_was_stopped() -> None:
    assert "A signal ended it with work undone." in shown(note(result(mode="apply", interrupted=True)))


def test_trouble_is_told_line_by_line() -> None:
    message = trouble("The policy file is invalid\n\npolicies.yaml:3:5: <nothing> *bold* ```")
    assert message.text == "janitor is in trouble: The policy file is invalid"
    assert shown(message) == (
        ":warning: *janitor is in trouble*: The policy file is invalid\n"
        "```\npolicies.yaml:3:5: &lt;nothing&gt; *bold* ˋˋˋ\n```"
    )


def test_trouble_of_many_lines_is_cut() -> None:
    assert "… and 92 lines more in its log" in shown(trouble("line\n" * 100))


def test_a_kind_of_a_later_version_is_told_by_its_wire_name() -> None:
    gone = Saving(deletion(1, kind="run.gadget", name=f"{REGION}/gadgets/old"), Decimal(1))
    kept = (Remaining("run.gadget", "in-use", 2),)
    text = shown(report(replace(SMALL, savers=(gone,), snapshot=snapshot(kept=kept))))
    assert "1. `old`, ≤ $1.00 a month" in text
    assert "*Kept because in use:* 2 run.gadget" in text
