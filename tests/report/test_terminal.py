"""What a person reads: every figure of the story, trouble first, nothing that steers a terminal."""

from dataclasses import replace
from decimal import Decimal

import pytest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Priced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.plan.plan import Kept
from janitor.report.data.result import SweepResult
from janitor.report.terminal.sweep import View
from tests.report.printing import GOLDEN, table
from tests.report.samples import GAP, REFUSAL, REGION, SERVICE, STORY_REPOSITORY, image, result, story

APPLIED = (
    Outcome(OutcomeKind.DELETED),
    Outcome(OutcomeKind.ALREADY_GONE),
    Outcome(OutcomeKind.FAILED, "the delete was answered with INTERNAL"),
    Outcome(OutcomeKind.SKIPPED, "xai-community did not go"),
)
GAPS = (GAP, Gap("xai-community", "us-west1", Kind.IMAGE, "the listing broke off", "web"))


def with_gaps() -> SweepResult:
    whole = story()
    return replace(whole, plan=replace(whole.plan, gaps=GAPS))


GOLDENS = {
    "dry-run": story(),
    "apply": story(mode="apply", outcomes=APPLIED),
    "refused": story(refusals=(REFUSAL,)),
    "gaps": with_gaps(),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_the_storys_table_is_the_one_that_was_reviewed(name: str) -> None:
    assert table(GOLDENS[name]) == (GOLDEN / f"{name}.txt").read_text()


def test_gaps_come_before_everything_else_and_are_loud() -> None:
    lines = table(with_gaps()).splitlines()
    assert lines[2] == "NOT EVERYTHING COULD BE READ: 2 gaps. What needs it is kept."
    assert lines[3] == "  run.revision in us-west1 xai-community: 403 Permission 'run.revisions.list' denied"
    assert lines[4] == "  artifact.image in us-west1 xai-community web: the listing broke off"


def test_a_refused_apply_says_that_nothing_was_deleted_and_counts_nothing_as_done() -> None:
    text = table(story(mode="apply", refusals=(REFUSAL,)))
    assert "REFUSED: the plan exceeds its limits. Nothing was deleted." in text
    assert "--limit max_deletions=120" in text
    assert "Would delete 4" in text
    assert "Deleted" not in text
    assert "To delete these" not in text


@pytest.mark.parametrize("sweep", [story(), story(refusals=(REFUSAL,))])
def test_a_dry_run_words_no_saving_as_done(sweep: SweepResult) -> None:
    text = table(sweep)
    assert "nothing is deleted" in text.splitlines()[0]
    assert "Would delete 4" in text
    for done in ("saves", "saved", "Deleted", "reclaimed", " deleted in "):
        assert done not in text


def many(count: int) -> SweepResult:
    """The more bytes, the costlier; together they cost what the last line says."""
    return result(
        *(image(n, size_bytes=n, estimate=Priced(Decimal(n) / 100, "x")) for n in range(1, count + 1))
    )


def test_the_fifty_costliest_of_a_policy_are_shown_and_the_rest_is_summed() -> None:
    lines = table(many(53)).splitlines()
    rows = [line for line in lines if line.startswith("  web/team/app@")]
    assert len(rows) == 50
    assert rows[0].endswith("$0.53")
    assert rows[-1].endswith("$0.04")
    assert "  … and 3 more, $0.06 (--all, or --format json)" in lines


def test_thousands_that_are_not_shown_are_counted_with_their_dollars() -> None:
    cheap = Priced(Decimal("12.30") / 4312, "x")
    dear = [image(n, estimate=Priced(Decimal(1), "x")) for n in range(50)]
    text = table(result(*dear, *(image(n, estimate=cheap) for n in range(50, 4362))))
    assert "  … and 4,312 more, $12.30 (--all, or --format json)\n" in text


def test_each_policy_has_its_own_fifty() -> None:
    one, other = many(51).plan.actions, [image(n, policy="bare") for n in range(100, 160)]
    text = table(result(*one, *other))
    assert text.count("  web/team/app@") == 100
    assert "… and 1 more, $0.01 (" in text
    assert "… and 10 more, $0.19 (" in text


def test_all_shows_every_action() -> None:
    text = table(many(53), View(show_all=True))
    assert text.count("  web/team/app@") == 53
    assert "more," not in text


def test_what_failed_is_shown_before_what_is_costly() -> None:
    ends = [Outcome(OutcomeKind.DELETED)] * 60
    ends[0] = Outcome(OutcomeKind.FAILED, "no permission")
    lines = table(replace(many(60), mode="apply", outcomes=tuple(ends))).splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("  web/team/app@"))
    assert lines[first].endswith("failed")
    assert lines[first + 1] == "      no permission"


def test_what_is_kept_is_counted_by_kind_and_reason_the_commonest_first() -> None:
    text = table(result())
    assert "  2 services: 2 serving\n  12 images: 9 not-matched, 3 in-use\n" in text


def test_a_long_list_of_reasons_is_broken_between_them_and_never_within_one() -> None:
    reasons = [KeepReason.NOT_MATCHED, KeepReason.IN_USE, KeepReason.CHILD_OF_KEPT, KeepReason.KEEP_TAGGED]
    kept = tuple(Kept(Kind.IMAGE, reason, 90 - n) for n, reason in enumerate(reasons))
    text = table(result(kept=kept), width=60)
    assert "  354 images: 90 not-matched, 89 in-use, 88 child-of-kept,\n    87 keep-tagged\n" in text, text


