"""Deletions of one package, service or job are one row of each report, and its figures are those of all of them."""

import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.ledger.figures import Figures, Period
from janitor.model.amounts import Amount, Priced, Unpriced
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.plan.plan import Action
from janitor.report.data.filters import notes_on_narrowing, snapshot_in
from janitor.report.data.known_names import named_by, names_in
from janitor.report.data.snapshot import LARGEST_PLANNED, PlannedGroup, Snapshot
from janitor.report.data.snapshot_codec import decode_snapshot, encode_snapshot
from janitor.report.data.summary import Summary, summarise
from janitor.report.data.take_snapshot import take_snapshot
from janitor.report.html.render import render_html
from janitor.report.markdown import write_report_markdown
from janitor.report.slack.report import report
from janitor.report.terminal.report import write_report_table
from tests.report.samples import AT, REGION, SERVICE, STORY_REPOSITORY, WEB, image, result
from tests.report.summaries import YEAR

PACKAGE = f"{WEB}/packages/team%2Fapp"


def images(count: int, usd: str = "1", size_bytes: int = 100, **facts: object) -> list[Action]:
    """Images of one package, 17 days old and older."""
    return [
        image(n, size_bytes=size_bytes, estimate=Priced(Decimal(usd), "x", upper_bound=True))._replace(
            **({"detail": f"{17 + n}d old"} | facts)  # type: ignore[arg-type]
        )
        for n in range(count)
    ]


def of(*actions: Action, **facts: object) -> Snapshot:
    """As it is after it was in the ledger."""
    return decode_snapshot(encode_snapshot(take_snapshot(result(*actions, **facts))))  # type: ignore[arg-type]


def reported(*actions: Action, **facts: object) -> Summary:
    return summarise(Figures(), of(*actions, **facts), Period(None, AT), YEAR)


def test_images_of_a_package_are_one_row_with_the_sum_and_the_ages_of_all() -> None:
    (row,) = of(*images(60)).grouped
    assert row == PlannedGroup(
        "artifact.image", PACKAGE, "stale-images", "older-than", "17–76d old", "", Amount(60, 6000, Decimal(60), 0, True)
    )  # fmt: skip
    assert row.name_kind == "artifact.package"


def test_one_image_keeps_its_name_and_what_is_said_of_it() -> None:
    (row,) = of(image(7)).grouped
    assert (row.name, row.name_kind, row.detail) == (image(7).name, "artifact.image", "40d old")


def test_a_row_comes_to_no_more_than_google_bills_for_its_repository() -> None:
    """R25."""
    (row,) = of(*images(4), group_bytes={WEB: 100}).grouped
    assert row.amount == Amount(4, 100, Decimal(1), 0, True)


def test_a_row_says_how_many_of_its_images_have_no_price() -> None:
    priced, unknown = images(2), images(3, policy="stale-images")[2]
    (row,) = of(*priced, unknown._replace(estimate=Unpriced("no price"))).grouped
    assert (row.amount.usd_month, row.amount.unpriced) == (Decimal(2), 1)
    (none,) = of(*(each._replace(estimate=Unpriced("no price")) for each in priced)).grouped
    assert none.amount.has_no_price


def test_policies_packages_and_kinds_stay_apart() -> None:
    one, two = images(2)
    other = f"{WEB}/packages/api"
    apart = (
        one,
        two._replace(policy="others"),
        one._replace(name=f"{other}/versions/sha256:{1:064x}"),
        one._replace(kind=Kind.TAG, name=f"{PACKAGE}/tags/v1"),
        one._replace(kind=Kind.TAG, name=f"{PACKAGE}/tags/v2"),
        SERVICE,
        STORY_REPOSITORY,
    )
    assert [row.amount.count for row in of(*apart).grouped] == [1] * len(apart)


@pytest.mark.parametrize(
    ("kind", "name", "holder", "name_kind"),
    [
        (Kind.REVISION, "services/web/revisions/web-{}", "services/web", "run.service"),
        (Kind.EXECUTION, "jobs/nightly/executions/nightly-{}", "jobs/nightly", "run.job"),
    ],
)
def test_revisions_of_a_service_and_executions_of_a_job_are_one_row(
    kind: Kind, name: str, holder: str, name_kind: str
) -> None:
    parts = [
        SERVICE._replace(kind=kind, name=f"{REGION}/{name.format(n)}", detail="2d old") for n in range(2)
    ]
    (row,) = of(*parts).grouped
    assert (row.name, row.name_kind, row.detail) == (f"{REGION}/{holder}", name_kind, "2d old")


