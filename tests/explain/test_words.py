"""Keys as the policy file writes them: what they ask, and what a resource has."""

from dataclasses import replace
from datetime import timedelta

import pytest

from janitor.explain.words import facts_have, image_has, keep_asks, key_asks
from janitor.model.kinds import Status
from janitor.policy import model
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.deployed import ClientIs
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.key import Key
from janitor.policy.conditions.keys import KEYS
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.size import Empty, LargerThan
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import Tagged, TagsMatch
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.conditions.use import Unused
from janitor.policy.file.grammar import GRAMMAR
from tests.making import NOW, ago, image, repository, service

_WRITTEN = {key for kind in GRAMMAR.kinds.values() for key in kind.when} - {"any", "all", "not"}
FACTS = ResourceFacts("web", "us", "", {"env": "dev"}, Status.FAILED, ago(hours=26))


@pytest.mark.parametrize("of", KEYS, ids=lambda of: of.__name__)
def test_each_key_has_the_name_that_the_policy_file_gives_it(of: type[Key]) -> None:
    assert of.name in _WRITTEN


def test_values_are_shown_with_their_units() -> None:
    assert key_asks(OlderThan(timedelta(hours=72))) == "older_than: 3d"
    assert key_asks(LargerThan(2 * 10**9)) == "larger_than: 2.0 GB"
    assert key_asks(Tagged(False)) == "tagged: false"
    assert key_asks(StatusIs((Status.FAILED, Status.SERVING))) == "status: failed, serving"
    assert key_asks(LabelsAre({"env": "d*"})) == "labels: env=d*"
    assert key_asks(Unused()) == "unused: true"
    assert key_asks(Empty()) == "empty: true"
    assert key_asks(TtlExpired()) == "ttl: expired"


def test_a_retention_is_shown_whole() -> None:
    keep = model.Retention(3, ("v*",), timedelta(days=7), model.PerSemver("minor"), None, 2)
    assert keep_asks(keep) == "latest: 3, tagged: v*, newer_than: 7d, per semver: minor, rollback: 2"


def test_what_a_workload_has_stands_beside_each_key() -> None:
    has = facts_have(FACTS, NOW)
    assert has(OlderThan(timedelta(hours=1))) == "26h old, since 2026-11-23 02:00 UTC"
    assert has(LabelsAre({"env": "x"})) == "env=dev"
    assert has(StatusIs((Status.SERVING,))) == "failed"
    assert has(NameIs(("w*",))) == "web"
    assert has(Expr("true", "p")) == ""


def test_the_client_of_a_workload_is_shown() -> None:
    key = ClientIs(("gcloud", "cloud-console"))
    assert key_asks(key) == "client: gcloud, cloud-console"
    assert facts_have(replace(FACTS, reported=service("web", client="terraform")), NOW)(key) == "terraform"
    assert facts_have(FACTS, NOW)(key) == "client unknown"


def test_what_is_not_known_is_said_so() -> None:
    has = image_has(image("a", days=None, size=0), repository(), NOW)
    assert has(OlderThan(timedelta(hours=1))) == "age unknown"
    assert has(LargerThan(1)) == "size unknown"
    assert has(TagsMatch(("*",))) == "no tag"
