"""Pages as Google gives them: capped, bound to their request, complete while things go."""

from itertools import chain

import pytest
from google.api_core.exceptions import InvalidArgument

from tests.emulator.asking import APP, REPOSITORY, Google, google

MANY = """\
operations: {delay: 0s}
projects:
  shop:
    artifact_registry:
      us-central1:
        repositories:
          apps: {generate: [{count: 2500, packages: 3, size: 1MB}]}
"""


def images(asked: Google, **more: object) -> list[list[str]]:
    pages = asked.artifacts.list_docker_images(request={"parent": REPOSITORY, **more}).pages
    return [[image.name for image in page.docker_images] for page in pages]


def test_a_page_is_of_a_thousand_images_at_most() -> None:
    with google(MANY) as asked:
        pages = images(asked, page_size=5000)
    assert [len(page) for page in pages] == [1000, 1000, 500]
    assert len({name for page in pages for name in page}) == 2500


def test_small_pages_hold_the_same_as_large_ones(asked: Google) -> None:
    assert list(chain(*images(asked, page_size=3))) == images(asked)[0]


def test_nothing_is_left_out_when_something_goes_between_two_pages(asked: Google) -> None:
    everything = images(asked)[0]
    pages = asked.artifacts.list_docker_images(request={"parent": REPOSITORY, "page_size": 4}).pages
    first = [image.name for image in next(pages).docker_images]
    going = first[0].rpartition("@")[2]
    asked.emulator.control.now(lambda world: world.remove(f"{APP}/versions/{going}"))
    rest = [image.name for page in pages for image in page.docker_images]
    assert first + rest == everything


def test_a_page_token_of_another_request_is_refused(asked: Google) -> None:
    page = next(asked.artifacts.list_docker_images(request={"parent": REPOSITORY, "page_size": 1}).pages)
    token = page.next_page_token
    assert token
    for parent, ask in ((REPOSITORY, asked.artifacts.list_packages), (APP, asked.artifacts.list_versions)):
        with pytest.raises(InvalidArgument):
            ask(request={"parent": parent, "page_token": token})
    with pytest.raises(InvalidArgument):
        asked.artifacts.list_docker_images(request={"parent": REPOSITORY, "page_token": "made up"})


def test_a_negative_page_size_is_refused(asked: Google) -> None:
    with pytest.raises(InvalidArgument):
        asked.artifacts.list_docker_images(request={"parent": REPOSITORY, "page_size": -1})
