"""What each key declares: for which kinds, how it is spelled there, and what is said of a resource without it."""

import pytest
from pydantic import TypeAdapter, ValidationError

from janitor.kinds.managers import Manager
from janitor.kinds.table import KINDS
from janitor.model.kinds import Kind, Status
from janitor.policy.conditions.age import OlderThan, older, older_by_seconds
from janitor.policy.conditions.contents import FormatIs
from janitor.policy.conditions.deployed import CreatorIs, ManagedBy
from janitor.policy.conditions.expression import Expr, fields_of
from janitor.policy.conditions.facts import ResourceFacts, StoredFacts
from janitor.policy.conditions.key import (
    Beside,
    FactsReading,
    ImageReading,
    StoredReading,
    Surroundings,
    shown,
)
from janitor.policy.conditions.labels import AnnotationsAre
from janitor.policy.conditions.names import LocationIs, NameIs, ServiceIs, kinds_held_by
from janitor.policy.conditions.size import LargerThan
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.table import keys_of
from janitor.policy.conditions.tags import AnyTag, TagsMatch, TagsSemver
from janitor.policy.conditions.truth import AGE_UNKNOWN, NO, YES
from janitor.policy.conditions.use import Unused
from tests.making import NOW, image, repository

AT = NOW.timestamp()
IMAGES = ImageReading(repository(), AT)
TAGS = StoredReading(Kind.TAG, repository(), AT)


@pytest.mark.parametrize("kind", [Kind.PACKAGE, Kind.TAG, None])
def test_the_format_may_be_docker_of_all_but_versions(kind: Kind | None) -> None:
    for word in ("docker", "npm"):
        assert TypeAdapter(FormatIs.spelling_of(kind)).validate_python(word)
    assert TypeAdapter(FormatIs.spelling_of(Kind.VERSION)).validate_python("npm")
    with pytest.raises(ValidationError):
        TypeAdapter(FormatIs.spelling_of(Kind.VERSION)).validate_python("docker")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_the_keys_that_say_so(kind: Kind) -> None:
    found = keys_of(kind)
    assert all(kind in key.kinds for key in found)
    assert (NameIs in found) == (kind in KINDS)
    assert (ServiceIs in found) == (kind in {Kind.REVISION, Kind.TRAFFIC_TAG})


def test_the_keys_of_an_image_are_first_those_of_its_repository_and_of_others_in_the_order_of_the_list() -> (
    None
):
    of_repository = [Kind.REPOSITORY in key.kinds for key in keys_of(Kind.IMAGE)]
    assert of_repository == sorted(of_repository, reverse=True)
    assert True in of_repository
    assert False in of_repository
    versions = [key.name for key in keys_of(Kind.VERSION)]
    assert versions.index("prerelease") < versions.index("larger_than") < versions.index("largest")
    assert versions.index("repository") < versions.index("larger_than")


def test_a_part_is_found_by_the_key_of_its_holder() -> None:
    assert kinds_held_by("service") == {Kind.REVISION, Kind.TRAFFIC_TAG}
    assert kinds_held_by("job") == {Kind.EXECUTION}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.is_run])
def test_an_expression_asks_for_the_status_and_the_holder_where_the_kind_has_one(kind: Kind) -> None:
    fields = fields_of(kind)
    assert ("status" in fields) == bool(KINDS[kind].policies.statuses)
    assert fields["kind"] == kind
    assert {fields.get("service"), fields.get("job")} <= {"web", None}
    assert ("service" in fields) == (kind in kinds_held_by("service"))
    assert ("job" in fields) == (kind in kinds_held_by("job"))


def test_a_kind_may_describe_a_key_in_its_own_words() -> None:
    assert NameIs.description(None) == NameIs.description(Kind.SERVICE) == NameIs.says
    assert NameIs.description(Kind.IMAGE) == KINDS[Kind.IMAGE].policies.says["name"]


