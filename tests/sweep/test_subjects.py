"""The images that orphaned artifacts are about are looked for again just before the delete (R21, R40)."""

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import REPOSITORY, Place, image, version, world
from tests.sweep.test_orphans import ORPHANS, OTHER, RULES, STRAYS, about, second

IMAGES = RULES % ", also_read: [q]" + ORPHANS
Q = "projects/q/locations/us-central1/repositories/other/packages"


def pushed(rpc: str, target: str, skip: int = 0) -> str:
    """Trouble: an image is pushed at the first such call after `skip`."""
    return f"[{{rpc: {rpc}, skip: {skip}, times: 1, change: {{do: push, target: '{target}'}}}}]"


def outcomes(here: Place, rules: str) -> dict[str, str]:
    swept = here.sweep("--apply", policies=rules)
    return {action["name"]: action["outcome"] for action in swept.actions}


@pytest.mark.parametrize(
    "where",
    [f"{REPOSITORY}/r/packages/app", f"{REPOSITORY}/r/packages/other", f"{Q}/app"],
    ids=["package", "repository", "project"],
)
def test_a_signature_stays_if_its_image_is_pushed_again_before_the_delete(place: Placing, where: str) -> None:
    trouble = pushed("ListTags", f"{where}/versions/{digest('gone')}")
    here = place(world(*STRAYS, services=OTHER, more=second(image("x", "v1")), trouble=trouble))
    ended = outcomes(here, IMAGES)
    assert ended[version("sig-gone")] == "drifted"
    assert ("DeleteVersion", version("sig-gone")) not in here.changes
    assert not [name for call, name in here.changes if call == "DeleteTag" and digest("gone")[7:] in name]


def test_what_is_about_an_orphaned_signature_stays_with_it(place: Placing) -> None:
    """The signature of a signature goes first: without a look of its own it would be gone already."""
    strays = (
        image("kept", "v2", age="60d ago"),
        image("sig", about("gone"), age="200d ago"),
        image("of-sig", about("sig"), age="200d ago"),
    )
    trouble = pushed("ListTags", f"{Q}/app/versions/{digest('gone')}")
    here = place(world(*strays, services=OTHER, more=second(image("x", "v1")), trouble=trouble))
    ended = outcomes(here, IMAGES)
    assert set(ended) == {version("sig"), version("of-sig")}
    assert here.changes == []


def test_an_attestation_of_several_parts_stays_whole(place: Placing) -> None:
    trouble = pushed("ListTags", f"{Q}/app/versions/{digest('gone-too')}")
    here = place(world(*STRAYS, services=OTHER, more=second(image("x", "v1")), trouble=trouble))
    ended = outcomes(here, IMAGES)
    assert ended[version("sig-gone")] == "deleted"
    assert ended[version("att-gone")] == "drifted"
    assert ended[version("bundle-gone")] != "deleted"


@pytest.mark.parametrize("rpc", ["ListDockerImages", "ListRepositories", "ListAttachments"])
def test_a_signature_stays_if_a_repository_cannot_be_read_again(place: Placing, rpc: str) -> None:
    trouble = f"[{{rpc: {rpc}, project: q, skip: 1, permission_denied: true}}]"
    here = place(world(*STRAYS, services=OTHER, more=second(image("x", "v1")), trouble=trouble))
    swept = here.sweep("--apply", policies=IMAGES)
    assert {action["outcome"] for action in swept.actions} <= {"drifted", "skipped"}
    assert [action["name"] for action in swept.actions if action["outcome"] == "drifted"]
    assert here.changes == []


def test_repositories_are_listed_again_once_for_all_orphaned_artifacts(place: Placing) -> None:
    signatures = [image(f"s{n}", about(f"gone-{n}"), age="200d ago") for n in range(20)]
    here = place(world(image("kept", "v2"), *signatures, services=OTHER, more=second(image("x", "v1"))))
    assert set(outcomes(here, IMAGES).values()) == {"deleted"}
    listed = [name for call, name in here.google.calls if call == "ListDockerImages" and "/q/" in name]
    assert len(listed) == 2, "once for the plan, once for the deletes"


PACKAGES = (
    "  - {name: packages, kind: artifact.package, when: {repository: r, name: sigs, older_than: 20d}}\n"
)


def packaged(trouble: str = "[]") -> str:
    """A package with an orphaned signature, which holds another image beside it."""
    held = (
        image("kept", "v2", age="60d ago"),
        image("plain", "old", age="60d ago", package="sigs"),
        image("sig", about("gone"), age="60d ago", package="sigs"),
    )
    return world(*held, services=OTHER, more=second(image("x", "v1")), trouble=trouble)


def test_a_package_of_signatures_stays_if_an_image_is_pushed_again(place: Placing) -> None:
    rules = RULES % ", also_read: [q]" + PACKAGES + ORPHANS.replace("90d", "900d")
    name = f"{REPOSITORY}/r/packages/sigs"
    assert outcomes(place(packaged()), rules) == {name: "deleted"}
    again = place(packaged(pushed("GetPackage", f"{Q}/app/versions/{digest('gone')}")))
    assert outcomes(again, rules) == {name: "drifted"}
    assert again.changes == []


def test_a_repository_of_signatures_stays_if_an_image_is_pushed_again(place: Placing) -> None:
    whole = "  - {name: whole, kind: artifact.repository, when: {name: r, older_than: 1d}}\n"
    rules = RULES % ", also_read: [q]" + whole + ORPHANS.replace("90d", "900d")
    name = f"{REPOSITORY}/r"
    assert outcomes(place(packaged()), rules) == {name: "deleted"}
    again = place(packaged(pushed("GetRepository", f"{Q}/app/versions/{digest('gone')}")))
    assert outcomes(again, rules) == {name: "drifted"}
    assert again.changes == []
