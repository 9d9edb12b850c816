"""Explaining what lies in a repository that is deleted whole."""

from datetime import timedelta

import pytest

from janitor.model.kinds import Kind
from janitor.model.resources import Contents, Package
from janitor.policy.conditions.age import OlderThan
from janitor.report.data.explanation import Fate
from tests import making
from tests.laws.deciding import plan_of
from tests.laws.test_explain import explained
from tests.laws.worlds import World
from tests.making import NOW, REPOSITORY, ago

OLD = making.policy("old", Kind.REPOSITORY, OlderThan(timedelta(days=7)))
VERSIONS = making.policy("versions", Kind.VERSION, OlderThan(timedelta(days=7)))


@pytest.mark.parametrize("others", [(), (VERSIONS,)])
def test_a_package_is_deleted_with_its_repository_though_it_is_younger(others: tuple[object, ...]) -> None:
    """No policy speaks of docker packages, so that a sweep does not read when they were created."""
    image = making.image("a", days=40)
    package = Package(f"{REPOSITORY}/packages/app", "app", NOW.timestamp(), NOW.timestamp(), ())
    world = World(
        making.policies(OLD, *others),
        making.workloads(making.service("web")),
        (making.repository(update_time=ago(days=40), create_time=ago(days=40)),),
        {REPOSITORY: Contents(images=[image], packages=(package,))},
    )
    assert [action.name for action in plan_of(world).actions] == [str(REPOSITORY)]
    verdict = explained(world, package.name).verdict
    assert (verdict.fate, verdict.container) == (Fate.CONTAINED, str(REPOSITORY))
