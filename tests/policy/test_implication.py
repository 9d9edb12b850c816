"""What follows from a key: of every key that there is, what is seen of it is said here."""

from datetime import timedelta

import pytest

from janitor.kinds.managers import Manager
from janitor.model.kinds import Status
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, AnyOf, Not
from janitor.policy.conditions.contents import ArtifactTypeIs, FormatIs
from janitor.policy.conditions.deployed import ClientIs, CreatorIs, ManagedBy
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.implication import contradiction, excludes, implies
from janitor.policy.conditions.key import Key
from janitor.policy.conditions.labels import AnnotationsAre, AnnotationsRegex, LabelsAre, LabelsRegex
from janitor.policy.conditions.names import JobIs, LocationIs, NameIs, RepositoryIs, ServiceIs, TrafficTagIs
from janitor.policy.conditions.size import Empty, LargerThan, Largest
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.table import KEYS
from janitor.policy.conditions.tags import AnyTag, Tagged, TagsMatch, TagsRegex, TagsSemver
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.conditions.use import Orphaned, Unused, UnusedFor
from janitor.policy.conditions.versions import Prerelease, VersionIs, VersionSemver

_TEXTS = (
    NameIs,
    ServiceIs,
    JobIs,
    LocationIs,
    RepositoryIs,
    ArtifactTypeIs,
    CreatorIs,
    TrafficTagIs,
    ClientIs,
    TagsMatch,
    VersionIs,
)
# The first holds only where the second does, and not the other way round.
NARROWER: dict[type[Key], tuple[Key, Key]] = {
    **{text: (text(("web",)), text(("w*", "web"))) for text in _TEXTS},
    OlderThan: (OlderThan(timedelta(days=3)), OlderThan(timedelta(days=2))),
    LargerThan: (LargerThan(3), LargerThan(2)),
    StatusIs: (StatusIs((Status.FAILED,)), StatusIs((Status.FAILED, Status.SERVING))),
    FormatIs: (FormatIs(("npm",)), FormatIs(("maven", "npm"))),
    ManagedBy: (ManagedBy((Manager.TERRAFORM,)), ManagedBy((Manager.TERRAFORM, Manager.APP_HOSTING))),
    LabelsAre: (LabelsAre({"env": "dev", "team": "a"}), LabelsAre({"env": "*"})),
    AnnotationsAre: (AnnotationsAre({"env": "dev", "team": "a"}), AnnotationsAre({"env": "*"})),
    LabelsRegex: (LabelsRegex({"env": "^d", "team": "a"}), LabelsRegex({"env": "^d"})),
    AnnotationsRegex: (AnnotationsRegex({"env": "^d"}), AnnotationsAre({"env": "*"})),
    AnyTag: (AnyTag(("web",)), AnyTag(("w*", "web"))),
    TagsRegex: (TagsRegex("^v"), Tagged(True)),
    UnusedFor: (UnusedFor(timedelta(days=3)), UnusedFor(timedelta(days=2))),
    TagsSemver: (TagsSemver(">=1.0"), Tagged(True)),
    VersionSemver: (VersionSemver("<1"), VersionSemver("<2")),
}
# Of these only the same is seen to follow.
WHOLE: tuple[Key, ...] = (
    Tagged(True),
    Prerelease(True),
    Unused(),
    Orphaned(),
    Empty(),
    Expr("true", "p"),
    TtlExpired(),
)
# No two that hold of one resource.
APART: dict[type[Key], tuple[Key, Key]] = {
    **{text: (text(("web",)), text(("api", "a*"))) for text in _TEXTS},
    StatusIs: (StatusIs((Status.FAILED,)), StatusIs((Status.SERVING,))),
    FormatIs: (FormatIs(("npm",)), FormatIs(("maven", "python"))),
    LabelsAre: (LabelsAre({"env": "dev"}), LabelsAre({"env": "test"})),
    AnnotationsAre: (AnnotationsAre({"env": "dev"}), AnnotationsAre({"env": "test"})),
    LabelsRegex: (LabelsRegex({"env": "^d", "a": "b"}), LabelsAre({"env": "test", "x": "y"})),
    AnnotationsRegex: (AnnotationsRegex({"env": "^d"}), AnnotationsAre({"env": "test"})),
    Tagged: (Tagged(True), Tagged(False)),
    AnyTag: (AnyTag(("web",)), Tagged(False)),
    TagsRegex: (TagsRegex("^v"), Tagged(False)),
    TagsSemver: (TagsSemver(">=1.0"), Tagged(False)),
    VersionSemver: (VersionSemver("<1"), VersionSemver(">=2")),
    Prerelease: (Prerelease(True), Prerelease(False)),
}


