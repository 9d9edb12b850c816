"""Columns: aligned whatever the names are, as wide as the terminal, what does not fit below."""

import pytest
from rich.cells import cell_len

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import NOTHING
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.plan.plan import Action
from janitor.report.data.names import kind_in_words, short_name
from janitor.report.data.rows import DeletionRow
from janitor.report.terminal import sweep_rows
from tests.report.printing import table
from tests.report.samples import REGION, SERVICE, STORY_REPOSITORY, WEB, image, result, story

SIGNATURE = image(7)._replace(
    name=f"{REGION}/repositories/tools/packages/cli/versions/sha256:{'2a8e' * 16}",
    tags=(f"sha256-{'08b7' * 16}.sig",),
)


def fitted_name(action: Action, width: int) -> str:
    """As a row of this action alone has it."""
    return sweep_rows.fitted_name(DeletionRow((action,), Outcome(OutcomeKind.PLANNED), NOTHING), width)


def rows(text: str, *starts: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(tuple(f"  {start}" for start in starts))]


def test_of_a_long_name_the_repository_is_cut_first_then_the_package_then_the_version() -> None:
    name = (
        f"{REGION}/repositories/cloud-run-source-deploy/packages/ci%2Fstorefront/versions/sha256:{'ab' * 32}"
    )
    long = image(1)._replace(name=name, tags=("v1.24.0",))
    assert fitted_name(long, 70) == "cloud-run-source-deploy/ci/storefront:v1.24.0@abababababab"
    assert fitted_name(long, 44) == "clou…ploy/ci/storefront:v1.24.0@abababababab"
    assert fitted_name(long, 32) == "…/ci/s…ront:v1.24.0@abababababab"
    assert fitted_name(long, 24).endswith("…@abababababab")


def test_an_images_long_tag_keeps_both_ends() -> None:
    shown = fitted_name(SIGNATURE, 40)
    assert cell_len(shown) <= 40
    assert shown.startswith("…/cli:sha256-")
    assert shown.endswith("@2a8e2a8e2a8e")


def test_a_scoped_package_is_cut_before_its_version() -> None:
    name = f"{REGION}/repositories/npm-internal/packages/%40shop%2Fdesign-system/versions/1.1.0-snapshot.1"
    version = image(1)._replace(kind=Kind.VERSION, name=name)
    assert fitted_name(version, 60) == "npm-internal/@shop/design-system@1.1.0-snapshot.1"
    assert fitted_name(version, 34).endswith("@1.1.0-snapshot.1")
    assert fitted_name(version, 34).startswith("…/@shop")


def test_of_a_long_revision_the_service_is_cut_and_the_revision_keeps_both_ends() -> None:
    name = f"{REGION}/services/{'s' * 49}/revisions/{'s' * 49}-00012-abc"
    shown = fitted_name(SERVICE._replace(kind=Kind.REVISION, name=name), 30)
    assert cell_len(shown) == 30
    assert shown.startswith("…/sss")
    assert shown.endswith("-00012-abc")


def test_a_name_that_fits_is_not_touched() -> None:
    assert fitted_name(SERVICE, 44) == "xai-community"
    assert fitted_name(image(1), 44) == "web/team/app@000000000000"


def test_the_first_tag_is_in_the_name_and_the_others_are_counted_beside_it() -> None:
    tagged = image(1)._replace(tags=("v1", "v2", "v3"))
    assert short_name(tagged) == "web/team/app:v1@000000000000"
    assert "  web/team/app:v1@000000000000  40d old, 3 tags  " in table(result(tagged))


@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize("applied", [False, True])
def test_dollars_stand_under_each_other_at_every_width(width: int, applied: bool) -> None:
    ends = (Outcome(OutcomeKind.DELETED),) * 4 if applied else None
    actions = (SERVICE, image(1), SIGNATURE, STORY_REPOSITORY)
    text = table(result(*actions, mode="apply" if applied else "dry-run", outcomes=ends), width=width)
    lines = rows(text, "resource", "xai-", "web/", "tools/", "…/cli", "cloud-run")
    lines = [line.removesuffix("  outcome").removesuffix("  deleted") for line in lines]
    assert len(lines) == 8 - 1  # three policies' headers, four rows
    assert len({cell_len(line) for line in lines}) == 1


@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize("applied", [False, True])
def test_no_row_is_wider_than_the_terminal(width: int, applied: bool) -> None:
    ends = (Outcome(OutcomeKind.ALREADY_GONE),) * 4 if applied else None
    actions = (SERVICE, image(1), SIGNATURE, STORY_REPOSITORY)
    text = table(result(*actions, mode="apply" if applied else "dry-run", outcomes=ends), width=width)
    assert [
        line for line in rows(text, "resource", "xai-", "web/", "tools/", "…/cli") if cell_len(line) > width
    ] == []


