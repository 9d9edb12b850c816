"""Signals, kills and two applies at once, with real processes (R22, R23)."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, RUN, Place, image, uri, world

FAILED = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@a")}"}}}}'
# An operation that takes an hour, unless a test hurries it.
SLOW = world(image("a"), services=FAILED).replace("delay: 1ms", "delay: 1h")
WEB = f"{RUN}/services/web"


@contextmanager
def applying(here: Place, *flags: str, policies: str = POLICIES) -> Iterator[subprocess.Popen[str]]:
    """`janitor sweep --apply` in a process of its own, killed at the end if it still runs."""
    (here.folder / "policies.yaml").write_text(policies, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "janitor", "sweep", "--format", "json", *(flags or ("--apply",))],
        cwd=here.folder, env={**os.environ, **here.environment()}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Until it holds; a failure when it never does."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.02)


def deletions(here: Place) -> list[tuple[str, str]]:
    return [call for call in here.changes if call[0] == "DeleteService"]


def in_flight(here: Place) -> Callable[[], bool]:
    """Whether the deletion has begun, and its operation is written down."""

    def holds() -> bool:
        return bool(deletions(here)) and bool(here.ledger("SELECT 1 FROM operations"))

    return holds


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_apply_with_6_and_the_next_sweep_settles_what_was_open(
    place: Placing, number: signal.Signals
) -> None:
    here = place(SLOW)
    with applying(here) as process:
        wait_until(in_flight(here))
        process.send_signal(number)
        out, err = process.communicate(timeout=9)
    assert process.returncode == 6, err
    assert '"sweep.interrupted"' in err
    assert '"outcome": "planned"' in out
    still = here.sweep("--apply")
    assert still.outcomes["web"] == "drifted"
    assert len(deletions(here)) == 1
    let_operations_end(here)
    settled = here.sweep("--apply")
    assert '"intent.settled"' in settled.err
    assert len(deletions(here)) == 1
    assert WEB not in here.google.world.names("services")
    assert here.ledger("SELECT outcome FROM outcomes WHERE intent_id IS NOT NULL AND name LIKE '%/web'") == [
        ("deleted",)
    ]


def test_after_a_kill_the_next_sweep_asks_google_and_never_deletes_twice(place: Placing) -> None:
    here = place(SLOW)
    with applying(here) as process:
        wait_until(in_flight(here))
        process.kill()
        process.communicate()
    held = here.sweep("--apply")
    assert held.code == 7
    expire_the_dead_holders_lease(here)
    let_operations_end(here)
    settled = here.sweep("--apply")
    assert settled.code == 0
    assert '"intent.settled"' in settled.err
    assert len(deletions(here)) == 1


def let_operations_end(here: Place) -> None:
    """Those that run, and all that come."""
    here.google.world.operations.delay = 0.0
    here.google.world.operations.hurry()


def expire_the_dead_holders_lease(here: Place) -> None:
    """As two minutes of waiting would."""
    here.ledger("UPDATE locks SET expires_at = '2000-01-01 00:00:00.000000'")


def test_a_second_apply_says_who_holds_the_lock_and_exits_7_at_once(place: Placing) -> None:
    here = place(SLOW)
    with applying(here) as process:
        wait_until(in_flight(here))
        second = here.sweep("--apply")
        assert second.code == 7
        assert f"pid {process.pid}" in second.err
        assert "since 20" in second.err
        assert here.sweep("--dry-run").code == 0
    assert len(deletions(here)) == 1


def test_a_signal_while_observing_deletes_nothing(place: Placing) -> None:
    here = place(SLOW.replace("trouble: []", "trouble: [{rpc: ListServices, hang: true}]"))
    with applying(here) as process:
        wait_until(lambda: "ListServices" in [rpc for rpc, _ in here.google.calls])
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=9)
    assert process.returncode == 6
    assert "nothing was deleted" in err
    assert json.loads(out)["actions"] == []
    assert here.changes == []
    assert here.sweep("--apply", policies="version: 2").code == 2


def test_the_json_parses_and_the_lock_is_free_again_after_a_stop(place: Placing) -> None:
    here = place(SLOW)
    with applying(here) as process:
        wait_until(in_flight(here))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=9)
    assert here.ledger("SELECT holder FROM locks") == [(None,)]


def test_no_delete_call_is_sent_after_a_signal_not_even_again(place: Placing) -> None:
    """Google pushed the first attempt back: the second one is due while the sweep ends in order."""
    pushed_back = "trouble: [{rpc: DeleteService, resource_exhausted: {retry_after: 2s}, times: 1}]"
    here = place(SLOW.replace("trouble: []", pushed_back))
    with applying(here) as process:
        wait_until(lambda: bool(deletions(here)))
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=15)
    assert process.returncode == 6, err
    assert len(deletions(here)) == 1
    assert WEB in here.google.world.names("services")
