"""What the messages say, and in which order."""

import json
from dataclasses import replace
from decimal import Decimal

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.ledger.savings import Account, Saving
from janitor.model.amounts import Amount
from janitor.report.data.snapshot import InGrace, RunningService
from janitor.report.data.summary import Summary
from janitor.report.slack.blocks import Message
from janitor.report.slack.messages import note, trouble
from janitor.report.slack.report import report
from tests.report.samples import GAP, REFUSAL, SERVICE, STORY_REPOSITORY, image, result, story
from tests.report.summaries import EMPTY, REGION, SMALL, SWEPT, UNTIL, deletion, large, planned, snapshot, usd

DELETED = Outcome(OutcomeKind.DELETED)


HOW_TO_KEEP = "To keep one, put the label `janitor: keep` on the service, job or repository, or run `janitor keep NAME`."


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


def lines_of(message: Message) -> list[str]:
    """Its lines below the header."""
    return shown(message).split("\n")[1:]


def test_the_report_is_a_few_lines_the_most_important_first() -> None:
    assert shown(report(SMALL)).split("\n") == [
        "Cloud cleanup · xai-community · 16 to 23 Nov 2026",
        "*Saved ≤ $0.26/month in this period* (3 resources, 2.8 GB) · ≤ $0.26/month in total"
        " · ≤ $0.03 avoided in this period",
        ":warning: *1 to fix:* Could not be read: revisions in xai-community (us-west1). To do: grant"
        " roles/run.viewer on xai-community to janitor's service account, and enable the Cloud Run API. Until then it"
        " keeps docker images, packages, tags and repositories in every project; services, revisions, jobs and worker"
        " pools in xai-community us-west1",
        "*Next deletions:* 2 resources, ≤ $0.02/month",
        "• `web/team/app@000000000000` ≤ $0.02/month, `web`",
        "• `web/team/app@000000000000` unpriced, `web`",
        HOW_TO_KEEP,
        "*Idle minimum instances:* $28.26/month in 1 of 3 services: `shop` $28.26/month",
        "*Failing:* `billing` failed for 26h (`payments`): The user-provided container failed to start and listen on"
        " the port defined provided by the PORT=8080 environment variable within the allocated timeout.",
        "*Top teams:* _unowned_ $0.21/month · `web` ≤ $0.05/month",
        "Full report: `janitor report --format html` · List prices. ≤ means up to: image layers can be shared, so the"
        " true figure can be lower.",
    ]


def test_however_much_there_is_the_report_stays_short() -> None:
    message = report(large(10_000))
    assert len(message.blocks) <= 6
    assert len(lines_of(message)) <= 25
    assert "… and" in shown(message)


def test_a_telephone_shows_what_is_scheduled_with_its_dollars() -> None:
    assert SMALL.snapshot
    waiting = replace(SMALL.snapshot, in_grace=Amount(2, 0, Decimal("114.98")))
    assert (
        "; next deletions: 2; scheduled: 2, $114.98/month." in report(replace(SMALL, snapshot=waiting)).text
    )


def test_the_figures_that_a_telephone_shows_are_the_text() -> None:
    assert report(SMALL).text == (
        "Cloud cleanup: saved ≤ $0.26/month by 3 deletions; next deletions: 2. 1 to fix"
    )


def test_before_the_first_sweep_the_report_says_what_to_do() -> None:
    assert lines_of(report(EMPTY)) == [
        "*Nothing was deleted*",
        ":warning: *1 to fix:* No sweep yet: the ledger. To do: run janitor sweep --dry-run, which deletes nothing",
        "*Next deletions:* not known, as there was no sweep yet",
        "Full report: `janitor report --format html`",
    ]


def test_the_report_links_to_its_page_where_the_address_is_set() -> None:
    said = shown(report(SMALL, "https://costs.example.com/?a=1&b=2"))
    assert "<https://costs.example.com/?a=1&amp;b=2|Full report>" in said
    assert "janitor report --format html" not in said


def test_an_owner_by_the_name_of_unowned_is_told_from_nobody() -> None:
    each = Account(Amount(1, 0, Decimal(3)))
    summary = replace(SMALL, by_owner=(("unowned", each), ("", each)))
    assert "*Top teams:* `unowned` $3.00/month · _unowned_ $3.00/month" in shown(report(summary))


def dry_run() -> Summary:
    left = Amount(3, 10**9, Decimal("0.5"))
    seen = snapshot(left=left, planned=left, by_policy=(("old", left),), by_owner=(("web", left),))
    return replace(EMPTY, troubles=(), snapshot=seen)


def test_what_a_dry_run_found_is_never_worded_as_saved() -> None:
    message = report(dry_run())
    assert message.text == "Cloud cleanup: nothing was deleted; next deletions: 3"
    assert lines_of(message)[:2] == ["*Nothing was deleted*", "*Next deletions:* 3 resources, $0.50/month"]
    assert "aved" not in shown(message)


def test_a_refused_plan_is_not_promised() -> None:
    seen = replace(dry_run().snapshot, refusals=(("max_deletions", "too many"),))  # type: ignore[type-var]
    assert "$0.50/month; a limit refuses them" in shown(report(replace(dry_run(), snapshot=seen)))


def test_nothing_more_to_delete_is_said_in_so_many_words() -> None:
    assert "*Next deletions:* none" in shown(report(replace(EMPTY, snapshot=snapshot())))


