"""What each key reads of an image, at its bounds; and what cannot be known of one (R5)."""

import time

import pytest

from janitor.model.kinds import Kind
from janitor.model.resources import Image
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Condition, Not
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.size import LargerThan
from tests.deciding import images_decided
from tests.making import NOW, contents, image, policies, policy

DAY = OlderThan(NOW.resolution * 86_400_000_000)
AT = NOW.timestamp()


def of_image(condition: Condition, found: Image) -> str:
    """What becomes of an image by a policy of this one key."""
    goes, stays = images_decided(policies(policy("a", Kind.IMAGE, condition)), contents(found))
    return f"delete: {goes[0].reason}" if goes else stays[found.digest]


def expr(text: str) -> Expr:
    return Expr(text, "a")


def at(seconds: float, updated: float | None = None) -> Image:
    """An image uploaded, and changed, at these epoch seconds."""
    return image("one")._replace(upload_time=seconds, update_time=updated)


@pytest.mark.parametrize(
    ("found", "older", "not_older"),
    [
        (at(0), "age-unknown", "age-unknown"),
        (at(-1), "age-unknown", "age-unknown"),
        (at(1), "delete: older-than", "not-matched"),
        (at(AT - 86400), "not-matched", "delete: matched"),
        (at(AT - 86401), "delete: older-than", "not-matched"),
        (at(AT), "not-matched", "just-created"),
        (at(AT + 1), "age-unknown", "age-unknown"),
        (at(1, AT - 3600), "not-matched", "delete: matched"),
        (at(1, AT + 1), "age-unknown", "age-unknown"),
        (at(AT - 3600, 1), "not-matched", "delete: matched"),
    ],
)
def test_an_age_is_strict_and_a_time_at_the_epoch_or_to_come_tells_none(
    found: Image, older: str, not_older: str
) -> None:
    assert of_image(DAY, found) == older
    assert of_image(Not(DAY), found) == not_older


@pytest.mark.parametrize(
    ("size", "larger", "not_larger"),
    [
        (1001, "delete: larger-than", "not-matched"),
        (1000, "not-matched", "delete: matched"),
        (1, "not-matched", "delete: matched"),
        (0, "size-unknown", "size-unknown"),
    ],
)
def test_a_size_is_strict_and_none_at_all_is_not_known(size: int, larger: str, not_larger: str) -> None:
    assert of_image(LargerThan(1000), image("one", size=size)) == larger
    assert of_image(Not(LargerThan(1000)), image("one", size=size)) == not_larger


def test_a_typed_image_that_may_be_meant_stays_for_what_is_not_known_of_it() -> None:
    """And not for a subject that would not matter."""
    unknown = image("one", days=None, artifact_type="x/y")
    assert of_image(DAY, unknown) == "age-unknown"


def test_an_image_without_a_type_is_of_no_type() -> None:
    assert of_image(ArtifactTypeIs(("*",)), image("one")) == "not-matched"
    assert of_image(ArtifactTypeIs(("*",)), image("one", artifact_type="x/y")) == "delete: matched"
    assert of_image(ArtifactTypeIs(("x/z",)), image("one", artifact_type="x/y")) == "not-matched"


@pytest.mark.parametrize(
    ("text", "found", "said"),
    [
        ("now == timestamp('2026-11-24T04:00:00Z')", at(1), "delete: matched"),
        ("now > timestamp('2026-11-24T04:00:00Z')", at(0), "not-matched"),
        ("age >= duration('0s')", at(0), "age-unknown"),
        ("age >= duration('0s')", at(1), "delete: matched"),
        ("age >= duration('0s')", at(AT - 3600), "delete: matched"),
        ("age >= duration('0s')", at(AT + 1), "age-unknown"),
        ("resource.size_bytes < 2", image("one", size=1), "delete: matched"),
        ("resource.size_bytes < 2", image("one", size=0), "size-unknown"),
        ("resource.name == 'app'", image("one", size=0), "delete: matched"),
    ],
)
def test_what_an_expression_asks_for_and_is_not_known_is_its_answer(
    text: str, found: Image, said: str
) -> None:
    assert of_image(expr(text), found) == said


def test_now_is_utc_wherever_janitor_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "KST-9")
        time.tzset()
        assert of_image(expr("now.getHours() == 4"), at(1)) == "delete: matched"
    time.tzset()
