"""The report's JSON document: every figure, no float, the same keys whatever there is to tell."""

import json
from dataclasses import fields
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from janitor.model.amounts import Amount
from janitor.report.data.snapshot import Planned, RunningService, Snapshot, Stored
from janitor.report.data.summary import Summary
from janitor.report.json.report import write_report_json
from tests.report.summaries import EMPTY, SMALL, large


def text_of(summary: Summary) -> str:
    out = StringIO()
    write_report_json(summary, out)
    return out.getvalue()


_ACCOUNT = [
    "deleted", "size_bytes", "estimated_usd_month", "realised_usd_month", "saved_usd", "came_back", "unpriced",
    "upper_bound",
]  # fmt: skip


def document(summary: Summary) -> dict[str, Any]:
    """The document without its rounded dollars, which have their own test."""
    parsed: dict[str, Any] = json.loads(text_of(summary), object_hook=_exact)
    return parsed


def _exact(row: dict[str, Any]) -> dict[str, Any]:
    for key, value in row.items():
        if isinstance(value, float):
            assert key.endswith("_rounded"), f"{key} is a floating-point number: dollars are decimal strings"
    return {key: value for key, value in row.items() if not key.endswith("_rounded")}


def test_the_keys_and_their_order_are_the_same_whatever_there_is_to_tell() -> None:
    keys = [
        "schema_version", "period", "horizon_seconds", "troubles", "saved", "in_all", "savers", "by_policy",
        "by_owner", "course", "last_sweep", "foot", "scope", "avoided", "came_back", "came_back_names", "in_grace", "ran_without_errors",
    ]  # fmt: skip
    for summary in (EMPTY, SMALL, large(300)):
        assert list(document(summary)) == keys
    assert document(EMPTY)["last_sweep"] is None
    assert list(document(SMALL)["last_sweep"]) == list(document(large(300))["last_sweep"])


def test_times_are_rfc_3339_and_the_beginning_is_null() -> None:
    assert document(SMALL)["period"] == {"since": "2026-11-16T09:00:00Z", "until": "2026-11-23T09:00:00Z"}
    assert document(EMPTY)["period"]["since"] is None
    assert document(SMALL)["horizon_seconds"] == 365 * 86400


def test_dollars_are_decimal_strings_that_are_not_rounded() -> None:
    found = document(SMALL)
    assert Decimal(found["saved"]["estimated_usd_month"]) == SMALL.saved.deleted.usd_month
    assert Decimal(found["savers"][0]["usd_month"]) == SMALL.savers[0].usd_month
    assert SMALL.snapshot
    assert found["last_sweep"]["stored"]["usd_month"] == format(SMALL.snapshot.stored.usd_month, "f")


def test_beside_each_key_of_dollars_are_its_cents_as_a_number() -> None:
    found = json.loads(text_of(SMALL))
    rows = [found["saved"], found["savers"][0], found["course"][-1], found["last_sweep"]["stored"]]
    keys = [(row, key) for row in rows for key in row if key.endswith(("usd", "usd_month"))]
    assert len(keys) == 3 + 1 + 2 + 1
    for row, key in keys:
        assert row[f"{key}_rounded"] == round(float(row[key]), 2)


def test_a_price_that_is_not_known_is_no_number() -> None:
    estimates = [row["estimate"] for row in document(SMALL)["last_sweep"]["largest"]]
    assert estimates[1] == {"unpriced": "no price of storage-gib-month is known"}
    assert list(estimates[0]) == ["usd_month", "basis", "upper_bound"]


def test_no_figure_of_an_account_is_left_out() -> None:
    assert list(document(SMALL)["saved"]) == _ACCOUNT
    (first, *_) = document(SMALL)["by_owner"]
    assert list(first) == ["owner", *_ACCOUNT]


@pytest.mark.parametrize(
    ("value", "key"), [(Planned, "largest"), (Stored, "repositories"), (RunningService, "services")]
)
def test_no_figure_of_a_row_is_left_out(value: type, key: str) -> None:
    assert list(document(SMALL)["last_sweep"][key][0]) == [field.name for field in fields(value)]


def test_no_figure_of_the_snapshot_is_left_out() -> None:
    renamed = {"by_policy": "left_by_policy", "by_owner": "left_by_owner"}
    found = document(SMALL)["last_sweep"]
    assert list(found) == [renamed.get(field.name, field.name) for field in fields(Snapshot)]
    assert list(found["left"]) == [field.name for field in fields(Amount)]


def test_whatever_stands_in_a_label_is_a_string_of_the_document() -> None:
    summary = large(300)
    text = text_of(summary)
    assert text.isascii()
    found = json.loads(text)
    assert [row["owner"] for row in found["by_owner"]] == [name for name, _ in summary.by_owner]
    assert found["foot"] == list(summary.foot)


def test_the_same_summary_is_the_same_text() -> None:
    assert text_of(large(40)) == text_of(large(40))
