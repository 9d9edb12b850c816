"""What each key reads of a workload or a repository, at its bounds; and what cannot be known of one (R5)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from janitor.model.kinds import Kind
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Condition, Not
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.size import LargerThan
from janitor.policy.deciding.repositories import decide_repository
from janitor.policy.deciding.verdict import Delete
from tests.deciding import context, decided
from tests.making import NOW, contents, image, policies, policy, repository, service, workloads

DAY = OlderThan(timedelta(days=1))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def of_service(condition: Condition, **facts: object) -> str:
    """The verdict on a failed service."""
    asked = policies(policy("a", Kind.SERVICE, condition))
    return decided(asked, workloads(service("web", failed=True, **facts)))["web"]


def of_repository(condition: Condition, size: int) -> str:
    """The verdict on a repository of this size."""
    asked = policies(policy("a", Kind.REPOSITORY, NameIs(("r",)), condition))
    answer = decide_repository(
        context(asked), repository(size_bytes=size), contents(image("a")), set(), gap=False
    )
    return f"delete: {answer.reason}" if isinstance(answer, Delete) else answer.reason.value


@pytest.mark.parametrize(
    ("since", "older", "not_older"),
    [
        (None, "age-unknown", "age-unknown"),
        (EPOCH, "age-unknown", "age-unknown"),
        (EPOCH + SECOND, "delete: older-than", "not-matched"),
        (NOW - DAY.age, "not-matched", "delete: matched"),
        (NOW - DAY.age - SECOND, "delete: older-than", "not-matched"),
        (NOW, "not-matched", "just-created"),
        (NOW + SECOND, "age-unknown", "age-unknown"),
    ],
)
def test_an_age_is_strict_and_a_time_at_the_epoch_or_to_come_tells_none(
    since: datetime | None, older: str, not_older: str
) -> None:
    assert of_service(DAY, update_time=since) == older
    assert of_service(Not(DAY), update_time=since) == not_older


@pytest.mark.parametrize(
    ("size", "larger", "not_larger"),
    [
        (1001, "delete: larger-than", "not-matched"),
        (1000, "not-matched", "delete: matched"),
        (0, "size-unknown", "size-unknown"),
    ],
)
def test_a_size_is_strict_and_none_at_all_is_not_known(size: int, larger: str, not_larger: str) -> None:
    assert of_repository(LargerThan(1000), size) == larger
    assert of_repository(Not(LargerThan(1000)), size) == not_larger


@pytest.mark.parametrize(
    ("text", "size", "said"),
    [
        ("resource.size_bytes < 2000", 1000, "delete: matched"),
        ("resource.size_bytes < 2000", 3000, "not-matched"),
        ("resource.size_bytes < 2000", 0, "size-unknown"),
        ("resource.name == 'r'", 0, "delete: matched"),
    ],
)
def test_a_size_that_an_expression_asks_for_and_is_not_known_is_its_answer(
    text: str, size: int, said: str
) -> None:
    assert of_repository(Expr(text, "a"), size) == said


def test_an_expression_reads_whatever_holds_labels_and_words() -> None:
    labels: Mapping[str, str] = MappingProxyType({"team": "ml"})
    assert of_service(Expr("resource.labels.team == 'ml'", "a"), labels=labels) == "delete: matched"
    kind = "resource.kind + ' ' + resource.status == 'run.service failed'"
    assert of_service(Expr(kind, "a")) == "delete: matched"
