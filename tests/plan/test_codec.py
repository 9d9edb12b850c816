"""The plan as bytes: read back it is the same, and its id says what would be done and why."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from janitor.model.amounts import Priced, Unpriced
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.plan.codec import decode, encode, plan_id
from tests.plan.samples import GAP, action, plan

RICH = plan(
    action("s", Kind.SERVICE, etag='"e"', uid="u", contains=((Kind.REVISION, 2),), rank=(0, 0)),
    action("i", tags=("v1", "\u2028", "ü"), after=("a", "b"), group="g", estimate=Unpriced("no price")),
    action("r", Kind.REPOSITORY, content="abc", estimate=Priced(Decimal("1E+3"), "billed")),
    examined={Kind.SERVICE: 3, Kind.IMAGE: 40},
    gaps=(GAP,),
)


def test_what_is_read_back_is_the_same() -> None:
    assert decode(encode(RICH)) == RICH
    assert encode(decode(encode(RICH))) == encode(RICH)


def test_an_action_is_a_line_whatever_text_it_holds() -> None:
    """Tags and messages are hostile: a line separator in one stays within its line."""
    lines = encode(RICH).split(b"\n")
    assert len(lines) == 1 + len(RICH.actions) + 1
    assert lines[-1] == b""
    assert encode(RICH).isascii()


def test_money_keeps_every_digit() -> None:
    exact = Priced(Decimal("0.00000001234567890123456789"), "x")
    found = decode(encode(plan(action("a", estimate=exact)))).actions[0].estimate
    assert found == exact


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"{}", b"[]", b"null\n", b"not json", b"\xff", encode(RICH)[:-20], encode(RICH) + b"[]\n",
        encode(RICH).replace(b'"schema_version":1', b'"schema_version":2'), encode(RICH).replace(b"run.service", b"run.x"),
        encode(RICH).replace(b'"0.0123"', b'"zero"'), encode(RICH).replace(b'"examined":{', b'"examined":[],"x":{'),
    ],
)  # fmt: skip
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is Google's or JSON's own
        decode(data)


def test_a_later_schema_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match="schema_version 2"):
        decode(encode(RICH).replace(b'"schema_version":1', b'"schema_version":2'))


def test_two_looks_at_an_unchanged_world_give_the_same_id() -> None:
    later = replace(RICH, observed_at=RICH.observed_at + timedelta(hours=1))
    older = replace(later, actions=tuple(a._replace(detail="41d old") for a in RICH.actions))
    assert plan_id(older) == RICH.plan_id


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"}, {"policy": "other"}, {"reason": DeleteReason.UNUSED}, {"etag": "x"}, {"uid": "x"},
        {"tags": ("x",)}, {"after": ("x",)}, {"contains": ((Kind.REVISION, 3),)}, {"content": "x"}, {"size_bytes": 11},
    ],
)  # fmt: skip
def test_whatever_makes_it_another_deletion_makes_it_another_plan(change: dict) -> None:
    first, *rest = RICH.actions
    assert plan_id(replace(RICH, actions=(first._replace(**change), *rest))) != RICH.plan_id


@pytest.mark.parametrize(
    "change", [{"gaps": ()}, {"policy_digest": "sha256:1"}, {"actions": RICH.actions[:2]}]
)
def test_another_ground_or_another_extent_makes_it_another_plan(change: dict) -> None:
    assert plan_id(replace(RICH, **change)) != RICH.plan_id


def test_the_order_of_execution_is_part_of_the_plan() -> None:
    assert plan_id(replace(RICH, actions=RICH.actions[::-1])) != RICH.plan_id
