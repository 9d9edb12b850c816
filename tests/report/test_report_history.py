"""Past sweeps at a terminal and as JSON: when, by whom, what came of it, and why."""

import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from rich.cells import cell_len

from janitor.ledger.history import PastAction, PastSweep, SweepCounts
from janitor.report.json.history import write_history_json, write_sweep_json
from janitor.report.terminal.history import write_history_table, write_sweep_table
from tests.report.pasts import ACTIONS, BEGAN, DRY_RUN, KILLED, TOTALS, action, sweep
from tests.report.printing import GOLDEN
from tests.report.summaries import HOSTILE

SWEEPS = (sweep(), DRY_RUN, KILLED)


def listed(*sweeps: PastSweep, width: int = 80) -> str:
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        write_history_table(sweeps, out)
    return out.getvalue()


def shown(past: PastSweep, *actions: PastAction, hidden: int = 0, width: int = 80) -> str:
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        write_sweep_table(past, actions, hidden, out)
    return out.getvalue()


def document(*sweeps: PastSweep) -> dict[str, Any]:
    out = StringIO()
    write_history_json(sweeps, out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_list_is_the_one_that_was_reviewed() -> None:
    assert listed(*SWEEPS) == (GOLDEN / "history.txt").read_text()


def test_one_sweep_is_the_one_that_was_reviewed() -> None:
    assert shown(sweep(), *ACTIONS) == (GOLDEN / "history-sweep.txt").read_text()


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = listed(*SWEEPS, width=width) + shown(sweep(), *ACTIONS, width=width)
    assert max(map(cell_len, text.splitlines())) <= width


def test_who_began_it_how_long_it_took_and_how_it_ended_is_told() -> None:
    assert "20261123T030012Z-5c1f: apply by daemon on host:12, took 21s, exit code 6" in listed(sweep())
    assert "dry-run by hand on host:12, took 3m, exit code 0" in listed(DRY_RUN)


def test_what_has_not_ended_is_under_way_or_was_killed() -> None:
    lines = listed(KILLED).splitlines()
    assert lines[1].split() == ["2026-11-21", "03:00", *"––––––"]
    assert "NOT ENDED: in progress, killed, or its database failed" in " ".join(" ".join(lines).split())


def test_an_apply_that_another_one_followed_was_killed_as_two_never_run_at_once() -> None:
    assert "NOT ENDED: killed, or its database failed\n" in listed(sweep(), KILLED, width=120)
    assert "NOT ENDED: in progress, killed, or its database failed" in listed(DRY_RUN, KILLED, width=120)
    dry = replace(KILLED, mode="dry-run")
    assert "NOT ENDED: in progress, killed, or its database failed" in listed(sweep(), dry, width=120)


def test_a_dry_runs_dollars_stand_in_brackets_as_they_are_no_saving() -> None:
    applied, dry = listed(sweep(), DRY_RUN, width=120).splitlines()[1:4:2]
    assert applied.endswith("  $0.21")
    assert dry.endswith("($0.21)")
    refused = sweep(exit_code=4, totals=TOTALS | {"deleted": 0, "failed": 0, "drifted": 0})
    assert listed(refused, width=120).splitlines()[1].endswith("($0.21)")
    nothing = sweep(exit_code=0, totals=TOTALS | {"deleted": 0, "saves_usd_month": "0"})
    assert listed(nothing, width=120).splitlines()[1].endswith(" $0.00")
    told = " ".join(listed(DRY_RUN).split())
    assert "in brackets, of those that a dry run or a refused apply would delete" in told


def test_without_any_sweep_it_says_what_to_run() -> None:
    assert listed() == "No sweep is recorded. To look once, which deletes nothing: janitor sweep --dry-run\n"


def test_an_action_says_why_whose_at_what_price_and_who_settled_it() -> None:
    text = shown(sweep(), ACTIONS[1], width=200)
    assert "deleted" in text
    assert "≤ $0.02  web/team/app@000000000000" in text
    assert "stale-images: older-than; owner web; 200.0 MB; settled by 20261124T030001Z-9b00; 40d old" in text


def test_an_open_intent_is_not_called_deleted() -> None:
    text = shown(sweep(), ACTIONS[4])
    assert "  open " in text
    assert "what became of it is not known yet: the next apply settles it" in text
    assert "deleted  " not in text.partition("exit code")[2]


def test_what_was_never_tried_has_its_outcome_and_the_cause_alone() -> None:
    text = shown(sweep(), ACTIONS[3], width=200).partition("exit code 6")[2]
    assert "drifted" in text
    assert "it was deployed since" in text
    assert "$" not in text
    assert "unowned" not in text


def test_what_did_not_go_comes_first_and_ten_thousand_are_not_shown() -> None:
    many = [*([ACTIONS[0]] * 10_000), ACTIONS[2]]
    lines = shown(sweep(), *many, width=200).splitlines()
    assert lines[4].split()[:1] == ["failed"]
    assert lines[-1] == "… and 9,501 more (--format json)"
    assert sum(line.startswith("  deleted") for line in lines) == 499


def test_a_dry_run_says_that_it_has_no_actions() -> None:
    assert "A dry run deletes nothing: there are no actions to list." in shown(DRY_RUN)
    assert "It began no deletion." in shown(sweep())
    assert "… and 3 of other projects" in shown(sweep(), ACTIONS[0], hidden=3)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_steers_the_terminal(text: str) -> None:
    hostile = action(
        name=f"projects/{text}", detail=text, owner=text, error=text, kind=text, outcome="failed"
    )
    lines = shown(replace(sweep(), started_by=text), hostile) + listed(
        replace(sweep(), id=text, started_by=text)
    )
    assert all(character.isprintable() for line in lines.split("\n") for character in line)


def test_a_sweep_whose_database_failed_shows_what_it_did() -> None:
    counts = SweepCounts(begun=405, deleted=400, failed=3, open=2, saves_usd_month=Decimal("12.3"))
    text = listed(replace(KILLED, counted=counts))
    assert text.splitlines()[1].split()[2:] == ["–", "–", "400", "3", "0", "$12.30"]
    assert "NOT ENDED: in progress, killed, or its database failed; 2 deletions" in " ".join(text.split())
    (row,) = document(replace(KILLED, counted=counts))["sweeps"]
    assert (row["totals"], row["counted"]["deleted"], row["counted"]["open"]) == (None, 400, 2)


def test_hidden_dry_runs_are_said_and_how_to_list_them() -> None:
    out = StringIO()
    write_history_table([sweep()], out, hidden=3)
    assert "3 dry runs not shown: janitor history --all" in out.getvalue()
    out = StringIO()
    write_history_table([], out, hidden=1)
    assert out.getvalue() == "No apply is recorded. 1 dry run not shown: janitor history --all\n"


def test_the_list_as_json_has_every_column() -> None:
    found = document(*SWEEPS)
    assert found["schema_version"] == 1
    first, _, killed = found["sweeps"]
    assert first == {
        "sweep_id": "20261123T030012Z-5c1f",
        "started_at": "2026-11-23T03:00:12Z",
        "finished_at": "2026-11-23T03:00:33Z",
        "seconds": 21.0,
        "mode": "apply",
        "origin": "daemon",
        "started_by": "host:12",
        "plan_id": "sha256:0f",
        "exit_code": 6,
        "policies": "",
        "policy_digest": "",
        "projects": [],
        "only_policies": [],
        "totals": TOTALS | {"saves_usd_month_rounded": 0.21},
        "counted": None,
    }
    assert list(killed) == list(first)
    assert [killed[key] for key in ("finished_at", "seconds", "exit_code", "totals")] == [None] * 4


def test_one_sweep_as_json_has_its_actions_in_their_order() -> None:
    out = StringIO()
    write_sweep_json(sweep(), ACTIONS, out)
    found = json.loads(out.getvalue())
    assert list(found) == ["schema_version", "sweep", "actions"]
    assert [row["outcome"] for row in found["actions"]] == ["deleted", "deleted", "failed", "drifted", None]
    assert [row["settled_by"] for row in found["actions"]] == [
        None,
        "20261124T030001Z-9b00",
        None,
        None,
        None,
    ]
    assert found["actions"][0]["at"] == f"{BEGAN:%Y-%m-%dT%H:%M}:17Z"
    assert [row["estimate"] for row in found["actions"][2:4]] == [{"unpriced": "no price is known"}, None]
    assert {tuple(row) for row in found["actions"]} == {tuple(found["actions"][0])}


def test_the_figures_of_a_sweep_are_its_totals_or_what_was_counted() -> None:
    assert sweep().figures == TOTALS
    assert KILLED.figures == {}
    counted = replace(KILLED, counted=SweepCounts(deleted=2, saves_usd_month=Decimal("0.10"))).figures
    assert (counted["deleted"], counted["saves_usd_month"]) == (2, "0.10")
