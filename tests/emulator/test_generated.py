"""Images made from a few words."""

import pytest

from janitor.emulator import WorldError
from janitor.emulator.repository import WorldRepository
from janitor.emulator.world import parse

NAME = "projects/p/locations/us/repositories/r"


def made(words: str) -> WorldRepository:
    text = "projects: {p: {artifact_registry: {us: {repositories: {r: {generate: [{" + words + "}]}}}}}}"
    return parse(text)[0].repositories[NAME]


def test_makes_exactly_as_many_as_are_written() -> None:
    repository = made("count: 100, packages: 4, package: 'team/app-{n}', size: 10MB")
    assert len(repository.images) == 100
    assert set(repository.packages) == {f"team/app-{n}" for n in range(4)}
    assert repository.message.size_bytes == 1_000_000_000


def test_the_same_words_make_the_same_images() -> None:
    assert made("count: 10").images.keys() == made("count: 10").images.keys()


def test_spreads_uploads_evenly_oldest_first() -> None:
    images = list(made("count: 5, from: 4d ago, to: now").images.values())
    ages = [round(images[-1].uploaded - image.uploaded) / 86400 for image in images]  # type: ignore[operator]
    assert ages == [4, 3, 2, 1, 0]


def test_tags_every_nth() -> None:
    repository = made("count: 20, tag_every: 5, tag: 'r{n}'")
    assert sorted(tag for _, tag in repository.tags) == ["r0", "r10", "r15", "r5"]


def test_a_share_of_them_lies_in_indexes_whose_children_exist() -> None:
    repository = made("count: 30, indexes: 50%, children: 4, packages: 2, tag_every: 1")
    indexes = [image for image in repository.images.values() if image.children]
    assert len(repository.images) == 30
    assert len(indexes) == 3
    for index in indexes:
        for child in index.children:
            assert not repository.images[index.package, child].tags


@pytest.mark.parametrize("words", ["packages: 3", "count: 3, packages: 0", "count: 3, indexes: half"])
def test_refuses_words_that_make_no_sense(words: str) -> None:
    with pytest.raises(WorldError):
        made(words)
