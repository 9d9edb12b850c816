"""Globs of names, labels and tags: rule R8."""

from collections import Counter
from itertools import product
from random import Random

import pytest

from janitor.policy.conditions.patterns import covers, disjoint, is_literal, labels_match, matcher


@pytest.mark.parametrize(
    ("glob", "text", "matches"),
    [
        ("*", "", True), ("*", "team/api", True), ("team/*", "team/a/b", True), ("v?", "v1", True), ("v?", "v10", False),
        ("v[0-9]", "v7", True), ("v[!0-9]", "v7", False), ("app", "app", True), ("app", "my-app", False),
        ("app", "apple", False), ("App", "app", False), ("a.c", "abc", False), ("(x|y)", "x", False), ("a", "a\n", False),
        ("[", "[", True),
    ],
)  # fmt: skip
def test_a_glob_matches_the_whole_text_and_minds_its_case(glob: str, text: str, matches: bool) -> None:
    assert matcher((glob,))(text) is matches


def test_any_of_several_globs_is_enough_and_none_matches_nothing() -> None:
    assert matcher(("a*", "b*"))("bee")
    assert not matcher(("a*", "b*"))("cee")
    assert not matcher(())("")


@pytest.mark.parametrize(
    ("glob", "literal"), [("app", True), ("a*", False), ("a?", False), ("[a]", False), ("", True)]
)
def test_a_literal_stands_for_one_name(glob: str, literal: bool) -> None:
    assert is_literal(glob) is literal


def test_labels_match_one_by_one_by_key_and_by_a_glob_of_the_value() -> None:
    labels = {"env": "prod", "team": "web", "empty": ""}
    wanted = {"env": "pr*", "team": "api", "owner": "*", "empty": "*", "Env": "*"}
    assert labels_match(wanted, labels) == [True, False, False, True, False]


PIECES = ("a", "b", "*", "?", "[ab]", "[", "]")
TEXTS = ["".join(text) for length in range(5) for text in product("ab-", repeat=length)]


def test_what_is_said_to_be_covered_or_apart_is_so_of_every_text() -> None:
    """And enough is seen to be of use."""
    globs = ["".join(glob) for length in range(1, 4) for glob in product(PIECES, repeat=length)]
    held = {glob: frozenset(filter(matcher((glob,)), TEXTS)) for glob in globs}
    dice, seen = Random(1), Counter[str]()
    for one, other in ((dice.choice(globs), dice.choice(globs)) for _ in range(3000)):
        if covers(other, one):
            seen["covered"] += 1
            assert held[one] <= held[other], (one, other)
        if disjoint(one, other):
            seen["apart"] += 1
            assert not held[one] & held[other], (one, other)
    assert min(seen["covered"], seen["apart"]) > 20


@pytest.mark.parametrize(
    ("wider", "glob"), [("v*", "v1*"), ("*-prod", "x*-prod"), ("*app*", "my-app-?"), ("*", "[ab]"), ("a?", "ab"), ("**", "a*"),
     ("*app*", "?-app-x"), ("X*", "X1*"), ("*X", "?X")]
)  # fmt: skip
def test_a_wider_glob_is_seen_to_cover(wider: str, glob: str) -> None:
    assert covers(wider, glob)
    assert not covers(glob, wider)


@pytest.mark.parametrize(
    ("wider", "glob"),
    [("app*", "?app"), ("app*", "x-app?"), ("*app", "app?"), ("*app", "?app-x"), ("*app*", "a?p"), ("app", "a?p"), ("", "a*"),
     ("X*", "a*")],
)  # fmt: skip
def test_a_glob_that_matches_less_or_something_else_covers_nothing(wider: str, glob: str) -> None:
    assert covers(wider, glob) is False


def test_a_glob_covers_itself() -> None:
    assert covers("a[bc]?d*e", "a[bc]?d*e")
