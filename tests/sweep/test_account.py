"""The ledger as a savings account, over whole sweeps: estimated, then realised, until it is there again."""

import asyncio
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal

from janitor.emulator.state import World
from janitor.ledger.figures import Period, Question
from janitor.ledger.savings import Account
from janitor.runtime import now
from janitor.store.database import open_database
from janitor.store.history import SqlHistory
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import RUN, Place, image, world

FAILED = "{web: {updated: 3d ago, state: failed, image: docker.io/library/web}}"
WEB = f"{RUN}/services/web"


def now_saved(here: Place) -> Account:
    """What the ledger of this place comes to now."""

    async def read() -> Account:
        database = await open_database(here.environment()["JANITOR_DATABASE_URL"])
        asked = Question(Period(None, now()), timedelta(days=365))
        found = await SqlHistory(database).figures(asked)
        await database.close()
        return found.in_all

    return asyncio.run(read())


def test_what_is_deleted_is_estimated_and_what_is_looked_for_in_vain_is_realised(place: Placing) -> None:
    here = place(world(image("a", size="1GB"), image("b", size="1GB"), image("c", size="1GB")))
    said = here.sweep("--apply").document["totals"]
    fresh = now_saved(here)
    assert (fresh.deleted.count, fresh.realised_usd_month) == (3, 0)
    assert fresh.deleted.size_bytes == said["reclaimed_bytes"] == 2_000_000_000
    assert abs(fresh.deleted.usd_month - Decimal(said["saves_usd_month"])) < Decimal("1e-18")
    assert here.sweep("--dry-run").code == 0
    later = now_saved(here)
    assert later.realised_usd_month == later.deleted.usd_month == fresh.deleted.usd_month > 0
    assert later.saved_usd > 0


def test_a_service_that_is_deployed_again_ends_its_saving_and_may_be_deleted_anew(place: Placing) -> None:
    here = place(world(services=FAILED))
    old = deepcopy(here.google.world.run["services"][WEB])
    assert here.sweep("--apply").outcomes == {"web": "deleted"}
    assert here.sweep("--dry-run").actions == []

    def deploy(there: World) -> None:
        old.uid = "another"
        there.run["services"][WEB] = old

    here.google.control.now(deploy)
    assert here.sweep("--dry-run").outcomes == {"web": "planned"}
    assert (now_saved(here).deleted.count, now_saved(here).came_back) == (1, 1)
    assert here.sweep("--apply").outcomes == {"web": "deleted"}
    assert (now_saved(here).deleted.count, now_saved(here).came_back) == (2, 1)
