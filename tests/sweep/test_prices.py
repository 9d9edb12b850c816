"""Prices that cannot be had cost a sweep one short wait, and the next sweeps none."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import Swept, image, world


def noted(swept: Swept) -> str:
    assert swept.code == 0, swept.err
    return " ".join(swept.document["notices"])


def test_a_catalog_that_never_answers_is_waited_for_once(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("janitor.gcp.budgets.PRICES", 1.5)
    here = place(world(image("a"), trouble="[{rpc: ListSkus, hang: true}]"))
    first = noted(here.sweep("--dry-run"))
    assert "prices: FALLBACK table" in first
    assert "no answer within 2 seconds" in first
    asked = [method for method, _ in here.google.calls].count("ListSkus")
    assert asked
    assert "it is asked again after" in noted(here.sweep("--dry-run"))
    assert [method for method, _ in here.google.calls].count("ListSkus") == asked
