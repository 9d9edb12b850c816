"""Sizes of images in grace: with the children that only they hold, each byte once."""

from janitor.model.resources import Image
from janitor.plan.in_grace import sizes_with_children
from tests.making import digest, image


def sizes(images: list[Image], *labels: str) -> dict[str, int]:
    """Label -> bytes."""
    found = sizes_with_children(images, set(map(digest, labels)))
    return {label: found[digest(label)] for label in labels}


def test_an_image_has_its_own_size() -> None:
    assert sizes([image("a", size=7), image("b", size=9)], "a") == {"a": 7}


def test_an_index_has_the_size_of_the_children_that_it_alone_holds() -> None:
    images = [
        image("index", children=("amd64", "arm64", "tagged", "shared")),
        image("other", children=("shared",)),
        *(image(label, size=10) for label in ("amd64", "arm64", "shared")),
        image("tagged", "v1", size=10),
    ]
    assert sizes(images, "index") == {"index": 20}
    both = sizes(images, "index", "other")
    assert sum(both.values()) == 30


def test_an_index_of_which_a_child_is_not_known_has_the_size_that_google_reports() -> None:
    assert sizes([image("index", size=1000, children=("gone",))], "index") == {"index": 1000}


def test_an_index_in_an_index_counts_once_and_one_that_holds_itself_ends() -> None:
    images = [image("top", children=("index",)), image("index", children=("leaf",)), image("leaf", size=10)]
    assert sizes(images, "top") == {"top": 10}
    assert sizes([image("x", children=("x", "leaf")), image("leaf", size=10)], "x") == {"x": 10}
