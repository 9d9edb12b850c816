"""Opening the database: where it is, what is refused, and that no message tells a secret."""

import asyncio
import os
import re
import sqlite3
import stat
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from janitor.errors import LedgerError
from janitor.runtime import now
from janitor.store import address, refusals
from janitor.store.address import address_of, shown
from janitor.store.database import Database, open_database
from janitor.store.ledger import SqlLedger
from janitor.store.lock import ApplyLock
from janitor.store.refusals import unusable
from tests.store.conftest import SERVER
from tests.store.recording import start

PASSWORD = "s3cr3t/@:word"
QUOTED = "s3cr3t%2F%40%3Aword"


async def refusal(url: str | None) -> str:
    """What a person is told when this database is opened."""
    with pytest.raises(LedgerError) as refused:
        await open_database(url)
    assert refused.value.exit_code == 2
    return str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgres_may_be_spelled_in_every_usual_way(scheme: str) -> None:
    found = address_of(f"{scheme}://user:{QUOTED}@db.example/ledger")
    assert (found.drivername, found.password, found.database) == ("postgresql+psycopg", PASSWORD, "ledger")
    assert shown(found) == "Postgres db.example/ledger"


@pytest.mark.parametrize(
    "url", ["mysql://user:{0}@db/x", "postgresql+asyncpg://user:{0}@db/x", "http://{0}@x"]
)
async def test_another_database_or_driver_is_refused_with_the_spellings_that_are_not(url: str) -> None:
    message = await refusal(url.format(QUOTED))
    assert "postgresql://user:password@host/database" in message
    assert "s3cr3t" not in message


@pytest.mark.parametrize(
    "url", ["no url", "", "postgresql://user:s3cr3t:1/2@host:port/x", "postgresql://u:s3cr3t@[x"]
)
async def test_what_is_no_url_is_refused_without_being_quoted(url: str) -> None:
    message = await refusal(url)
    assert "JANITOR_DATABASE_URL" in message
    assert "s3cr3t" not in message


@pytest.mark.parametrize(
    "url", ["postgresql://%2Fvar%2Frun/db", "postgres://jan:sesame@%2fvar%2frun:5433/db", "postgresql://%2F/"]
)
async def test_the_folder_of_a_socket_as_a_host_is_refused_with_the_place_for_it(url: str) -> None:
    """libpq reads it there, SQLAlchemy does not."""
    message = await refusal(url)
    assert "?host=/var/run/postgresql" in message
    assert "percent-encode" not in message
    assert "sesame" not in message


async def test_the_folder_of_a_socket_is_read_from_the_query(tmp_path: Path) -> None:
    message = await refusal(f"postgresql://jan:{QUOTED}@/db?host={tmp_path}")
    assert "no server has a socket in that folder" in message
    assert PASSWORD not in message


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_ledger_in_memory_is_refused(url: str) -> None:
    assert "would be lost" in await refusal(url)


async def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    url = f"postgresql://user:{QUOTED}@127.0.0.1:1/ledger?application_name={QUOTED}&sslpassword=hush-hush"
    message = await refusal(url)
    assert "Postgres 127.0.0.1:1/ledger" in message
    assert "the connection was refused" in message
    assert "Check that the server is running" in message
    for secret in (PASSWORD, QUOTED, "hush-hush"):
        assert secret not in message


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            'connection to server at "h", port 1 failed: FATAL: password authentication failed for user "marker"',
            "refused the user name or the password",
        ),
        ('FATAL:  database "marker" does not exist', "no database of that name"),
        ("could not translate host name marker to address", "the host name cannot be resolved"),
        ("marker", "OperationalError"),
    ],
)
def test_a_driver_is_told_in_our_words(words: str, told: str) -> None:
    """R29: what a driver says may quote the password, in whatever form."""
    found = address_of(f"postgresql://user:{QUOTED}@h/x?sslpassword=hush-hush")
    error = OperationalError("SELECT 'marker'", {"p": "marker"}, psycopg.OperationalError(words))
    message = str(unusable(found, error))
    assert told in message
    assert "marker" not in message


