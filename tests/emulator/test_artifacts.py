"""Artifact Registry v1, asked by Google's own client."""

import pytest
from google.api_core.exceptions import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from google.cloud import artifactregistry_v1 as ar
from google.cloud.location.locations_pb2 import ListLocationsRequest

from janitor.emulator import digest
from tests.emulator.asking import APP, REGION, REPOSITORY, Google


def version(label: str, package: str = APP) -> str:
    return f"{package}/versions/{digest(label)}"


def gone(asked: Google, label: str) -> bool:
    return version(label) not in asked.emulator.world.names("versions")


def test_lists_its_locations_multi_regions_among_them(asked: Google) -> None:
    found = asked.artifacts.list_locations(ListLocationsRequest(name="projects/shop"))
    assert {"us", "europe", "asia", "us-central1"} <= {location.location_id for location in found.locations}


def test_lists_repositories_and_refuses_the_location_wildcard(asked: Google) -> None:
    found = list(asked.artifacts.list_repositories(parent=REGION))
    assert [repository.name for repository in found] == [REPOSITORY, f"{REGION}/repositories/frozen"]
    assert asked.artifacts.get_repository(name=REPOSITORY).size_bytes == 30_000_000
    with pytest.raises(InvalidArgument):
        asked.artifacts.list_repositories(parent="projects/shop/locations/-")


def test_lists_images_by_name_with_what_an_index_holds(asked: Google) -> None:
    images = list(asked.artifacts.list_docker_images(parent=REPOSITORY))
    assert [image.name for image in images] == sorted(image.name for image in images)
    index = next(image for image in images if "multi" in image.tags)
    assert [child.digest for child in index.image_manifests] == [digest("amd"), digest("arm")]
    assert asked.artifacts.get_docker_image(name=index.name) == index


def test_a_package_with_a_slash_is_escaped_in_names_and_plain_in_the_uri(asked: Google) -> None:
    images = asked.artifacts.list_docker_images(parent=REPOSITORY)
    tool = next(image for image in images if "tool" in image.name)
    assert "/dockerImages/team%2Ftool@sha256:" in tool.name
    assert tool.uri == f"us-central1-docker.pkg.dev/shop/apps/team/tool@{digest('tool')}"
    packages = [package.name for package in asked.artifacts.list_packages(parent=REPOSITORY)]
    assert packages == [APP, f"{REPOSITORY}/packages/team%2Ftool"]
    assert asked.artifacts.get_package(name=packages[1]).display_name == "team/tool"


def test_related_tags_stand_only_in_the_full_view(asked: Google) -> None:
    full = ar.VersionView.FULL
    bare = asked.artifacts.get_version(name=version("new"))
    shown = asked.artifacts.get_version(request={"name": version("new"), "view": full})
    assert not bare.related_tags
    assert [tag.name for tag in shown.related_tags] == [f"{APP}/tags/live"]
    assert len(list(asked.artifacts.list_versions(request={"parent": APP, "view": full}))) == 7


def test_lists_tags_of_a_package_or_of_one_version(asked: Google) -> None:
    assert [tag.name for tag in asked.artifacts.list_tags(parent=APP)] == [
        f"{APP}/tags/live",
        f"{APP}/tags/multi",
    ]
    of_one = asked.artifacts.list_tags(request={"parent": APP, "filter": f'version="{version("new")}"'})
    assert [tag.version for tag in of_one] == [version("new")]
    assert not list(
        asked.artifacts.list_tags(request={"parent": APP, "filter": f'version="{version("old")}"'})
    )
    with pytest.raises(InvalidArgument):
        asked.artifacts.list_tags(request={"parent": APP, "filter": "nonsense"})


def test_lists_attachments_with_their_target(asked: Google) -> None:
    (attachment,) = asked.artifacts.list_attachments(parent=REPOSITORY)
    assert attachment.target == version("subject")
    assert attachment.oci_version_name == version("signature")


def test_an_untagged_version_can_be_deleted(asked: Google) -> None:
    asked.artifacts.delete_version(name=version("old")).result()
    assert gone(asked, "old")
    assert asked.artifacts.get_repository(name=REPOSITORY).size_bytes == 20_000_000


def test_a_tagged_version_goes_only_by_force_and_takes_its_tags_along(asked: Google) -> None:
    with pytest.raises(FailedPrecondition):
        asked.artifacts.delete_version(name=version("new"))
    asked.artifacts.delete_version(request={"name": version("new"), "force": True}).result()
    assert gone(asked, "new")
    assert f"{APP}/tags/live" not in asked.emulator.world.names("tags")


