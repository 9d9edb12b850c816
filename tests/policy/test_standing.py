"""How one policy's `keep` takes one resource, as people are told it (R9, R10)."""

from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image
from janitor.policy.conditions.key import ImageReading
from janitor.policy.conditions.names import NameIs
from janitor.policy.deciding.image_graph import Family
from janitor.policy.deciding.retention import RetentionAnswer, image_traits, standing
from janitor.policy.deciding.verdict import question
from janitor.policy.model import Policy, Retention
from tests.making import NOW, ago, digest, image, policy, repository

IMAGES = [
    image("old", "v1", days=9),
    image("undated", days=None),
    image("new", "v2", days=1),
    image("mid", days=5),
    image("signer", days=2),
    image("other", package="other", days=3),
]


def of(one: Policy, label: str, images: list[Image] | None = None) -> RetentionAnswer | None:
    asked = question(one, ImageReading(repository(), NOW.timestamp()), True)
    family = Family(referrers={digest("signer"): digest("old")})
    return standing(asked, images or IMAGES, image_traits(family), NOW.timestamp(), digest(label))


def keeping(**keep: object) -> Policy:
    return policy("keep", Kind.IMAGE, NameIs(("app",)), keep=Retention(**keep))  # type: ignore[arg-type]


def test_the_newest_is_the_first_of_those_that_are_counted() -> None:
    latest = KeepReason.KEEP_LATEST
    assert of(keeping(latest=2), "new") == RetentionAnswer(latest, 1, 3, 1)
    assert of(keeping(latest=2), "mid") == RetentionAnswer(latest, 2, 3, 2)
    assert of(keeping(latest=2), "old") == RetentionAnswer(None, 3, 3, 3)


def test_what_has_no_time_or_takes_no_place_has_no_rank() -> None:
    assert of(keeping(latest=1), "undated") == RetentionAnswer(KeepReason.KEEP_LATEST, None, 3)
    assert of(keeping(latest=1), "signer") == RetentionAnswer(None, None, 3)


def test_a_time_in_the_future_has_no_rank() -> None:
    """R5."""
    images = [image("undated", days=-5), *(each for each in IMAGES if each.digest != digest("undated"))]
    assert of(keeping(latest=1), "undated", images) == RetentionAnswer(KeepReason.KEEP_LATEST, None, 3)
    assert of(keeping(latest=1), "new", images) == RetentionAnswer(KeepReason.KEEP_LATEST, 1, 3, 1)


def test_an_image_has_a_place_by_upload_and_one_by_update() -> None:
    """R37."""
    moved = [
        each._replace(update_time=ago(hours=1).timestamp()) if each.digest == digest("old") else each
        for each in IMAGES
    ]
    assert of(keeping(latest=1), "old", moved) == RetentionAnswer(KeepReason.KEEP_LATEST, 3, 3, 1)
    assert of(keeping(latest=1), "new", moved) == RetentionAnswer(KeepReason.KEEP_LATEST, 1, 3, 2)
    assert of(keeping(latest=1), "mid", moved) == RetentionAnswer(None, 2, 3, 3)


def test_without_latest_there_is_no_rank() -> None:
    assert of(keeping(tagged=("v*",)), "old") == RetentionAnswer(KeepReason.KEEP_TAGGED, None, 4)
    assert of(keeping(tagged=("v*",)), "mid") == RetentionAnswer(None, None, 4)


def test_a_keep_that_does_not_speak_of_it_says_nothing() -> None:
    assert of(keeping(latest=9), "other") is None
    assert of(policy("none", Kind.IMAGE), "new") is None