def test_dollars_that_are_at_most_so_many_are_marked_wherever_they_are_summed() -> None:
    text = table(result(image(1)))
    assert " · 200.0 MB · ≤ $0.02 a month\n" in text
    assert "Would delete 1, 200.0 MB, and save ≤ $0.02 a month." in text


def test_exact_dollars_are_not_marked() -> None:
    text = table(result(STORY_REPOSITORY))
    assert " · 2.3 GB · $0.21 a month\n" in text
    assert "Would delete 1, 2.3 GB, and save $0.21 a month." in text


def test_names_of_what_is_kept_are_shown_where_they_were_asked_for() -> None:
    named = Kept(Kind.SERVICE, KeepReason.SERVING, 1, (f"{REGION}/services/web",))
    assert "    serving: web  asia-northeast3 xai-community\n" in table(result(kept=(named,)))


def test_fifty_names_of_what_is_kept_are_shown_unless_all_are_asked_for() -> None:
    names = tuple(f"{REGION}/services/s{n}" for n in range(60))
    sweep = result(kept=(Kept(Kind.SERVICE, KeepReason.SERVING, 60, names),))
    assert table(sweep).count("    serving: s") == 50
    assert "    … and 10 more serving (--all, or --format json)\n" in table(sweep)
    assert table(sweep, View(show_all=True)).count("    serving: s") == 60


HOSTILE = "a\x1b[31m\x07b\u202ec\u200bd\u2066e\x9b2Jf\x7fg\r\nh\ud800i\u2028j"


def test_nothing_from_outside_reaches_the_terminal_as_a_control() -> None:
    """Names, tags, messages, errors, gaps, notices: each may come from someone hostile."""
    bad = image(1)._replace(
        name=f"{REGION}/repositories/{HOSTILE}/packages/{HOSTILE}/versions/sha256:00",
        detail=f"{HOSTILE}; {HOSTILE}", tags=(HOSTILE,), policy=HOSTILE, group="",
        estimate=Priced(Decimal(0), HOSTILE),
    )  # fmt: skip
    service = SERVICE._replace(name=f"projects/{HOSTILE}/locations/{HOSTILE}/services/{HOSTILE}")
    ends = (Outcome(OutcomeKind.FAILED, HOSTILE), Outcome(OutcomeKind.DELETED))
    kept = (Kept(Kind.SERVICE, KeepReason.SERVING, 1, (service.name,)),)
    gap = Gap(HOSTILE, HOSTILE, Kind.IMAGE, HOSTILE, HOSTILE)
    sweep = result(bad, service, mode="apply", outcomes=ends, gaps=(gap,), kept=kept, notices=(HOSTILE,))
    refused = replace(sweep, refusals=(replace(REFUSAL, message=HOSTILE),))
    for text in (table(sweep), table(refused), table(sweep, width=200)):
        assert "\\x1b" in text
        assert [character for character in text if character != "\n" and not character.isprintable()] == []


def test_an_unchanged_world_shows_the_same_table_but_for_its_first_line() -> None:
    today, whole = story(), story()
    later = replace(whole, plan=replace(whole.plan, observed_at=whole.plan.observed_at.replace(day=25)))
    assert table(today).splitlines()[1:] == table(later).splitlines()[1:]
    assert table(today) != table(later)


def test_a_dry_run_ends_with_the_command_that_deletes_what_it_shows() -> None:
    view = View(next_commands=("janitor sweep --apply --project p",))
    assert table(story(), view).endswith("\nTo delete these: janitor sweep --apply --project p\n")


def test_commands_that_belong_in_turn_stand_one_a_line() -> None:
    view = View(next_commands=("janitor init", "janitor sweep --apply"))
    assert table(story(), view).endswith("\nTo delete these:\n  janitor init\n  janitor sweep --apply\n")


def test_an_apply_in_part_ends_with_the_command_that_tries_again() -> None:
    text = table(story(mode="apply", outcomes=APPLIED))
    assert text.endswith("\nTo try the rest again: janitor sweep --apply\n")


def test_an_apply_that_did_everything_asks_for_no_command() -> None:
    text = table(story(mode="apply", outcomes=(Outcome(OutcomeKind.DELETED),) * 4))
    assert "janitor sweep --apply" not in text
    assert "Deleted 4 of 4" in text


def test_an_interrupted_apply_says_that_the_rest_is_left() -> None:
    ends = (Outcome(OutcomeKind.DELETED), *(Outcome(OutcomeKind.SKIPPED, "interrupted"),) * 3)
    text = table(story(mode="apply", outcomes=ends, interrupted=True))
    assert "Interrupted: what was left undone is left to the next sweep." in text


def test_nothing_to_delete_is_said_and_asks_for_no_command() -> None:
    text = table(result())
    assert "\nNothing to delete.\n" in text
    assert "janitor sweep --apply" not in text


def test_what_has_no_price_is_counted_beside_the_dollars_and_never_as_zero() -> None:
    text = table(story())
    assert " a month and 1 unpriced" in text
    assert "  unpriced: no price for asia-northeast3\n" in text
