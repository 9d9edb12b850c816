"""kill -9 between taking an image's tags off and deleting it: the tags come back (R18, R22)."""

from collections import Counter

import pytest

from janitor.emulator import digest
from janitor.emulator.state import World
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, REPOSITORY, Place, image, version, world
from tests.sweep.test_interrupted import applying, expire_the_dead_holders_lease

KEEPS_ALL = POLICIES.replace("older_than: 7d}}\n", "older_than: 3650d}}\n")
TAGS = [f"{REPOSITORY}/r/packages/app/tags/{tag}" for tag in ("latest", "prod", "v1")]


@pytest.fixture
def killed(place: Placing) -> Place:
    """An apply was killed after it had taken two of three tags off."""
    here = place(world(image("a", "latest", "prod", "v1"), image("b", age="1d ago")))
    with applying(here, "--apply") as process:

        def kill(_: World) -> None:
            process.kill()

        here.google.control.after("DeleteTag", 2, kill)
        assert process.wait(timeout=60) == -9
    expire_the_dead_holders_lease(here)
    assert here.google.world.names("tags") == TAGS[2:]
    return here


def test_an_image_that_stays_after_all_has_its_tags_again(killed: Place) -> None:
    swept = killed.sweep("--apply", policies=KEEPS_ALL)
    assert swept.code == 0
    assert "put back: its tag latest, prod" in swept.err
    assert sorted(killed.google.world.names("versions")) == sorted([version("a"), version("b")])
    assert killed.google.world.names("tags") == TAGS
    assert killed.ledger("SELECT outcome FROM outcomes") == [("failed",)]


def test_a_dry_run_puts_nothing_back(killed: Place) -> None:
    before = killed.changes
    assert killed.sweep("--dry-run", policies=KEEPS_ALL).code == 0
    assert killed.changes == before
    assert killed.ledger("SELECT outcome FROM outcomes") == []


def test_a_tag_that_another_image_has_by_now_stays_there(killed: Place) -> None:
    killed.google.control.now(lambda world: world.set_tag(version("b"), "prod"))
    assert killed.sweep("--apply", policies=KEEPS_ALL).code == 0
    assert killed.google.world.names("tags") == TAGS
    calls = [name.rpartition("/")[2] for rpc, name in killed.changes if rpc == "CreateTag"]
    assert len(calls) == 1


def test_while_a_tag_cannot_be_put_back_the_intent_stays_open_and_the_image_alone(killed: Place) -> None:
    killed.google.control.trouble("[{rpc: CreateTag, error: {code: PERMISSION_DENIED}}]")
    swept = killed.sweep("--apply")
    assert swept.outcomes[version("a").rpartition("/")[2]] == "drifted"
    assert '"intent.left_open"' in swept.err
    assert "its tag latest could not be put back" in swept.err
    assert killed.google.world.names("tags") == TAGS[2:]
    assert killed.ledger(
        "SELECT 1 FROM intents WHERE id NOT IN (SELECT intent_id FROM outcomes WHERE intent_id > 0)"
    )
    killed.google.control.clear_trouble()
    assert killed.sweep("--apply", policies=KEEPS_ALL).code == 0
    assert killed.google.world.names("tags") == TAGS


def test_what_a_failed_deletion_could_not_put_back_the_next_sweep_does(place: Placing) -> None:
    here = place(world(image("a", "latest", "prod", "v1"), image("b", age="1d ago")))
    here.google.control.trouble(
        "[{rpc: DeleteVersion, error: {code: FAILED_PRECONDITION, message: no}},"
        " {rpc: CreateTag, error: {code: PERMISSION_DENIED, message: no}}]"
    )
    swept = here.sweep("--apply")
    assert swept.code == 6
    assert "its tag latest could not be put back" in swept.actions[0]["error"]
    assert here.google.world.names("tags") == []
    here.google.control.clear_trouble()
    assert here.sweep("--apply", policies=KEEPS_ALL).code == 0
    assert here.google.world.names("tags") == TAGS


MANY = [image(f"i{n}") for n in range(20)]


def test_the_tags_of_a_batch_are_read_by_one_call_and_what_it_refuses_is_read_again(
    place: Placing,
) -> None:
    """R18, R21."""
    here = place(world(*MANY))
    here.google.control.before("BatchDeleteVersions", 1, lambda it: it.remove(version("i3")))
    swept = here.sweep("--apply", "--limit", "max_share=100%")
    assert swept.code == 0, swept.err
    outcomes = Counter(swept.outcomes.values())
    assert outcomes == {"deleted": 19, "already-gone": 1}
    assert swept.outcomes[digest("i3")] == "already-gone"
    calls = Counter(rpc for rpc, _ in here.google.calls)
    # the second list is of the version that the batch refused: it is gone, so that no delete of it is sent
    assert (calls["ListTags"], calls["BatchDeleteVersions"], calls["DeleteVersion"]) == (2, 1, 0)


@pytest.mark.parametrize("when", [("before", "ListTags"), ("after", "ListTags")])
def test_an_image_of_a_batch_that_gets_a_tag_stays(place: Placing, when: tuple[str, str]) -> None:
    """R18: before the list it has drifted, after it Google refuses to delete it without force."""
    here = place(world(*MANY))
    moment, rpc = when
    getattr(here.google.control, moment)(rpc, 1, lambda it: it.set_tag(version("i3"), "new"))
    swept = here.sweep("--apply", "--limit", "max_share=100%")
    assert swept.code == 6
    assert Counter(swept.outcomes.values()) == {"deleted": 19, "drifted": 1}
    assert here.google.world.names("versions") == [version("i3")]
    assert [name.rpartition("/")[2] for name in here.google.world.names("tags")] == ["new"]
