"""Keys as the policy file writes them: what they ask, and what a resource has."""

from dataclasses import replace
from datetime import timedelta

import pytest

from janitor.explain.words import facts_have, image_has, keep_asks, key_asks, stored_has
from janitor.kinds.managers import Manager
from janitor.model.kinds import Kind, Status
from janitor.policy import model
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.contents import ArtifactTypeIs, FormatIs
from janitor.policy.conditions.deployed import ClientIs, CreatorIs, ManagedBy
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.key import Key
from janitor.policy.conditions.labels import AnnotationsAre, AnnotationsRegex, LabelsAre, LabelsRegex
from janitor.policy.conditions.names import JobIs, LocationIs, NameIs, RepositoryIs, ServiceIs
from janitor.policy.conditions.size import Empty, LargerThan, Largest
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.table import KEYS
from janitor.policy.conditions.tags import AnyTag, Tagged, TagsMatch, TagsRegex, TagsSemver
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.conditions.use import Orphaned, Unused, UnusedFor
from janitor.policy.conditions.versions import Prerelease, VersionIs, VersionSemver
from janitor.policy.file.grammar import GRAMMAR
from tests.making import NOW, ago, image, repository, service

_WRITTEN = {key for kind in GRAMMAR.kinds.values() for key in kind.when} - {"any", "all", "not"}
FACTS = ResourceFacts("web", "us", "", {"env": "dev"}, Status.FAILED, ago(hours=26), kind=Kind.SERVICE)


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


WEB = ResourceFacts(
    "web", "us", "", {"env": "dev"}, Status.FAILED, ago(hours=26), 2 * 10**9, True, annotations={"team": "ml"},
    creator="a@example.com", managed_by=frozenset({Manager.TERRAFORM}), kind=Kind.SERVICE,
)  # fmt: skip
BARE = ResourceFacts("web-1", "us", "web", {}, Status.RETIRED, None, job="nightly", kind=Kind.REVISION)
IMAGE = image("a", "v1", "pr-1", days=2, size=2 * 10**9, artifact_type="application/x")
STORED = StoredFacts(
    "left-pad", "1.2.3", ("next",), since=ago(days=2).timestamp(), size_bytes=500, versions=0
)
REPOSITORY = repository(labels={"env": "dev"})


@pytest.mark.parametrize(
    ("key", "web", "bare"),
    [
        (LocationIs(("*",)), "us", "us"),
        (ServiceIs(("*",)), "", "web"),
        (JobIs(("*",)), "", "nightly"),
        (LabelsRegex({"env": "d"}), "env=dev", "no label"),
        (TtlExpired(), "env=dev", "no label"),
        (AnnotationsAre({"team": "*"}), "team=ml", "no annotation"),
        (AnnotationsRegex({"team": "m"}), "team=ml", "no annotation"),
        (CreatorIs(("*",)), "a@example.com", "creator unknown"),
        (ManagedBy((Manager.TERRAFORM,)), "terraform", "no known tool"),
        (LargerThan(1), "2.0 GB", "size unknown"),
        (OlderThan(timedelta(days=1)), "26h old, since 2026-11-23 02:00 UTC", "age unknown"),
        (Unused(), "not in use", "not known"),
    ],
)
def test_each_key_shows_what_a_workload_or_a_repository_has(key: Key, web: str, bare: str) -> None:
    assert (facts_have(WEB, NOW)(key), facts_have(BARE, NOW)(key)) == (web, bare)
    assert facts_have(replace(WEB, unused=False), NOW)(Unused()) == "in use"
    assert (
        facts_have(replace(WEB, since=NOW + timedelta(hours=1)), NOW)(OlderThan(timedelta(1)))
        == "age unknown"
    )


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (NameIs(("*",)), "app"),
        (RepositoryIs(("*",)), "r"),
        (LocationIs(("*",)), "us-central1"),
        (LabelsAre({"env": "*"}), "env=dev"),
        (LabelsRegex({"env": "d"}), "env=dev"),
        (TtlExpired(), "env=dev"),
        (ManagedBy((Manager.TERRAFORM,)), "no known tool"),
        (Tagged(True), "v1, pr-1"),
        (TagsMatch(("*",)), "v1, pr-1"),
        (AnyTag(("*",)), "v1, pr-1"),
        (TagsRegex("."), "v1, pr-1"),
        (TagsSemver(">1"), "v1, pr-1"),
        (ArtifactTypeIs(("*",)), "application/x"),
        (LargerThan(1), "2.0 GB"),
        (Largest(1), "2.0 GB"),
        (OlderThan(timedelta(days=1)), "48h old, since 2026-11-22 04:00 UTC"),
        (Unused(), "see what uses it, below"),
        (
            UnusedFor(timedelta(days=7)),
            "counted from its last recorded use, its age, and the first of the recorded sweeps",
        ),
        (Orphaned(), "about sha256:1, sha256:2"),
    ],
)
def test_each_key_shows_what_an_image_has(key: Key, shown: str) -> None:
    assert image_has(IMAGE, REPOSITORY, NOW, ("sha256:1", "sha256:2"))(key) == shown


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (NameIs(("*",)), "left-pad"),
        (VersionIs(("*",)), "1.2.3"),
        (VersionSemver(">1"), "1.2.3"),
        (Prerelease(True), "1.2.3"),
        (TagsMatch(("*",)), "next"),
        (FormatIs(("docker",)), "docker"),
        (LargerThan(1), "500 B"),
        (Largest(1), "500 B"),
        (Empty(), "0 versions"),
        (OlderThan(timedelta(days=1)), "48h old, since 2026-11-22 04:00 UTC"),
    ],
)
def test_each_key_shows_what_something_stored_has(key: Key, shown: str) -> None:
    assert stored_has(STORED, REPOSITORY, NOW)(key) == shown


def test_what_is_not_known_is_said_so() -> None:
    has = image_has(image("a", days=None, size=0), repository(), NOW)
    assert has(OlderThan(timedelta(hours=1))) == "age unknown"
    assert has(LargerThan(1)) == "size unknown"
    assert has(TagsMatch(("*",))) == "no tag"
    assert has(ArtifactTypeIs(("*",))) == "no type"
    assert has(Orphaned()) == "no known subject"
    stored = stored_has(StoredFacts("left-pad"), repository(), NOW)
    assert (stored(LargerThan(1)), stored(OlderThan(timedelta(1)))) == ("size unknown", "age unknown")