def test_a_child_goes_only_after_its_index(asked: Google) -> None:
    with pytest.raises(FailedPrecondition, match="manifest is referenced by parent manifests"):
        asked.artifacts.delete_version(name=version("amd"))
    asked.artifacts.delete_version(request={"name": version("index"), "force": True}).result()
    asked.artifacts.delete_version(name=version("amd")).result()
    assert gone(asked, "amd")


def test_a_subject_goes_only_after_its_referrers(asked: Google) -> None:
    with pytest.raises(FailedPrecondition, match="GOOGLE_MANIFEST_REFERRING_MANIFEST"):
        asked.artifacts.delete_version(name=version("subject"))
    asked.artifacts.delete_version(name=version("signature")).result()
    asked.artifacts.delete_version(name=version("subject")).result()
    assert gone(asked, "subject")


def test_where_tags_are_immutable_they_are_made_but_not_deleted(asked: Google) -> None:
    frozen = f"{REGION}/repositories/frozen/packages/app"
    with pytest.raises(FailedPrecondition):
        asked.artifacts.delete_tag(name=f"{frozen}/tags/v1")
    with pytest.raises(FailedPrecondition):
        asked.artifacts.delete_version(request={"name": version("held", frozen), "force": True})
    tag = ar.Tag(version=version("loose", frozen))
    made = asked.artifacts.create_tag(request={"parent": frozen, "tag_id": "v2", "tag": tag})
    assert made.name == f"{frozen}/tags/v2"


def test_tags_are_deleted_at_once_and_can_be_put_back(asked: Google) -> None:
    name = f"{APP}/tags/live"
    assert asked.artifacts.get_tag(name=name).version == version("new")
    assert asked.artifacts.delete_tag(name=name) is None
    with pytest.raises(NotFound):
        asked.artifacts.get_tag(name=name)
    request = {"parent": APP, "tag_id": "live", "tag": ar.Tag(version=version("new"))}
    assert asked.artifacts.create_tag(request=request).name == name
    with pytest.raises(AlreadyExists):
        asked.artifacts.create_tag(request=request)


def test_a_batch_says_in_its_metadata_which_versions_it_left(asked: Google) -> None:
    names = [version("old"), version("new"), version("amd")]
    done = asked.artifacts.batch_delete_versions(request={"parent": APP, "names": names})
    done.result()
    assert list(done.metadata.failed_versions) == [version("new"), version("amd")]
    assert gone(asked, "old")
    assert not gone(asked, "new")


@pytest.mark.parametrize(
    ("parent", "names"),
    [
        (REPOSITORY, [version("old")]),
        (APP, [version("old")] * 51),
        (APP, []),
        (APP, [version("tool", f"{REPOSITORY}/packages/team%2Ftool")]),
    ],
    ids=["a repository as parent", "more than fifty", "none", "of another package"],
)
def test_refuses_a_batch(asked: Google, parent: str, names: list[str]) -> None:
    with pytest.raises(InvalidArgument):
        asked.artifacts.batch_delete_versions(request={"parent": parent, "names": names})
    assert not gone(asked, "old")


def test_a_deleted_repository_takes_everything_along(asked: Google) -> None:
    asked.artifacts.delete_repository(name=REPOSITORY).result()
    assert REPOSITORY not in asked.emulator.world.names("repositories")
    with pytest.raises(NotFound):
        asked.artifacts.list_docker_images(parent=REPOSITORY)


def test_what_became_true_while_a_delete_ran_still_refuses_it(asked: Google) -> None:
    asked.emulator.world.operations.delay = 3600
    running = asked.artifacts.delete_version(name=version("old"))
    asked.emulator.control.now(lambda world: world.set_tag(version("old"), "kept"))
    asked.emulator.world.operations.hurry()
    with pytest.raises(FailedPrecondition):
        running.result()
    assert not gone(asked, "old")


def test_unknown_names_are_not_found(asked: Google) -> None:
    for ask in (
        lambda: asked.artifacts.get_repository(name=f"{REGION}/repositories/none"),
        lambda: asked.artifacts.get_version(name=version("none")),
        lambda: asked.artifacts.delete_version(name=version("none")),
        lambda: asked.artifacts.get_package(name=f"{REPOSITORY}/packages/none"),
        lambda: asked.artifacts.get_tag(name=f"{APP}/tags/none"),
    ):
        with pytest.raises(NotFound):
            ask()
