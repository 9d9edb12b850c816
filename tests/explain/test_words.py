"""Keys as the policy file writes them: what they ask, and what a resource has."""

from datetime import timedelta
from typing import get_args

import pytest

from janitor.explain.words import facts_values, image_values, keep_asks, key_asks, key_has
from janitor.model.kinds import Status
from janitor.policy import model
from janitor.policy.conditions import keys
from janitor.policy.conditions.keys import key_name
from janitor.policy.conditions.resource_keys import ResourceFacts
from janitor.policy.file.grammar import GRAMMAR
from tests.making import NOW, ago, image, repository

_WRITTEN = {key for kind in GRAMMAR.kinds.values() for key in kind.when} - {"any", "all", "not"}
_CLASSES = get_args(keys.Key)
FACTS = ResourceFacts("web", "us", "", {"env": "dev"}, Status.FAILED, ago(hours=26))


@pytest.mark.parametrize("of", _CLASSES, ids=lambda of: of.__name__)
def test_each_key_has_the_name_that_the_policy_file_gives_it(of: type[keys.Key]) -> None:
    assert key_name(of) in _WRITTEN


def test_values_are_shown_with_their_units() -> None:
    assert key_asks(keys.OlderThan(timedelta(hours=72))) == "older_than: 3d"
    assert key_asks(keys.LargerThan(2 * 10**9)) == "larger_than: 2.0 GB"
    assert key_asks(keys.Tagged(False)) == "tagged: false"
    assert key_asks(keys.StatusIs((Status.FAILED, Status.SERVING))) == "status: failed, serving"
    assert key_asks(keys.LabelsAre({"env": "d*"})) == "labels: env=d*"
    assert key_asks(keys.Unused()) == "unused: true"
    assert key_asks(keys.Empty()) == "empty: true"
    assert key_asks(keys.TtlExpired()) == "ttl: expired"


def test_a_retention_is_shown_whole() -> None:
    keep = model.Retention(3, ("v*",), timedelta(days=7), model.PerSemver("minor"), None, 2)
    assert keep_asks(keep) == "latest: 3, tagged: v*, newer_than: 7d, per semver: minor, rollback: 2"


def test_what_a_workload_has_stands_beside_each_key() -> None:
    has = facts_values(FACTS, NOW)
    assert key_has(keys.OlderThan(timedelta(hours=1)), has) == "26h old, since 2026-11-23 02:00 UTC"
    assert key_has(keys.LabelsAre({"env": "x"}), has) == "env=dev"
    assert key_has(keys.StatusIs((Status.SERVING,)), has) == "failed"
    assert key_has(keys.NameIs(("w*",)), has) == "web"
    assert key_has(keys.Expr("true", "p"), has) == ""


def test_what_is_not_known_is_said_so() -> None:
    has = image_values(image("a", days=None, size=0), repository(), NOW.timestamp())
    assert key_has(keys.OlderThan(timedelta(hours=1)), has) == "age unknown"
    assert key_has(keys.LargerThan(1), has) == "size unknown"
    assert key_has(keys.TagsMatch(("*",)), has) == "no tag"
