"""The policy file's JSON Schema (draft 2020-12), with what each key says. Pure.

The models of grammar.py make it, so that it cannot say anything else than they do; what pydantic adds
for itself is taken out, and the descriptions are put in.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from janitor.policy import spelling
from janitor.policy.descriptions import described
from janitor.policy.grammar import json_schema
from janitor.policy.shapes import Shape, shaped

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FILE_NAME = ".janitor.schema.json"
_KEPT_DEFAULTS = (bool, int)
_OTHER = "#/$defs/OtherPolicy"
_TITLE = "janitor: what may be deleted, and what is kept"
# Spellings whose patterns are too long to stand wherever they are used.
_HOISTED = {"duration": spelling.duration, "jitter": spelling.jitter, "glob": spelling.glob}


def policy_schema() -> Shape:
    """The schema as plain data."""
    raw = json_schema()
    models: Shape = {name: each for name, each in raw["$defs"].items() if name != "OtherPolicy"}
    raw["properties"]["policies"]["items"]["oneOf"].remove({"$ref": _OTHER})
    schema = {"$schema": DRAFT, "title": _TITLE, **_tidied(raw)}
    schema["$defs"] = {name: _tidied(each) for name, each in models.items()}
    for path, kind, key in keys_of(schema):
        key["description"] = described(path, kind)
    return _hoisted(schema)


def schema_text() -> str:
    """The schema as a file holds it."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


def keys_of(schema: Shape) -> Iterator[tuple[str, str, Shape]]:
    """Each key once: its path (``when.name``), the kind that it stands in ("" outside), its own schema."""
    for name, key in schema["properties"].items():
        yield name, "", key
        if name == "policies":
            for reference in key["items"]["oneOf"]:
                yield from _of_policy(schema, reference["$ref"])
        else:
            yield from _below(schema, name, key)


def _below(schema: Shape, path: str, key: Shape, kind: str = "") -> Iterator[tuple[str, str, Shape]]:
    """The keys of a section, and of the sections in it."""
    if "$ref" in key:
        for name, inner in _resolved(schema, key["$ref"]).get("properties", {}).items():
            yield f"{path}.{name}", kind, inner
            if name not in ("any", "all", "not"):
                yield from _below(schema, f"{path}.{name}", inner, kind)


def _of_policy(schema: Shape, reference: str) -> Iterator[tuple[str, str, Shape]]:
    properties = _resolved(schema, reference)["properties"]
    kind = str(properties["kind"]["const"])
    for name, key in properties.items():
        yield f"policies.{name}", kind, key
        yield from _below(schema, name, key, kind)


def _resolved(schema: Shape, reference: str) -> Shape:
    found: Shape = schema["$defs"][reference.rpartition("/")[2]]
    return found


def _tidied(model: Shape) -> Shape:
    """A model without its own title and docstring, which are for readers of the code."""
    kept = {name: part for name, part in model.items() if name not in ("title", "description")}
    return kept | {"properties": _tidied_keys(model["properties"])}


def _tidied_keys(properties: Shape) -> Shape:
    return {name: _tidied_key(key) for name, key in properties.items()}


def _tidied_key(key: Shape) -> Shape:
    """A key that may be left out and never be null, with a default only where it is spelled so."""
    default: Any = key.get("default")
    found = {name: part for name, part in key.items() if name not in ("title", "default")}
    choices = [each for each in found.get("anyOf", ()) if each != {"type": "null"}]
    if choices:
        found["anyOf"] = choices
        if len(choices) == 1:
            found = {name: part for name, part in found.items() if name != "anyOf"} | choices[0]
    if isinstance(default, _KEPT_DEFAULTS) or default in found.get("enum", ()):
        found["default"] = default
    return found


def _hoisted(schema: Shape) -> Shape:
    """The schema with the long spellings in `$defs`, and references to them elsewhere."""
    named = {name: shaped(function, dict) for name, function in _HOISTED.items()}
    found: Shape = _referring(schema, named)
    found["$defs"] = {**found["$defs"], **named}
    return found


def _referring(node: Any, named: Mapping[str, Shape]) -> Any:
    if isinstance(node, list):
        return [_referring(each, named) for each in node]
    if not isinstance(node, dict):
        return node
    for name, shape in named.items():
        if shape.items() <= node.items():
            others = {part: value for part, value in node.items() if part not in shape}
            return {"$ref": f"#/$defs/{name}", **others}
    return {part: _referring(value, named) for part, value in node.items()}