def test_a_key_that_is_not_of_a_kind_cannot_be_asked_of_it() -> None:
    with pytest.raises(AssertionError, match=r"Unused.* through for this kind"):
        StoredReading(Kind.TAG, repository(), AT)(Unused())
    with pytest.raises(AssertionError, match=r"AnyTag.* through for this kind"):
        FactsReading(NOW)(AnyTag(("v*",)))
    with pytest.raises(AssertionError, match=r"CreatorIs.* through for images"):
        ImageReading(repository(), AT)(CreatorIs(("a",)))


def test_a_resource_has_nothing_for_an_expression() -> None:
    expr, stored = Expr("true", "p"), StoredFacts("left-pad")
    assert (
        expr.workload_has(ResourceFacts("web", "us", "", {}, Status.FAILED, NOW, kind=Kind.SERVICE), NOW)
        == ""
    )
    assert expr.image_has(image("a"), NOW, ()) == ""
    assert expr.stored_has(stored, NOW) == ""
    assert expr.repository_has(repository()) == ""
    assert AnnotationsAre({"a": "b"}).repository_has(repository()) == ""


def test_a_word_is_shown_as_the_file_writes_it() -> None:
    assert shown(Status.FAILED) == "failed"
    assert shown((Manager.TERRAFORM, Manager.CLOUD_DEPLOY)) == "terraform, cloud-deploy"


def test_the_words_of_managers_are_read() -> None:
    read = ManagedBy.read(("terraform", "cloud-deploy"), Beside("p", "ttl", "expires"))
    assert read == ManagedBy((Manager.TERRAFORM, Manager.CLOUD_DEPLOY))


def test_a_tag_of_an_image_has_few_characters_and_one_of_other_formats_any() -> None:
    for key in (TagsMatch(("a b", "v1*")), AnyTag(("a b", "v1*"))):
        assert [glob for glob, _ in key.impossible(Kind.IMAGE)] == ["a b"]
    assert list(TagsMatch(("a b",)).impossible(Kind.TAG)) == []


@pytest.mark.parametrize("status", ["serving", ["failed", "serving"]])
def test_serving_is_refused_within_another_key_alone_or_in_a_list(status: object) -> None:
    for top, told in ((True, 0), (False, 1)):
        place = Surroundings("run.service", {"status": status}, positive=True, top=top)
        assert len(list(StatusIs.misplaced(place))) == told


def test_what_was_made_this_very_moment_has_an_age() -> None:
    assert older(NOW, NOW, 0) is NO
    assert older_by_seconds(AT, AT, 0) is NO
    assert older_by_seconds(0, AT, 0) is AGE_UNKNOWN
    assert IMAGES(Expr("age == duration('0s')", "p"))(image("a", days=0)) is YES
    facts = ResourceFacts("web", "us", "", {}, Status.FAILED, NOW, kind=Kind.SERVICE)
    assert OlderThan.workload_has(OlderThan(NOW - NOW), facts, NOW).endswith(
        "old, since 2026-11-24 04:00 UTC"
    )


def test_an_image_that_is_no_index_is_as_large_as_google_says_though_sizes_of_indexes_are_known() -> None:
    reading = ImageReading(repository(), AT, sizes={("app", "sha256:other"): 5})
    assert reading(LargerThan(999))(image("a", size=1000)) is YES
    assert reading(LargerThan(1000))(image("a", size=1000)) is NO


@pytest.mark.parametrize(("size", "said"), [(1, "1 B"), (0, "size unknown"), (-1, "size unknown")])
def test_a_size_is_shown_from_one_byte(size: int, said: str) -> None:
    assert LargerThan(1).image_has(image("a", size=size), NOW, ()) == said


def test_a_tag_is_asked_for_its_own_version() -> None:
    ask = TAGS(TagsSemver(">=1.0 <2"))
    assert [ask(StoredFacts("app", "", (tag,))) for tag in ("1.2.3", "2.0.0")] == [YES, NO]


def test_a_location_holds_of_all_that_a_repository_holds() -> None:
    assert IMAGES(LocationIs(("us-*",)))(image("a")) is YES
