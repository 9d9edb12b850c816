"""The snapshot of a sweep: what it keeps, what it sums, and how large it may get."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Amount, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.plan.plan import Action, Kept
from janitor.report.data.result import SweepResult
from janitor.report.data.running_costs import sum_of
from janitor.report.data.snapshot import (
    GAPS,
    LARGEST_PLANNED,
    LARGEST_STORED,
    LONGEST_TEXT,
    NAMED,
    SERVICES,
    TROUBLES,
    RunningCosts,
    RunningService,
    Snapshot,
    Stored,
)
from janitor.report.data.snapshot_codec import encode_snapshot
from janitor.report.data.take_snapshot import take_snapshot
from janitor.report.data.totals import totals
from tests.report.samples import (
    GAP,
    KEPT,
    PORT_MESSAGE,
    REFUSAL,
    REGION,
    SERVICE,
    STORY_REPOSITORY,
    WEB,
    image,
    result,
    story,
)

DELETED, GONE = Outcome(OutcomeKind.DELETED), Outcome(OutcomeKind.ALREADY_GONE)
FAILED, DRIFTED = Outcome(OutcomeKind.FAILED, "INTERNAL: no"), Outcome(OutcomeKind.DRIFTED, "other tags")
SKIPPED = Outcome(OutcomeKind.SKIPPED, "the service did not go")
UNTRIED = Outcome(OutcomeKind.PLANNED)
OTHER = f"{REGION}/repositories/other"


def priced(number: int, usd: str, size_bytes: int = 100, **facts: object) -> Action:
    """An image that costs this, exactly."""
    return image(number, size_bytes=size_bytes, estimate=Priced(Decimal(usd), "x"))._replace(**facts)  # type: ignore[arg-type]


def taken(*actions: Action, outcomes: Sequence[Outcome] = (), **facts: object) -> Snapshot:
    """Of an apply where there are outcomes, else of a dry run."""
    if outcomes:
        facts = {"mode": "apply", "outcomes": tuple(outcomes), **facts}
    return take_snapshot(result(*actions, **facts))  # type: ignore[arg-type]


def stands(*rows: Stored | RunningService) -> RunningCosts:
    repositories = tuple(row for row in rows if isinstance(row, Stored))
    services = tuple(row for row in rows if isinstance(row, RunningService))
    return RunningCosts(repositories, services, sum_of(repositories), sum_of(services))


def with_standing(of: SweepResult, *rows: Stored | RunningService) -> Snapshot:
    return take_snapshot(replace(of, standing=stands(*rows)))


def test_a_dry_run_leaves_all_that_it_planned() -> None:
    found = take_snapshot(story())
    assert found.left == found.planned
    assert (found.left.count, found.left.unpriced, found.left.upper_bound) == (4, 1, True)
    assert (found.sweep_id, found.mode, found.gaps, found.troubles) == ("s1", "dry-run", (), ())
    assert found.notices == ("in use means: Cloud Run in projects xai-community",)


def test_its_sums_are_those_of_the_sweep_s_totals() -> None:
    images = [image(n, group=(WEB, OTHER)[n % 2], size_bytes=700 + n) for n in range(30)]
    swept = result(*images, SERVICE, STORY_REPOSITORY, group_bytes={WEB: 1000, OTHER: 10**9})
    sums, found = totals(swept), take_snapshot(swept).planned
    assert (found.count, found.size_bytes) == (sums.planned, sums.saves.size_bytes)
    assert (found.usd_month, found.unpriced) == (sums.saves.usd_month, sums.saves.unpriced)


def test_what_went_is_not_left_whoever_deleted_it() -> None:
    actions = [priced(n, "1") for n in range(6)]
    found = taken(*actions, outcomes=[DELETED, GONE, FAILED, DRIFTED, SKIPPED, UNTRIED])
    assert (found.planned.count, found.left.count, found.left.usd_month) == (6, 4, Decimal(4))
    assert [row.outcome for row in found.largest] == ["failed", "drifted", "skipped", "planned"]


def test_a_refused_plan_is_left_whole() -> None:
    found = taken(priced(1, "1"), outcomes=[UNTRIED], refusals=(REFUSAL,))
    assert found.left == found.planned
    assert found.refusals == ((REFUSAL.limit, REFUSAL.message),)


def test_images_of_a_repository_never_come_to_more_than_google_bills_for_it() -> None:
    found = taken(*(priced(n, "1", size_bytes=100) for n in range(4)), group_bytes={WEB: 100})
    assert found.planned == Amount(4, 100, Decimal(1))


def test_a_repository_s_cap_holds_within_each_policy_and_within_each_owner() -> None:
    """Each is true by itself; together they may say more than all of it."""
    actions = [priced(n, "1", policy=f"p{n % 2}", owner=f"o{n % 2}") for n in range(4)]
    found = taken(*actions, group_bytes={WEB: 200})
    assert found.left == Amount(4, 200, Decimal(2))
    assert found.by_policy == (("p0", Amount(2, 200, Decimal(2))), ("p1", Amount(2, 200, Decimal(2))))
    assert [name for name, _ in found.by_owner] == ["o0", "o1"]


def test_a_cap_counts_what_is_left_and_not_what_went() -> None:
    found = taken(
        *(priced(n, "1") for n in range(4)), outcomes=[DELETED] * 3 + [FAILED], group_bytes={WEB: 100}
    )
    assert (found.planned.usd_month, found.left.usd_month) == (Decimal(1), Decimal(1))


def test_policies_and_owners_come_by_what_they_would_save_then_by_name() -> None:
    found = taken(
        priced(1, "1", policy="b", owner=""),
        priced(2, "5", policy="c", owner="web"),
        priced(3, "1", policy="a", owner="api"),
        group_bytes={WEB: 10**9},
    )
    assert [name for name, _ in found.by_policy] == ["c", "a", "b"]
    assert [name for name, _ in found.by_owner] == ["web", "", "api"]


def test_the_largest_are_the_costliest_then_the_biggest_then_in_the_plan_s_order() -> None:
    unknown = image(9, size_bytes=10**12, estimate=Unpriced("no price"))
    actions = [
        unknown,
        priced(1, "1"),
        priced(2, "1"),
        priced(3, "1", size_bytes=900),
        priced(4, "7"),
        priced(5, "0"),
    ]
    expected = [actions[at].name for at in (4, 3, 1, 2, 5, 0)]
    assert [row.name for row in taken(*actions).largest] == expected


def test_an_action_is_kept_as_the_report_names_it() -> None:
    (row,) = taken(SERVICE._replace(owner="web"), outcomes=[FAILED]).largest
    assert (row.kind, row.name, row.policy, row.reason) == (
        "run.service",
        SERVICE.name,
        "failed-services",
        "failed",
    )
    assert (row.owner, row.outcome, row.error, row.estimate) == (
        "web",
        "failed",
        "INTERNAL: no",
        SERVICE.estimate,
    )
    assert PORT_MESSAGE in row.detail


def test_what_failed_stands_before_what_drifted_and_what_was_skipped() -> None:
    found = taken(*(priced(n, "1") for n in range(5)), outcomes=[SKIPPED, DRIFTED, FAILED, DELETED, FAILED])
    assert [row.outcome for row in found.troubles] == ["failed", "failed", "drifted", "skipped"]
    assert found.troubled == 4


def test_what_the_sweep_deleted_stands_no_longer() -> None:
    here = Stored(STORY_REPOSITORY.name, "DOCKER", "", 5, Priced(Decimal(5), ""))
    stays = Stored(WEB, "DOCKER", "", 7, Priced(Decimal(7), ""))
    dead = RunningService(SERVICE.name, "", "failed", Priced(Decimal(0), ""), "why")
    alive = RunningService(f"{REGION}/services/shop", "", "serving", Priced(Decimal(2), ""))
    swept = result(SERVICE, STORY_REPOSITORY, mode="apply", outcomes=(DELETED, GONE))
    found = with_standing(swept, here, stays, dead, alive)
    assert (found.repositories, found.stored) == ((stays,), Amount(1, 7, Decimal(7)))
    assert (found.services, found.running) == ((alive,), Amount(1, 0, Decimal(2)))
    failed = with_standing(replace(swept, outcomes=(FAILED, SKIPPED)), here, stays, dead, alive)
    assert (failed.repositories, failed.services) == ((here, stays), (dead, alive))


def test_a_sweep_that_does_not_know_what_stands_has_none() -> None:
    found = take_snapshot(story())
    assert (found.stored, found.repositories, found.services) == (Amount(), (), ())


def test_what_is_kept_keeps_its_order_and_no_names() -> None:
    named = Kept(Kind.IMAGE, KeepReason.PROTECTED, 1, ("projects/p/…",))
    found = take_snapshot(result(kept=(*KEPT, named)))
    assert [(row.kind, row.reason, row.count) for row in found.kept] == [
        ("run.service", "serving", 2), ("artifact.image", "in-use", 3), ("artifact.image", "not-matched", 9),
        ("artifact.image", "protected", 1),
    ]  # fmt: skip


def test_long_texts_are_cut_and_the_cut_is_shown() -> None:
    long = "word " * 5000
    found = take_snapshot(
        replace(
            result(
                priced(1, "1", detail=long, estimate=Unpriced(long)),
                mode="apply",
                outcomes=(Outcome(OutcomeKind.FAILED, long),),
                gaps=(replace(GAP, cause=long),),
                notices=(long,),
            ),
            standing=stands(RunningService("s", "", "failed", Priced(Decimal(0), long), long)),
        )
    )
    (row,), (gap,), (service,) = found.troubles, found.gaps, found.services
    assert isinstance(row.estimate, Unpriced)
    assert isinstance(service.estimate, Priced)
    texts = (
        row.detail,
        row.error,
        row.estimate.why,
        gap.cause,
        service.why,
        service.estimate.basis,
        *found.notices,
    )
    assert {len(text or "") <= LONGEST_TEXT and (text or "").endswith("…") for text in texts} == {True}


def a_great_sweep() -> SweepResult:
    """More of everything than a snapshot holds, each with as much to say as it may."""
    n, long = 2000, PORT_MESSAGE * 20
    actions = [
        priced(number, f"{number}.5", policy=f"policy-{number}", owner=f"owner-{number:060}", detail=long)
        for number in range(n)
    ]
    return replace(
        result(
            *actions,
            mode="apply",
            outcomes=(Outcome(OutcomeKind.FAILED, long),) * n,
            gaps=tuple(Gap(f"p{number}", "us", Kind.IMAGE, long, "r") for number in range(n)),
            notices=(long,) * 8,
            group_bytes={WEB: 10**12},
        ),
        standing=stands(
            *(Stored(f"{REGION}/repositories/{x:063}", "DOCKER", "", x, Priced(Decimal(x), long)) for x in range(n)),
            *(RunningService(f"{REGION}/services/{x:049}", "", "failed", Priced(Decimal(x), ""), long) for x in range(n)),
        ),
    )  # fmt: skip


def test_a_great_sweep_is_cut_to_its_bounds_and_still_tells_how_much_there_was() -> None:
    found = take_snapshot(a_great_sweep())
    assert (len(found.largest), len(found.troubles), found.troubled) == (LARGEST_PLANNED, TROUBLES, 2000)
    assert (len(found.gaps), found.gapped) == (GAPS, 2000)
    assert (len(found.repositories), found.stored.count) == (LARGEST_STORED, 2000)
    assert (len(found.services), found.running.count) == (SERVICES, 2000)
    assert (len(found.by_policy), len(found.by_owner), found.left.count) == (NAMED, NAMED, 2000)
    assert found.notices[-2:] == (
        f"of 2000 policies that would save something, the {NAMED} costliest are known",
        f"of 2000 owners that would save something, the {NAMED} costliest are known",
    )


def test_a_great_sweep_s_snapshot_takes_about_a_megabyte() -> None:
    assert len(encode_snapshot(take_snapshot(a_great_sweep()))) < 1_200_000
