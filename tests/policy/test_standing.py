"""How one policy's `keep` takes one resource, as people are told it (R9, R10)."""

from janitor.model.kinds import KeepReason, Kind
from janitor.model.resources import Image
from janitor.policy.decision import question
from janitor.policy.image_keys import image_leaf
from janitor.policy.images import TRAITS
from janitor.policy.retention import Standing, standing
from janitor.policy.values import NameIs, Policy, Retention
from tests.making import NOW, digest, image, policy, repository

IMAGES = [
    image("old", "v1", days=9),
    image("undated", days=None),
    image("new", "v2", days=1),
    image("mid", days=5),
    image("signer", days=2),
    image("other", package="other", days=3),
]


def of(one: Policy, label: str, images: list[Image] | None = None) -> Standing | None:
    asked = question(one, image_leaf(repository(), NOW.timestamp()), True)
    signers = (digest("signer"),)
    return standing(asked, images or IMAGES, TRAITS, NOW.timestamp(), digest(label), signers)


def keeping(**keep: object) -> Policy:
    return policy("keep", Kind.IMAGE, NameIs(("app",)), keep=Retention(**keep))  # type: ignore[arg-type]


def test_the_newest_is_the_first_of_those_that_are_counted() -> None:
    latest = KeepReason.KEEP_LATEST
    assert of(keeping(latest=2), "new") == Standing(latest, 1, 3)
    assert of(keeping(latest=2), "mid") == Standing(latest, 2, 3)
    assert of(keeping(latest=2), "old") == Standing(None, 3, 3)


def test_what_has_no_time_or_takes_no_place_has_no_rank() -> None:
    assert of(keeping(latest=1), "undated") == Standing(KeepReason.KEEP_LATEST, None, 3)
    assert of(keeping(latest=1), "signer") == Standing(None, None, 3)


def test_without_latest_there_is_no_rank() -> None:
    assert of(keeping(tagged=("v*",)), "old") == Standing(KeepReason.KEEP_TAGGED, None, 4)
    assert of(keeping(tagged=("v*",)), "mid") == Standing(None, None, 4)


def test_a_keep_that_does_not_speak_of_it_says_nothing() -> None:
    assert of(keeping(latest=9), "other") is None
    assert of(policy("none", Kind.IMAGE), "new") is None
