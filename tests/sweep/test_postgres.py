"""A whole apply whose ledger and lock stand in Postgres (where JANITOR_TEST_DATABASE_URL names one)."""

import os
import uuid

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, world

SERVER = os.environ.get("JANITOR_TEST_DATABASE_URL")


@pytest.mark.skipif(not SERVER, reason="JANITOR_TEST_DATABASE_URL is not set")
def test_an_apply_keeps_its_books_in_postgres(place: Placing, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = f"test_{uuid.uuid4().hex}"
    engine = create_engine(make_url(str(SERVER)), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    here = place(world(image("a", "v1"), image("b"), image("c")))
    monkeypatch.setenv("JANITOR_DATABASE_URL", f"{SERVER}?options=-csearch_path%3D{schema}")
    try:
        swept = here.sweep("--apply")
        assert (swept.code, swept.document["totals"]["deleted"]) == (0, 3)
        with engine.connect() as connection:
            ends = connection.execute(text(f"SELECT outcome FROM {schema}.outcomes")).scalars().all()
            closed = connection.execute(text(f"SELECT exit_code FROM {schema}.sweeps")).scalar_one()
        assert (ends, closed) == (["deleted"] * 3, 0)
        assert here.google.world.names("versions") == []
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()
