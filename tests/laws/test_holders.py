"""Laws of holders from Cloud Asset Inventory: what they name stays, and whoever hides one deletes no more (R51)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given

from janitor.model.holders import ASSET_TYPES, ClusterName, Holder, Holders, InventoryRefusal, UnreadInventory
from janitor.model.named_images import named_in
from janitor.model.resources import Mode
from tests.laws.deciding import destroyed, images_in, plan_of
from tests.laws.places import DICE, READ
from tests.laws.registries import reference
from tests.laws.test_more_keeps_more import deletes_no_more, with_user
from tests.laws.trying import law
from tests.laws.worlds import World, worlds
from tests.making import NOW

PROD = ClusterName("p", "us-central1-a", "prod")


def holder(dice: Random, number: int) -> Holder:
    """An asset of any type, with texts of which some name images, whole or with a variable."""
    texts = [f"run {reference(dice)} now" for _ in range(dice.randint(0, 3))]
    if dice.randint(0, 3) == 0:
        whole = reference(dice)
        texts.append(f"{whole[: dice.randint(8, len(whole))]}$REST")
    times = [
        None if dice.randint(0, 4) == 0 else NOW - timedelta(days=dice.choice((0.1, 3, 30, 300)))
        for _ in range(2)
    ]
    return Holder(f"//x/{number}", dice.choice(tuple(ASSET_TYPES)), "p", named_in(texts), *times)


def with_holders(world: World, dice: Random, count: int) -> World:
    """So many more."""
    before = world.holders.found
    found = (*before, *(holder(dice, len(before) + number) for number in range(count)))
    holders = replace(
        world.holders,
        read_at=NOW,
        read=READ,
        found=found,
        clusters=((PROD, "RUNNING"),),
        observed=frozenset({PROD}),
    )
    return replace(world, holders=holders)


@law
@given(worlds(), DICE)
def test_more_holders_never_delete_more(world: World, dice: Random) -> None:
    """Where there is a workload already: a world without any is kept for that (R42)."""
    world = with_user(world, "nginx")
    some = with_holders(world, dice, dice.randint(0, 3))
    deletes_no_more(some, world)
    deletes_no_more(with_holders(some, dice, 2), some)


@law
@given(worlds(), DICE)
def test_the_order_of_holders_does_not_matter(world: World, dice: Random) -> None:
    some = with_holders(world, dice, 4)
    found = list(some.holders.found)
    dice.shuffle(found)
    other = replace(some, holders=replace(some.holders, found=tuple(found)))
    assert destroyed(some, plan_of(some)) == destroyed(other, plan_of(other))


def less_observed(dice: Random, holders: Holders) -> Holders:
    """An API, a project, a cluster or the content of an asset is hidden, and with it any of the holders."""
    left = tuple(each for each in holders.found if dice.randint(0, 1))
    change = dice.choice([
        {"read": READ[1:], "refused": (UnreadInventory(READ[0], InventoryRefusal.FAILED, "503"),)},
        {"observed": frozenset()},
        {"empty": (("p", "//x/1"),)},
    ])  # fmt: skip
    return replace(holders, found=left, **change)


@law
@given(worlds(), DICE)
def test_hiding_holders_never_deletes_more(world: World, dice: Random) -> None:
    seen = with_holders(with_user(world, "nginx"), dice, 4)
    deletes_no_more(replace(seen, holders=less_observed(dice, seen.holders)), seen)


@law
@given(worlds(), DICE)
def test_no_image_that_a_holder_names_is_deleted(world: World, dice: Random) -> None:
    held = with_holders(world, dice, 5)
    assert not set(named(held)) & set(destroyed(held, plan_of(held)))


def named(world: World) -> Iterator[str]:
    """Google's names of the images that holders name: by digest, and by a tag as it is now."""
    standing = {each.name: each for each in world.repositories if each.mode is Mode.STANDARD}
    for one in world.holders.found:
        for each in one.images.references:
            for image in images_in(world, each.repository) if each.repository in standing else ():
                if image.package == each.package and (
                    image.digest == each.digest or (not each.digest and each.tag in image.tags)
                ):
                    yield each.repository.version(image.package, image.digest)
