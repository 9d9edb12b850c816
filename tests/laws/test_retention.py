"""Laws of places in `keep`: which images are releases, written again from R36 and R37 as an oracle."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Contents, Image
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.size import LargerThan, Largest
from janitor.policy.model import PerSemver, Retention
from tests import making
from tests.laws.deciding import destroyed, images_in, plan_of
from tests.laws.places import DICE
from tests.laws.rules import IMAGE_KEEPS, keys_of, policy
from tests.laws.trying import law
from tests.laws.worlds import World, worlds
from tests.making import digest


def with_keep(world: World, dice: Random, keep: Retention) -> World:
    """The world with one policy for images, which applies to all of them and has this `keep`."""
    one = policy(dice, "images", Kind.IMAGE)
    when = All(tuple(part for part in one.when.parts if isinstance(part, OlderThan | LargerThan)))
    others = tuple(
        each
        for each in world.policies.policies
        if each.kind not in (Kind.IMAGE, Kind.REPOSITORY, Kind.PACKAGE)
    )
    policies = (*others, replace(one, when=when, keep=keep, deletes=True))
    return replace(world, policies=replace(world.policies, policies=policies))


def releases(world: World, name: RepositoryName) -> list[Image]:
    """The images that no index holds, that are about no other image, and that have no artifact type."""
    contents = world.contents[name]
    subjects: Mapping[tuple[str, str], object] = contents.subjects if isinstance(contents, Contents) else {}
    images = images_in(world, name)
    children = {(i.package, child) for i in images for child in i.children if child != i.digest}
    return [
        i
        for i in images
        if (i.package, i.digest) not in children
        and (i.package, i.digest) not in subjects
        and not any(tag.startswith("sha256-") for tag in i.tags)
        and not i.artifact_type
    ]


def changed(image: Image) -> float:
    """The later of its upload and its update."""
    return max(image.upload_time or 0, image.update_time or 0)


@law
@given(worlds(), st.integers(0, 3), DICE)
def test_the_newest_releases_by_upload_and_by_update_stay_whatever_else_is_newer(
    world: World, count: int, dice: Random
) -> None:
    """R36, R37: children, referrers of known and unknown subject, and typed images take no place."""
    world = with_keep(world, dice, Retention(latest=count))
    gone = {action.name for action in plan_of(world).actions}
    for name in world.contents:
        of_package: dict[str, list[Image]] = {}
        for each in releases(world, name):
            of_package.setdefault(each.package, []).append(each)
        for group in of_package.values():
            dated = [each for each in group if each.upload_time is not None]
            by_upload = sorted(dated, key=lambda each: (-(each.upload_time or 0), each.digest))
            by_update = sorted(dated, key=lambda each: (-changed(each), each.digest))
            undated = [each for each in group if each.upload_time is None]
            for each in (*by_upload[:count], *by_update[:count], *undated):
                assert name.version(each.package, each.digest) not in gone


@law
@given(worlds(), st.integers(1, 2), st.sampled_from(("major", "minor", "patch")), DICE)
def test_of_versions_nothing_goes_that_cannot_be_read_or_is_the_highest(
    world: World, count: int, part: str, dice: Random
) -> None:
    """R39: of the versions that these worlds have, written down by hand."""
    world = with_keep(world, dice, Retention(latest=count, per=PerSemver(part)))
    plan = plan_of(world)
    gone = {action.name for action in plan.actions}
    for name in world.contents:
        for each in releases(world, name):
            if each.tags and not any(tag.removeprefix("v").startswith("1.2.") for tag in each.tags):
                assert name.version(each.package, each.digest) not in gone
        for tag in ("v1.2.4", "v1.2.4-alpine", "1.2.5-rc.2"):
            bearers = [each for each in releases(world, name) if tag in each.tags]
            others = {(each.package, each.digest) for each in bearers}
            if len(others) == 1 and count == 1:
                (each,) = bearers
                assert name.version(each.package, each.digest) not in gone


@law
@given(worlds(), DICE)
def test_no_deleted_image_is_newer_than_one_kept_as_latest_by_both_times(world: World, dice: Random) -> None:
    """With one policy for images, of any selectors. The image that is kept has no reason but its place."""
    one = replace(policy(dice, "images", Kind.IMAGE), keep=Retention(latest=dice.randint(0, 2)), deletes=True)
    others = tuple(each for each in world.policies.policies if each.kind is not Kind.IMAGE)
    world = replace(world, policies=replace(world.policies, policies=(*others, one)))
    plan = plan_of(world)
    kept = {n for row in plan.kept if row.reason is KeepReason.KEEP_LATEST for n in row.names}
    gone = {
        action.name for action in plan.actions if action.kind is Kind.IMAGE and action.reason != "child-of"
    }
    for name in world.contents:
        found = releases(world, name)
        for old in found:
            if old.upload_time is None or name.version(old.package, old.digest) not in kept:
                continue
            for new in found:
                if new.package == old.package and name.version(new.package, new.digest) in gone:
                    assert new.upload_time is not None
                    assert new.upload_time <= old.upload_time or changed(new) <= changed(old)


@law
@given(worlds())
def test_the_subject_of_a_referrer_that_stays_stays(world: World) -> None:
    """R40: Google refuses to delete it. Where tags are immutable, many a referrer stays."""
    immutable = tuple(replace(each, immutable_tags=each.format == "DOCKER") for each in world.repositories)
    world = replace(world, repositories=immutable)
    plan = plan_of(world)
    gone = {action.name for action in plan.actions}
    stays = {n for row in plan.kept if row.kind is Kind.IMAGE for n in row.names}
    for name, contents in world.contents.items():
        if not isinstance(contents, Contents):
            continue
        for (package, referrer), subject in contents.subjects.items():
            if name.version(package, referrer) in stays:
                for about in (subject,) if isinstance(subject, str) else subject:
                    assert name.version(package, about) not in gone


# What is added to a package, newest of all: none of it is a release.
ADDED = {
    "a signature whose subject is gone": making.image(
        "added", f"{digest('never').replace(':', '-')}.sig", days=0.2, size=9000
    ),
    "a referrer that no listing relates": making.image(
        "added", days=0.2, size=9000, artifact_type="application/vnd.example.sig"
    ),
    "a chart with a version for a tag": making.image(
        "added", "v1.2.9", days=0.2, size=9000, artifact_type="application/vnd.example.chart"
    ),
    "a platform with a tag of its own": making.image("added", "v1.2.9", days=0.2, size=9000),
}


@law
@given(worlds(), st.integers(1, 2), DICE, st.sampled_from(tuple(ADDED)))
def test_what_is_no_release_takes_no_place_from_one(
    world: World, count: int, dice: Random, what: str
) -> None:
    """R36: nothing more is deleted, whatever the policy's selectors."""
    keep = dice.choice([each for each in IMAGE_KEEPS if each.latest])
    one = replace(policy(dice, "images", Kind.IMAGE), keep=replace(keep, latest=count), deletes=True)
    # one image more may give its index a size, and a chart has a type
    told = ArtifactTypeIs | Largest | LargerThan
    if any(isinstance(part, told) for part in keys_of(one.when)):
        return
    world = replace(world, policies=replace(world.policies, policies=(one,)))
    places = [
        (name, p) for name in world.contents for p in sorted({i.package for i in images_in(world, name)})
    ]
    if not places:
        return
    name, package = dice.choice(places)
    more = added(world, name, package, ADDED[what]._replace(package=package), dice)
    was, now = set(destroyed(world, plan_of(world))), set(destroyed(more, plan_of(more)))
    new = name.version(package, digest("added"))
    assert {each for each in now - was if each != new and "/tags/" not in each} == set()


