"""`janitor marks` and `janitor keep`: what is announced, and how to opt out of it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from janitor.ledger.entries import SweepStart
from janitor.model.amounts import Priced
from janitor.model.kinds import Kind
from janitor.policy.deciding.grace import Waiting
from janitor.runtime import now
from janitor.store.database import open_database
from janitor.store.ledger import SqlLedger
from janitor.store.lock import ApplyLock
from janitor.store.marks import SqlMarks
from tests.cli.calling import Janitor
from tests.cli.ledgers import written
from tests.making import digest
from tests.report.summaries import SMALL
from tests.store.empty import write_empty_ledger

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)
PLACE = "projects/p/locations/us-central1"
WEB, OTHER_WEB = f"{PLACE}/services/web", "projects/q/locations/us-central1/services/web"
REVISION = f"{WEB}/revisions/web-00001"
IMAGE = f"{PLACE}/repositories/r/packages/team%2Fapp/versions/{digest('a')}"


@pytest.fixture
def marked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger in which a revision, an image and two services of one name are announced; its URL."""
    url = write_empty_ledger(folder / "janitor.db")
    monkeypatch.setenv("JANITOR_DATABASE_URL", url)
    due = AT + timedelta(days=7)
    rows = [
        Waiting(kind, name, "old", owner, AT, due, "", True, False, 0, Priced(Decimal("9.855"), "idle"))
        for kind, name, owner in (
            (Kind.SERVICE, WEB, "shop"),
            (Kind.SERVICE, OTHER_WEB, ""),
            (Kind.REVISION, REVISION, "shop"),
            (Kind.IMAGE, IMAGE, "shop"),
        )
    ]

    async def write() -> None:
        database = await open_database(url)
        await SqlLedger(database).begin(SweepStart("s-1", AT, "apply", "h:1"))
        await SqlMarks(database).note_marks("s-1", rows, (), AT)
        await database.close()

    asyncio.run(write())
    return url


def test_marks_lists_what_is_announced_with_its_dates(janitor: Janitor, marked: str) -> None:
    table = janitor("marks").out
    line = next(line for line in table.splitlines() if "revision web/web-00001" in line)
    assert "2026-12-01 03:00 UTC" in line
    assert "shop" in line
    assert line.endswith("$9.86")
    assert table.startswith("Scheduled for deletion: 4, $29.56/month\n")
    assert "janitor keep NAME" in table


def test_marks_as_json_says_all_of_it(janitor: Janitor, marked: str) -> None:
    found = json.loads(janitor("marks", "--format", "json", "--project", "q").out)
    assert found == {
        "schema_version": 1,
        "marks": [
            {
                "kind": "run.service", "name": OTHER_WEB, "policy": "old", "owner": "",
                "announced_at": "2026-11-24T03:00:00Z", "due_at": "2026-12-01T03:00:00Z",
                "size_bytes": 0,
                "estimate": {
                    "usd_month": "9.855", "usd_month_rounded": 9.86, "basis": "", "upper_bound": False,
                },
            }
        ],
        "opted_out": [],
    }  # fmt: skip


def test_without_marks_it_says_so(janitor: Janitor, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JANITOR_DATABASE_URL", f"sqlite:///{folder}/janitor.db")
    assert (janitor("marks").code, janitor("marks").out) == (0, "No deletion is scheduled.\n")


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("web-00001", REVISION),
        ("web/web-00001", REVISION),
        (f"r/team/app@{digest('a')[7:19]}", IMAGE),
        (f"r/team/app@{digest('a')[7:14]}", IMAGE),
        (f"r/team/app:v1@{digest('a')[7:19]}", IMAGE),
        (f"team/app@{digest('a')[:14]}", IMAGE),
        (digest("a")[7:19], IMAGE),
        (digest("a"), IMAGE),
        (f"us-central1-docker.pkg.dev/p/r/team/app@{digest('a')}", IMAGE),
        (IMAGE, IMAGE),
        (WEB, WEB),
    ],
)
def test_keep_takes_every_name_by_which_people_call_it(
    janitor: Janitor, marked: str, name: str, whole: str
) -> None:
    called = janitor("keep", name)
    assert (called.code, called.out, called.err) == (0, f"opted out permanently: {whole}\n", "")
    listed = json.loads(janitor("marks", "--format", "json").out)
    assert [row["name"] for row in listed["opted_out"]] == [whole]
    assert whole not in [row["name"] for row in listed["marks"]]


