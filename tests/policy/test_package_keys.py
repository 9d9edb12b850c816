"""What each key reads of a version or a package of another format, and what cannot be known of it (R5)."""

import time

import pytest

from janitor.model.resources import Version
from tests.making import NOW, repository
from tests.policy.packaging import NPM, Shelf, package, version, written

NOT_OLD = "{not: {older_than: 1d}}"


def of_version(when: str, held: Version, **labels: str) -> str:
    """What becomes of one version in a repository with these labels."""
    given = {name.replace("_", "-"): value for name, value in labels.items()}
    repo = repository(format="NPM", labels=given)
    shelf = Shelf(written(f"kind: artifact.version, when: {when}"), [package(held)], repo=repo)
    return shelf.decided_versions()[held.id]


def at(seconds: float) -> Version:
    """A version created at this epoch second."""
    return Version("1.0.0", (), seconds, seconds, 1000)


@pytest.mark.parametrize(
    ("made", "older", "not_older"),
    [
        (at(0), "age-unknown", "age-unknown"),
        (at(-1), "age-unknown", "age-unknown"),
        (at(1), "delete: a, older-than", "not-matched"),
        (at(NOW.timestamp() - 3600), "not-matched", "delete: a, matched"),
        (at(NOW.timestamp() + 1), "age-unknown", "age-unknown"),
        (version("1", days=None), "age-unknown", "age-unknown"),
        (version("1", days=1), "not-matched", "delete: a, matched"),
        (version("1", days=1.001), "delete: a, older-than", "not-matched"),
    ],
)
def test_an_age_is_strict_and_a_time_at_the_epoch_or_to_come_tells_none(
    made: Version, older: str, not_older: str
) -> None:
    assert of_version("{older_than: 1d}", made) == older
    assert of_version(NOT_OLD, made) == not_older


@pytest.mark.parametrize(
    ("size", "larger", "not_larger"),
    [
        (1001, "delete: a, larger-than", "not-matched"),
        (1000, "not-matched", "delete: a, matched"),
        (None, "size-unknown", "size-unknown"),
    ],
)
def test_a_size_is_strict_and_one_that_is_not_known_tells_nothing(
    size: int | None, larger: str, not_larger: str
) -> None:
    assert of_version("{larger_than: 1kB}", version("1", size=size)) == larger
    assert of_version("{not: {larger_than: 1kB}}", version("1", size=size)) == not_larger


def test_a_version_expires_by_the_labels_of_its_repository() -> None:
    """It has none of its own; counted from what its age counts from."""
    assert of_version("{ttl: expired}", version("1", days=11), janitor_ttl="10d") == "delete: a, ttl"
    assert of_version("{ttl: expired}", version("1", days=9), janitor_ttl="10d") == "not-matched"
    assert of_version("{ttl: expired}", version("1", days=None), janitor_ttl="10d") == "age-unknown"
    assert of_version("{ttl: expired}", version("1", days=90)) == "not-matched"


def test_the_repository_answers_for_its_labels() -> None:
    assert of_version("{labels: {team: 's*'}}", version("1"), team="shop") == "delete: a, matched"
    assert of_version("{labels: {team: 's*'}}", version("1"), team="ml") == "not-matched"


@pytest.mark.parametrize(
    ("expr", "held", "said"),
    [
        ("age > duration('719h')", version("1", days=30), "delete: a, matched"),
        ("age < duration('721h')", version("1", days=30), "delete: a, matched"),
        ("age >= duration('0s')", at(NOW.timestamp() - 3600), "delete: a, matched"),
        ("age >= duration('0s')", at(NOW.timestamp() + 1), "age-unknown"),
        ("age >= duration('0s')", version("1", days=None), "age-unknown"),
        ("now == timestamp('2026-11-24T04:00:00Z')", version("1"), "delete: a, matched"),
        ("now > timestamp('2026-11-24T04:00:00Z')", version("1"), "not-matched"),
        ("resource.size_bytes <= 1000", version("1", size=1000), "delete: a, matched"),
        ("resource.size_bytes <= 1000", version("1", size=None), "size-unknown"),
        ("resource.version == '1'", version("1", size=None), "delete: a, matched"),
        ("resource.labels.team == 'x'", version("1"), "expr-failed"),
    ],
)
def test_what_an_expression_asks_for_and_is_not_known_is_its_answer(
    expr: str, held: Version, said: str
) -> None:
    assert of_version(f'{{expr: "{expr}"}}', held) == said


@pytest.mark.parametrize(("held", "said"), [((), 0), ((version("1"),), 1), ((version("1"), version("2")), 2)])
def test_an_expression_counts_what_a_package_holds(held: tuple[Version, ...], said: int) -> None:
    asked = (
        f"kind: artifact.package, when: {{expr: \"resource.versions == {said} && resource.name == 'web'\"}}"
    )
    assert Shelf(written(asked), [package(*held)], repo=NPM).decided_packages() == {
        "web": "delete: a, matched"
    }


def test_now_is_utc_wherever_janitor_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "KST-9")
        time.tzset()
        assert of_version('{expr: "now.getHours() == 4"}', version("1")) == "delete: a, matched"
    time.tzset()
