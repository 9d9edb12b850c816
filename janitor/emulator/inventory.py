"""The inventory: every asset of the world that a scope holds, by type and name.

Assets that are written (clusters, their objects, free ones) and assets of the resources that the other APIs serve:
projects, Cloud Run, Artifact Registry.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from google.protobuf import json_format

from janitor.emulator.assets import WorldAsset
from janitor.emulator.assets_run import RUN_TYPES, run_asset, run_asset_name
from janitor.emulator.naming import part
from janitor.emulator.repository import WorldImage, WorldRepository
from janitor.emulator.state import Project, World

PROJECT, FOLDER = "cloudresourcemanager.googleapis.com/Project", "cloudresourcemanager.googleapis.com/Folder"
REPOSITORY = "artifactregistry.googleapis.com/Repository"
DOCKER_IMAGE = "artifactregistry.googleapis.com/DockerImage"
Build = Callable[[], WorldAsset]


def inventory(world: World, projects: set[str], types: set[str]) -> dict[tuple[str, str], Build]:
    """(name, type) -> how to make the asset, of these types in these projects; unsorted.

    What is younger than the inventory's delay is not in it yet, and no asset remains of what is deleted.
    """
    found: dict[tuple[str, str], Build] = {}
    for name, project, kind, build in _all(world, types):
        if kind in types and project in projects and not _too_young(world, build):
            found[name, kind] = build
    return found


def _too_young(world: World, build: Build) -> bool:
    if not world.asset_delay:
        return False
    created = build().created
    return created is not None and created + world.asset_delay > time.time()


def _all(world: World, types: set[str]) -> Iterator[tuple[str, str, str, Build]]:
    """Name, project, type and maker of each asset; sources of which no type is wanted are not read."""
    for asset in world.assets.values():
        yield asset.name, asset.project, asset.asset_type, partial(_itself, asset)
    for project_id, project in world.projects.items():
        yield _project_name(project_id), project_id, PROJECT, partial(_project, project_id, project)
    for kind, asset_type in RUN_TYPES.items():
        for message in world.run[kind].values() if asset_type in types else ():
            project_id = part(message.name, "project")
            build = partial(run_asset, world, kind, message)
            yield run_asset_name(message.name), project_id, asset_type, build
    for repository in world.repositories.values():
        yield from _repository(world, repository, types)


def _itself(asset: WorldAsset) -> WorldAsset:
    return asset


def _repository(
    world: World, repository: WorldRepository, types: set[str]
) -> Iterator[tuple[str, str, str, Build]]:
    """The name has the project's number, and `dockerimages` in lower case (the page "Asset names")."""
    project = part(repository.name, "project")
    _, _, rest = repository.name.partition(f"projects/{project}/")
    full = f"//artifactregistry.googleapis.com/projects/{world.projects[project].number}/{rest}"
    yield full, project, REPOSITORY, partial(_artifact, full, project, REPOSITORY, repository.message)
    for image in repository.images.values() if DOCKER_IMAGE in types and repository.is_docker else ():
        name = f"{full}/dockerimages/{image.package}@{image.digest}"
        yield name, project, DOCKER_IMAGE, partial(_image, name, project, repository, image)


def _image(name: str, project: str, repository: WorldRepository, image: WorldImage) -> WorldAsset:
    return _artifact(name, project, DOCKER_IMAGE, repository.docker_image(image))


def _project_name(project: str) -> str:
    return f"//cloudresourcemanager.googleapis.com/projects/{project}"


def _project(name: str, project: Project) -> WorldAsset:
    kind, _, number = project.parent.partition("s/")
    parent = {"parent": {"type": kind, "id": number}} if number else {}
    return WorldAsset(
        name=_project_name(name),
        asset_type=PROJECT,
        project=name,
        data={
            "projectId": name,
            "projectNumber": project.number,
            "name": name,
            "lifecycleState": project.state,
            **parent,
        },
        state=project.state,
        display_name=name,
        created=project.created,
        updated=project.updated,
        attributes={"projectId": name},
    )


def _artifact(name: str, project: str, asset_type: str, message: Any) -> WorldAsset:
    as_dict: Any = json_format.MessageToDict
    field = "create_time" if asset_type == REPOSITORY else "upload_time"
    created = getattr(message, field)
    seconds = created.ToNanoseconds() / 1e9 if message.HasField(field) else None
    return WorldAsset(
        name=name,
        asset_type=asset_type,
        project=project,
        data=as_dict(message),
        location=part(message.name, "location"),
        display_name=message.name.rpartition("/")[2],
        created=seconds,
        updated=seconds,
    )
