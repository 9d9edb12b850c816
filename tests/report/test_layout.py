"""Columns: aligned whatever the names are, as wide as the terminal, what does not fit below."""

import pytest
from rich.cells import cell_len

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.plan.plan import Action
from janitor.report.data.names import kind_in_words, short_name
from janitor.report.terminal.sweep import fitted_name
from tests.report.printing import table
from tests.report.samples import REGION, SERVICE, STORY_REPOSITORY, WEB, image, result, story

SIGNATURE = image(7)._replace(
    name=f"{REGION}/repositories/tools/packages/cli/versions/sha256:{'2a8e' * 16}",
    tags=(f"sha256-{'08b7' * 16}.sig",),
)


def rows(text: str, *starts: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(tuple(f"  {start}" for start in starts))]


def test_an_images_long_tag_is_cut_and_its_package_and_digest_stay() -> None:
    shown = fitted_name(SIGNATURE, 40)
    assert cell_len(shown) == 40
    assert shown.startswith("tools/cli:sha256-0")
    assert "…" in shown
    assert shown.endswith(".sig@2a8e2a8e2a8e")


def test_an_image_whose_package_is_long_keeps_its_digest() -> None:
    long = image(1)._replace(name=f"{WEB}/packages/{'deep%2F' * 12}app/versions/sha256:{'ab' * 32}")
    shown = fitted_name(long, 30)
    assert cell_len(shown) == 30
    assert shown.startswith("web/deep/")
    assert shown.endswith("…@abababababab")


def test_a_long_name_of_a_revision_keeps_both_ends() -> None:
    name = f"{REGION}/services/{'s' * 49}/revisions/{'s' * 49}-00012-abc"
    shown = fitted_name(SERVICE._replace(kind=Kind.REVISION, name=name), 30)
    assert cell_len(shown) == 30
    assert shown.startswith("sss")
    assert shown.endswith("-00012-abc")


def test_a_name_that_fits_is_not_touched() -> None:
    assert fitted_name(SERVICE, 44) == "xai-community"
    assert fitted_name(image(1), 44) == "web/team/app@000000000000"


def test_a_second_tag_is_counted_not_listed() -> None:
    assert short_name(image(1)._replace(tags=("v1", "v2", "v3"))) == "web/team/app:v1 +2@000000000000"


@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize("applied", [False, True])
def test_dollars_stand_under_each_other_at_every_width(width: int, applied: bool) -> None:
    ends = (Outcome(OutcomeKind.DELETED),) * 4 if applied else None
    actions = (SERVICE, image(1), SIGNATURE, STORY_REPOSITORY)
    text = table(result(*actions, mode="apply" if applied else "dry-run", outcomes=ends), width=width)
    lines = rows(text, "what goes", "xai-", "web/", "tools/", "cloud-run")
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
        line for line in rows(text, "what goes", "xai-", "web/", "tools/") if cell_len(line) > width
    ] == []


def test_a_narrow_terminal_leaves_the_sizes_to_the_headings() -> None:
    narrow, wide = table(story(), width=80), table(story(), width=120)
    assert "size  $ a month" in wide
    assert "size  $ a month" not in narrow
    assert " · 2.3 GB · " in narrow


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
    start = next(index for index, line in enumerate(lines) if line.startswith("  what goes")) + 1
    return lines[start : lines.index("", start)]


def test_short_facts_share_the_row() -> None:
    child = image(1)._replace(reason=DeleteReason.CHILD_OF, detail="60d old; untagged")
    (line,) = one_row(child)
    assert "  child-of: 60d old, untagged  " in line


def test_what_goes_along_stands_on_the_row() -> None:
    repository = STORY_REPOSITORY._replace(detail="26h old; nothing in it is in use")
    (line,) = one_row(repository)
    assert "  unused: 26h old, with 12 images, nothing in it is in use  " in line


def test_what_does_not_fit_stands_below_and_no_word_of_it_is_cut() -> None:
    lines = one_row(SERVICE, width=80)
    assert "failed: 26h old, with 2 revisions" in lines[0]
    assert lines[1].startswith("      HEALTH_CHECK_CONTAINER_ERROR: The user-provided container")
    words = " ".join(lines[1:]).split()
    assert "PORT=8080" in words
    assert all(cell_len(line) <= 80 for line in lines)


def test_a_retired_revision_says_retired_once() -> None:
    revision = SERVICE._replace(
        kind=Kind.REVISION, name=f"{REGION}/services/web/revisions/web-00001-abc", contains=(),
        reason=DeleteReason.RETIRED, detail="retired 25d ago",
    )  # fmt: skip
    assert one_row(revision)[0].count("retired") == 1


def test_the_place_is_a_column_only_where_there_is_more_than_one() -> None:
    elsewhere = SERVICE._replace(name="projects/xai-community/locations/us-west1/services/other")
    assert "  where  " not in table(result(SERVICE))
    assert "failed-services · 1 to delete in xai-community, asia-northeast3 · " in table(result(SERVICE))
    both = table(result(SERVICE, elsewhere))
    assert "failed-services · 2 to delete in xai-community · " in both
    assert rows(both, "other")[0].split()[1] == "us-west1"


def test_the_project_stands_by_the_location_where_there_is_more_than_one() -> None:
    elsewhere = SERVICE._replace(name="projects/p2/locations/us-west1/services/other")
    text = table(result(SERVICE, elsewhere))
    assert "failed-services · 2 to delete · " in text
    assert rows(text, "other")[0].split()[1:3] == ["us-west1", "p2"]


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