def test_several_reasons_are_none_and_no_age_is_made_up() -> None:
    one, two = images(2, detail="")
    (row,) = of(one, two._replace(reason=DeleteReason.UNTAGGED)).grouped
    assert (row.reason, row.detail) == ("", "")
    assert "2 images" in table(reported(one, two._replace(reason=DeleteReason.UNTAGGED)))


def test_what_is_gone_is_in_no_row() -> None:
    ends = (
        Outcome(OutcomeKind.DELETED),
        Outcome(OutcomeKind.ALREADY_GONE),
        Outcome(OutcomeKind.FAILED, "INTERNAL: no"),
    )
    (row,) = of(*images(3), mode="apply", outcomes=ends).grouped
    assert (row.amount.count, row.name) == (1, images(3)[2].name)


def test_the_costliest_rows_are_kept_and_count_actions_that_no_list_names() -> None:
    cheap = [
        image(n)._replace(name=f"{WEB}/packages/p{n}/versions/sha256:{n:064x}", estimate=Priced(Decimal(n), "x"))
        for n in range(100)
    ]  # fmt: skip
    found = of(*cheap, *images(2000, usd="0.1"), group_bytes={WEB: 10**15})
    assert len(found.grouped) == LARGEST_PLANNED
    assert (found.grouped[0].name, found.grouped[0].amount.count) == (PACKAGE, 2000)
    assert found.grouped[0].amount.usd_month == Decimal(200)
    assert [row.amount.usd_month for row in found.grouped[1:]] == [Decimal(99 - n) for n in range(49)]


def test_a_report_of_one_project_counts_all_that_its_rows_stand_for() -> None:
    mine = images(300, usd="0.5")
    other = image(1)._replace(name=image(1).name.replace("xai-community", "other"), group="")
    whole = of(*mine, other)
    found = snapshot_in(whole, ("xai-community",))
    assert (found.left.count, found.left.usd_month) == (300, Decimal(150))
    assert found.by_policy == (("stale-images", found.left),)
    assert len(list(notes_on_narrowing(whole, ("xai-community",)))) == 1


def test_keep_knows_the_name_of_a_row() -> None:
    """R33."""
    found = names_in(of(*images(60)))
    assert named_by("web/team/app", found) == [PACKAGE]
    assert found[PACKAGE] == "artifact.package"


def table(summary: Summary) -> str:
    out = io.StringIO()
    write_report_table(summary, out)
    return out.getvalue()


def markdown(summary: Summary) -> str:
    out = io.StringIO()
    write_report_markdown(summary, out)
    return out.getvalue()


SUMMARY = reported(
    *images(27),
    images(28)[27]._replace(estimate=Unpriced("no price")),
    SERVICE._replace(estimate=Priced(Decimal("0.5"), "x")),
)


def test_the_terminal_shows_the_row() -> None:
    text = " ".join(table(SUMMARY).split())
    assert "≤ $27.00 web/team/app" in text
    assert "stale-images: 28 images, 17–44d old; unowned; 1 unpriced" in text
    assert "more resource" not in text


def test_markdown_shows_the_row() -> None:
    text = markdown(SUMMARY)
    assert (
        "| `web/team/app` | asia-northeast3 of xai-community | `stale-images`: 28 images, 17–44d old |"
        in text
    )
    assert r"≤ \$27.00 and 1 unpriced |" in text


def test_the_page_shows_the_row_with_a_link_to_its_package() -> None:
    page = render_html(SUMMARY)
    for words in (
        ">web/team/app</a>",
        "package in asia-northeast3",
        "28 images, 17–44d old",
        "1 without a price",
    ):
        assert words in page


def test_slack_shows_the_row_and_its_thread_says_why() -> None:
    message = report(SUMMARY)
    assert "• `web/team/app` (28 images) ≤ $27.00/month and 1 unpriced, _unowned_" in json.dumps(
        message.blocks, ensure_ascii=False
    )
    details = json.dumps([each.blocks for each in message.details], ensure_ascii=False)
    assert "28 images, 17–44d old" in details


def test_the_rest_is_counted_in_resources() -> None:
    rows = tuple(
        PlannedGroup("artifact.image", f"{WEB}/packages/p{n}", "old", "", "", "", Amount(10, 100, Decimal(1)))
        for n in range(20)
    )
    seen = replace(of(*images(1)), grouped=rows, left=Amount(205, 2050, Decimal(21)))
    summary = summarise(Figures(), seen, Period(None, AT), YEAR)
    assert "… and 155 more resources (--format json, or html)" in table(summary)
    assert "… and 105 more resources" in markdown(summary)
    assert "… and 105 more resources, $11.00/month" in render_html(summary)
