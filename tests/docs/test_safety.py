"""Every promise names a test that is there."""

import re

import pytest

from tests.docs.pages import text_of

_ROWS = [
    [cell.strip() for cell in line.strip("|\n ").split("|")]
    for line in text_of("docs/safety.md").splitlines()
    if line.startswith("|") and "::" in line
]


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row[0][:50])
def test_the_test_that_holds_a_promise_is_there(row: list[str]) -> None:
    promise, rule, named = row
    assert promise
    assert re.fullmatch(r"R\d+(, R\d+)*|–", rule)
    for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", named):
        assert re.search(rf"^(?:    )?(?:async )?def {name}\(", text_of(path), re.MULTILINE), (path, name)


def test_every_promise_has_a_test() -> None:
    promises = [line for line in text_of("docs/safety.md").splitlines() if line.startswith("|")]
    tables = sum(line.startswith("|---") for line in promises)
    assert len(_ROWS) == len(promises) - 2 * tables > 20


def test_whatever_befell_a_peer_is_a_promise() -> None:
    path = "tests/sweep/test_peers.py"
    tests = set(re.findall(r"^def (test_\w+)\(", text_of(path), re.MULTILINE))
    promised = {
        name for row in _ROWS for file, name in re.findall(r"`([^`]+)::(\w+)`", row[2]) if file == path
    }
    assert tests == promised
