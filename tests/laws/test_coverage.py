"""What the laws hold over is there: generated worlds reach every kind, deleted and kept, and every key and guard."""

from collections import Counter
from functools import cache
from random import Random

import pytest

from janitor.kinds.table import KINDS, RUN_KINDS
from janitor.kinds.version import FORMATS
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.size import Largest
from tests.laws.deciding import plan_of
from tests.laws.registries import OTHERS
from tests.laws.rules import KEEPS_OF, LEAVES
from tests.laws.worlds import world

_WORLDS = 1000
_RUN = RUN_KINDS
_HOLDERS = (Kind.PACKAGE, Kind.REPOSITORY)
_STORED = (Kind.IMAGE, Kind.PACKAGE, Kind.VERSION, Kind.TAG, Kind.REPOSITORY)
# Why a thing of these kinds stays, at least once each.
_STAYS = (
    *((kind, KeepReason.PROTECTED) for kind in KINDS),
    *((kind, KeepReason.NOT_MATCHED) for kind in KINDS),
    *((kind, KeepReason.GOOGLE_MANAGED) for kind in KINDS),
    *((kind, KeepReason.SELF) for kind in _RUN),
    *((kind, KeepReason.IN_USE) for kind in (Kind.IMAGE, Kind.TAG)),
    *((kind, KeepReason.HOLDS_IN_USE) for kind in _HOLDERS),
    *((kind, KeepReason.HOLDS_PROTECTED) for kind in (*_HOLDERS, Kind.SERVICE, Kind.JOB)),
    *((kind, KeepReason.HOLDS_RETAINED) for kind in _HOLDERS),
    *((kind, KeepReason.KEEP_LATEST) for kind in KEEPS_OF),
    *((kind, KeepReason.KEEP_NEWER_THAN) for kind in KEEPS_OF),
    *((kind, KeepReason.KEEP_TAGGED) for kind in (Kind.IMAGE, Kind.TAG)),
    *((kind, KeepReason.IMMUTABLE_TAGS) for kind in (Kind.IMAGE, Kind.PACKAGE, Kind.TAG)),
    (Kind.REVISION, KeepReason.KEEP_ROLLBACK),
    (Kind.REVISION, KeepReason.HAS_TRAFFIC),
    (Kind.TRAFFIC_TAG, KeepReason.HAS_TRAFFIC),
    (Kind.TRAFFIC_TAG, KeepReason.STATUS_UNKNOWN),
    (Kind.EXECUTION, KeepReason.LAST_EXECUTION),
    (Kind.WORKER_POOL, KeepReason.HAS_INSTANCES),
    (Kind.VERSION, KeepReason.HAS_TAGS),
    (Kind.REPOSITORY, KeepReason.FORMAT_UNSUPPORTED),
)


@cache
def met() -> tuple[Counter[object], Counter[object]]:
    """Of the first so many worlds: what goes, and what stays for which reason. Kinds and formats are
    counted, and what policies that ask for `largest` take, as that key and the kind."""
    gone: Counter[object] = Counter()
    kept: Counter[object] = Counter()
    for begin in range(_WORLDS):
        found = world(Random(begin))
        plan = plan_of(found)
        formats = {str(each.name): each.format for each in found.repositories}
        ranking = {
            policy.name for policy in found.policies.policies
            if any(isinstance(part, Largest) for part in policy.when.parts)
        }  # fmt: skip
        for action in plan.actions:
            gone[action.kind] += 1
            gone[action.kind, formats.get(action.name.partition("/packages/")[0], "")] += 1
            gone[action.kind, Largest] += action.policy in ranking
        for row in plan.kept:
            kept[row.kind, row.reason] += row.count
    return gone, kept


def test_policies_speak_of_every_kind() -> None:
    assert LEAVES.keys() == KINDS.keys()
    assert set(OTHERS.values()) <= {each.upper() for each in FORMATS}


@pytest.mark.parametrize("kind", KINDS)
def test_something_of_every_kind_goes(kind: Kind) -> None:
    assert met()[0][kind] > 1


@pytest.mark.parametrize(("kind", "reason"), _STAYS)
def test_something_stays_for_every_guard_that_is_of_the_kind(kind: Kind, reason: KeepReason) -> None:
    assert met()[1][kind, reason] > 0


def test_packages_versions_and_tags_go_from_docker_and_from_other_formats() -> None:
    gone, _ = met()
    for kind in (Kind.PACKAGE, Kind.TAG):
        assert gone[kind, "DOCKER"] > 1
    for kind in (Kind.PACKAGE, Kind.VERSION, Kind.TAG):
        assert len({of for of in OTHERS.values() if gone[kind, of]}) > 1


def test_largest_takes_images_and_versions() -> None:
    assert met()[0][Kind.IMAGE, Largest] > 1
    assert met()[0][Kind.VERSION, Largest] > 1


def test_a_gap_of_every_sort_keeps_what_it_hides() -> None:
    kept: Counter[Kind] = Counter()
    for begin in range(5 * _WORLDS):
        plan = plan_of(world(Random(begin), gaps=True))
        kept.update(row.kind for row in plan.kept if row.reason is KeepReason.GAP)
        kept.update(gap.kind for gap in plan.gaps if gap.repository)
        if kept.keys() >= {*_RUN, *_STORED}:
            break
    assert kept.keys() >= {*_RUN, *_STORED}
