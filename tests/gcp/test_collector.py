"""The collector is off inside, and as it was afterwards."""

import gc
from collections.abc import Iterator

import pytest

from janitor.gcp.collector import without_collector


@pytest.fixture(autouse=True)
def _on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_is_off_inside_and_on_afterwards() -> None:
    with without_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_blocks_that_overlap_turn_it_on_again_with_the_last() -> None:
    first, second = without_collector(), without_collector()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_stays_off_where_it_was_off() -> None:
    gc.disable()
    with without_collector():
        pass
    assert not gc.isenabled()
