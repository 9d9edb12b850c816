"""Resources that failed for the same cause are one row of the sweep's table, with their number and the names that fit."""

from dataclasses import replace

import pytest

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.kinds import Kind
from janitor.plan.plan import Action
from janitor.report.terminal.sweep import View
from tests.report.printing import table
from tests.report.samples import REGION, SERVICE, WEB, image, result

PORT = "HEALTH_CHECK_CONTAINER_ERROR: Revision 's{}-1' is not ready and cannot serve traffic. Not on PORT. See s{}'s log."
DENIED = Outcome(OutcomeKind.FAILED, "PERMISSION_DENIED: permission run.services.delete")
DELETED = Outcome(OutcomeKind.DELETED)


def service(number: int, said: str = PORT, place: str = REGION) -> Action:
    """One that failed to deploy, with two revisions."""
    return SERVICE._replace(
        name=f"{place}/services/s{number}", detail=f"{number}d old; {said.format(number, number)}"
    )


def services(count: int) -> list[Action]:
    return [service(n) for n in range(10, 10 + count)]


def rows(text: str) -> list[str]:
    """The rows of the first policy with what stands below them, without blanks."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("  resource")) + 1
    return [" ".join(line.split()) for line in lines[start : lines.index("", start)]]


def test_services_that_failed_for_one_cause_are_one_row_with_the_cause_below() -> None:
    """Whatever Google says beside its reason and the sentence that says what is wrong."""
    row, cause, _ = rows(table(result(*services(3))))
    assert row == "s10, s11, s12 3 services, failed, 10–12d old, with 6 revisions $0.00"
    assert cause == "HEALTH_CHECK_CONTAINER_ERROR: Not on PORT"


def test_another_cause_is_another_row_and_each_has_its_own_below() -> None:
    first, port, second, missing, _ = rows(
        table(result(*services(2), service(9, "IMAGE_MISSING: No image.")))
    )
    assert (first.split(" failed")[0], port) == (
        "s10, s11 2 services,",
        "HEALTH_CHECK_CONTAINER_ERROR: Not on PORT",
    )
    assert (second.split(" 9d")[0], missing) == ("s9 failed,", "IMAGE_MISSING: No image")


def test_with_all_each_has_a_row_and_the_cause_is_below_them_once() -> None:
    *each, cause, _ = rows(table(result(*services(3)), View(show_all=True)))
    assert [row.split()[0] for row in each] == ["s12", "s11", "s10"]
    assert cause == "HEALTH_CHECK_CONTAINER_ERROR: Not on PORT (3 of these)"


def test_services_that_did_not_fail_keep_a_row_each() -> None:
    plain = [each._replace(detail="9d old") for each in services(2)]
    assert [row.split()[0] for row in rows(table(result(*plain)))[:2]] == ["s10", "s11"]


@pytest.mark.parametrize(
    ("width", "names"),
    [(50, "s10, s11 and 38 more"), (100, "s10, s11, s12 and 37 more"), (None, "s10, s11, s12 and 37 more")],
)
def test_as_many_names_are_shown_as_fit(width: int | None, names: str) -> None:
    many = [each._replace(detail=f"9d old; {PORT}") for each in services(40)]
    assert rows(table(result(*many), width=width))[0].startswith(f"{names} 40 services")


def test_deletions_that_failed_for_one_cause_are_one_row_before_what_is_costly() -> None:
    plain = [each._replace(detail="9d old") for each in services(4)]
    swept = replace(result(*plain), mode="apply", outcomes=(DELETED, DENIED, DELETED, DENIED))
    failed, why, *others = rows(table(swept))
    assert failed == "s11, s13 2 services, failed, 9d old, with 4 revisions $0.00 failed"
    assert why.startswith(
        "failed: PERMISSION_DENIED: permission run.services.delete. Grant roles/run.developer on xai-community"
    )
    assert [row.split()[0] for row in others if row.endswith(" deleted")] == ["s10", "s12"]


def test_what_failed_alike_in_two_places_is_a_row_in_each_and_its_cause_is_told_once() -> None:
    away = [service(n, place=REGION.replace("asia-northeast3", "us-west1")) for n in (20, 21)]
    text = table(result(*services(2), *away))
    assert [row for row in rows(text) if " services, " in row or row.startswith("in ")] == [
        "in xai-community, us-west1:",
        "s20, s21 2 services, failed, 20–21d old, with 4 revisions $0.00",
        "in xai-community, asia-northeast3:",
        "s10, s11 2 services, failed, 10–11d old, with 4 revisions $0.00",
    ]
    assert text.count("HEALTH_CHECK_CONTAINER_ERROR") == 1
    assert "      HEALTH_CHECK_CONTAINER_ERROR: Not on PORT (4 of these)\n" in text


def test_images_of_several_packages_that_could_not_be_deleted_for_one_cause_are_one_row() -> None:
    """A package of which one image failed is named by the image, as in a row for one image alone."""
    cli = [image(n)._replace(name=f"{WEB}/packages/cli/versions/sha256:{n:064x}") for n in (1, 2)]
    denied = Outcome(OutcomeKind.FAILED, "PERMISSION_DENIED")
    swept = replace(
        result(image(7), *cli, image(8)), mode="apply", outcomes=(denied, denied, denied, DELETED)
    )
    failed, why, deleted = rows(table(swept, width=160))
    assert failed.startswith("web/team/app@000000000000, web/cli 3 images, 40d old 600.0 MB")
    assert why.startswith("failed: PERMISSION_DENIED. Grant roles/artifactregistry.")
    assert deleted.startswith("web/team/app@000000000000 40d old 200.0 MB")


def test_of_a_row_with_two_causes_each_has_its_number() -> None:
    """Revisions of one service are one row, whatever they failed of."""
    revisions = [
        SERVICE._replace(
            kind=Kind.REVISION, name=f"{REGION}/services/web/revisions/web-{n}", contains=(),
            detail=f"9d old; {'IMAGE_MISSING: No image.' if n else 'REVISION_FAILED: It ended.'}",
        )
        for n in range(3)
    ]  # fmt: skip
    row, *causes, _ = rows(table(result(*revisions)))
    assert row.startswith("web 3 revisions, failed, 9d old")
    assert causes == ["IMAGE_MISSING: No image (2 of these)", "REVISION_FAILED: It ended (1 of these)"]
