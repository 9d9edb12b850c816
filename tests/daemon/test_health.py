"""Alive while the heart beats; ready while every check is good; asked no more than is due, and without secrets."""

import asyncio
import socket
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from janitor.daemon.health import Check, Health, credentials_found, database_answers
from janitor.errors import LedgerError, ObservationError


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Asked:
    """A check that counts how often it was asked, and answers what it is told."""

    def __init__(self, answer: str | Exception | None = None) -> None:
        self.answer, self.times = answer, 0

    async def __call__(self) -> str | None:
        self.times += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def health(clock: Clock, **checks: Check) -> Health:
    return Health(checks, clock=clock, young=60, fresh=10, patience=5)


def passes(daemon: Health, clock: Clock, seconds: float) -> None:
    """While the process runs."""
    for _ in range(100):
        clock.now += seconds / 100
        daemon.tick()


async def why(check: Check, name: str = "it") -> str | None:
    return (await health(Clock(), **{name: check}).readiness()).checks[name]


def test_is_alive_from_the_start_until_the_bound_has_passed_without_a_beat() -> None:
    clock = Clock()
    daemon = health(clock)
    passes(daemon, clock, 59.9)
    assert daemon.alive()
    passes(daemon, clock, 0.2)
    assert not daemon.alive()
    assert daemon.silent_for() == pytest.approx(60.1)


def test_a_pause_of_the_whole_process_is_no_silence() -> None:
    """The first probe after a night's suspension, or after a minute without a processor on Cloud Run."""
    clock = Clock()
    daemon = health(clock)
    passes(daemon, clock, 5)
    clock.now += 8 * 3600
    daemon.tick()
    assert daemon.alive()
    passes(daemon, clock, 61)
    assert not daemon.alive(), "the scheduler stays silent while the process runs"


def test_a_beat_brings_it_to_life_again() -> None:
    clock = Clock()
    daemon = health(clock)
    passes(daemon, clock, 400)
    assert not daemon.alive()
    daemon.beat()
    assert daemon.alive()
    assert daemon.silent_for() == 0


async def test_is_not_ready_before_a_policy_file_was_read() -> None:
    daemon = health(Clock())
    found = await daemon.readiness()
    assert not found.is_ready
    assert found.checks == {"policies": "no policy file has been read yet"}


async def test_is_ready_when_policies_and_every_check_are_good() -> None:
    daemon = health(Clock(), database=Asked(), credentials=Asked())
    daemon.policies_are(True)
    found = await daemon.readiness()
    assert found.is_ready
    assert list(found.checks.items()) == [("policies", None), ("database", None), ("credentials", None)]


async def test_a_broken_policy_file_makes_it_not_ready_and_a_mended_one_ready_again() -> None:
    daemon = health(Clock())
    daemon.policies_are(True)
    daemon.policies_are(False, "policies.yaml:3:1: unknown key\nand more")
    assert (await daemon.readiness()).checks["policies"] == "policies.yaml:3:1: unknown key"
    daemon.policies_are(True)
    assert (await daemon.readiness()).is_ready


async def test_policies_that_are_not_good_for_no_stated_reason_are_not_good_either() -> None:
    daemon = health(Clock())
    daemon.policies_are(False)
    assert (await daemon.readiness()).checks["policies"] == "the policy file is invalid"


async def test_one_bad_check_is_enough_and_the_others_still_say_what_they_are() -> None:
    daemon = health(Clock(), database=Asked("the server is away"), credentials=Asked())
    daemon.policies_are(True)
    found = await daemon.readiness()
    assert not found.is_ready
    assert found.checks == {"policies": None, "database": "the server is away", "credentials": None}


@pytest.mark.parametrize("answer", [None, "away"])
async def test_an_answer_is_kept_while_it_is_fresh_and_asked_for_again_when_it_is_not(
    answer: str | None,
) -> None:
    clock, check = Clock(), Asked(answer)
    daemon = health(clock, database=check)
    for _ in range(10):
        clock.now += 0.9
        await daemon.readiness()
    assert check.times == 1
    clock.now += 10
    await daemon.readiness()
    assert check.times == 2


async def test_many_probes_at_once_ask_once() -> None:
    check = Asked()
    daemon = health(Clock(), database=check)
    await asyncio.gather(*(daemon.readiness() for _ in range(20)))
    assert check.times == 1


