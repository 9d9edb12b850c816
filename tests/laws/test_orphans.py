"""Laws of artifacts about other images: R40."""

from hypothesis import given

from janitor.kinds.image import subjects_of
from janitor.model.inventory import Gap
from janitor.model.kinds import DeleteReason
from janitor.model.resources import Contents
from tests.laws.deciding import images_in, plan_of
from tests.laws.places import DICE, Dice
from tests.laws.trying import law
from tests.laws.worlds import World, less_visible, worlds


@law
@given(worlds(gaps=True))
def test_no_artifact_is_orphaned_while_a_subject_of_it_is_anywhere(world: World) -> None:
    plan = plan_of(world)
    gone = {action.name for action in plan.actions if action.reason is DeleteReason.ORPHANED}
    present = {image.digest for name in world.contents for image in images_in(world, name)}
    for name, contents in world.contents.items():
        for image in images_in(world, name):
            if isinstance(contents, Contents) and name.version(image.package, image.digest) in gone:
                about = subjects_of(image, contents.subjects)
                assert about
                assert present.isdisjoint(about)


@law
@given(worlds(), DICE)
def test_nothing_is_orphaned_while_a_repository_could_not_be_read(world: World, dice: Dice) -> None:
    hidden = less_visible(world, dice.begin)
    plan = plan_of(hidden)
    unread = any(isinstance(found, Gap) for found in hidden.contents.values())
    if unread or any(not gap.kind.is_run for gap in plan.gaps):
        assert not [action for action in plan.actions if action.reason is DeleteReason.ORPHANED]
