"""A database of its own for each test: SQLite, and Postgres where the environment names one."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from janitor.store.database import Database, open_database
from tests.store.empty import write_empty_ledger

SERVER = "JANITOR_TEST_DATABASE_URL"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database (on Postgres: a schema of its own)."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/janitor.db"
        return
    with postgres_schema() as own:
        yield own


@contextmanager
def postgres_schema() -> Iterator[str]:
    """The URL of a schema that is dropped afterwards; skips the test where no server is named."""
    server = os.environ.get(SERVER)
    if not server:
        pytest.skip(f"{SERVER} is not set")
    address = make_url(server).set(drivername="postgresql+psycopg")
    schema = f"test_{uuid.uuid4().hex}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT", connect_args={"client_encoding": "utf8"})
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = address.update_query_dict({"options": f"-csearch_path={schema}"})
    yield own.render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An open database with all its tables."""
    if url.startswith("sqlite"):
        write_empty_ledger(Path(url.removeprefix("sqlite:///")))
    opened = await open_database(url)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The URL of an empty schema on Postgres; None is a SQLite database in memory."""
    if request.param == "sqlite":
        yield None
    else:
        with postgres_schema() as url:
            yield url
