"""A ledger of 2,000 sweeps and 1,000,000 deletions, written as rows: `python -m bench.ledger_fill FILE [SWEEPS]`."""

import asyncio
import hashlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from sqlalchemy import Connection, insert

from janitor.store.database import open_database
from janitor.store.savings import note_due, sum_up
from janitor.store.tables import insert_unless_there, intents, outcomes, sightings, sweeps

SWEEPS, EACH = 2_000, 500
END = datetime(2026, 11, 30, 3, tzinfo=UTC)
_HOURS = 8
_POLICIES = ("stale-images", "untagged", "old-versions", "failed", "previews")
_OWNERS, _PROJECTS, _REPOSITORIES = 20, 4, 40
# One in ten is pushed again before the next sweep, one in a hundred at some later time.
_SOON, _LATER = 10, 100


def main() -> None:
    """Fill a new file, and say how many deletions it holds."""
    count = int(sys.argv[2]) if len(sys.argv) > 2 else SWEEPS
    asyncio.run(_fill(f"sqlite:///{sys.argv[1]}", count))
    print(count * EACH)


async def _fill(url: str, count: int) -> None:
    database = await open_database(url)
    for sweep in range(count):
        await database.run(lambda db, sweep=sweep: _write(db, sweep, count))  # type: ignore[misc]
    await database.run(sum_up)
    await database.close()


def _write(db: Connection, sweep: int, count: int) -> None:
    at = _begun(sweep, count)
    row = {
        "id": _id(sweep), "started_at": at, "finished_at": at + timedelta(minutes=9), "mode": "apply",
        "started_by": "bench:1", "origin": "daemon", "exit_code": 0, "totals": "{}", "policy_digest": "sha256:b",
        "plan_id": "sha256:p", "policies": "policies.yaml", "projects": '["p0"]', "only_policies": "[]",
    }  # fmt: skip
    db.execute(insert(sweeps), [row])
    first = sweep * EACH + 1
    rows = list(_intents(sweep, first, at))
    db.execute(insert(intents), rows)
    db.execute(insert(outcomes), [_outcome(row) for row in rows])
    if seen := list(_seen(sweep, at)):
        db.execute(insert_unless_there(db, sightings), seen)
    note_due(db, [_id(sweep)])


def _begun(sweep: int, count: int) -> datetime:
    return END - timedelta(hours=_HOURS) * (count - sweep)


def _id(sweep: int) -> str:
    return f"bench-{sweep:06}"


def _intents(sweep: int, first: int, at: datetime) -> Iterator[dict[str, Any]]:
    for number in range(EACH):
        project = f"p{number % _PROJECTS}"
        repository = f"projects/{project}/locations/us-central1/repositories/r{number % _REPOSITORIES}"
        # what is pushed again before the next sweep is deleted again by it
        label = number if number % _SOON == 0 else f"{sweep}-{number}"
        digest = hashlib.sha256(f"{label}".encode()).hexdigest()
        size = 40_000_000 + (sweep * EACH + number) % 977 * 1_000_003
        yield {
            "id": first + number, "sweep_id": _id(sweep), "kind": "artifact.image",
            "name": f"{repository}/packages/app/versions/sha256:{digest}", "uri": "", "reason": "unused",
            "policy": _POLICIES[number % len(_POLICIES)], "detail": "", "size_bytes": size,
            "usd_month": _usd(size), "upper_bound": True, "unpriced": None,
            "group_name": repository, "uid": "", "etag": "", "at": at + timedelta(seconds=number),
            "owner": f"team-{number % _OWNERS}", "tags": "[]", "group_bytes": 20_000_000_000,
        }  # fmt: skip


def _usd(size_bytes: int) -> str:
    """Ten cents a GiB, as it is written: exact."""
    return format(Context(prec=50).divide(Decimal(size_bytes) / 10, 2**30), "f")


def _outcome(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "intent_id": row["id"], "sweep_id": row["sweep_id"], "kind": row["kind"], "name": row["name"],
        "outcome": "deleted", "error": None, "at": row["at"] + timedelta(seconds=1),
    }  # fmt: skip


def _seen(sweep: int, at: datetime) -> Iterator[dict[str, Any]]:
    """What a sweep sees of the deletions of the one before, and of one much earlier."""
    for number in range(EACH if sweep else 0):
        there = number % _SOON == 0
        yield _sighting(sweep, (sweep - 1) * EACH + 1 + number, there, at)
    if sweep > _LATER:
        for number in range(1, EACH, _LATER):
            yield _sighting(sweep, (sweep * sweep * 7919 % (sweep - 1)) * EACH + 1 + number, True, at)


def _sighting(sweep: int, intent: int, there: bool, at: datetime) -> dict[str, Any]:
    return {"intent_id": intent, "sweep_id": _id(sweep), "there": there, "at": at}


if __name__ == "__main__":
    main()