@pytest.mark.parametrize(
    "option", ["sslmode=marker", "connect_timeout=marker", "marker=1", "options=marker", "port=marker"]
)
async def test_an_option_that_the_driver_does_not_take_is_refused_without_being_quoted(option: str) -> None:
    assert "marker" not in await refusal(f"postgresql://user:{QUOTED}@127.0.0.1:1/x?{option}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://jan:open@sesame-1@host/db",
        "postgresql://jan:open@sesame-1@127.0.0.1:9/ledger",
        "postgresql://jan:pa@ss/sesame-1@host/db",
        "postgresql://jan:pa@ss?sesame-1@host/db",
        "postgresql://jan:@sesame-1@@host/db",
        "postgresql://jan:12/sesame-1@h@st/db",
    ],
)
async def test_password_with_at_sign(url: str) -> None:
    """Else everything after the first @ would be taken for the host, and shown."""
    message = await refusal(url)
    assert "percent-encode the password" in message
    assert "sesame" not in message


@pytest.mark.parametrize("character", [*"!#$%&'()*+,/:;=?@[] \"<>\\^`{|}~", "%2F", "\u00e9"])
async def test_no_character_of_a_password_gets_it_shown(character: str) -> None:
    for quoted in (character, quote(character, safe="")):
        message = await refusal(f"postgresql://jan:front{quoted}sesame{quoted}end@127.0.0.1:1/ledger")
        assert not [part for part in ("front", "sesame", "jan:") if part in message]


async def test_sql_ascii() -> None:
    """The case of that name: a server in the C locale answers in bytes, unless the client asks for UTF-8."""
    server = os.environ.get(SERVER)
    if not server:
        pytest.skip(f"{SERVER} is not set")
    address = make_url(server).set(drivername="postgresql+psycopg")
    name = f"ascii_{uuid.uuid4().hex}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT", connect_args={"client_encoding": "utf8"})
    with engine.connect() as connection:
        connection.execute(
            text(
                f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
            )
        )
    try:
        url = address.set(database=name).render_as_string(hide_password=False)
        for _ in range(2):
            database = await open_database(url)
            await database.close()
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
        engine.dispose()


async def test_advice_for_a_locked_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/janitor.db"
    await (await open_database(url)).close()
    held = sqlite3.connect(tmp_path / "janitor.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="another process holds it") as refused:
        await open_database(url, 1)
    held.close()
    assert "SQLITE_BUSY" in str(refused.value)
    assert "Check that its folder exists" not in str(refused.value)


def sqlite_error(name: str) -> OperationalError:
    error = sqlite3.OperationalError("marker")
    error.sqlite_errorname = name
    return OperationalError("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SQLITE_BUSY", "another process holds it"),
        ("SQLITE_BUSY_SNAPSHOT", "another process holds it"),
        ("SQLITE_PROTOCOL", "network disk"),
        ("SQLITE_IOERR_SHMMAP", "local disk, or use Postgres"),
        ("SQLITE_FULL", "Free space"),
        ("SQLITE_READONLY_DBMOVED", "this user can write to it"),
        ("SQLITE_NOTADB", "not a database"),
        ("SQLITE_CANTOPEN", "Check that its folder exists"),
        ("marker", "OperationalError"),
    ],
)
def test_sqlite_is_told_by_its_code_with_the_way_out(name: str, told: str) -> None:
    message = str(unusable(address_of("sqlite:////var/lib/janitor.db"), sqlite_error(name)))
    assert told in message
    assert "marker" not in message


def test_a_busy_file_on_a_network_disk_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path.resolve()} nfs4 rw 0 0\n")
    monkeypatch.setattr(refusals, "_MOUNTS", mounts)
    message = str(unusable(address_of(f"sqlite:///{tmp_path}/janitor.db"), sqlite_error("SQLITE_BUSY")))
    assert "network disk (nfs4)" in message
    assert "another process" not in message


async def test_a_missing_driver_names_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    message = await refusal(f"postgresql://user:{QUOTED}@h/x")
    assert "janitor-gcp[postgres]" in message
    assert "s3cr3t" not in message


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    message = await refusal(f"sqlite:///{tmp_path}/missing/janitor.db")
    assert f"{tmp_path}/missing/janitor.db" in message
    assert "Check that its folder exists" in message


async def test_without_a_disk_that_can_be_written_no_apply_gets_the_lock(tmp_path: Path) -> None:
    """SQLite itself is told to write nothing: the superuser may write to any folder."""
    writable = await open_database(f"sqlite:///{tmp_path}/janitor.db")
    await writable.close()
    database = await open_database(f"sqlite:///file:{tmp_path}/janitor.db?mode=ro&uri=true")
    with pytest.raises(LedgerError, match="this user can write to it") as refused:
        await ApplyLock(database, "sweep s-1", now).acquire()
    await database.close()
    assert "read-only" in str(refused.value)
    assert f"{tmp_path}/janitor.db" in str(refused.value)


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database " * 100)
    assert str(file) in await refusal(f"sqlite:///{file}")
    assert file.read_text() == "not a database " * 100


