"""Policies compiled once a sweep: repositories share what they answer alike, and no more than that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Repository
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, Not, keys
from janitor.policy.conditions.facts import StoredFacts
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.key import ImageReading, Key
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.deciding.compiled import AnyRepository, NeedsRepositoryError, needs_of
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.images import decide_images, image_rules
from janitor.policy.deciding.packages import decide_versions, package_rules
from janitor.policy.deciding.references import References, Usage
from janitor.policy.model import Policies, Policy
from tests.deciding import context
from tests.making import contents, image, policies, repository
from tests.policy.packaging import package, version, written

UNUSED = Usage(References(), References())
IMAGES = (
    "{older_than: 7d}",
    "{labels: {env: 'dev*'}, older_than: 7d}",
    "{not: {labels: {env: dev}}, older_than: 7d}",
    "{any: [{repository: 'a*'}, {tags: 'v*'}], older_than: 7d}",
    "{repository: a, tags: 'v*'}",
    "{ttl: expired}",
    "{any: [{ttl: expired}, {tagged: false}], older_than: 7d}",
    "{larger_than: 2kB}",
    "{largest: 1, older_than: 7d}",
    "{repository: b, largest: 1, older_than: 7d}",
    "{orphaned: true, older_than: 7d}",
    "{name: app, tagged: false}",
    "{expr: \"resource.repository == 'b'\"}",
    "{expr: \"resource.size_bytes > 1500 && age > duration('240h')\"}",
    "{expr: \"'env' in resource.labels && resource.labels.env == 'dev'\"}",
)
PLACES = tuple(
    replace(repository(labels=labels), name=RepositoryName("p", "us-central1", name))
    for name, labels in (
        ("a", {"env": "dev", "janitor-ttl": "5d"}),
        ("b", {"env": "dev", "janitor-ttl": "90d"}),
        ("c", {"env": "prod"}),
        ("d", {"env": "prod", "janitor-ttl": "what"}),
    )
)


def held(place: int) -> Contents:
    """An index of two images, a tagged and an untagged one; each repository's are of other sizes."""
    size = 1000 * (place + 1)
    return contents(
        image("x", size=size, days=20), image("y", size=size + 10), image("i", "v1", children=("x", "y")),
        image("t", "v2", "odd", size=size * 2), image("u", size=size * 3, package="other"),
    )  # fmt: skip


def decided(asking: Context, where: Repository, what: Contents) -> tuple[dict[str, str], list[str]]:
    rules = image_rules(asking, where, what, UNUSED)
    verdicts = decide_images(rules, what.images, want_names=True)
    kept = {name: reason.value for reason, names in verdicts.kept_names.items() for name in names}
    return kept, sorted(f"{each.image.digest} {each.policy} {each.reason}" for each in verdicts.goes)


@pytest.mark.parametrize("when", IMAGES)
def test_images_are_decided_as_if_the_policies_were_compiled_for_their_repository(when: str) -> None:
    file = written(f"kind: artifact.image, when: {when}")
    once = context(file)
    for place, where in enumerate(PLACES):
        what = held(place)
        assert decided(once, where, what) == decided(context(file), where, what)


VERSIONS = (
    "{older_than: 7d}",
    "{version_semver: '<2'}",
    "{prerelease: true}",
    "{format: npm, older_than: 7d}",
    "{largest: 1, older_than: 7d}",
    "{ttl: expired}",
    "{expr: \"resource.format == 'npm' && resource.size_bytes > 10\"}",
)


@pytest.mark.parametrize("when", VERSIONS)
def test_versions_are_decided_as_if_the_policies_were_compiled_for_their_repository(when: str) -> None:
    file = written(f"kind: artifact.version, when: {when}")
    once = context(file)
    for format_ in ("NPM", "PYTHON", "MAVEN"):
        where = repository(format=format_)
        each = package(version("1.0.0-rc.1"), version("1.0b1", size=2000), version("3.0.0"))
        alone = package_rules(context(file), where, False, (each,))
        assert decide_versions(package_rules(once, where, False, (each,)), each) == decide_versions(
            alone, each
        )


def asks(*parts: Key | Not) -> Policies:
    return policies(Policy("one", Kind.IMAGE, All(parts)))


def compiled(asking: Context, where: Repository) -> object:
    rules = image_rules(asking, where, contents(), UNUSED)
    return rules.questions[0].matches


def test_repositories_that_answer_alike_share_what_a_policy_is_compiled_to() -> None:
    asking = context(asks(LabelsAre({"env": "dev"}), OlderThan(timedelta(days=7))))
    a, b, c, _ = PLACES
    assert compiled(asking, a) is compiled(asking, b)
    assert compiled(asking, a) is not compiled(asking, c)


@pytest.mark.parametrize(
    ("when", "needs"),
    [
        ("{older_than: 7d, tags: 'v*', name: app, repository: a, labels: {a: b}, unused: true}", set()),
        ("{expr: \"age > duration('1h') && resource.kind == 'artifact.image'\"}", set()),
        ("{expr: \"resource.project == 'p'\"}", {"of"}),
        ("{ttl: expired}", {"of"}),
        ("{largest: 1, older_than: 7d}", {"of"}),
        ("{larger_than: 1kB}", {"sizes"}),
        ("{orphaned: true}", {"orphaned"}),
        ("{unused_for: 7d}", {"unused_for"}),
    ],
)
def test_a_key_says_what_it_needs_of_a_repository(when: str, needs: set[str]) -> None:
    (asked,) = written(f"kind: artifact.image, when: {when}").policies
    assert {need for key in keys(asked.when) for need in needs_of(key, Kind.IMAGE)} == needs


class OfBoth(OlderThan):
    """A key that reads its repository after its contents."""

    def image(self, reading: ImageReading) -> object:  # type: ignore[override]
        sizes, where = reading.sizes, reading.of
        return lambda _: (sizes, where)


def test_a_key_that_reads_contents_and_its_repository_needs_both() -> None:
    assert needs_of(OfBoth(timedelta(1)), Kind.IMAGE) == {"sizes", "of"}


def test_a_kind_is_asked_of_packages_where_a_policy_may_speak_of_it() -> None:
    asking = context(written("kind: artifact.version, when: {format: npm, older_than: 7d}"))
    npm, python = repository(format="NPM"), repository(format="PYTHON")
    for _ in range(2):
        assert asking.compiled.may_speak(Kind.VERSION, npm)
        assert not asking.compiled.may_speak(Kind.VERSION, python)


def test_what_is_not_the_same_everywhere_is_named_where_it_is_missed() -> None:
    with pytest.raises(NeedsRepositoryError, match=r"^of$"):
        AnyRepository(Kind.IMAGE, 0.0, Failures()).of  # noqa: B018


def test_an_expression_that_fails_of_a_version_is_told() -> None:
    text = "kind: artifact.version, when: {expr: 'int(resource.version) > 1'}"
    asking = context(written(text))
    (asked,) = asking.compiled.stored(Kind.VERSION, repository(format="NPM"))
    assert asked.matches(StoredFacts("web", "x")).holds is None
    assert len(asking.failures.lines()) == 1
