"""Containers and labels, which services, revisions, jobs, executions, pools and instances share."""

from typing import Any

from janitor.emulator.naming import image_reference
from janitor.emulator.reader import Value

_ONE = ("cpu", "memory", "cpu_idle", "gpu", "base_image")
CONTAINER_KEYS = ("image", "containers", *_ONE)


def add_containers(containers: Any, fields: dict[str, Value], owner: Value) -> None:
    """One container from `image`, `cpu`, …; or several from the list `containers`."""
    if "containers" in fields:
        if "image" in fields:
            fields["image"].fail("`image` and `containers` exclude each other")
        for item in fields["containers"].items():
            _container(containers.add(), item.fields("name", "image", *_ONE), item)
    else:
        _container(containers.add(), fields, owner)


def label_maps(message: Any, fields: dict[str, Value]) -> None:
    for key in ("labels", "annotations"):
        if key in fields:
            getattr(message, key).update(fields[key].text_map())


def _container(container: Any, fields: dict[str, Value], owner: Value) -> None:
    """No `resources` message where none of its keys is written: then CPU is idle between requests.

    "true by default … if ResourceRequirements is set, the caller must explicitly set this field to
    true" (run/v2/k8s.min.proto:127-129).
    """
    if "image" not in fields:
        owner.fail("`image` is missing")
    container.image = image_reference(fields["image"].text())
    if "name" in fields:
        container.name = fields["name"].text()
    if "base_image" in fields:
        container.base_image_uri = image_reference(fields["base_image"].text())
    for key, limit in (("cpu", "cpu"), ("memory", "memory"), ("gpu", "nvidia.com/gpu")):
        if key in fields:
            container.resources.limits[limit] = fields[key].text()
    if "cpu_idle" in fields:
        container.resources.cpu_idle = fields["cpu_idle"].flag()
    elif container.HasField("resources"):
        container.resources.cpu_idle = "gpu" not in fields
