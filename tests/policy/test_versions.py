"""Policies on versions of other formats than docker: what may be written, and what it comes to."""

import pytest

from janitor.errors import PolicyFileError
from janitor.kinds.version import FORMATS
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Mode, Repository, Version
from janitor.policy.deciding.packages import decide_versions, kinds_asked, package_rules
from janitor.policy.deciding.retention import RetentionAnswer
from janitor.policy.deciding.verdict import Delete
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Policies
from tests.deciding import context
from tests.making import repository
from tests.policy.packaging import NPM, Shelf, package, version


def written(policy: str) -> Policies:
    """A file of one policy of artifact.version."""
    text = (
        f"version: 1\nscope: {{projects: [p]}}\npolicies:\n- {{name: a, kind: artifact.version, {policy}}}\n"
    )
    return parse_policies(text.encode(), "policies.yaml", lambda _: b"")


def decided(policies: Policies, *versions: Version, repo: Repository | None = None) -> dict[str, str]:
    """Version -> "delete: reason" or the reason to stay."""
    rules = package_rules(
        context(policies), repo or repository(format="NPM"), blocked=False, packages=(package(*versions),)
    )
    return {
        each.id: f"delete: {decision.reason}" if isinstance(decision, Delete) else decision.reason.value
        for each, decision in decide_versions(rules, package(*versions))
    }


def test_the_first_reason_that_holds_is_named() -> None:
    policies = written("when: {any: [{older_than: 30d}, {larger_than: 2kB}]}")
    found = decided(policies, version("old"), version("big", days=1, size=3000), version("young", days=1))
    assert found == {"old": "delete: older-than", "big": "delete: larger-than", "young": "not-matched"}


def test_a_version_as_old_as_that_is_not_older() -> None:
    assert decided(written("when: {older_than: 40d}"), version("a")) == {"a": "not-matched"}


def test_an_expression_reads_every_field_of_a_version() -> None:
    asked = (
        "resource.name == 'web' && resource.version.startsWith('0.') && resource.format == 'npm' && age > duration('720h')"
        " && resource.repository == 'r' && resource.labels == {} && resource.size_bytes < 2000"
        " && resource.project == 'p' && resource.location == 'us-central1' && resource.kind == 'artifact.version'"
        " && resource.tags == []"
    )
    found = decided(
        written(f'when: {{expr: "{asked}"}}'), version("0.1"), version("1.0"), version("0.2", days=None)
    )
    assert found == {"0.1": "delete: matched", "1.0": "not-matched", "0.2": "age-unknown"}


def test_keep_alone_speaks_of_all_but_those() -> None:
    found = decided(written("keep: {latest: 1}"), version("1", days=90), version("2", days=50))
    assert found == {"1": "delete: matched", "2": "keep-latest"}


def test_keep_is_reckoned_over_all_whom_the_selectors_match() -> None:
    policies = written("when: {name: web, older_than: 45d}, keep: {latest: 1}")
    found = decided(policies, version("1", days=90), version("2", days=50), version("3", days=1))
    assert found == {"1": "delete: older-than", "2": "delete: older-than", "3": "keep-latest"}


def test_versions_of_unknown_creation_are_kept_beside_the_latest() -> None:
    policies = written("when: {larger_than: 1B}, keep: {latest: 1}")
    found = decided(policies, version("1", days=None), version("2"), version("3", days=90))
    assert found == {"1": "keep-latest", "2": "keep-latest", "3": "delete: larger-than"}


def test_a_tracer_is_shown_a_versions_place_in_keep() -> None:
    shelf = Shelf(
        written("keep: {latest: 1}"), [package(version("1", days=90), version("2", days=50))], repo=NPM
    )
    assert shelf.decided_versions() == {"1": "delete: a, matched", "2": "keep-latest"}
    places = [case.keeps(case.questions[0]) for case in shelf.cases.values()]
    assert places == [RetentionAnswer(None, 2, 2), RetentionAnswer(KeepReason.KEEP_LATEST, 1, 2)]


def test_versions_of_one_precedence_stand_by_what_they_are_called() -> None:
    policies = written("keep: {latest: 1, per: {semver: minor}}")
    found = decided(policies, version("v1.0.0"), version("1.0.0"), version("1.0.0+b"))
    assert found == {"v1.0.0": "delete: matched", "1.0.0": "keep-latest", "1.0.0+b": "delete: matched"}


