"""What holds for every test: none leaves its logging to the next one."""

import gc
import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def pytest_collection_finish() -> None:
    """What stays for all tests is not walked again by the collector: a sweep's own is all it walks."""
    gc.freeze()
