"""The daemon as a process among real ones: signals, a broken file, a held lock, a ledger that is away."""

import json
import signal
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.daemon.daemon_process import Process, daemon, wait_until
from tests.notify.server import slack_stand_in
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, RUN, Place, image, uri, world

FAILED = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@a")}"}}}}'
QUIET = world(image("a"), services=FAILED)
# An operation that takes an hour.
SLOW = QUIET.replace("delay: 1ms", "delay: 1h")
BROKEN = POLICIES + "polices: []\n"
# Once a year, not while a test runs.
RARELY = POLICIES + 'schedule: {sweep: {cron: "0 3 29 2 *"}, report: {cron: "0 9 29 2 *"}}\n'
# The hours after which a daemon has missed something.
NIGHTLY = POLICIES + 'schedule: {sweep: {cron: "@daily"}, report: {cron: "0 9 29 2 *"}}\n'


def deletions(here: Place) -> list[tuple[str, str]]:
    return [call for call in here.changes if call[0] == "DeleteService"]


def in_flight(here: Place) -> bool:
    """Whether the deletion has begun, and its operation is written down."""
    return bool(deletions(here)) and bool(here.ledger("SELECT 1 FROM operations"))


def asked(process: Process, path: str) -> tuple[int, str]:
    """Status and body of what the daemon answers."""
    port = process.until("daemon.started")["port"]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_daemon_with_0(place: Placing, number: signal.Signals) -> None:
    with daemon(place(QUIET), policies=RARELY) as process:
        process.until("daemon.started")
        process.signal(number)
        assert process.code() == 0, process.told
    assert process.of("daemon.stopped")[0]["exit_code"] == 0
    assert process.of("sweep.started") == []


def test_a_signal_during_an_apply_ends_with_6_and_the_next_daemon_settles_what_was_open(
    place: Placing,
) -> None:
    here = place(SLOW)
    with daemon(here, "--now", "--apply", policies=RARELY) as process:
        wait_until(lambda: in_flight(here))
        process.signal(signal.SIGTERM)
        assert process.code() == 6, process.told
    assert process.of("sweep.interrupted")
    assert here.ledger("SELECT holder FROM locks") == [(None,)]
    here.google.world.operations.delay = 0.0
    here.google.world.operations.hurry()
    with daemon(here, "--now", "--apply", policies=RARELY) as process:
        process.until("sweep.finished")
        assert process.of("intent.settled")
    assert len(deletions(here)) == 1
    assert f"{RUN}/services/web" not in here.google.world.names("services")


def test_a_signal_while_it_observes_deletes_nothing_and_ends_with_6(place: Placing) -> None:
    here = place(QUIET.replace("trouble: []", "trouble: [{rpc: ListServices, hang: true}]"))
    with daemon(here, "--now", "--apply", policies=RARELY) as process:
        wait_until(lambda: "ListServices" in [rpc for rpc, _ in here.google.calls])
        process.signal(signal.SIGTERM)
        assert process.code() == 6, process.told
    assert here.changes == []


def test_a_second_signal_ends_it_at_once(place: Placing) -> None:
    here = place(SLOW)
    with daemon(here, "--now", "--apply", policies=RARELY) as process:
        wait_until(lambda: in_flight(here))
        process.signal(signal.SIGTERM)
        began = time.monotonic()
        while process.popen.poll() is None and time.monotonic() < began + 20:
            time.sleep(0.2)  # two signals at one moment are one
            process.signal(signal.SIGTERM)
        assert process.code() == 6
    assert process.of("daemon.stopped") == []


