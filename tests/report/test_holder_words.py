"""What every output says of holders: where they are not known, first, and what was asked (R51)."""

import io
import json

import pytest

from janitor.model.holders import Holder, Holders, InventoryRefusal, UnreadInventory
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.named_images import NamedImages
from janitor.policy.deciding.holders import JudgedHolders
from janitor.report.data.failed_reads import failed_reads
from janitor.report.data.holders import listed_in_words, off_line
from janitor.report.data.notices import notices
from janitor.report.data.snapshot_codec import decode_snapshot, encode_snapshot
from janitor.report.data.take_snapshot import take_snapshot
from janitor.report.data.totals import totals
from janitor.report.json.sweep import write_json
from janitor.report.slack.messages import note
from janitor.report.terminal.sweep import View, write_table
from tests.making import NOW
from tests.report.samples import story

DISABLED = UnreadInventory("p", InventoryRefusal.API_DISABLED, "SERVICE_DISABLED")
DENIED = UnreadInventory("q", InventoryRefusal.NO_PERMISSION, "PERMISSION_DENIED")
OFF = JudgedHolders("auto", Holders(NOW, refused=(DISABLED,)), (DISABLED,))
LINE = "Only uses by Cloud Run are known in p: Cloud Asset API disabled (docs/holders.md)"
READ = JudgedHolders(
    "auto", Holders(NOW, (Holder("//x/y", "k8s.io/Pod", "p", NamedImages()),), assets=1234, read=("p", "q"))
)


def test_the_line_names_each_project_and_why() -> None:
    assert off_line(OFF) == LINE
    both = JudgedHolders("auto", Holders(NOW), (DISABLED, DENIED))
    assert off_line(both) == (
        "Only uses by Cloud Run are known in p: Cloud Asset API disabled; in q: no permission"
        " cloudasset.assets.searchAllResources (docs/holders.md)"
    )
    assert off_line(READ) == ""


def test_what_in_use_means_says_what_was_listed_and_how_fresh_it_is() -> None:
    assert listed_in_words(READ) == (
        ", or by one of 1,234 assets that Cloud Asset Inventory lists in projects p, q (GKE, Compute Engine and"
        " others; read at the start, and minutes late by itself)"
    )
    assert listed_in_words(OFF) == ""
    assert listed_in_words(JudgedHolders("off")) == (
        "; GKE, Compute Engine and others protect no image, as protect.holders is off"
    )


def test_the_line_is_the_first_notice() -> None:
    said = notices(["p"], [], "prices", True, True, True, holders=OFF)
    assert said[0] == LINE


def test_the_table_the_note_and_the_snapshot_begin_with_it() -> None:
    result = story(holders=OFF, notices=(LINE, "other"))
    out = io.StringIO()
    write_table(result, totals(result), out, View())
    table = " ".join(out.getvalue().split())
    assert table.startswith(LINE)
    assert table.count(LINE) == 1
    assert "Note: other" in table
    said = json.dumps(note(result).blocks)
    assert said.count("Only uses by Cloud Run are known in p") == 1
    kept = decode_snapshot(encode_snapshot(take_snapshot(result)))
    assert kept.unknown_uses == LINE
    assert take_snapshot(story()).unknown_uses == ""


def test_json_says_what_was_asked() -> None:
    def holders(of: JudgedHolders) -> object:
        result, out = story(holders=of), io.StringIO()
        write_json(result, totals(result), out)
        return json.loads(out.getvalue())["holders"]

    assert holders(READ) == {
        "mode": "auto", "read": ["p", "q"], "unread": [], "off": [], "assets": 1234, "naming_images": 1,
        "read_at": "2026-11-24T04:00:00Z",
    }  # fmt: skip
    assert holders(OFF) == {
        "mode": "auto", "read": [], "unread": [], "off": [{"project": "p", "why": "api-disabled"}], "assets": 0,
        "naming_images": 0, "read_at": "2026-11-24T04:00:00Z",
    }  # fmt: skip
    assert holders(JudgedHolders("off"))["read_at"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    ("cause", "way_out"),
    [
        ("PERMISSION_DENIED: IAM_PERMISSION_DENIED", "grant roles/cloudasset.viewer on p"),
        ("PERMISSION_DENIED: SERVICE_DISABLED", "enable the Cloud Asset API (cloudasset.googleapis.com)"),
        ("UNAUTHENTICATED", "renew the credentials"),
        ("UNAVAILABLE", "the next sweep reads it again"),
        ("cluster prod runs, but", "set protect.holders to off"),
    ],
)
def test_a_gap_of_holders_says_the_way_out(cause: str, way_out: str) -> None:
    (found,) = failed_reads([Gap("p", "-", Kind.HOLDER, cause)])
    assert way_out in found.way_out


def test_gaps_of_holders_and_of_repositories_are_not_alike() -> None:
    both = [Gap("p", "-", kind, "PERMISSION_DENIED") for kind in (Kind.HOLDER, Kind.REPOSITORY)]
    assert len(list(failed_reads(both))) == 2
