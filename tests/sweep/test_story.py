"""The story that janitor was born from, and what dry run and apply promise each other."""

import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, Place, image, uri, world

STORY = (files("janitor.demo") / "world.yaml").read_text(encoding="utf-8")
RULES = (files("janitor.demo") / "policies.yaml").read_text(encoding="utf-8")
HOME = "projects/xai-community/locations/asia-northeast3"
STALE = world(image("old", "v1"), image("bare"), image("young", age="2d ago"))


def test_the_failed_service_its_images_and_its_repository_go_in_one_apply(place: Placing) -> None:
    here = place(STORY)
    swept = here.sweep("--apply", policies=RULES)
    assert swept.code == 0
    story = {a["name"]: a for a in swept.actions if "xai-community" in a["name"].split("/")[-1]}
    service = story[f"{HOME}/services/xai-community"]
    assert service["reason"] == "failed"
    assert "HEALTH_CHECK_CONTAINER_ERROR" in service["detail"]
    assert "PORT=8080" in service["detail"]
    assert service["estimate"]["usd_month"] == "0"
    assert service["contains"] == {"run.revision": 2}
    (repository,) = [a for a in swept.actions if a["kind"] == "artifact.repository"]
    assert repository["name"] == f"{HOME}/repositories/cloud-run-source-deploy"
    assert repository["after"] == [service["name"]]
    assert repository["contains"] == {"artifact.image": 2}
    assert repository["size_bytes"] == 2_300_000_000
    assert repository["estimate"]["usd_month"].startswith("0.2142041921")
    assert {a["outcome"] for a in swept.actions} == {"deleted"}
    left = here.google.world
    assert f"{HOME}/services/xai-community" not in left.names("services")
    assert repository["name"] not in left.names("repositories")


def test_apply_does_exactly_what_the_dry_run_said_name_by_name_in_order(place: Placing) -> None:
    here = place(STORY)
    said = here.sweep("--dry-run", policies=RULES)
    done = here.sweep("--apply", policies=RULES)
    assert said.names == done.names
    assert said.document["plan_id"] == done.document["plan_id"]
    assert said.document["totals"]["saves_usd_month"] == done.document["totals"]["saves_usd_month"]
    again = here.sweep("--apply", policies=RULES)
    assert (again.names, again.code) == ([], 0)


def test_the_estimates_of_the_story_come_from_the_catalog(place: Placing) -> None:
    swept = place(STORY).sweep("--dry-run", policies=RULES)
    assert any("Cloud Billing catalog" in notice for notice in swept.document["notices"])
    (preview,) = [a for a in swept.actions if a["name"].endswith("/pr-118")]
    # one vCPU and half a GiB, idle for 2,628,000 seconds in a Tier 2 region
    assert Decimal(preview["estimate"]["usd_month"]) == Decimal("13.797")


@pytest.mark.parametrize("mode", ["environment", "file"])
def test_no_change_reaches_google_in_any_dry_run(
    place: Placing, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(STORY)
    rules = RULES
    if mode == "environment":
        monkeypatch.setenv("JANITOR_MODE", "apply")
    else:
        rules = RULES.replace("version: 1", "version: 1\nmode: apply")
    swept = here.sweep("--dry-run", policies=rules)
    assert swept.actions
    assert swept.document["mode"] == "dry-run"
    assert here.changes == []


def test_the_mode_of_the_file_applies_without_a_flag(place: Placing) -> None:
    swept = place(STALE).sweep(policies=f"mode: apply\n{POLICIES}")
    assert swept.outcomes
    assert set(swept.outcomes.values()) == {"deleted"}


def test_without_any_word_a_sweep_is_a_dry_run(place: Placing) -> None:
    here = place(STALE)
    assert here.sweep().document["mode"] == "dry-run"
    assert here.changes == []


def test_a_dry_run_works_where_nothing_can_be_written_and_says_that_it_is_not_recorded(
    place: Placing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = place(STALE)
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("JANITOR_DATABASE_URL", f"sqlite:///{tmp_path}/a-file/ledger.db")
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}/a-file")
    swept = here.sweep("--dry-run")
    assert swept.code == 0
    assert len(swept.names) == 2
    assert "sweep.unrecorded" in swept.err
    assert any("not recorded" in notice for notice in swept.document["notices"])
    assert here.sweep("--apply").code == 2


def test_the_log_ends_with_one_line_that_holds_every_total(place: Placing) -> None:
    swept = place(STALE).sweep("--apply")
    (line,) = [json.loads(row) for row in swept.err.splitlines() if '"sweep.finished"' in row]
    totals = swept.document["totals"]
    assert {key: line[key] for key in totals} == totals
    assert (line["severity"], line["mode"], line["exit_code"]) == ("INFO", "apply", 0)


def test_why_a_service_failed_stands_in_the_log(place: Placing) -> None:
    failed = f'{{web: {{updated: 3d ago, state: failed, image: "{uri(":v1")}"}}}}'
    swept = _swept_failed(place(world(services=failed)))
    assert "HEALTH_CHECK_CONTAINER_ERROR" in swept


def _swept_failed(here: Place) -> str:
    swept = here.sweep("--apply")
    (line,) = [row for row in swept.err.splitlines() if '"action.deleted"' in row]
    return line
