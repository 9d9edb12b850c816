"""What becomes of traffic tags of services: rule R50, and R4, R5, R11, R14, R24 and R43."""

from dataclasses import replace
from datetime import timedelta

import pytest

from janitor.kinds.service import Service
from janitor.kinds.traffic_tag import TRAFFIC_TAG, tag_name, traffic_tags
from janitor.kinds.workload import Told
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Traffic
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import ServiceIs, TrafficTagIs
from janitor.policy.deciding.grace import Grace, Marks
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.model import Policy, Protect
from tests.deciding import context, decided
from tests.making import NOW, ago, policies, policy, revision, service, with_tags, workloads

PREVIEWS = policy(
    "previews", Kind.TRAFFIC_TAG, ServiceIs(("web",)), TrafficTagIs(("pr-*",)), OlderThan(timedelta(days=7))
)
LIVE = revision("web", "web-9", status="active", days=1)
OLD = revision("web", "web-1", status="active", days=30)
WEB = with_tags(
    service("web", traffic=["web-9"], latest_ready_revision="web-9", latest_created_revision="web-9"),
    {"pr-1": "web-1"},
)


def verdict(of: Service = WEB, *each: Policy, tag: str = "pr-1", **facts: object) -> str:
    return decided(policies(*(each or (PREVIEWS,))), workloads(of, LIVE, OLD), **facts)[tag]


def with_entries(*entries: Traffic) -> Service:
    """The service with exactly these entries beside its live one, requested and observed."""
    live = Traffic("web-9", 100, "")
    return replace(WEB, traffic=(live, *entries), requested=(live, *entries))


def test_a_tag_is_deleted_once_its_revision_is_old() -> None:
    assert verdict() == "delete: older-than"


def test_its_revision_is_kept_in_the_same_plan() -> None:
    """R50: removing a tag frees nothing in the same plan."""
    revisions = policy("revisions", Kind.REVISION)
    found = decided(policies(PREVIEWS, revisions), workloads(WEB, LIVE, OLD))
    assert (found["pr-1"], found["web-1"]) == ("delete: older-than", "has-traffic")


@pytest.mark.parametrize(
    "entry",
    [Traffic("web-1", 1, "pr-1"), Traffic("", 0, "pr-1"), Traffic("web-1", 0, "pr-1", latest=True)],
    ids=["a share", "latest", "latest by name"],
)
def test_a_tag_whose_entry_has_traffic_or_names_the_latest_is_kept(entry: Traffic) -> None:
    """R50."""
    assert verdict(with_entries(entry)) == "has-traffic"


def test_an_entry_that_gets_traffic_in_the_request_alone_is_kept() -> None:
    asked = replace(WEB, requested=(Traffic("web-9", 90, ""), Traffic("web-1", 10, "pr-1")))
    assert verdict(asked) == "has-traffic"


def test_traffic_of_another_entry_of_the_same_revision_does_not_keep_it() -> None:
    """R50 speaks of entries: the revision goes on to serve."""
    assert (
        verdict(with_entries(Traffic("web-1", 20, ""), Traffic("web-1", 0, "pr-1"))) == "delete: older-than"
    )


def test_a_tag_that_is_being_moved_is_kept() -> None:
    """What is requested is not what is observed."""
    moving = replace(WEB, requested=(Traffic("web-9", 100, ""), Traffic("web-9", 0, "pr-1")))
    assert verdict(moving) == "status-unknown"
    assert verdict(replace(WEB, traffic=(Traffic("web-9", 100, ""),))) == "status-unknown"


def test_a_tag_of_a_revision_that_was_not_seen_is_kept() -> None:
    assert verdict(with_entries(Traffic("web-0", 0, "pr-1"))) == "status-unknown"


def test_its_age_counts_from_the_creation_of_its_revision() -> None:
    newer = with_entries(Traffic("web-9", 0, "pr-9"))
    assert verdict(newer, tag="pr-9") == "not-matched"


def test_a_tag_of_a_revision_that_was_just_created_is_kept() -> None:
    """R43."""
    young = revision("web", "web-1", status="active", days=0.02)
    any_age = policy("any-age", Kind.TRAFFIC_TAG, TrafficTagIs(("pr-*",)))
    assert decided(policies(any_age), workloads(WEB, LIVE, young))["pr-1"] == "just-created"


def test_a_plan_says_for_which_revision_a_tag_is_and_holds_its_services_labels() -> None:
    labelled = replace(WEB, labels={"env": "preview"})
    (tag,) = traffic_tags(labelled, [OLD])
    told = TRAFFIC_TAG.told(tag, DeleteReason.OLDER_THAN)
    assert told == Told(more="for revision web-1", content='[["env", "preview"]]')