async def test_a_check_that_does_not_answer_in_time_is_not_good_and_is_not_started_twice() -> None:
    go, started = asyncio.Event(), 0

    async def slow() -> str | None:
        nonlocal started
        started += 1
        await go.wait()
        return None

    daemon = Health({"database": slow}, clock=Clock(), patience=0)
    for _ in range(3):
        assert (await daemon.readiness()).checks["database"] == "no answer within 0 s"
    assert started == 1
    go.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (await daemon.readiness()).checks["database"] is None
    assert started == 1


async def test_janitors_own_errors_are_told_by_their_first_line() -> None:
    assert await why(Asked(LedgerError("The ledger in SQLite x cannot be used: disk full.\nMore"))) == (
        "The ledger in SQLite x cannot be used: disk full."
    )


async def test_of_a_bug_only_its_name_is_told_as_its_words_may_hold_a_secret() -> None:
    told = await why(Asked(RuntimeError("password=hunter2")))
    assert told == "it could not be checked (RuntimeError)"


async def test_a_reason_that_is_long_or_steers_terminals_is_made_safe() -> None:
    told = await why(Asked("\x1b[31m" + "x" * 5000))
    assert told is not None
    assert told.startswith("\\x1b[31m")
    assert len(told) <= 300


async def test_a_check_that_is_not_good_and_says_nothing_is_not_good() -> None:
    assert await why(Asked("  ")) == "invalid"


async def test_a_database_that_opens_and_answers_is_good(tmp_path: Path) -> None:
    assert await why(database_answers(f"sqlite:///{tmp_path / 'janitor.db'}")) is None


async def test_a_database_that_cannot_be_opened_is_not_good_and_its_password_is_not_told() -> None:
    told = await why(database_answers("mysql://janitor:hunter2@db.example/ledger"))
    assert told is not None
    assert "cannot keep its ledger in a mysql database" in told
    assert "hunter2" not in told


async def test_a_database_check_leaves_no_thread_behind(tmp_path: Path) -> None:
    check = database_answers(f"sqlite:///{tmp_path / 'janitor.db'}")
    await check()
    names = [thread.name for thread in threading.enumerate() if thread.name.startswith("janitor-database")]
    for thread in threading.enumerate():
        if thread.name in names:
            thread.join(10)
            assert not thread.is_alive()


async def test_a_database_that_another_process_has_locked_is_not_good_before_long(tmp_path: Path) -> None:
    """Opened as a sweep opens it, it would be waited for for twenty seconds, by the end of the process too."""
    path = tmp_path / "janitor.db"
    check = database_answers(f"sqlite:///{path}")
    assert await check() is None
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="another process holds it"):
            await check()
        other.execute("ROLLBACK")
    assert await check() is None


async def test_a_server_that_takes_the_connection_and_says_nothing_is_not_good() -> None:
    pytest.importorskip("psycopg")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        check = database_answers(f"postgresql://janitor:hunter2@127.0.0.1:{silent.getsockname()[1]}/ledger")
        with pytest.raises(LedgerError) as raised:
            await check()
    assert "hunter2" not in str(raised.value)


class Credentials:
    """What google-auth gives."""

    def __init__(self) -> None:
        self.valid = True


async def test_credentials_are_loaded_once_and_again_when_they_are_not_valid_any_more() -> None:
    loaded: list[Credentials] = []

    def load() -> Any:
        loaded.append(Credentials())
        return loaded[-1]

    check = credentials_found(load)
    assert [await check(), await check()] == [None, None]
    assert len(loaded) == 1
    loaded[0].valid = False
    assert await check() is None
    assert len(loaded) == 2


async def test_credentials_are_loaded_off_the_event_loop_in_a_thread_that_keeps_no_process_alive() -> None:
    seen: list[threading.Thread] = []

    def load() -> Any:
        seen.append(threading.current_thread())
        return Credentials()

    await credentials_found(load)()
    assert seen[0] is not threading.main_thread()
    assert seen[0].daemon


async def test_credentials_that_are_not_there_are_told_without_the_ways_out_and_looked_for_again() -> None:
    times = 0

    def load() -> Any:
        nonlocal times
        times += 1
        raise ObservationError("no usable Google credentials: none found\nRun `gcloud auth …`")

    check = credentials_found(load)
    assert await why(check) == "no usable Google credentials: none found"
    assert await why(check) == "no usable Google credentials: none found"
    assert times == 2
