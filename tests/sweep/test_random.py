"""Worlds at random: what the dry run says is what apply does, and nothing else."""

from random import Random

import pytest

from tests.laws.trying import SWEEPS
from tests.sweep.conftest import Placing
from tests.sweep.random_worlds import policy_file, world_file
from tests.sweep.sweeping import Place

KINDS = ("services", "revisions", "jobs", "executions", "worker_pools", "repositories", "versions")


def standing(here: Place) -> dict[str, set[str]]:
    """Google's names of all that is there, with the tags of each; packages apart, for an empty one may stay."""
    world = here.google.world
    found: dict[str, set[str]] = {name: set() for kind in KINDS for name in world.names(kind)}
    for repository in world.repositories.values():
        for (package, tag), version in repository.tags.items():
            found[repository.version_name((package, version))].add(
                f"{repository.package_name(package)}/tags/{tag}"
            )
    return found


def without(names: list[str], before: dict[str, set[str]]) -> dict[str, set[str]]:
    """What is left once these are gone, with what they hold."""

    def goes(name: str) -> bool:
        return any(name == each or name.startswith(f"{each}/") for each in names)

    return {name: tags - set(names) for name, tags in before.items() if not goes(name)}


@pytest.mark.parametrize("seed", range(SWEEPS))
def test_apply_takes_what_the_dry_run_said_and_nothing_else(place: Placing, seed: int) -> None:
    dice = Random(seed)
    here, policies = place(world_file(dice)), policy_file(dice)
    before = standing(here)
    dry = here.sweep("--dry-run", policies=policies)
    assert (dry.code, here.changes, standing(here)) == (0, [], before)
    wet = here.sweep("--apply", policies=policies)
    assert [{**each, "outcome": "planned"} for each in wet.actions] == dry.actions
    assert (wet.code, set(wet.outcomes.values()) - {"deleted"}) == (0, set())
    assert standing(here) == without(dry.names, before)
    for sum_ in ("saves_usd_month", "reclaimed_bytes", "examined"):
        assert dry.document["totals"][sum_] == wet.document["totals"][sum_]