def test_a_ledger_that_hangs_keeps_no_process_from_ending(place: Placing) -> None:
    """SQLite waits for twenty seconds, in a thread that nothing can cancel."""
    here = place(SLOW)
    with daemon(here, "--now", "--apply", policies=RARELY) as process:
        wait_until(lambda: in_flight(here))
        with closing(sqlite3.connect(here.folder / "ledger.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            process.signal(signal.SIGTERM)
            assert process.code(seconds=17) == 6, process.told
            other.rollback()
    assert len(deletions(here)) == 1


def test_a_hang_up_reads_the_file_again_and_a_broken_one_changes_nothing(place: Placing) -> None:
    here = place(QUIET)
    with daemon(here, policies=RARELY) as process:
        first = process.until("daemon.started")
        assert asked(process, "/readyz")[0] == 200
        (here.folder / "policies.yaml").write_text(BROKEN)
        process.signal(signal.SIGHUP)
        assert "policies.yaml:7:1" in process.until("policies.refused")["error"]
        status, body = asked(process, "/readyz")
        assert status == 503
        assert "policies.yaml:7:1" in json.loads(body)["checks"]["policies"]
        assert asked(process, "/healthz")[0] == 200
        (here.folder / "policies.yaml").write_text(NIGHTLY)
        process.signal(signal.SIGHUP)
        reloaded = process.until("policies.reloaded")
        assert reloaded["next_sweep"] < first["next_sweep"]
        assert reloaded["next_report"] == first["next_report"]
        assert asked(process, "/readyz")[0] == 200


def test_a_changed_file_is_read_by_itself(place: Placing) -> None:
    here = place(QUIET)
    with daemon(here, policies=RARELY) as process:
        process.until("daemon.started")
        (here.folder / "policies.yaml").write_text(NIGHTLY)
        assert process.until("policies.reloaded")["changed"]


def test_a_broken_file_at_the_start_is_an_error_of_the_caller(place: Placing) -> None:
    with daemon(place(QUIET), policies=BROKEN) as process:
        assert process.code() == 2
    assert "policies.yaml:7:1" in process.said("ERROR")


def test_an_apply_without_a_file_is_refused_and_a_dry_run_says_what_stands_in(place: Placing) -> None:
    here = place(QUIET)
    with daemon(here, "--apply", policies=None) as process:
        assert process.code() == 2
    with daemon(here, "--project", "p", "--now", policies=None) as process:
        assert process.until("daemon.started")["policies"] == "the shipped default"
        assert process.until("sweep.finished")["mode"] == "dry-run"
    assert "shipped default" in process.said("WARNING")
    assert here.changes == []


def test_an_address_that_is_taken_is_an_error_of_the_caller(place: Placing) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        with daemon(place(QUIET), "--port", port, policies=RARELY) as process:
            assert process.code() == 2
    assert "PORT" in process.said("ERROR")


@pytest.mark.parametrize(
    ("flags", "trouble", "code"),
    [
        (["--apply"], "[]", 0),
        (["--dry-run"], "[]", 0),
        (["--apply"], "[{rpc: ListJobs, permission_denied: no}]", 3),
        (["--apply", "--limit", "max_deletions=0"], "[]", 4),
        (["--apply"], "[{rpc: DeleteService, operation_error: {code: PERMISSION_DENIED, message: no}}]", 6),
    ],
)
def test_once_sweeps_and_exits_with_the_code_of_the_sweep(
    place: Placing, flags: list[str], trouble: str, code: int
) -> None:
    here = place(QUIET.replace("trouble: []", f"trouble: {trouble}"))
    with daemon(here, "--once", *flags, policies=RARELY) as process:
        assert process.code() == code, process.told
    assert process.of("sweep.finished")[0]["exit_code"] == code
    assert process.of("daemon.started") == []
    assert here.ledger("SELECT origin FROM sweeps") == [("hand",)]


def test_once_tells_slack_what_it_did_and_what_it_could_not_do(place: Placing) -> None:
    here = place(QUIET)
    with slack_stand_in() as slack:
        environment = {"JANITOR_SLACK_WEBHOOK_URL": slack.webhook_url, "NO_PROXY": "127.0.0.1"}
        with daemon(here, "--once", "--apply", policies=RARELY, **environment) as process:
            assert process.code() == 0, process.told
        environment["JANITOR_DATABASE_URL"] = f"sqlite:///{here.folder / 'policies.yaml' / 'ledger.db'}"
        with daemon(here, "--once", "--apply", policies=RARELY, **environment) as process:
            assert process.code() == 2, process.told
        first, second = (str(payload["text"]) for payload in slack.posted)
    assert "2" in first
    assert "The sweep failed" in second


def test_once_ends_with_7_where_another_process_applies(place: Placing) -> None:
    here = place(SLOW)
    with daemon(here, "--now", "--apply", policies=RARELY) as first:
        wait_until(lambda: in_flight(here))
        with daemon(here, "--once", "--apply", policies=RARELY) as second:
            assert second.code() == 7
        assert f"pid {first.popen.pid}" in second.said("ERROR")


def test_a_sweep_is_skipped_while_another_process_holds_the_lock(place: Placing) -> None:
    here = place(SLOW)
    with daemon(here, "--now", "--apply", policies=RARELY) as first:
        wait_until(lambda: in_flight(here))
        with daemon(here, "--now", "--apply", policies=RARELY) as second:
            assert f"pid {first.popen.pid}" in second.until("run.skipped")["why"]
            assert second.of("sweep.failed") == []
            assert 'janitor_runs_skipped_total{run="sweep"} 1.0' in asked(second, "/metrics")[1]
            second.signal(signal.SIGTERM)
            assert second.code() == 0
    assert len(deletions(here)) == 1


def test_a_missed_night_is_made_up_for_once_and_not_again_at_the_next_start(place: Placing) -> None:
    here = place(QUIET)
    with daemon(here, "--now", policies=NIGHTLY) as process:
        process.until("sweep.finished")
    three_days_ago = datetime.now(UTC) - timedelta(days=3)
    here.ledger(f"UPDATE sweeps SET started_at = '{three_days_ago:%Y-%m-%d %H:%M:%S.%f}'")
    with daemon(here, policies=NIGHTLY) as process:
        assert process.until("run.caught_up")["run"] == "sweep"
        process.until("sweep.finished")
        process.signal(signal.SIGTERM)
        process.code()
        assert len(process.of("sweep.started")) == 1
    with daemon(here, policies=NIGHTLY) as process:
        assert asked(process, "/readyz")[0] == 200
        process.signal(signal.SIGTERM)
        assert process.code() == 0
    assert process.of("run.caught_up") == process.of("sweep.started") == []


def test_a_ledger_that_is_away_keeps_the_daemon_alive_and_heals(place: Placing) -> None:
    here = place(QUIET)
    away = here.folder / "away"
    away.write_text("not a folder")
    url = f"sqlite:///{away / 'ledger.db'}"
    policies = RARELY
    with daemon(here, "--now", "--apply", policies=policies, JANITOR_DATABASE_URL=url) as process:
        failed = process.until("sweep.failed")
        assert failed["error"].startswith("LedgerError")
        assert '.py", line ' in failed["traceback"]
        assert process.until("run.backed_off")["failures"] == 1
        assert asked(process, "/healthz")[0] == 200
        status, body = asked(process, "/readyz")
        assert (status, json.loads(body)["checks"]["database"] == "good") == (503, False)
        away.unlink()
        away.mkdir()
        wait_until(lambda: asked(process, "/readyz")[0] == 200)
        process.signal(signal.SIGTERM)
        assert process.code() == 0
    assert here.changes == []


def test_the_page_and_the_metrics_tell_of_the_sweep_and_the_log_of_its_price(place: Placing) -> None:
    here = place(QUIET)
    with daemon(here, "--now", "--apply", policies=RARELY) as process:
        process.until("sweep.finished")
        status, page = asked(process, "/")
        assert status == 200, page
        assert "web" in page
        wait_until(lambda: 'janitor_actions_total{outcome="deleted"} 2.0' in asked(process, "/metrics")[1])
        cost = process.until("daemon.started")["own_cost"]
        assert "as the smallest Cloud Run service" in cost
        assert "last 30 days" in cost


def test_the_last_success_survives_a_restart(place: Placing) -> None:
    here = place(QUIET)
    assert here.sweep("--dry-run").code == 0
    with daemon(here, "--dry-run", policies=RARELY) as process:
        assert 'janitor_last_success_timestamp_seconds{mode="dry-run"}' in asked(process, "/metrics")[1]
