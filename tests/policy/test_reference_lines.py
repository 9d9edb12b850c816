"""How many lines of `protect.references` name something that exists (R38)."""

from collections.abc import Iterable

from janitor.model.names import RepositoryName
from janitor.model.resources import Image, Mode, Repository
from janitor.policy.deciding.references import ReferenceCounts, ReferenceLines
from janitor.report.data.notices import reference_notice
from tests.making import REPOSITORY, digest, image, repository, uri

OTHER = RepositoryName("p", "us-central1", "s")
VIRTUAL = RepositoryName("p", "us-central1", "all")
ELSEWHERE = RepositoryName("q", "us-central1", "r")
IMAGES = [image("a", "v1"), image("b")]


def counted(
    *lines: str, read: Iterable[tuple[RepositoryName, list[Image]]] = ((REPOSITORY, IMAGES), (OTHER, [])),
    unlisted: Iterable[str] = (), seen: Iterable[Repository] = (repository(), repository(OTHER)),
) -> ReferenceCounts:  # fmt: skip
    found = ReferenceLines(lines, {each.name: each for each in seen}, ("p",), tuple(unlisted))
    for name, images in read:
        found.inside(name, images)
    return found.counts()


def test_a_line_that_names_an_image_by_digest_or_tag_is_found() -> None:
    lines = (uri("a"), uri(":v1"), f"docker://{uri('b')}", digest("b"), uri("a"))
    assert counted(*lines) == ReferenceCounts(5, 5)


def test_a_line_that_names_nothing_that_exists_is_named() -> None:
    lines = (
        uri("a"),
        uri("gone"),
        uri(":gone"),
        uri("a", package="other"),
        uri("a", repository=OTHER),
        digest("gone"),
    )
    assert counted(*lines) == ReferenceCounts(6, 1, lines[1:])


def test_a_tag_elsewhere_does_not_stand_for_the_digest_beside_it() -> None:
    line = f"{REPOSITORY.uri}/app:v1@{digest('gone')}"
    assert counted(line).missing == (line,)


def test_a_repository_that_is_not_there_is_missing_and_one_that_was_not_listed_is_not() -> None:
    typo = uri("a", repository=RepositoryName("p", "us-central1", "typo"))
    assert counted(typo).missing == (typo,)
    assert counted(typo, unlisted=["p"]) == ReferenceCounts(1)
    assert counted(uri("a", repository=ELSEWHERE), "nginx:1.27").not_read == 2


def test_what_was_not_read_cannot_be_told() -> None:
    assert counted(uri("a"), digest("gone"), read=[]).not_read == 2
    assert counted(digest("gone"), read=[(REPOSITORY, IMAGES)]).not_read == 1
    assert counted(digest("a"), read=[(REPOSITORY, IMAGES)]).found == 1


def test_a_line_through_a_virtual_repository_is_found_where_it_leads() -> None:
    seen = (repository(), repository(VIRTUAL, mode=Mode.VIRTUAL, upstreams=(REPOSITORY,)))
    lines = (uri("a", repository=VIRTUAL), uri("gone", repository=VIRTUAL))
    assert counted(*lines, seen=seen) == ReferenceCounts(2, 1, lines[1:])


def test_people_are_told_how_many_and_which() -> None:
    assert reference_notice(ReferenceCounts(0)) == ()
    (line,) = reference_notice(ReferenceCounts(1, 1))
    assert line == "1 of 1 reference in the files of protect.references names an image that exists"
    (line,) = reference_notice(ReferenceCounts(9, 3, ("a", "b", "c", "d")))
    assert line == (
        "3 of 9 references in the files of protect.references name an image that exists; 4 name none: "
        "a, b, c and 1 more; 2 of other registries or of repositories that were not read"
    )
