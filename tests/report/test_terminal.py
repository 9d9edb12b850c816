"""What a person reads: every figure of the story, trouble first, nothing that steers a terminal."""

from dataclasses import replace
from decimal import Decimal

import pytest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Priced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.plan.plan import Action, Kept
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


def test_failed_reads_come_before_everything_else_with_their_cause_and_what_they_keep() -> None:
    lines = table(with_gaps()).splitlines()
    assert lines[0] == "INCOMPLETE: 2 reads failed. Whatever depends on them is kept."
    text = " ".join(" ".join(lines).split())
    assert "Revisions in xai-community (us-west1): 403 Permission 'run.revisions.list' denied. " in text
    assert "Images in xai-community (us-west1/web): the listing broke off. " in text
    assert "Kept because of this: docker images, packages, tags and repositories in every project; " in text
    assert text.index("Kept because") < text.index("Would delete 4 resources")


def denied(project: str, kind: Kind, cause: str = "PERMISSION_DENIED: IAM_PERMISSION_DENIED") -> Gap:
    return Gap(project, "-", kind, cause)


def test_a_project_that_lets_nothing_be_listed_is_one_sentence_with_the_way_out() -> None:
    gaps = (denied("nope", Kind.RUN_LOCATION, "Forbidden"), denied("nope", Kind.ARTIFACT_LOCATION))
    text = " ".join(table(result(gaps=gaps, kept=())).split())
    assert "Project nope: no access, or it does not exist (check with gcloud projects list). Grant " in text
    assert text.count("project nope") + text.count("Project nope") == 1
    assert "Nothing to delete" not in text
    assert "Not decided: docker images, packages, tags and repositories in every project; " in text
    assert "storage unknown" in text


def test_a_missing_role_is_one_sentence_with_the_role() -> None:
    text = " ".join(table(result(gaps=(denied("p", Kind.SERVICE), denied("p", Kind.JOB)))).split())
    assert (
        "2 reads: jobs, services in p: PERMISSION_DENIED: IAM_PERMISSION_DENIED. Grant roles/run.viewer on p"
        in text
    )


def test_an_api_that_is_disabled_for_the_credentials_is_said_with_the_command() -> None:
    gap = denied("p", Kind.RUN_LOCATION, "PERMISSION_DENIED: SERVICE_DISABLED")
    text = " ".join(table(result(gaps=(gap,))).split())
    assert "The Cloud Run API is disabled in the quota project of the credentials" in text
    assert "gcloud auth application-default set-quota-project" in text


def test_a_refused_apply_says_that_nothing_was_deleted_and_counts_nothing_as_done() -> None:
    text = table(story(mode="apply", refusals=(REFUSAL,)))
    assert "REFUSED: the plan exceeds its limits. Nothing was deleted." in text
    assert "--limit max_deletions=120" in text
    assert "Would delete 4 resources" in text
    assert "Deleted" not in text
    assert "To delete these" not in text
    assert text.index("REFUSED") < text.index("Would delete")


@pytest.mark.parametrize("sweep", [story(), story(refusals=(REFUSAL,))])
def test_a_dry_run_words_no_saving_as_done(sweep: SweepResult) -> None:
    text = table(sweep)
    assert "Dry run, nothing is deleted." in text
    assert "Would delete 4 resources" in text
    for done in ("saves", "saved", "Deleted", "reclaimed", " deleted in "):
        assert done not in text


def many(count: int) -> SweepResult:
    """The more bytes, the costlier; together they cost what the last line says."""
    return result(
        *(image(n, size_bytes=n, estimate=Priced(Decimal(n) / 100, "x")) for n in range(1, count + 1))
    )


def services(count: int, policy: str = "failed-services") -> list[Action]:
    """The higher its number, the costlier a service; why they failed is not known."""
    return [
        SERVICE._replace(
            name=f"{REGION}/services/s{n}",
            policy=policy,
            detail="26h old",
            estimate=Priced(Decimal(n) / 100, "x"),
        )
        for n in range(1, count + 1)
    ]


def test_the_answer_comes_first_with_its_policies_the_costliest_first() -> None:
    cheap, dear = services(2, "cheap"), [SERVICE._replace(policy="dear", estimate=Priced(Decimal(20), "x"))]
    free = [STORY_REPOSITORY._replace(policy="free", estimate=Priced(Decimal(0), ""))]
    text = table(result(*cheap, *free, *dear))
    first = "Would delete 4 resources (2.3 GB), $20.03/month: dear $20.00 · cheap $0.03 · 1 more $0.00"
    assert text.splitlines()[0] == first
    assert text.index("\ndear · ") < text.index("\ncheap · ") < text.index("\nfree · ")


def test_images_of_one_package_are_one_row_with_their_ages() -> None:
    ages = [image(n)._replace(detail=f"{n}d old; untagged") for n in (198, 17, 40)]
    lines = table(result(*ages)).splitlines()
    (row,) = [line for line in lines if line.startswith("  web/team/app")]
    assert row.split("  ")[1:] == ["web/team/app", "3 images, 17–198d old", "600.0 MB", "≤ $0.06"]


def test_one_image_alone_keeps_its_name() -> None:
    assert "  web/team/app@000000000000  40d old" in table(result(image(1)))


def test_images_of_two_outcomes_are_two_rows() -> None:
    ends = (
        Outcome(OutcomeKind.DELETED),
        Outcome(OutcomeKind.DELETED),
        Outcome(OutcomeKind.FAILED, "INTERNAL"),
    )
    text = table(result(image(1), image(2), image(3), mode="apply", outcomes=ends))
    assert "  2 images, 40d old" in text
    assert "  web/team/app@000000000000  40d old" in text


