"""A world for each test, ended with it."""

from collections.abc import Iterator

import pytest

from tests.emulator.asking import Google, google


@pytest.fixture
def asked() -> Iterator[Google]:
    with google() as clients:
        yield clients
