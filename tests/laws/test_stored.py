"""Laws of what repositories hold: packages, versions and tags of every format go as policies say, and no other."""

import fnmatch
from collections import Counter
from urllib.parse import unquote

from hypothesis import given

from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Mode
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.contents import FormatIs
from janitor.policy.conditions.names import NameIs, RepositoryIs
from janitor.policy.conditions.size import Empty, Largest
from janitor.policy.conditions.tags import TagsMatch
from tests.laws.deciding import (
    contained,
    held_in,
    images_in,
    packages_in,
    plan_of,
    tags_of,
)
from tests.laws.trying import law
from tests.laws.worlds import World, worlds
from tests.making import NOW

SOURCE_DEPLOY = RepositoryName("q", "us-central1", "cloud-run-source-deploy")


@law
@given(worlds())
def test_what_google_manages_or_only_passes_on_stays(world: World) -> None:
    """What is managed goes only by a policy that says so and names the repository whole (R14)."""
    policies = {policy.name: policy for policy in world.policies.policies}
    repositories = {str(each.name): each for each in world.repositories}
    for action in plan_of(world).actions:
        if action.kind.is_run:
            continue
        repository, policy = repositories[action.name.partition("/packages/")[0]], policies[action.policy]
        assert repository.mode is Mode.STANDARD
        key = NameIs if action.kind is Kind.REPOSITORY else RepositoryIs
        named = [glob for part in policy.when.parts if isinstance(part, key) for glob in part.globs]
        if repository.name.is_gcr or any(label.startswith("goog-") for label in repository.labels):
            assert policy.managed
            assert repository.name.repository in named
        if action.kind is Kind.REPOSITORY:
            assert repository.format == "DOCKER"
            assert repository.name.repository in named or repository.name != SOURCE_DEPLOY


@law
@given(worlds())
def test_a_tag_holds_its_version_and_an_immutable_one_is_never_taken_off(world: World) -> None:
    for action in plan_of(world).actions:
        for repository in world.repositories:
            if not action.name.startswith(f"{repository.name}/"):
                continue
            gone = {
                action.name,
                *(name for names in contained(world, action.name).values() for name in names),
            }
            if action.kind is Kind.IMAGE:
                gone.update(tags_of(world, action.name))
            tags = held_in(world, repository.name)[Kind.TAG]
            assert not repository.immutable_tags or gone.isdisjoint(tags)
            for package in packages_in(world, repository.name):
                for version in package.versions:
                    assert not version.tags or f"{package.name}/versions/{version.id}" != action.name


@law
@given(worlds())
def test_what_a_policy_asks_of_a_package_a_version_or_a_tag_is_so(world: World) -> None:
    """Read from the world, of what stands in `when` itself."""
    policies = {policy.name: policy for policy in world.policies.policies}
    formats = {str(each.name): each.format.lower() for each in world.repositories}
    for action in plan_of(world).actions:
        if action.kind not in (Kind.PACKAGE, Kind.VERSION, Kind.TAG):
            continue
        assert policies[action.policy].kind is action.kind
        place, _, rest = action.name.partition("/packages/")
        package, _, inner = rest.partition("/")
        for part in policies[action.policy].when.parts:
            match part:
                case FormatIs(asked):
                    assert formats[place] in asked
                case RepositoryIs(globs):
                    assert place.rpartition("/")[2] in globs
                case NameIs(globs):
                    assert any(fnmatch.fnmatchcase(unquote(package), glob) for glob in globs)
                case TagsMatch(globs):
                    assert any(fnmatch.fnmatchcase(unquote(inner.partition("/")[2]), glob) for glob in globs)
                case Empty():
                    held = contained(world, action.name)
                    assert not held[Kind.IMAGE] + held[Kind.VERSION]
                case OlderThan(age):
                    assert all(made < (NOW - age).timestamp() for made in made_in(world, action.name))
                case _:
                    pass


def made_in(world: World, name: str) -> list[float]:
    """When each image and version of a package was made, or a version itself; an empty one, when it
    changed; infinite where that is not known."""
    repository = RepositoryName.parse(name.partition("/packages/")[0])
    for package in packages_in(world, repository):
        versions = [v for v in package.versions if f"{package.name}/versions/{v.id}/".startswith(f"{name}/")]
        if not f"{name}/".startswith(f"{package.name}/"):
            continue
        images = [i.upload_time for i in images_in(world, repository) if i.package == package.short]
        times = images + [version.create_time for version in versions] or [package.update_time]
        return [float("inf") if time is None else time for time in times]
    raise AssertionError(name)


@law
@given(worlds())
def test_largest_takes_no_more_of_a_repository_than_it_says_and_never_what_has_no_size(world: World) -> None:
    """With what follows an image, and a child that shares the place of its index, counted as none. An index stores
    nothing itself."""
    most = {
        policy.name: part.count
        for policy in world.policies.policies
        for part in policy.when.parts
        if isinstance(part, Largest)
    }
    indexes, children = set(), set()
    for repository in world.contents:
        for image in images_in(world, repository):
            if image.children:
                indexes.add(repository.version(image.package, image.digest))
                children |= {repository.version(image.package, child) for child in image.children}
    taken = [
        each
        for each in plan_of(world).actions
        if each.policy in most and each.reason != "child-of" and each.name not in children
    ]
    assert all(action.size_bytes > 0 or action.name in indexes for action in taken)
    for (policy, _), count in Counter((action.policy, action.group) for action in taken).items():
        assert count <= most[policy]