def test_with_all_each_has_a_row_and_of_equal_prices_the_oldest_comes_first() -> None:
    ages = [image(n, size_bytes=200_000_000 + n)._replace(detail=f"{n}d old") for n in (17, 198, 40)]
    rows = [
        line.split()[1] for line in table(result(*ages), View(show_all=True)).splitlines() if "app@" in line
    ]
    assert rows == ["198d", "40d", "17d"]


def test_the_fifty_costliest_rows_of_a_policy_are_shown_and_the_rest_is_summed() -> None:
    lines = table(result(*services(53))).splitlines()
    rows = [line for line in lines if line.startswith("  s")]
    assert len(rows) == 50
    assert rows[0].endswith("$0.53")
    assert rows[-1].endswith("$0.04")
    assert "  … and 3 more, $0.06 (--all, or --format json)" in lines


def test_thousands_that_are_not_shown_are_counted_with_their_dollars() -> None:
    cheap = [each._replace(estimate=Priced(Decimal("12.30") / 4312, "x")) for each in services(4362)[50:]]
    dear = [each._replace(estimate=Priced(Decimal(1), "x")) for each in services(50)]
    assert "  … and 4,312 more, $12.30 (--all, or --format json)\n" in table(result(*dear, *cheap))


def test_each_policy_has_its_own_fifty() -> None:
    others = [each._replace(name=f"{each.name}-b") for each in services(60, policy="bare")]
    text = table(result(*services(51), *others))
    assert sum(line.startswith("  s") for line in text.splitlines()) == 100
    assert "… and 1 more, $0.01 (" in text
    assert "… and 10 more, $0.55 (" in text


def test_all_shows_every_action() -> None:
    text = table(many(53), View(show_all=True))
    assert text.count("  web/team/app@") == 53
    assert "more," not in text


def test_what_is_kept_is_counted_by_kind_and_reason_the_commonest_first() -> None:
    text = table(result())
    assert "  2 services: 2 serving\n  12 images: 9 not matched, 3 in use\n" in text


def test_a_long_list_of_reasons_is_broken_between_them_and_never_within_one() -> None:
    reasons = [KeepReason.NOT_MATCHED, KeepReason.IN_USE, KeepReason.CHILD_OF_KEPT, KeepReason.KEEP_TAGGED]
    kept = tuple(Kept(Kind.IMAGE, reason, 90 - n) for n, reason in enumerate(reasons))
    text = table(result(kept=kept), width=60)
    listed = (
        "  354 images: 90 not matched, 89 in use,\n    88 child of a kept image, 87 kept by keep.tagged\n"
    )
    assert listed in text, text


def test_dollars_that_are_at_most_so_many_are_marked_wherever_they_are_summed() -> None:
    text = table(result(image(1)))
    assert " · 200.0 MB · ≤ $0.02/month\n" in text
    assert "Would delete 1 resource (200.0 MB), up to $0.02/month: stale-images $0.02\n" in text


def test_exact_dollars_are_not_marked() -> None:
    text = table(result(STORY_REPOSITORY))
    assert " · 2.3 GB · $0.21/month\n" in text
    assert "Would delete 1 resource (2.3 GB), $0.21/month: abandoned-repositories $0.21\n" in text


def test_names_of_what_is_kept_are_shown_where_they_were_asked_for() -> None:
    name = f"{REGION}/services/web"
    named = Kept(Kind.SERVICE, KeepReason.SERVING, 1, (name,))
    assert "    serving: web  xai-community, asia-northeast3\n" in table(result(kept=(named,)))


def test_names_of_what_is_kept_stand_by_the_reason_in_words_and_its_wire_name() -> None:
    named = Kept(Kind.SERVICE, KeepReason.GOOGLE_MANAGED, 1, (f"{REGION}/services/web",))
    assert "    managed by Google (google-managed): web  " in table(result(kept=(named,)))


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


def test_an_unchanged_world_shows_the_same_table_but_for_the_line_of_the_mode() -> None:
    today, whole = story(), story()
    later = replace(whole, plan=replace(whole.plan, observed_at=whole.plan.observed_at.replace(day=25)))
    differ = [
        pair
        for pair in zip(table(today).splitlines(), table(later).splitlines(), strict=True)
        if len(set(pair)) > 1
    ]
    assert differ == [
        (
            "Dry run, nothing is deleted. Read on 2026-11-24 04:00 UTC.",
            "Dry run, nothing is deleted. Read on 2026-11-25 04:00 UTC.",
        )
    ]


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
    assert (
        "Deleted 4 of 4 resources (2.6 GB), up to $0.23/month and 1 unpriced: abandoned-repositories $0.21 · "
        in text
    )


def test_an_apply_in_part_counts_what_was_not_deleted() -> None:
    text = table(story(mode="apply", outcomes=APPLIED))
    assert "Deleted 1 of 4 resources, $0.00/month: failed-services $0.00\n" in text
    assert "Not deleted: 1 already gone, 1 skipped, 1 failed.\n" in text


def test_an_interrupted_apply_says_that_the_rest_is_left() -> None:
    ends = (Outcome(OutcomeKind.DELETED), *(Outcome(OutcomeKind.SKIPPED, "interrupted"),) * 3)
    text = table(story(mode="apply", outcomes=ends, interrupted=True))
    assert "Interrupted: the next sweep continues with the rest." in text


def test_nothing_to_delete_is_said_and_asks_for_no_command() -> None:
    text = table(result())
    assert text.startswith("Nothing to delete.\n")
    assert "janitor sweep --apply" not in text


def test_what_has_no_price_is_counted_beside_the_dollars_and_never_as_zero() -> None:
    text = table(story())
    assert "/month and 1 unpriced: " in text.splitlines()[0]
    assert "  unpriced: no price for asia-northeast3\n" in text