def test_keep_for_a_while_says_until_when_and_who(janitor: Janitor, marked: str) -> None:
    called = janitor("keep", "web-00001", "--for", "30d")
    assert called.out.startswith("opted out until ")
    row = json.loads(janitor("marks", "--format", "json").out)["opted_out"][0]
    until = datetime.fromisoformat(row["until"]) - datetime.fromisoformat(row["at"])
    assert until == timedelta(days=30)
    assert "@" in row["by"]
    assert "web/web-00001" in janitor("marks").out


def test_a_name_that_several_things_have_is_narrowed_by_project(janitor: Janitor, marked: str) -> None:
    refused = janitor("keep", "web")
    assert refused.code == 2
    assert WEB in refused.err
    assert OTHER_WEB in refused.err
    assert janitor("keep", "web", "--project", "q").out == f"opted out permanently: {OTHER_WEB}\n"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nothing", "janitor marks lists"),
        ("us-central1-docker.pkg.dev/p/r/app:v1", "HOST/P/R/IMAGE@sha256:…"),
        (f"r/team/app@{digest('a')[7:13]}", "janitor marks lists"),
        ("us-central1-docker.pkg.dev/p/r/app@sha256:12", "cannot be parsed"),
        ("projects/p/services/web", "not a regional resource name"),
        ("projects/p/locations/l/things/web", "repositories"),
        ("projects/p/locations/l/repositories/r/packages/team/app/versions/sha256:1", "regional"),
    ],
)
def test_a_name_that_says_nothing_is_refused_with_the_way_out(
    janitor: Janitor, marked: str, name: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # names that the ledger does not know are read: here no project is named, so that nothing is asked
    monkeypatch.setenv("JANITOR_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setenv("JANITOR_EMULATOR_HTTP", "http://127.0.0.1:1")
    called = janitor("keep", name)
    assert (called.code, called.out) == (2, "")
    assert hint in called.err
    assert json.loads(janitor("marks", "--format", "json").out)["opted_out"] == []


def test_what_is_not_announced_can_be_kept_too_and_is_said_to_be_unknown(
    janitor: Janitor, marked: str
) -> None:
    called = janitor("keep", f"{PLACE}/services/shop")
    assert called.code == 0
    assert called.err == "janitor: it was not checked whether this resource exists\n"


def test_a_short_name_is_one_that_the_last_sweep_saw(
    janitor: Janitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(folder, monkeypatch)
    service = SMALL.snapshot.services[0].name
    called = janitor("keep", service.rpartition("/")[2])
    assert (called.code, called.out, called.err) == (0, f"opted out permanently: {service}\n", "")


def test_end_ends_an_opt_out_and_nothing_else(janitor: Janitor, marked: str) -> None:
    assert janitor("keep", "web-00001").code == 0
    assert janitor("keep", "web-00001", "--end").out == f"opt-out ended: {REVISION}\n"
    assert json.loads(janitor("marks", "--format", "json").out)["opted_out"] == []
    refused = janitor("keep", REVISION, "--end")
    assert refused.code == 2
    assert "it has no opt-out:" in refused.err


@pytest.mark.parametrize("flags", [["--for", "30"], ["--for", "0d"], ["--for", "30d", "--end"]])
def test_wrong_flags_are_refused(janitor: Janitor, marked: str, flags: list[str]) -> None:
    called = janitor("keep", "web-00001", *flags)
    assert (called.code, called.out) == (2, "")


def test_while_another_applies_keep_says_that_it_may_come_too_late(janitor: Janitor, marked: str) -> None:
    async def apply() -> None:
        database = await open_database(marked)
        await ApplyLock(database, "sweep s-2 on box", now).acquire()
        await database.close()

    asyncio.run(apply())
    called = janitor("keep", "web-00001")
    assert called.code == 0
    assert "sweep s-2 on box" in called.err
    assert "may still delete this resource" in called.err


def test_keep_without_a_database_that_lasts_is_refused(
    janitor: Janitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_RUN_JOB", "janitor")
    called = janitor("keep", WEB)
    assert called.code == 2
    assert "JANITOR_DATABASE_URL" in called.err
