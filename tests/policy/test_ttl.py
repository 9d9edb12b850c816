"""How long a thing says by its own labels that it may live, and what is said of labels that cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest

from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.names import RepositoryName
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.truth import AGE_UNKNOWN, NO, TTL_UNREADABLE, YES, Truth
from janitor.policy.conditions.ttl import TtlExpired, expired
from janitor.policy.deciding.unreadable_labels import MOST_NAMED, unreadable_labels, with_labels
from janitor.policy.file.grammar import GRAMMAR
from janitor.policy.model import Policy
from tests.deciding import asking, decided, images_decided
from tests.making import NOW, ago, contents, image, policies, policy, repository, revision, service, workloads

KEY = TtlExpired()
AT = NOW.timestamp()  # 2026-11-24, four in the morning


FIVE_DAYS_AGO = ago(days=5)


def asked(since: datetime | None = FIVE_DAYS_AGO, now: float = AT, **labels: str) -> Truth:
    given = {name.replace("_", "-"): value for name, value in labels.items()}
    return expired(KEY, given, since.timestamp() if since else None, now)


def test_without_a_label_nothing_expires() -> None:
    assert asked() is NO
    assert asked(env="dev") is NO
    assert asked(since=None) is NO


@pytest.mark.parametrize(
    ("ttl", "answer"), [("119h", YES), ("4d", YES), ("5d", NO), ("120h", NO), ("2w", NO), ("1m", YES)]
)
def test_a_duration_is_counted_from_where_ages_count_and_strictly(ttl: str, answer: Truth) -> None:
    assert asked(janitor_ttl=ttl) is answer


def test_a_duration_from_an_unset_or_future_time_is_not_known() -> None:
    """R5."""
    for since in (None, datetime.fromtimestamp(0, UTC), NOW + timedelta(minutes=1)):
        assert asked(since=since, janitor_ttl="1h") is AGE_UNKNOWN


def test_a_duration_from_the_first_second_or_from_now_is_known() -> None:
    assert asked(since=datetime.fromtimestamp(1, UTC), janitor_ttl="1h") is YES
    assert asked(since=NOW, janitor_ttl="1h") is NO


@pytest.mark.parametrize(
    ("until", "answer"),
    [("2026-11-23", YES), ("2026-11-24", NO), ("2026-11-24t03-59z", YES), ("2026-11-24t04-00z", NO),
     ("2026-11-25", NO), ("9999-12-31", NO), ("0001-01-01", YES)],
)  # fmt: skip
def test_a_date_lasts_to_the_end_of_its_day_and_a_time_to_its_minute(until: str, answer: Truth) -> None:
    assert asked(janitor_expires=until) is answer
    assert asked(since=None, janitor_expires=until) is answer


def test_a_day_is_over_at_midnight_in_utc_and_not_before() -> None:
    midnight = datetime(2026, 12, 2, tzinfo=UTC).timestamp()
    assert asked(now=midnight, janitor_expires="2026-12-01") is NO
    assert asked(now=midnight + 1, janitor_expires="2026-12-01") is YES


def test_of_both_labels_the_later_decides() -> None:
    assert asked(janitor_ttl="1d", janitor_expires="2026-11-23") is YES
    assert asked(janitor_ttl="9d", janitor_expires="2026-11-23") is NO
    assert asked(janitor_ttl="1d", janitor_expires="2026-11-30") is NO
    assert asked(since=None, janitor_ttl="1d", janitor_expires="2026-11-23") is AGE_UNKNOWN
    assert asked(since=None, janitor_ttl="1d", janitor_expires="2026-11-30") is NO


MISSPELT = [
    {"janitor_ttl": text}
    for text in ("", "72", "3days", "72H", "0h", "-1h", "1h30m", "999999d", "9" * 63, "\u0663h", "72h\n", "keep")
] + [
    {"janitor_expires": text}
    for text in (
        "", "2026-12", "2026-13-01", "2026-02-30", "0000-01-01", "01-12-2026", "2026-12-01t18", "2026-12-01t18-30",
        "2026-12-01t25-00z", "2026-12-01T18-30z", "20261201", "tomorrow", "never", "\u0662026-12-01",
    )
]  # fmt: skip


@pytest.mark.parametrize("labels", MISSPELT, ids=repr)
def test_what_cannot_be_read_is_not_known(labels: dict[str, str]) -> None:
    assert asked(**labels) is TTL_UNREADABLE


def test_one_label_that_cannot_be_read_is_enough_whatever_the_other_says() -> None:
    assert asked(janitor_ttl="1h", janitor_expires="soon") is TTL_UNREADABLE
    assert asked(janitor_ttl="soon", janitor_expires="2026-12-30") is TTL_UNREADABLE


def test_the_names_of_the_labels_are_the_file_s() -> None:
    key = TtlExpired("ttl", "until")
    assert expired(key, {"janitor-ttl": "1h", "ttl": "30d"}, ago(days=5).timestamp(), AT) is NO
    assert expired(key, {"until": "2026-11-01"}, None, AT) is YES


BY_TTL = policy("by-ttl", Kind.SERVICE, StatusIs((Status.FAILED,)), KEY)


def failed(name: str, days: float = 5, **labels: str) -> object:
    given = {key.replace("_", "-"): value for key, value in labels.items()}
    return service(name, failed=True, update_time=ago(days=days), labels=given)


def test_a_service_goes_by_its_label_through_a_policy_alone() -> None:
    world = workloads(failed("a", janitor_ttl="72h"), failed("b"), failed("c", janitor_ttl="3days"))  # type: ignore[arg-type]
    assert decided(policies(BY_TTL), world) == {
        "a": "delete: failed",
        "b": "not-matched",
        "c": "ttl-unreadable",
    }
    other = policy("x", Kind.SERVICE, StatusIs((Status.FAILED,)), OlderThan(timedelta(days=9)))
    assert decided(policies(other), world) == dict.fromkeys("abc", "not-matched")


def test_the_reason_is_ttl_and_before_all_but_failed() -> None:
    world = workloads(
        service("web", traffic=["web-2"]),
        revision("web", "web-1", days=30, labels={"janitor-ttl": "1d"}), revision("web", "web-2", status="active", days=9),
    )  # fmt: skip
    file = policies(
        policy("p", Kind.REVISION, StatusIs((Status.RETIRED,)), OlderThan(timedelta(days=1)), KEY)
    )
    assert decided(file, world)["web-1"] == "delete: ttl"


def test_a_serving_service_does_not_go_because_its_time_is_over() -> None:
    """R15: neither without `status: serving`, nor without `older_than`."""
    live = service("web", traffic=["r"], update_time=ago(days=30), labels={"janitor-ttl": "1h"})
    for parts in ((KEY,), (KEY, NameIs(("web",))), (KEY, NameIs(("web",)), StatusIs((Status.SERVING,)))):
        assert decided(policies(policy("p", Kind.SERVICE, *parts)), workloads(live)) == {"web": "serving"}


def test_a_label_that_cannot_be_read_keeps_from_what_else_of_the_same_policy_holds() -> None:
    """Not from another policy that does not ask for it."""
    world = workloads(failed("a", days=30, janitor_ttl="soon"))  # type: ignore[arg-type]
    age = OlderThan(timedelta(days=1))
    assert decided(policies(policy("p", Kind.SERVICE, age, KEY)), world) == {"a": "ttl-unreadable"}
    assert decided(policies(policy("p", Kind.SERVICE, age)), world) == {"a": "delete: older-than"}


IMAGES = policies(policy("p", Kind.IMAGE, KEY))


@pytest.mark.parametrize(
    ("labels", "goes", "stays"),
    [
        ({}, [], {"not-matched"}),
        ({"janitor-ttl": "72h"}, ["old"], {"not-matched", "age-unknown"}),
        ({"janitor-ttl": "72h", "janitor-expires": "2026-12-01"}, [], {"not-matched"}),
        ({"janitor-ttl": "72h", "janitor-expires": "2026-11-01"}, ["old"], {"not-matched", "age-unknown"}),
        ({"janitor-expires": "2026-11-01"}, ["old", "young"], {"age-unknown"}),
        ({"janitor-expires": "november"}, [], {"ttl-unreadable"}),
    ],
)
def test_images_go_by_the_labels_of_their_repository_and_their_own_age(
    labels: dict[str, str], goes: list[str], stays: set[str]
) -> None:
    made = [
        image("old", "old", days=5),
        image("young", "young", days=1),
        image("undated", "undated", days=None),
    ]
    found, kept = images_decided(IMAGES, contents(*made), repo=repository(labels=labels))
    assert sorted(each.image.tags[0] for each in found) == sorted(goes)
    assert set(kept.values()) == stays
    assert {each.reason for each in found} <= {"ttl"}


def test_the_label_that_always_protects_needs_no_word_in_the_file() -> None:
    world = workloads(
        failed("a", janitor_ttl="1h", janitor="keep"), failed("b", janitor_ttl="1h", janitor="keeps")
    )  # type: ignore[arg-type]
    assert decided(policies(BY_TTL), world) == {"a": "protected", "b": "delete: failed"}
    file = policies(policy("p", Kind.IMAGE, OlderThan(timedelta(days=1))))
    found, kept = images_decided(file, contents(image("x")), repo=repository(labels={"janitor": "keep"}))
    assert (found, set(kept.values())) == ([], {"protected"})
    assert decided(policies(BY_TTL, protect={"labels": {"janitor": "never"}}), world)["a"] == "protected"


def lines(*each: Policy, loads: Workloads | None = None, **labels: str) -> tuple[str, ...]:
    given = {key.replace("_", "-"): value for key, value in labels.items()}
    return unreadable_labels(asking(policies(*each)), loads or Workloads(), [repository(labels=given)])


def test_a_label_that_cannot_be_read_is_told_by_name_with_the_way_out() -> None:
    world = workloads(failed("web", janitor_ttl="3\x1b[2Jdays"), failed("fine", janitor_ttl="3d"))  # type: ignore[arg-type]
    assert lines(BY_TTL, loads=world) == (
        "projects/p/locations/us-central1/services/web: the label janitor-ttl says '3\\x1b[2Jdays', which cannot be read: "
        "write it like 72h or 30d; the resource is kept (ttl-unreadable)",
    )


def test_it_is_told_where_a_policy_of_that_kind_asks_and_in_scope_alone() -> None:
    world = workloads(failed("web", janitor_ttl="3days"))  # type: ignore[arg-type]
    assert lines(policy("p", Kind.SERVICE, OlderThan(timedelta(days=1))), loads=world) == ()
    assert lines(policy("p", Kind.REVISION, KEY), loads=world) == ()
    outside = asking(policies(BY_TTL), projects={"other"})
    assert unreadable_labels(outside, world, []) == ()


def test_a_repository_is_told_once_for_all_that_it_holds() -> None:
    found = lines(
        policy("i", Kind.IMAGE, KEY), policy("r", Kind.REPOSITORY, KEY), janitor_ttl="1", janitor_expires="2"
    )
    assert len(found) == 2
    assert "label janitor-expires says '2'" in found[0]
    assert "label janitor-ttl says '1'" in found[1]


def test_past_ten_they_are_counted() -> None:
    world = workloads(*(failed(f"s{n}", janitor_ttl="soon") for n in range(1234 + MOST_NAMED)))  # type: ignore[arg-type]
    found = lines(BY_TTL, loads=world)
    assert len(found) == MOST_NAMED + 1
    assert found[-1].startswith("1,234 more lifetime labels")


def test_every_kind_that_ttl_may_be_asked_of_has_its_labels_looked_at() -> None:
    asked = {kind for kind, keys in GRAMMAR.kinds.items() if "ttl" in keys.when}
    assert asked
    assert asked <= {kind.value for kind in with_labels(Workloads(), ())}


@pytest.mark.parametrize(("more", "said"), [(0, 0), (1, 1)])
def test_ten_are_named_and_no_rest_of_none_is_told(more: int, said: int) -> None:
    world = workloads(*(failed(f"s{n}", janitor_ttl="soon") for n in range(MOST_NAMED + more)))  # type: ignore[arg-type]
    found = lines(BY_TTL, loads=world)
    assert len(found) == MOST_NAMED + said
    assert sum("more lifetime labels" in line for line in found) == said


def test_images_have_the_labels_of_docker_repositories_and_versions_those_of_others() -> None:
    docker, npm = repository(), repository(RepositoryName("p", "us", "libs"), format="NPM")
    found = with_labels(Workloads(), (docker, npm))
    assert (found[Kind.IMAGE], found[Kind.VERSION]) == ([docker], [npm])
