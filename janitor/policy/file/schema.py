"""JSON Schema of the policy file (draft 2020-12), with a description of each key. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from janitor.model.kinds import Kind
from janitor.policy.conditions import values
from janitor.policy.conditions.table import BY_NAME
from janitor.policy.conditions.values import Shape
from janitor.policy.file import spelling
from janitor.policy.file.field_types import shaped
from janitor.policy.file.grammar import json_schema

_JOINING = {
    "when.any": "At least one of these conditions holds.",
    "when.all": "All of these conditions hold.",
    "when.not": "This condition does not hold, and it is known that it does not.",
}
_KEEP = {
    "keep.latest": "The newest so many of each group, such as a package's images, a service's revisions or a job's executions.",
    "keep.newer_than": "What is not older than this, such as 7d.",
    "keep.rollback": "The last so many revisions of each service that were ready.",
    "keep.per": "Within which groups of a package latest counts: by tag or by version.",
    "keep.per.tag": "A group for each text that the expression's (RE2) one pair of parentheses captures from a tag.",
    "keep.per.semver": "A group for each major, minor or patch of the versions among the tags.",
    "artifact.version keep.per.semver": "A group for each major, minor or patch of the versions.",
    "keep.per.latest": "Of how many groups: the last ones, by their newest image or by version; without it of all.",
    "keep.tagged": "An image, or a version, with one tag that matches one of these globs.",
}
_POLICY = {
    "policies.name": "The policy's own name: a-z, 0-9 and -, at most 63 characters. Reports and logs say it.",
    "policies.kind": "Of which kind of resource the policy speaks.",
    "policies.when": "Whom the policy may delete, and when: all of its keys must hold.",
    "policies.keep": "Who stays whatever else is said, in this policy or in another of its kind.",
    "policies.deletes": "false: the policy deletes nothing. It keeps what its keep holds, or without keep all that it matches.",
    "policies.grace": "What it would delete is announced first, and goes this long after that, such as 7d.",
    "policies.managed": "true: it may take what another Google product made, named literally in when.",
}
_SECTIONS = {
    "version": "The version of this file's grammar: 1.",
    "mode": "What a sweep does without a flag: dry-run deletes nothing.",
    "scope": "Where something may be deleted. Users of images are looked for in every location.",
    "scope.projects": "Projects by ID. Without them: the project of your credentials.",
    "scope.locations": "all, or a list of locations such as europe-west1.",
    "scope.also_read": "Projects whose workloads may use our images; nothing is deleted there.",
    "scope.workloads": "none: images may be deleted though no workload is found that could use them.",
    "protect": "Any one of these protects a thing, and all that it holds.",
    "protect.labels": "Any one of these labels; a value is a glob.",
    "protect.names": "Globs of short names: services, jobs, worker pools, repositories, packages.",
    "protect.tags": "Globs of tags; one tag is enough.",
    "protect.references": "Files beside this one with the images that run outside Cloud Run, one a line.",
    "ttl": "Which labels say how long a thing may live; they act only through a policy with ttl: expired.",
    "ttl.label": "The label that says how long, such as 72h; janitor-ttl without this.",
    "ttl.expires_label": "The label that says until when, such as 2026-12-01; janitor-expires without this.",
    "limits": "What one sweep may destroy: beyond any of these it is refused as a whole.",
    "limits.max_deletions": "So many things at the most; a repository counts as 1 and each image in it.",
    "limits.max_share": "This share of a kind at the most, such as 50%; asked beyond ten of a kind.",
    "limits.max_monthly_value": "This value a month at the most, such as 500 USD, of what has a known price.",
    "limits.max_unpriced": "So many resources without a known price at the most.",
    "schedule": "When `janitor daemon` sweeps and reports.",
    "defaults": "What policies inherit, key by key; a policy's own key wins.",
    "defaults.when": "Inherited by `when`; whom a policy speaks of by name is its own.",
    "defaults.keep": "Inherited by `keep`.",
    "defaults.grace": "Inherited as `grace`.",
    "schedule.timezone": "An IANA name such as Asia/Seoul; UTC without it.",
    "schedule.sweep": "When it sweeps; every night at three without it.",
    "schedule.sweep.cron": "Minute, hour, day of month, month, day of week, such as \"0 3 * * *\"; 0 and 7 are Sunday.",
    "schedule.sweep.jitter": "Each sweep begins up to this much later, such as 5m; under a day.",
    "schedule.report": "When it reports; Mondays at nine without it.",
    "schedule.report.cron": "Minute, hour, day of month, month, day of week, such as \"0 9 * * mon\".",
    "report": "What reports say.",
    "report.note": "After which sweeps a short note is posted.",
    "report.horizon": "A deletion counts as a saving for this long at the most, such as 365d.",
    "report.show_creator": "true: what has no owner label is its creator's, a person's address.",
    "policies": "What may go. Of several that match, the first in the file is named.",
}  # fmt: skip
DESCRIPTIONS: Mapping[str, str] = {**_SECTIONS, **_POLICY, **_JOINING, **_KEEP}


def described(path: str, kind: str = "") -> str:
    """What a key says, by its path (``when.name``), and by its kind where it says something else there.
    What `defaults` says is said of its keys where they are inherited.

    KeyError: nobody has said it yet.
    """
    inherited = path.removeprefix("defaults.")
    section, _, name = inherited.partition(".")
    if section == "when" and name in BY_NAME:
        return BY_NAME[name].description(Kind(kind) if kind else None)
    return DESCRIPTIONS.get(f"{kind} {path}") or DESCRIPTIONS.get(path) or DESCRIPTIONS[inherited]


DRAFT = "https://json-schema.org/draft/2020-12/schema"
FILE_NAME = ".janitor.schema.json"
_KEPT_DEFAULTS = (bool, int)
_OTHER = "#/$defs/OtherPolicy"
_TITLE = "janitor: what may be deleted, and what is kept"
# Spellings whose patterns are too long to stand wherever they are used.
_HOISTED = {"duration": values.duration, "jitter": spelling.jitter, "glob": values.glob}


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
