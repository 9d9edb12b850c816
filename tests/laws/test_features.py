"""Generated worlds hold what real registries show, and `make laws` asks every law that there is."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.laws.checking import check_world, laws
from tests.laws.features import FEATURES, features
from tests.laws.worlds import world_of
from tests.sweep.random_worlds import SWEPT_FEATURES, random_world

HERE = Path(__file__).parent


def test_every_feature_is_in_one_of_a_hundred_worlds_in_memory() -> None:
    held = Counter(name for seed in range(200) for name in features(world_of(seed)))
    assert not [name for name in FEATURES if held[name] < 2]


def test_every_feature_is_in_one_of_a_hundred_worlds_that_are_swept() -> None:
    held = Counter(name for seed in range(60) for name in random_world(seed).features)
    assert not [name for name in SWEPT_FEATURES if not held[name]]


def test_a_world_that_is_swept_follows_from_its_seed() -> None:
    assert random_world(7) == random_world(7)


def test_every_law_of_this_folder_is_asked() -> None:
    written = {
        name
        for path in HERE.glob("test_*.py")
        for marks, name in re.findall(r"^((?:@.*\n)+)def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
        if "@given(" in marks
    }
    assert written == laws().keys()


def test_laws_are_asked_about_one_world_and_a_broken_one_names_the_world(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failures, has = check_world(5, ["test_nothing_in_use_is_deleted"])
    assert failures == []
    assert has

    def broken(*_: object) -> None:
        raise AssertionError("no such use")

    monkeypatch.setattr("tests.laws.test_safety.in_use", broken)
    failures, _ = check_world(5, ["test_nothing_in_use_is_deleted"])
    assert failures[0].startswith("test_nothing_in_use_is_deleted: world 5\n")
