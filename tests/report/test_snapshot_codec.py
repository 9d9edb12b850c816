"""The snapshot as text: read back it is the same, and anything else is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from janitor.apply.outcomes import OutcomeKind
from janitor.model.amounts import Amount, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind, Status
from janitor.report.data.running_costs import idle_sum
from janitor.report.data.snapshot import (
    InGrace,
    Planned,
    PlannedGroup,
    Remaining,
    RunningService,
    Snapshot,
    Stored,
)
from janitor.report.data.snapshot_codec import SCHEMA_VERSION, decode_snapshot, encode_snapshot
from tests.report.summaries import SMALL, UNTIL, large, snapshot

_TEXTS = st.text(max_size=20)
_COUNTS = st.integers(0, 10**18)
_MONEY = st.decimals(0, 10**12, allow_nan=False, allow_infinity=False)
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
_SUMS = st.builds(Amount, _COUNTS, _COUNTS, _MONEY, _COUNTS, st.booleans())
_ESTIMATES = st.builds(Priced, _MONEY, _TEXTS, st.booleans()) | st.builds(Unpriced, _TEXTS)
_KINDS = st.sampled_from(Kind)
_WORDS = _KINDS.map(lambda kind: kind.value)


def _few(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


_PLANNED = st.builds(
    Planned, _WORDS, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _COUNTS, _ESTIMATES,
    st.sampled_from(OutcomeKind).map(lambda kind: kind.value), st.none() | _TEXTS,
)  # fmt: skip
_RUNNING = st.builds(
    RunningService, _TEXTS, _TEXTS, st.sampled_from(Status).map(lambda status: status.value), _ESTIMATES, _TEXTS,
    st.none() | _TIMES,
)  # fmt: skip
SNAPSHOTS = st.builds(
    Snapshot, _TEXTS, _TEXTS, _TIMES, _TIMES,
    gaps=_few(st.builds(Gap, _TEXTS, _TEXTS, _KINDS, _TEXTS, st.none() | _TEXTS)), gapped=_COUNTS,
    refusals=_few(st.tuples(_TEXTS, _TEXTS)), planned=_SUMS, left=_SUMS,
    by_policy=_few(st.tuples(_TEXTS, _SUMS)), by_owner=_few(st.tuples(_TEXTS, _SUMS)),
    largest=_few(_PLANNED), troubles=_few(_PLANNED), troubled=_COUNTS, stored=_SUMS,
    repositories=_few(st.builds(Stored, _TEXTS, _TEXTS, _TEXTS, _COUNTS, _ESTIMATES)), running=_SUMS,
    services=_few(_RUNNING), kept=_few(st.builds(Remaining, _WORDS, _TEXTS, _COUNTS)), notices=_few(_TEXTS),
    waiting=_few(st.builds(InGrace, _WORDS, _TEXTS, _TEXTS, _TEXTS, _TIMES, st.booleans(), _COUNTS, _ESTIMATES)),
    waited=_COUNTS, in_grace=_SUMS, idle=_SUMS,
    grouped=_few(st.builds(PlannedGroup, _WORDS, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _SUMS)), unknown_uses=_TEXTS,
)  # fmt: skip
RICH = SMALL.snapshot or snapshot()
DOCUMENT = json.loads(encode_snapshot(RICH))
LATER = {"waiting", "waited", "in_grace", "idle", "grouped", "unknown_uses"}


def changed(*path: str | int, to: object) -> str:
    """RICH as text, with one value of it another one."""
    document = json.loads(encode_snapshot(RICH))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return json.dumps(document)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(SNAPSHOTS)
def test_what_is_read_back_is_the_same(given_one: Snapshot) -> None:
    text = encode_snapshot(given_one)
    found = decode_snapshot(text)
    assert found == given_one
    assert encode_snapshot(found) == text


def test_hostile_texts_come_back_as_they_were_and_the_text_is_one_line_of_ascii() -> None:
    great = large(3000).snapshot
    assert great
    text = encode_snapshot(great)
    assert decode_snapshot(text) == great
    assert text.isascii()
    assert len(text.splitlines()) == 1


def test_what_is_read_back_holds_plain_words_and_enums_where_the_values_say_so() -> None:
    found = decode_snapshot(encode_snapshot(RICH))
    assert type(found.services[0].status) is str
    assert type(found.gaps[0].kind) is Kind


def test_money_is_a_decimal_string_and_a_time_ends_in_z() -> None:
    assert DOCUMENT["stored"][2] == "0.838190317153930664062500"
    assert DOCUMENT["observed_at"] == "2026-11-23T03:00:12Z"
    assert DOCUMENT["schema_version"] == SCHEMA_VERSION


def test_money_keeps_every_digit_and_no_exponent() -> None:
    exact = Amount(1, 1, Decimal("0.00000001234567890123456789012345678901234567890"))
    text = encode_snapshot(snapshot(planned=exact, left=Amount(usd_month=Decimal("1E+3"))))
    assert decode_snapshot(text).planned == exact
    assert '"1000"' in text


def test_a_time_of_another_zone_is_read_as_utc() -> None:
    found = decode_snapshot(changed("observed_at", to="2026-11-23T12:00:12+09:00")).observed_at
    assert found == datetime(2026, 11, 23, 3, 0, 12, tzinfo=UTC)
    assert found.tzinfo is UTC
    seoul = timezone(timedelta(hours=9))
    assert (
        decode_snapshot(encode_snapshot(snapshot(observed_at=found.astimezone(seoul)))).observed_at == found
    )


@pytest.mark.parametrize("version", [0, 2, "1", None, True, 1.0, []])
def test_another_version_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match=r"not a snapshot of version 1"):
        decode_snapshot(changed("schema_version", to=version))


def test_a_snapshot_of_before_there_was_grace_knows_of_none() -> None:
    before = {key: value for key, value in DOCUMENT.items() if key not in LATER}
    assert decode_snapshot(json.dumps(before)) == replace(
        RICH, waiting=(), waited=0, in_grace=Amount(), idle=idle_sum(RICH.services)
    )


def test_scheduled_deletions_of_before_there_were_prices_have_none() -> None:
    rows = tuple(InGrace("run.service", f"s{n}", "old", "shop", UNTIL, True) for n in range(2))
    document = json.loads(encode_snapshot(replace(RICH, waiting=rows, waited=2)))
    for key in ("in_grace", "idle"):
        del document[key]
    document["waiting"] = [row[:6] for row in document["waiting"]]
    found = decode_snapshot(json.dumps(document))
    assert found.waiting == rows
    assert found.in_grace == Amount(2, unpriced=2)
    assert found.in_grace.has_no_price


@pytest.mark.parametrize("length", [5, 9])
def test_a_scheduled_deletion_of_another_length_is_refused(length: int) -> None:
    row = ["run.service", "s", "old", "shop", "2026-12-01T03:00:00Z", True, 0, {"unpriced": "x"}, 1]
    with pytest.raises(ValueError, match=r"not a snapshot of version 1"):
        decode_snapshot(changed("waiting", to=[row[:length]]))


def test_a_snapshot_of_before_there_were_groups_has_a_group_for_each_action_that_it_names() -> None:
    document = json.loads(encode_snapshot(RICH))
    del document["grouped"]
    found = decode_snapshot(json.dumps(document)).grouped
    assert [(row.name, row.detail, row.amount.count) for row in found] == [
        (row.name, row.detail, 1) for row in RICH.largest
    ]
    assert [row.amount.unpriced for row in found] == [0, 1]


@pytest.mark.parametrize("key", sorted(DOCUMENT.keys() - LATER))
def test_what_lacks_a_key_is_refused(key: str) -> None:
    rest = {name: value for name, value in DOCUMENT.items() if name != key}
    with pytest.raises(ValueError, match=r"not a snapshot of version 1"):
        decode_snapshot(json.dumps(rest))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "1", '"x"', "not json", "[" * 100_000])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a snapshot of version 1"):
        decode_snapshot(text)


@pytest.mark.parametrize(
    "text",
    [
        changed("sweep_id", to=7), changed("mode", to=None), changed("observed_at", to="yesterday"),
        changed("observed_at", to="2026-11-23T03:00:12"), changed("finished_at", to=1763866812),
        changed("gapped", to=-1), changed("gapped", to=True), changed("gapped", to=1.5), changed("gaps", to={}),
        changed("gaps", 0, to=["p", "us"]), changed("gaps", 0, 2, to="run.nothing"), changed("gaps", 0, 4, to=3),
        changed("planned", to=[1, 2, "3"]), changed("planned", 2, to=3.5), changed("planned", 2, to="NaN"),
        changed("planned", 2, to="Infinity"), changed("planned", 2, to="-1"), changed("planned", 2, to="1E+999999"),
        changed("planned", 2, to="zero"), changed("planned", 4, to=1), changed("by_policy", 0, to="stale-images"),
        changed("largest", 0, to=[]), changed("largest", 0, "kind", to="run.nothing"),
        changed("largest", 0, "outcome", to="eaten"), changed("largest", 0, "estimate", to="free"),
        changed("largest", 0, "estimate", to={}), changed("services", 0, "status", to="fine"),
        changed("services", 0, "since", to=0), changed("kept", 0, to=["artifact.image", "in-use"]),
        changed("notices", to="text"), changed("notices", to=[1]), changed("refusals", to=[["max_share"]]),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a snapshot of version 1"):
        decode_snapshot(text)
