"""The step that opening takes for the last one, held to the migrations themselves."""

import subprocess
import sys

from alembic.config import Config
from alembic.script import ScriptDirectory

from janitor.store.database import LAST_STEP, open_database


def test_the_last_step_is_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "janitor.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [LAST_STEP]


async def test_tables_at_the_last_step_are_opened_without_alembic(url: str) -> None:
    await (await open_database(url)).close()
    program = (
        "import asyncio, sys\n"
        "from janitor.store.database import open_database\n"
        f"async def opened(): await (await open_database({url!r})).close()\n"
        "asyncio.run(opened())\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