def test_without_a_terminal_nothing_is_cut() -> None:
    deep = image(1)._replace(name=f"{WEB}/packages/{'deep%2F' * 40}app/versions/sha256:{'ab' * 32}")
    text = table(result(deep, STORY_REPOSITORY), width=None)
    assert f"  web/{'deep/' * 40}app@abababababab  40d old  " in text
    assert "…" not in text


def test_sizes_are_shown_at_every_width_but_not_where_nothing_has_one() -> None:
    assert "    size" in table(story(), width=80)
    assert "    size" not in table(result(SERVICE), width=200)
    assert "0 B" not in table(story())


def test_wide_characters_take_two_columns_and_stay_aligned() -> None:
    wide = SERVICE._replace(name=f"{REGION}/services/見えない名前", detail="26h old")
    lines = rows(table(result(SERVICE._replace(detail="26h old"), wide)), "xai-", "見")
    assert len(lines) == 2
    assert cell_len(lines[0]) == cell_len(lines[1])
    assert len(lines[0]) != len(lines[1])


def test_a_wide_name_is_cut_by_what_it_shows_not_by_its_characters() -> None:
    shown = fitted_name(SERVICE._replace(name=f"{REGION}/services/{'見' * 40}"), 21)
    assert cell_len(shown) <= 21
    assert shown.count("見") == 10


def one_row(action: Action, width: int = 120) -> list[str]:
    lines = table(result(action), width=width).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("  resource")) + 1
    return lines[start : lines.index("", start)]


def test_short_facts_share_the_row() -> None:
    child = image(1)._replace(reason=DeleteReason.CHILD_OF, detail="60d old; untagged")
    (line,) = one_row(child)
    assert "  child of a deleted image, 60d old, untagged  " in line


def test_what_is_deleted_with_it_is_on_the_row() -> None:
    repository = STORY_REPOSITORY._replace(detail="26h old")
    (line,) = one_row(repository)
    assert "  unused, 26h old, with 12 images  " in line


@pytest.mark.parametrize(
    ("reason", "detail", "said"),
    [
        (DeleteReason.OLDER_THAN, "55d old", "55d old"),
        (DeleteReason.UNTAGGED, "52d old; untagged", "untagged, 52d old"),
        (DeleteReason.FAILED, "26h old", "failed, 26h old"),
        (DeleteReason.MATCHED, "", "matched"),
    ],
)
def test_a_reason_is_in_words_and_said_once(reason: DeleteReason, detail: str, said: str) -> None:
    (line,) = one_row(image(1)._replace(reason=reason, detail=detail))
    assert f"@000000000000  {said}  " in line
    assert reason.value == "untagged" or "-" not in said


def test_what_does_not_fit_is_below_and_no_word_of_it_is_cut() -> None:
    lines = one_row(SERVICE, width=40)
    assert "  failed  " in lines[0]
    assert lines[1].strip() == "26h old, with 2 revisions"
    said = " ".join(lines[2:]).split()
    assert said[0] == "HEALTH_CHECK_CONTAINER_ERROR:"
    assert "PORT=8080" in said
    assert all(cell_len(line) <= 40 for line in lines)


def test_a_retired_revision_says_retired_once() -> None:
    revision = SERVICE._replace(
        kind=Kind.REVISION, name=f"{REGION}/services/web/revisions/web-00001-abc", contains=(),
        reason=DeleteReason.RETIRED, detail="retired 25d ago",
    )  # fmt: skip
    assert one_row(revision)[0].count("retired") == 1


def test_the_place_is_in_the_heading_where_there_is_one() -> None:
    assert "failed-services · 1 to delete in xai-community, asia-northeast3 · " in table(result(SERVICE))


def test_rows_of_several_places_stand_below_the_name_of_each() -> None:
    elsewhere = SERVICE._replace(name="projects/p2/locations/us-west1/services/other")
    lines = table(result(SERVICE, elsewhere)).splitlines()
    assert any(line.startswith("failed-services · 2 to delete · ") for line in lines)
    places = [line for line in lines if line.startswith("  in ")]
    assert places == ["  in xai-community, asia-northeast3:", "  in p2, us-west1:"]
    assert lines[lines.index(places[1]) + 1].startswith("  other ")


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        (Kind.REPOSITORY, "repository", "repositories"),
        (Kind.IMAGE, "image", "images"),
        (Kind.WORKER_POOL, "worker pool", "worker pools"),
    ],
)
def test_kinds_are_counted_in_english(kind: Kind, one: str, two: str) -> None:
    assert (kind_in_words(kind, 1), kind_in_words(kind, 2), kind_in_words(kind, 0)) == (one, two, two)
