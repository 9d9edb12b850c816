"""Assets in the world file: resources of any type, written as the JSON that the inventory has of them."""

import re
from typing import Any

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from janitor.emulator.assets import ASSET_TYPES, WorldAsset, as_inventoried
from janitor.emulator.naming import digest
from janitor.emulator.reader import Value
from janitor.emulator.state import World
from janitor.emulator.units import epoch

_KEYS = ("type", "name", "data", "version", "location", "state", "labels", "created", "updated")
# `…pkg.dev/project/repository/app@label` anywhere in a text; an e-mail address is none.
_IMAGE = re.compile(r"((?:pkg\.dev|gcr\.io)/[\w./%-]+)@([\w.-]+)(?![\w.:-])")


def read_assets(world: World, project: str, value: Value) -> None:
    """`assets: [{type: …, name: //…, data: {…}}]`."""
    for item in value.items():
        fields = item.fields(*_KEYS)
        for key in ("type", "name", "data"):
            if key not in fields:
                item.fail(f"`{key}` is missing")
        kind, name = fields["type"].choice(ASSET_TYPES), fields["name"].text()
        if not name.startswith("//"):
            fields["name"].fail("must be a full resource name: //SERVICE/…")
        data = _json(fields["data"])
        if not isinstance(data, dict):
            fields["data"].fail("must be a mapping")
        created = epoch(world.now, fields.get("created"), None)
        world.assets[name] = WorldAsset(
            name=name,
            asset_type=kind,
            project=project,
            data=as_inventoried(kind, data),
            location=fields["location"].text() if "location" in fields else "",
            version=fields["version"].text() if "version" in fields else "v1",
            state=fields["state"].text() if "state" in fields else "",
            display_name=name.rpartition("/")[2],
            created=created,
            updated=epoch(world.now, fields.get("updated"), created),
            labels=fields["labels"].text_map() if "labels" in fields else {},
        )


def with_digests(text: str) -> str:
    """The text with each `…/app@label` by the digest that the label stands for."""
    return _IMAGE.sub(lambda found: f"{found[1]}@{digest(found[2])}", text)


def _json(value: Value) -> Any:
    """JSON of a node: its mappings, lists, texts, numbers and flags."""
    if isinstance(value.node, MappingNode):
        return {key: _json(inner) for key, inner in value.entries()}
    if isinstance(value.node, SequenceNode):
        return [_json(inner) for inner in value.items()]
    if not isinstance(value.node, ScalarNode):
        return value.fail("must be JSON")
    text, tag = str(value.node.value), str(value.node.tag).rpartition(":")[2]
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    if tag in ("int", "float"):
        return float(text) if tag == "float" else int(text)
    return with_digests(text)