def test_no_key_is_passed_over() -> None:
    assert {*NARROWER, *map(type, WHOLE), Largest} == set(KEYS)


@pytest.mark.parametrize("key", NARROWER, ids=lambda key: key.__name__)
def test_the_wider_key_follows_from_the_narrower_and_not_the_other_way_round(key: type[Key]) -> None:
    narrow, wide = NARROWER[key]
    assert implies(narrow, wide)
    assert not implies(wide, narrow)


@pytest.mark.parametrize("key", [*WHOLE, *(wide for _, wide in NARROWER.values())], ids=repr)
def test_the_same_key_follows_from_itself(key: Key) -> None:
    assert implies(key, key)


@pytest.mark.parametrize("key", [wide for of, (_, wide) in NARROWER.items() if type(wide) is of], ids=repr)
def test_a_key_is_within_itself(key: Key) -> None:
    assert key.within(key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NameIs(("a",)), LocationIs(("a",))),
        (LabelsRegex({"env": "^d"}), NameIs(("*",))),
        (LabelsAre({"env": "test"}), LabelsRegex({"env": "^d"})),
        (LabelsAre({"env": "*"}), LabelsRegex({"env": "[*]"})),
        (TagsMatch(("main",)), TagsRegex("^pr-")),
        (TagsMatch(("pr-*",)), TagsRegex("[*]")),
        (TagsMatch(("pr-1", "main")), TagsRegex("^pr-")),
        (VersionSemver(">=1"), VersionSemver(">1")),
        (VersionSemver(">=1"), VersionSemver(">=2.0.0-alpine")),
    ],
    ids=repr,
)
def test_what_may_hold_without_the_other_implies_nothing(one: Key, other: Key) -> None:
    assert not implies(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TagsMatch(("pr-1", "pr-2")), TagsRegex("^pr-")),
        (TagsMatch(("1.2.3",)), TagsSemver(">=1")),
        (VersionSemver(">1"), VersionSemver(">=1")),
        (VersionSemver(">=1 <3"), VersionSemver(">=1")),
        (VersionSemver(">=2.0.0-alpine"), VersionSemver(">=1")),
    ],
    ids=repr,
)
def test_what_is_written_out_or_in_a_range_is_seen_to_follow(one: Key, other: Key) -> None:
    assert implies(one, other)


def test_of_the_largest_not_even_the_same_number_follows() -> None:
    assert not implies(Largest(3), Largest(3))


@pytest.mark.parametrize("key", APART, ids=lambda key: key.__name__)
def test_keys_that_never_hold_together_are_seen(key: type[Key]) -> None:
    one, other = APART[key]
    assert excludes(one, other) or excludes(other, one)
    assert not excludes(one, one)


def test_several_managers_may_look_after_one_thing() -> None:
    assert not excludes(ManagedBy((Manager.TERRAFORM,)), ManagedBy((Manager.APP_HOSTING,)))


def test_one_tag_that_matches_says_nothing_of_the_other_tags() -> None:
    assert not excludes(AnyTag(("pr-*",)), AnyTag(("sha-*",)))
    assert not excludes(AnyTag(("pr-*",)), Not(TagsMatch(("pr-*",))))
    assert not implies(AnyTag(("pr-*",)), TagsMatch(("pr-*",)))
    assert implies(TagsMatch(("pr-*",)), AnyTag(("pr-*",)))
    assert excludes(TagsMatch(("sha-*",)), AnyTag(("pr-*",)))
    assert implies(Tagged(True), AnyTag(("*",)))


def test_a_key_under_two_nots_is_the_key() -> None:
    key = Empty()
    assert implies(Not(Not(key)), key)
    assert implies(key, Not(Not(key)))


def test_an_any_of_one_branch_is_that_branch() -> None:
    apart = [AnyOf((each,)) for each in APART[StatusIs]]
    assert contradiction(All(tuple(apart))) == APART[StatusIs]


def test_a_contradiction_is_named_in_the_order_of_the_file() -> None:
    one, other = APART[StatusIs]
    assert contradiction(All((one, other))) == (one, other)
    assert contradiction(All((other, one))) == (other, one)