def test_a_tag_that_keep_names_is_the_reason_but_a_tag_keeps_anyway() -> None:
    policies = written("when: {older_than: 30d}, keep: {tagged: [stable]}")
    assert decided(policies, version("1", "stable"), version("2", "next")) == {
        "1": "has-tags",
        "2": "has-tags",
    }


@pytest.mark.parametrize("mode", [Mode.VIRTUAL, Mode.REMOTE, Mode.UNSPECIFIED])
def test_nothing_is_asked_of_a_repository_that_is_no_standard_one_and_nothing_of_it_goes(mode: Mode) -> None:
    policies, repo = written("when: {older_than: 30d}"), repository(format="NPM", mode=mode)
    assert kinds_asked(context(policies), repo) == frozenset()
    assert decided(policies, version("1"), repo=repo) == {"1": "not-standard"}


def test_docker_versions_are_images() -> None:
    assert kinds_asked(context(written("when: {older_than: 30d}")), repository()) == frozenset()


@pytest.mark.parametrize(
    ("when", "asked"),
    [
        ("{format: npm}", True),
        ("{format: [maven, npm]}", True),
        ("{format: maven}", False),
        ("{not: {format: npm}}", False),
        ("{any: [{format: maven}, {name: web}]}", True),
        ("{any: [{format: maven}, {repository: other}]}", False),
        ("{repository: 'r*', location: us-central1}", True),
        ("{location: 'europe-*', older_than: 30d}", False),
        ("{labels: {team: shop}}", False),
        ("{not: {larger_than: 1MB}}", True),
    ],
)
def test_packages_are_read_where_a_policy_may_speak_of_them(when: str, asked: bool) -> None:
    found = kinds_asked(context(written(f"when: {when}")), repository(format="NPM"))
    assert found == (frozenset({Kind.VERSION}) if asked else frozenset())


def test_each_format_can_be_written() -> None:
    for word in FORMATS:
        assert kinds_asked(context(written(f"when: {{format: {word}}}")), repository(format=word.upper()))


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("when: {unused: true}", "unknown key 'unused': who uses it is not known: write `older_than: 180d`"),
        ("when: {tags: ['v*']}", "unknown key 'tags': artifact.version has none"),
        ("when: {format: docker}", "format: 'docker' is not known"),
        ("when: {format: npn}", "did you mean npm?"),
        ("when: {expr: \"resource.digest == 'x'\"}", "digest"),
        ("when: {}", "when is empty and"),
        ("keep: {latest: 0}", "from 1 to 1,000,000"),
        ("managed: true, when: {repository: 'a*'}", "managed: true needs the full name of the resource,"),
        ("managed: false", "when is missing"),
    ],
)
def test_what_cannot_hold_is_refused_with_the_way_out(policy: str, told: str) -> None:
    with pytest.raises(PolicyFileError, match=r"policies.yaml:4:") as refused:
        written(policy)
    assert told in str(refused.value)


def test_the_last_of_each_minor_are_kept_by_what_versions_are_called() -> None:
    """Whenever they were made; what is no version is kept (R39)."""
    policies = written("keep: {latest: 1, per: {semver: minor}}")
    made = {"1.2.9": 9, "1.2.10": 90, "1.3.0": 50, "2.0.0-rc.1": 70, "1.0rc1": 8, "1.0rc2": 80}
    found = decided(policies, *(version(name, days=days) for name, days in made.items()))
    assert {name for name, verdict in found.items() if verdict == "keep-latest"} == {
        "1.2.10", "1.3.0", "2.0.0-rc.1"
    }  # fmt: skip
    assert found["1.0rc1"] == found["1.0rc2"] == "version-unreadable"


def test_build_metadata_of_a_version_is_read_as_google_escapes_it() -> None:
    policies = written("keep: {latest: 1, per: {semver: minor}}")
    found = decided(policies, version("1.2.3%2Bbuild"), version("1.2.2%2Bbuild"))
    assert found == {"1.2.3%2Bbuild": "keep-latest", "1.2.2%2Bbuild": "delete: matched"}


def test_a_tag_inherits_no_age_for_it_has_none() -> None:
    text = (
        "version: 1\ndefaults: {when: {older_than: 9d}}\npolicies:\n"
        "- {name: a, kind: artifact.tag, when: {tags: x}}\n- {name: b, kind: artifact.package, when: {name: x}}\n"
    )
    tag, other = parse_policies(text.encode(), "policies.yaml", lambda _: b"").policies
    assert [type(part).__name__ for part in tag.when.parts] == ["TagsMatch"]
    assert "OlderThan" in [type(part).__name__ for part in other.when.parts]
