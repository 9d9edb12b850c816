"""The laws of a whole sweep, on one world at random: what the dry run says is what apply does, and no more."""

import os
from pathlib import Path
from typing import Any

import pytest

from janitor.emulator.repository import WorldImage
from janitor.emulator.trouble import Rule
from tests.sweep.conftest import hurried
from tests.sweep.random_worlds import RandomWorld, random_world, stored_features
from tests.sweep.sweeping import Place, Swept, placed

KINDS = ("services", "revisions", "jobs", "executions", "worker_pools", "repositories", "versions")
SUMS = ("saves_usd_month", "reclaimed_bytes", "examined")
_SAID = ("gaps", "refusals", "actions", "kept", "totals")


def check_swept(seed: int, folder: Path) -> frozenset[str]:
    """Sweeps the world of a seed: dry, apply, apply again. AssertionError: a law is broken. The features."""
    of = random_world(seed)
    was = os.getcwd()
    with pytest.MonkeyPatch.context() as patch, hurried(), placed(of.text, folder, patch) as here:
        features = of.behaviour | stored_features(here.google.world.repositories.values())
        try:
            _check(here, of, patch)
        finally:
            os.chdir(was)
    return features


def _check(here: Place, of: RandomWorld, patch: pytest.MonkeyPatch) -> None:
    if "an image pushed between two pages" in of.behaviour:
        _pushing_between_two_pages_adds_no_deletion(here, of)
    if "a cluster that uses images" in of.behaviour:
        _a_cluster_adds_no_deletion_and_hiding_it_none(here, of)
    plain = here.sweep("--dry-run", policies=of.policies) if of.rules else None
    if of.rules:
        here.google.control.trouble("\n".join(f"- {{{rule}}}" for rule in of.rules))
    before = standing(here)
    dry = here.sweep("--dry-run", policies=of.policies)
    assert (here.changes, standing(here)) == ([], before)
    assert dry.code in (0, 3), dry.err
    if plain is not None and of.harmless:
        assert said(dry) == said(plain)
    elif plain is not None:
        assert set(dry.names) <= set(plain.names)
    if "an operation that never ends" in of.behaviour:
        _what_never_ends_adds_no_deletion(here, of, dry, patch)
        return
    wet = here.sweep("--apply", policies=of.policies)
    assert [{**each, "outcome": "planned"} for each in wet.actions] == dry.actions
    assert (wet.code, set(wet.outcomes.values()) - {"deleted"}) == (dry.code, set()), wet.err
    assert standing(here) == without(dry.names, before)
    assert named_by_containers(here) & before.keys() <= standing(here).keys()
    for sum_ in SUMS:
        assert dry.document["totals"][sum_] == wet.document["totals"][sum_]
    again = here.sweep("--apply", policies=of.policies)
    assert again.code == wet.code
    assert not [each for each in again.actions if not _follows(each, wet, again)]


def _follows(action: dict[str, Any], first: Swept, again: Swept) -> bool:
    """Whether a second apply may take this: `largest` takes the next ones, and with them what they held in their
    package; and an image whose tag a policy of tags took off has no tag now (docs/policies.md)."""
    untagged = {
        each["name"].partition("/tags/")[0] for each in first.actions if each["kind"] == "artifact.tag"
    }
    largest = {_package_of(each) for each in again.actions if each["policy"] == "big"}
    return _package_of(action) in untagged | largest


def _package_of(action: dict[str, Any]) -> str:
    return str(action["name"]).partition("/versions/")[0]


def _pushing_between_two_pages_adds_no_deletion(here: Place, of: RandomWorld) -> None:
    """With offsets as page tokens, a push moves every image behind it by one place."""
    plain = here.sweep("--dry-run", policies=of.policies)
    here.google.control.trouble(
        "- {rpc: ListDockerImages, page_size: 2}\n- {rpc: ListDockerImages, offset_tokens: true}"
    )

    def pushed(world: Any, called: str) -> None:
        now = world.now.timestamp()
        world.repository(called).add(
            WorldImage("app", f"sha256:{'0' * 64}", size=1, uploaded=now, updated=now)
        )

    rule = Rule(rpc="ListDockerImages", repository="r", page=2, times=1, mutate=pushed)
    here.google.control.rule(rule)
    shifted = here.sweep("--dry-run", policies=of.policies)
    # what its package or repository takes without the push may be taken by itself
    taken = tuple(f"{name}/" for name in plain.names)
    assert [name for name in shifted.names if not f"{name}/".startswith(taken)] == []
    here.google.control.clear_trouble()


HIDING = (
    "- {rpc: SearchAllResources, unavailable: true}",
    "- {rpc: SearchAllResources, omit: '*/pods/*'}",
    "- {rpc: SearchAllResources, page_size: 1}\n- {rpc: SearchAllResources, fail_page: 2}",
)


def _a_cluster_adds_no_deletion_and_hiding_it_none(here: Place, of: RandomWorld) -> None:
    """What its own resource takes without the cluster may be taken by itself (R13)."""
    off = of.policies.replace("policies:", "protect: {holders: off}\npolicies:", 1)
    off = (
        of.policies.replace("protect: {", "protect: {holders: off, ") if "protect: {" in of.policies else off
    )
    without_it = here.sweep("--dry-run", policies=off)
    with_it = here.sweep("--dry-run", policies=of.policies)
    _adds_nothing(with_it, without_it)
    for rules in HIDING:
        here.google.control.trouble(rules)
        hidden = here.sweep("--dry-run", policies=of.policies)
        here.google.control.clear_trouble()
        assert hidden.code == 3
        _adds_nothing(hidden, with_it)


def _adds_nothing(less: Swept, more: Swept) -> None:
    taken = tuple(f"{name}/" for name in more.names)
    assert [name for name in less.names if not f"{name}/".startswith(taken)] == []


def named_by_containers(here: Place) -> set[str]:
    """Google's names of the images that containers of the cluster name by digest, whatever container it is."""
    found: set[str] = set()
    for asset in here.google.world.assets.values():
        text = str(asset.data)
        for repository in here.google.world.repositories.values():
            place, name = repository.name.partition("/locations/us-central1/repositories/")[::2]
            del place
            for package, version in repository.images:
                if f"docker.pkg.dev/p/{name}/{package}@{version}" in text:
                    found.add(repository.version_name((package, version)))
    return found


def _what_never_ends_adds_no_deletion(
    here: Place, of: RandomWorld, dry: Swept, patch: pytest.MonkeyPatch
) -> None:
    """One operation hangs: the sweep ends within its budget, and a later one settles it."""
    before = standing(here)
    for budget in ("OPERATION", "HOLDER_OPERATION"):
        patch.setattr(f"janitor.gcp.budgets.{budget}", 0.3)
    here.google.control.trouble("- {rpc: '*Delete*', never_ends: true, times: 1}")
    wet = here.sweep("--apply", policies=of.policies)
    assert wet.code in (dry.code, 6), wet.err
    assert set(wet.names) == set(dry.names)
    assert without(dry.names, before).keys() <= standing(here).keys()
    here.google.control.clear_trouble()
    here.google.control.now(lambda world: world.operations.end_all())
    assert here.sweep("--apply", policies=of.policies).code == dry.code


def said(swept: Swept) -> dict[str, Any]:
    """What a sweep says, without what differs each time."""
    return {key: swept.document[key] for key in _SAID}


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
