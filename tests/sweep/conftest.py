"""A place for a sweep: `place(world)` serves a world until the test ends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from janitor.gcp.retry import DELETE_RETRY, PRICES_RETRY, READ_RETRY
from tests.sweep.stepping import Days
from tests.sweep.sweeping import Place, placed

Placing = Callable[[str], Place]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Placing]:
    """Serves a world and tells this process of it."""
    with ExitStack() as stack:
        yield lambda world: stack.enter_context(placed(world, tmp_path, monkeypatch))


@pytest.fixture(autouse=True)
def _hurried() -> Iterator[None]:
    with hurried():
        yield


@contextmanager
def hurried() -> Iterator[None]:
    """Calls are tried again as ever, with pauses of milliseconds and a budget of two seconds."""
    hurry = {"first": 0.01, "longest": 0.05, "budget": 2.0}
    hurried = (READ_RETRY, DELETE_RETRY, PRICES_RETRY)
    usual = [(retry, key, getattr(retry, key)) for retry in hurried for key in hurry]
    for retry, key, _ in usual:
        object.__setattr__(retry, key, hurry[key])
    yield
    for retry, key, value in usual:
        object.__setattr__(retry, key, value)


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Iterator[Days]:
    """janitor's clock, to be set forward."""
    with Days().kept_by_janitor(monkeypatch) as clock:
        yield clock