def test_a_tag_is_named_below_its_service() -> None:
    assert str(tag_name(WEB.name, "pr-1")) == "projects/p/locations/us-central1/services/web/tags/pr-1"


def test_service_and_tag_are_globs() -> None:
    other = policy("other", Kind.TRAFFIC_TAG, TrafficTagIs(("canary",)))
    assert verdict(WEB, other) == "not-matched"
    elsewhere = policy("elsewhere", Kind.TRAFFIC_TAG, ServiceIs(("api",)))
    assert verdict(WEB, elsewhere) == "not-matched"


def test_labels_are_those_of_its_service() -> None:
    labelled = policy("labelled", Kind.TRAFFIC_TAG, LabelsAre({"env": "preview"}))
    assert verdict(WEB, labelled) == "not-matched"
    assert verdict(replace(WEB, labels={"env": "preview"}), labelled) == "delete: matched"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"labels": {"janitor": "keep"}}, "protected"),
        ({"labels": {"goog-managed-by": "something"}}, "google-managed"),
        ({"multi_region": True}, "multi-region"),
        ({"reconciling": True}, "reconciling"),
        ({"update_time": ago(hours=0.5)}, "just-created"),
        ({"update_time": ago(hours=-1)}, "age-unknown"),
    ],
)
def test_what_keeps_a_service_s_revision_keeps_its_tags(change: dict[str, object], why: str) -> None:
    assert verdict(replace(WEB, **change)) == why  # type: ignore[arg-type]


def test_a_label_of_its_revision_and_a_glob_of_its_tag_protect_it() -> None:
    """R11: any one label, name or tag protects."""
    kept = replace(OLD, labels={"janitor": "keep"})
    assert decided(policies(PREVIEWS), workloads(WEB, LIVE, kept))["pr-1"] == "protected"
    for protect in (Protect({}, names=("web",)), Protect({}, tags=("pr-*",))):
        file = replace(policies(PREVIEWS), protect=protect)
        assert decided(file, workloads(WEB, LIVE, OLD))["pr-1"] == "protected"


def test_a_gap_of_its_place_and_what_janitor_runs_as_keep_it() -> None:
    assert verdict(blocked={("p", "us-central1")}) == "gap"
    assert verdict(own={"web"}) == "self"


def test_a_google_managed_service_is_named_literally() -> None:
    """R14."""
    made = replace(WEB, labels={"goog-managed-by": "something"})
    assert verdict(made, replace(PREVIEWS, managed=True)) == "delete: older-than"


def test_the_tags_of_a_service_that_is_deleted_go_with_it() -> None:
    """R13, R19: counted where a policy is about tags."""
    dead = replace(with_tags(service("web", failed=True), {"pr-1": "web-1"}), traffic=())
    services = policy("services", Kind.SERVICE)
    broken = revision("web", "web-1", status="failed", days=30)
    verdicts = decide_workloads(context(policies(services, PREVIEWS)), workloads(dead, broken))
    assert [tag.name.short for tag in verdicts.contained[Kind.TRAFFIC_TAG][dead.name]] == ["pr-1"]
    assert verdicts.by_kind[Kind.TRAFFIC_TAG] == {}
    alone = decide_workloads(context(policies(services)), workloads(dead, broken))
    assert alone.contained[Kind.TRAFFIC_TAG] == {}


def test_a_grace_period_starts_again_when_the_tag_is_moved() -> None:
    """What differs is the revision that it names, and not whatever else is deployed to the service."""
    waits = replace(PREVIEWS, grace=timedelta(days=7))
    asked = context(policies(waits))
    decide_workloads(asked, workloads(WEB, LIVE, OLD))
    (waiting,) = asked.memory.grace.waiting.values()
    assert waiting.state == "uid-web web-1"
    assert (waiting.kind, waiting.due_at - NOW) == (Kind.TRAFFIC_TAG, timedelta(days=7))


@pytest.mark.parametrize(
    ("opted_out", "said"), [("revisions/web-1", "opted-out"), ("revisions/web-9", "delete: older-than")]
)
def test_an_opt_out_of_its_revision_keeps_a_tag(opted_out: str, said: str) -> None:
    marks = Marks(opted_out=frozenset({f"projects/p/locations/us-central1/services/web/{opted_out}"}))
    asked = context(policies(PREVIEWS), grace=Grace(marks))
    (answer,) = decide_workloads(asked, workloads(WEB, LIVE, OLD)).by_kind[Kind.TRAFFIC_TAG].values()
    assert said in (answer.reason.value, f"delete: {answer.reason}")
