"""Revisions of a service or of a worker pool."""

from typing import Any

from google.cloud import run_v2

from janitor.emulator import conditions
from janitor.emulator.containers import CONTAINER_KEYS, add_containers, label_maps
from janitor.emulator.naming import etag, uid
from janitor.emulator.reader import Value
from janitor.emulator.repository import stamp
from janitor.emulator.state import World
from janitor.emulator.units import moment

Revision: Any = run_v2.Revision.pb()
_KEYS = (
    "name",
    "created",
    "state",
    "reason",
    "message",
    "retired",
    "min_instances",
    "accelerator",
    "creator",
)
_STATES = ("ready", "failed", "retired", "deploying")


def read_revisions(world: World, owner: Any, fields: dict[str, Value], value: Value) -> list[Any]:
    """The owner's revisions, newest first; one made from the owner where none is written.

    A revision written without image has its owner's containers; an owner without, its newest revision's.
    """
    template = owner.template.containers
    if any(key in fields for key in CONTAINER_KEYS) or "revisions" not in fields:
        add_containers(template, fields, value)
    written = fields["revisions"].items() if "revisions" in fields else []
    if "revisions" in fields and not written:
        fields["revisions"].fail("a service has at least one revision")
    if written:
        revisions = [_revision(world, owner, item) for item in written]
    else:
        revisions = [_own_revision(owner, fields)]
    revisions.sort(key=lambda revision: (-revision.create_time.ToNanoseconds(), revision.name))
    for revision in revisions:
        world.run["revisions"][revision.name] = revision
    if not template:
        template.extend(revisions[0].containers)
    return revisions


def _own_revision(owner: Any, fields: dict[str, Value]) -> Any:
    """The one revision of an owner written without: its containers, its state, its last update."""
    revision = _named(owner, f"{owner.name.rpartition('/')[2]}-00001-own")
    revision.create_time.CopyFrom(owner.update_time)
    revision.update_time.CopyFrom(owner.update_time)
    revision.containers.extend(owner.template.containers)
    if "revision_min_instances" in fields:
        revision.scaling.min_instance_count = fields["revision_min_instances"].integer()
    failed = "state" in fields and fields["state"].text() == "failed"
    conditions.revision(revision, "failed" if failed else "ready", fields, owner.update_time)
    return revision


def _revision(world: World, owner: Any, value: Value) -> Any:
    fields = value.fields(*_KEYS, "labels", "annotations", *CONTAINER_KEYS)
    if "name" not in fields:
        value.fail("`name` is missing")
    revision = _named(owner, fields["name"].text())
    created = moment(fields["created"], world.now) if "created" in fields else world.now
    stamp(revision.create_time, created.timestamp() if created else None)
    revision.update_time.CopyFrom(revision.create_time)
    label_maps(revision, fields)
    if owner.template.containers and not any(key in fields for key in CONTAINER_KEYS):
        revision.containers.extend(owner.template.containers)
    else:
        add_containers(revision.containers, fields, value)
    if "min_instances" in fields:
        revision.scaling.min_instance_count = fields["min_instances"].integer()
    if "accelerator" in fields:
        revision.node_selector.accelerator = fields["accelerator"].text()
    if "creator" in fields:
        revision.creator = fields["creator"].text()
    if "retired" in fields:
        retired = moment(fields["retired"], world.now)
        stamp(revision.update_time, retired.timestamp() if retired else None)
    state = fields["state"].choice(_STATES) if "state" in fields else "ready"
    conditions.revision(revision, state, fields, revision.update_time)
    return revision


def _named(owner: Any, short: str) -> Any:
    """`service` is the short name in real payloads (facts 1.4)."""
    name = f"{owner.name}/revisions/{short}"
    return Revision(
        name=name,
        uid=uid(name),
        generation=1,
        etag=etag(name, 1),
        service=owner.name.rpartition("/")[2] if "/services/" in name else "",
    )