def added(world: World, name: RepositoryName, package: str, image: Image, dice: Random) -> World:
    """The world with one image more; one without a type becomes a child of an index with its very tags."""
    contents = world.contents[name]
    assert isinstance(contents, Contents)
    images = list(contents.images)
    if image.tags and not image.artifact_type and not image.tags[0].startswith("sha256-"):
        place = dice.choice([n for n, each in enumerate(images) if each.package == package])
        holder = images[place]
        if holder.artifact_type or not holder.tags:
            return world
        images[place] = holder._replace(children=(*holder.children, image.digest))
        image = image._replace(tags=tuple(f"{tag}-amd64" for tag in holder.tags))
    return replace(world, contents={**world.contents, name: replace(contents, images=[*images, image])})


@law
@given(worlds(), DICE)
def test_the_image_that_was_updated_last_stays_however_old_it_is(world: World, dice: Random) -> None:
    """R37: a tag was moved to it last of all, and `latest` keeps one."""
    world = with_keep(world, dice, Retention(latest=1))
    places = [(name, each) for name in world.contents for each in releases(world, name) if each.upload_time]
    if not places:
        return
    name, chosen = dice.choice(places)
    contents = world.contents[name]
    assert isinstance(contents, Contents)
    now = max([making.ago(days=0.2).timestamp(), *(changed(each) + 1 for each in contents.images)])
    images = [each._replace(update_time=now) if each == chosen else each for each in contents.images]
    world = replace(world, contents={**world.contents, name: replace(contents, images=images)})
    gone = {action.name for action in plan_of(world).actions}
    assert name.version(chosen.package, chosen.digest) not in gone