def test_what_is_scheduled_is_named_with_its_date_owner_and_dollars() -> None:
    row = InGrace("run.service", f"{REGION}/services/web", "old", "shop", UNTIL, True, 0, usd("9.86"))
    seen = snapshot(waiting=(row,), waited=2, in_grace=Amount(2, 0, Decimal("19.72")))
    lines = lines_of(report(replace(EMPTY, snapshot=seen)))
    start = lines.index("*Scheduled for deletion:* 2 resources, $19.72/month")
    assert lines[start + 1] == "• `service web` on 2026-11-23 09:00 UTC or later, $9.86/month, `shop`"
    assert lines[start + 2] == HOW_TO_KEEP


def test_a_service_that_is_scheduled_and_has_no_price_is_named_too() -> None:
    row = InGrace("run.service", f"{REGION}/services/web", "old", "shop", UNTIL, True)
    assert "• `service web`" in shown(report(replace(EMPTY, snapshot=snapshot(waiting=(row,), waited=1))))


def test_rows_that_cost_nothing_are_in_no_message() -> None:
    seen = snapshot(
        left=Amount(2, 0, Decimal(1)), largest=(planned(1, estimate=usd("0")), planned(2, estimate=usd("1")))
    )
    message = report(replace(SMALL, snapshot=seen))
    assert "$0.00" not in "".join(shown(each) for each in (message, *message.details))


def test_services_that_fail_with_different_errors_are_named_without_one() -> None:
    rows = tuple(
        RunningService(f"{REGION}/services/{n}", "", "failed", usd("0"), f"E{n}_X: It broke {n}.", SWEPT)
        for n in range(5)
    )
    (line,) = [
        each
        for each in lines_of(report(replace(EMPTY, snapshot=snapshot(services=rows))))
        if "*Failing:*" in each
    ]
    assert line == (
        "*Failing:* `0` failed for 0m (_unowned_) · `1` failed for 0m (_unowned_) · `2` failed for 0m (_unowned_)"
        " · 2 more"
    )


def test_less_than_a_cent_is_shown_escaped() -> None:
    account = Account(Amount(1, 1, Decimal("0.001")), Decimal("0.001"), Decimal("0.001"))
    assert "*Saved &lt;$0.01/month in this period*" in shown(report(replace(SMALL, saved=account)))


def test_every_owner_is_in_the_thread() -> None:
    owners = tuple((f"team-{n}", Account(Amount(1, 10**6, Decimal(300 - n)))) for n in range(200))
    message = report(replace(SMALL, by_owner=owners, snapshot=None))
    told = [shown(each) for each in message.details]
    assert [sum(f"• `{owner}` · deleted 1" in text for text in told) for owner, _ in owners] == [1] * 200


def test_the_thread_has_every_section_and_the_method_last() -> None:
    (details,) = report(SMALL).details
    assert in_order(
        details,
        "*Action needed*",
        "*Next deletions*\n• `web/team/app@000000000000` · 40d old (`stale-images`) · `web` · ≤ $0.02/month",
        "*Largest savings*",
        "*By policy*\n• `abandoned-repositories` · deleted 1 · saved/month $0.21",
        "*By owner*",
        "*Failing services*\n• `billing` · failed for 26h · `payments` · HEALTH_CHECK_CONTAINER_ERROR: Revision",
        "*Idle minimum instances*",
        "*Storage*",
        "*How this is calculated*",
        "list prices before discounts",
    )


def test_labels_and_messages_mention_nobody_and_link_nowhere() -> None:
    said = json.dumps([report(large(1000)).blocks, *(each.blocks for each in report(large(1000)).details)])
    for attack in ("<!channel>", "<!here>", "<@U", "<https:", "<script"):
        assert attack not in said
    assert "&lt;!channel&gt;" in said


def test_a_note_says_what_was_deleted_and_what_not() -> None:
    ends = (DELETED, DELETED, Outcome(OutcomeKind.FAILED, "FAILED_PRECONDITION: it is <tagged>"), DELETED)
    message = note(story(mode="apply", outcomes=ends))
    assert message.text == "janitor deleted 3 resources (2.5 GB) and saves ≤ $0.23/month"
    assert in_order(
        message,
        "*janitor deleted 3 resources",
        "1 service, 1 image, 1 repository",
        "1 failed",
        "*Not deleted*\n• `web/team/app@000000000000` failed: FAILED_PRECONDITION: it is &lt;tagged&gt;",
        "janitor history s1",
    )


def test_a_note_of_a_dry_run_says_would() -> None:
    assert (
        note(story()).text
        == "janitor would delete 4 resources (2.6 GB) and save ≤ $0.23/month (1 without a price)"
    )


def test_a_note_says_what_was_refused_or_could_not_be_read() -> None:
    message = note(result(SERVICE, STORY_REPOSITORY, mode="apply", refusals=(REFUSAL,), gaps=(GAP,)))
    assert message.text.startswith("janitor would delete 2 resources")
    assert in_order(
        message, "*Refused by a limit*\n• max_deletions: 120 things", "*Could not be read*\n• revisions in"
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


def test_a_kind_of_a_later_version_is_told_by_its_last_name() -> None:
    gone = Saving(deletion(1, kind="run.gadget", name=f"{REGION}/gadgets/old"), Decimal(1))
    (details,) = report(replace(SMALL, savers=(gone,), snapshot=None)).details
    assert "• `old` · age" in shown(details)