async def test_tables_of_a_newer_janitor_are_refused_and_left_alone(url: str) -> None:
    await (await open_database(url)).close()
    _execute(url, "UPDATE alembic_version SET version_num = '9999'")
    message = await refusal(url)
    assert "newer janitor" in message
    assert "9999" in message
    assert _execute(url, "SELECT version_num FROM alembic_version") == ["9999"]


async def test_opening_again_changes_nothing(url: str) -> None:
    first = await open_database(url)
    await SqlLedger(first).begin(start("s-1"))
    await first.close()
    await (await open_database(url)).close()
    assert _execute(url, "SELECT id FROM sweeps") == ["s-1"]
    assert _execute(url, "SELECT name FROM locks") == ["apply"]


async def test_several_may_open_an_empty_database_at_once(url: str) -> None:
    opened = await asyncio.gather(*(open_database(url) for _ in range(6)))
    for database in opened:
        await database.close()
    assert len(_execute(url, "SELECT version_num FROM alembic_version")) == 1


async def test_a_step_that_fails_leaves_an_empty_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patched:
        patched.setattr("alembic.op.bulk_insert", broken)
        with pytest.raises(RuntimeError, match="in the middle"):
            await open_database(url)
    database = await open_database(url)
    await SqlLedger(database).begin(start())
    await database.close()


async def test_sqlite_syncs_every_commit_and_holds_foreign_keys(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/janitor.db")

    def pragmas(db: object) -> list[object]:
        return [
            db.exec_driver_sql(f"PRAGMA {name}").scalar()  # type: ignore[attr-defined]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert await database.run(pragmas) == ["wal", 2, 1, 20_000]
    await database.close()


async def test_without_a_url_the_ledger_is_in_a_folder_that_is_the_users_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    database = await open_database(None)
    await database.close()
    assert database.shown == f"SQLite {tmp_path}/janitor/janitor.db"
    assert stat.S_IMODE((tmp_path / "janitor").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("platform", "xdg", "folder"),
    [
        ("linux", "", ".local/state/janitor"),
        ("linux", "not/absolute", ".local/state/janitor"),
        ("darwin", "/ignored", "Library/Application Support/janitor"),
    ],
)
def test_each_system_has_its_own_state_folder(
    platform: str, xdg: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", xdg)
    assert address.state_folder() == tmp_path / folder


async def test_a_state_folder_that_cannot_be_made_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert "JANITOR_DATABASE_URL" in await refusal(None)


KILLED = """
import asyncio, os, signal, sys
from janitor.store.database import open_database
from janitor.store.ledger import SqlLedger
from tests.making import NOW
from tests.store.recording import action, start

async def main():
    ledger = SqlLedger(await open_database(sys.argv[1]))
    await ledger.begin(start())
    (intent,) = await ledger.intend("s-1", [action()], {}, NOW)
    await ledger.note_operation([intent], "operations/1", NOW)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_what_is_written_down_outlives_a_kill(url: str) -> None:
    """The next sweep finds the intent, and Google's operation to ask about."""
    ended = subprocess.run([sys.executable, "-c", KILLED, url], check=False, timeout=60)
    assert ended.returncode == -9

    async def after() -> list[tuple[str, str]]:
        database: Database = await open_database(url)
        found = await SqlLedger(database).open_intents()
        await database.close()
        return [(intent.sweep_id, intent.operation) for intent in found]

    assert asyncio.run(after()) == [("s-1", "operations/1")]


def _execute(url: str, statement: str) -> list[object]:
    address = make_url(url)
    engine = create_engine(address)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        rows = list(result.scalars()) if result.returns_rows else []
    engine.dispose()
    return rows


@pytest.mark.parametrize(
    ("option", "why"),
    [
        (":9/l?connect_timeout=soon", "an option after the ? of the URL has an invalid value"),
        (":99999/l", "its port is not between 1 and 65535"),
    ],
)
async def test_a_value_in_the_url_that_cannot_be_used_is_not_taken_for_a_server_without_an_answer(
    option: str, why: str
) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(LedgerError, match=re.escape(why)):
        await open_database(f"postgresql://jan:sesame@127.0.0.1{option}")
