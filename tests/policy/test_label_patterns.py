"""`labels_regex` and `annotations_regex`: regular expressions that the values of labels are of."""

from pathlib import Path

import pytest

from janitor.model.kinds import Kind, Status
from janitor.policy.conditions.condition import Condition, Not
from janitor.policy.conditions.implication import excludes, implies
from janitor.policy.conditions.labels import AnnotationsRegex, LabelsAre, LabelsRegex
from janitor.policy.conditions.state import StatusIs
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Retention
from tests.deciding import decided, images_decided
from tests.making import contents, image, policies, policy, repository, revision, service, workloads
from tests.policy.test_document_mistakes import of_policy

TEAM = {"team": "^ml-[0-9]+$"}
GOES, STAYS = "delete: matched", "not-matched"


def of_service(condition: Condition, **facts: object) -> str:
    """The verdict on a failed service."""
    asked = policies(policy("a", Kind.SERVICE, condition))
    return decided(asked, workloads(service("web", failed=True, **facts)))["web"]


@pytest.mark.parametrize(
    ("team", "found"), [("ml-1", True), ("ml-", False), ("ml-12x", False), ("ML-1", False), ("", False)]
)
def test_the_expression_is_found_in_the_value_or_not(team: str, found: bool) -> None:
    has = {"team": team, "env": "dev"}
    for facts, key in (({"labels": has}, LabelsRegex(TEAM)), ({"annotations": has}, AnnotationsRegex(TEAM))):
        assert of_service(key, **facts) == (GOES if found else STAYS)
        assert of_service(Not(key), **facts) == (STAYS if found else GOES)


def test_what_has_no_such_label_does_not_match_whatever_the_expression_would_take() -> None:
    assert of_service(LabelsRegex({"team": ".*"})) == STAYS
    assert of_service(LabelsRegex({"team": ".*"}), annotations={"team": "ml-1"}) == STAYS
    assert of_service(AnnotationsRegex({"team": ".*"}), labels={"team": "ml-1"}) == STAYS
    assert of_service(LabelsRegex({"team": ".*"}), labels={"team": ""}) == GOES


def test_all_of_several_labels_must_match_and_anchors_are_the_file_s() -> None:
    both = LabelsRegex({"team": "l-", "env": "^d"})
    assert of_service(both, labels={"team": "ml-1", "env": "dev"}) == GOES
    assert of_service(both, labels={"team": "ml-1", "env": "nod"}) == STAYS
    assert of_service(both, labels={"team": "ml-1"}) == STAYS


def test_of_images_the_repository_s_labels_count() -> None:
    asked = policies(policy("a", Kind.IMAGE, LabelsRegex(TEAM)))
    for team, goes in (("ml-1", 1), ("web", 0)):
        went, _ = images_decided(asked, contents(image("one")), repo=repository(labels={"team": team}))
        assert len(went) == goes


def test_an_expression_that_hangs_others_is_asked_in_linear_time() -> None:
    hostile = AnnotationsRegex({"note": "^(a+)+$"})
    assert of_service(hostile, annotations={"note": "a" * 100_000 + "!"}) == STAYS


def test_a_literal_label_tells_whether_the_expression_holds_and_a_glob_does_not() -> None:
    assert implies(LabelsAre({"team": "ml-1", "env": "dev"}), LabelsRegex(TEAM))
    assert excludes(LabelsAre({"team": "web"}), LabelsRegex(TEAM))
    for wide in ("ml-*", "*"):
        assert not implies(LabelsAre({"team": wide}), LabelsRegex(TEAM))
        assert not excludes(LabelsAre({"team": wide}), LabelsRegex(TEAM))
    assert implies(LabelsRegex(TEAM), LabelsAre({"team": "*"}))
    assert not implies(LabelsRegex(TEAM), LabelsAre({"team": "ml-*"}))


MISTAKES = {
    "labels_regex: {team: '('}": "team: '(' is no regular expression of RE2's syntax",
    "labels_regex: {team: '(a)\\1'}": "is no regular expression of RE2's syntax",
    "any: [{annotations_regex: {note: '(?=a)'}}]": "is no regular expression of RE2's syntax",
    "labels_regex: {team: ''}": "an empty text matches nothing",
    "labels_regex: {team: 3}": "'3' must be text",
    "labels_regex: {'te*m': a}": "'te*m' is no label",
    "labels_regex: '^a'": "labels_regex: '^a' must be a mapping",
    "label_regex: {team: a}": "did you mean labels_regex?",
}


@pytest.mark.parametrize("when", MISTAKES)
def test_a_mistake_is_told_with_the_way_out(tmp_path: Path, when: str) -> None:
    lines = of_policy(tmp_path, f"{{name: a, kind: run.service, when: {{{when}}}}}")
    assert len(lines) == 1, lines
    assert MISTAKES[when] in lines[0]


def test_the_file_says_them_as_they_are_and_they_are_inherited() -> None:
    text = (
        "version: 1\n"
        "defaults: {when: {annotations_regex: {note: '^x'}}}\n"
        "policies: [{name: a, kind: run.job, when: {labels_regex: {team: '^ml-'}}}]\n"
    )
    read = parse_policies(text.encode(), "f", lambda _: b"").policies[0]
    assert set(map(repr, read.when.parts)) == {
        repr(LabelsRegex({"team": "^ml-"})),
        repr(AnnotationsRegex({"note": "^x"})),
    }


def test_they_say_whom_so_a_service_that_serves_may_go_by_them() -> None:
    """R15."""
    text = (
        "version: 1\npolicies: [{name: a, kind: run.service, "
        "when: {status: serving, older_than: 1d, labels_regex: {pr: '^[0-9]+$'}}}]\n"
    )
    read = parse_policies(text.encode(), "f", lambda _: b"").policies[0]
    live = [service(name, traffic=["r"], labels={"pr": pr}) for name, pr in (("a", "12"), ("b", "x12"))]
    assert decided(policies(read), workloads(*live)) == {"a": "delete: older-than", "b": "serving"}


def test_they_say_whom_so_keep_counts_no_other() -> None:
    """R9: the newest of those that they speak of stays, though another is newer."""
    file = policies(
        policy("a", Kind.REVISION, LabelsRegex(TEAM), StatusIs((Status.RETIRED,)), keep=Retention(latest=1))
    )
    made = [
        revision("web", f"web-{n}", days=10 - n, labels={"team": team})
        for n, team in enumerate(("ml-1", "ml-2", "ops"))
    ]
    world = workloads(
        service("web", traffic=["web-9"]), *made, revision("web", "web-9", status="active", days=1)
    )
    found = decided(file, world)
    assert [found[f"web-{n}"] for n in range(3)] == ["delete: retired", "keep-latest", "not-matched"]
