"""Cloud Run's resources as the inventory has them: JSON of the v1 (Knative) API.

Google's CLI reads `versionedResources` of version v1 (command_lib/developer_connect of gcloud 528). Names are
those of the page "Asset names". The annotations for base images and builds are those that gcloud writes.
"""

import json
from typing import Any

from janitor.emulator.assets import WorldAsset
from janitor.emulator.naming import part, short
from janitor.emulator.repository import rfc3339
from janitor.emulator.run_kinds import RUN_KINDS
from janitor.emulator.state import World

# Kinds of the world, each with its type in the inventory.
RUN_TYPES = {name: f"run.googleapis.com/{kind.noun}" for name, kind in RUN_KINDS.items() if kind.is_asset}


def run_asset_name(name: str) -> str:
    """The full resource name of a workload."""
    return f"//run.googleapis.com/{name}"


def run_asset(world: World, kind: str, message: Any) -> WorldAsset:
    """The asset of a workload."""
    noun = RUN_TYPES[kind].rpartition("/")[2]
    knative = kind in ("services", "revisions")
    project = part(message.name, "project")
    created = _seconds(message.create_time) if message.HasField("create_time") else None
    updated = _seconds(message.update_time) if message.HasField("update_time") else None
    metadata = {
        "name": short(message.name),
        "namespace": world.projects[project].number,
        "uid": message.uid,
        "labels": dict(message.labels),
        "annotations": {**message.annotations, **_annotations(kind, message)},
    }
    if created is not None:
        metadata["creationTimestamp"] = rfc3339(created)
    return WorldAsset(
        name=run_asset_name(message.name),
        asset_type=RUN_TYPES[kind],
        project=project,
        data={
            "apiVersion": "serving.knative.dev/v1" if knative else "run.googleapis.com/v1",
            "kind": noun,
            "metadata": metadata,
            "spec": _spec(kind, message),
            "status": _status(kind, message),
        },
        location=part(message.name, "location"),
        display_name=short(message.name),
        created=created,
        updated=updated,
        labels=dict(message.labels),
    )


def _spec(kind: str, message: Any) -> dict[str, Any]:
    if kind == "revisions":
        return {"containers": _containers(message.containers)}
    if kind == "jobs":
        task = {"spec": {"containers": _containers(message.template.template.containers)}}
        return {"template": {"spec": {"template": task}}}
    return {"template": {"spec": {"containers": _containers(message.template.containers)}}}


def _status(kind: str, message: Any) -> dict[str, Any]:
    if kind == "revisions" and message.containers:
        return {"imageDigest": message.containers[0].image}
    return {}


def _annotations(kind: str, message: Any) -> dict[str, str]:
    """Base images of the containers, and the image that a build of the service makes."""
    containers = message.containers if kind == "revisions" else ()
    bases = {each.name: each.base_image_uri for each in containers if each.base_image_uri}
    found = {"run.googleapis.com/base-images": json.dumps(bases)} if bases else {}
    if kind == "services" and message.build_config.image_uri:
        found["run.googleapis.com/build-image-uri"] = message.build_config.image_uri
    return found


def _containers(containers: Any) -> list[dict[str, Any]]:
    return [{"name": each.name, "image": each.image} for each in containers]


def _seconds(timestamp: Any) -> float:
    return float(timestamp.ToNanoseconds() / 1e9)
