"""What whole applies do where others of their kind fail: order, and siblings."""

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, version, world


def test_a_tag_that_comes_just_before_the_delete_makes_it_drifted(place: Placing) -> None:
    here = place(world(image("b", "v1")))
    here.google.control.before("DeleteVersion", 1, lambda w: w.set_tag(version("b"), "prod"))
    swept = here.sweep("--apply")
    (action,) = swept.actions
    assert (action["outcome"], swept.code) == ("drifted", 6)
    assert "prod" in action["error"]
    tags = {name.rpartition("/")[2] for name in here.google.world.names("tags")}
    assert tags == {"v1", "prod"}


def test_nested_indexes_and_signatures_go_in_an_order_that_google_never_refuses(place: Placing) -> None:
    """The emulator refuses a child before its index and a subject before its referrer."""
    here = place(
        world(
            image("outer", "v1", children="[inner]"),
            image("inner", children="[amd, arm]"),
            image("amd"),
            image("arm"),
            image("signature", subject="outer", artifact_type="application/vnd.example.sig"),
        )
    )
    swept = here.sweep("--apply")
    assert swept.code == 0
    assert len(swept.actions) == 5
    assert set(swept.outcomes.values()) == {"deleted"}
    places = {name: at for at, name in enumerate(swept.names)}
    order = [places[version(label)] for label in ("signature", "outer", "inner")]
    assert order == sorted(order)
    assert places[version("inner")] < min(places[version("amd")], places[version("arm")])
    # none is sent twice: an untagged one goes alone or in a batch, never by one after the other
    deletes = [call for call in here.changes if call[0] in ("DeleteVersion", "BatchDeleteVersions")]
    assert len(deletes) <= 5
    assert here.google.world.names("versions") == []


def test_an_image_of_one_tag_never_takes_a_sibling_on_another_digest(place: Placing) -> None:
    here = place(world(image("old", "v1"), image("young", "v2", "latest", age="1d ago")))
    swept = here.sweep("--apply")
    assert swept.names == [version("old")]
    assert here.google.world.names("versions") == [version("young")]
    tags = {name.rpartition("/")[2] for name in here.google.world.names("tags")}
    assert tags == {"v2", "latest"}
