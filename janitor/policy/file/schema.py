"""JSON Schema of the policy file (draft 2020-12), with a description of each key. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from janitor.kinds.table import HOLDER_KINDS, kind_noun
from janitor.model.kinds import Kind
from janitor.policy.conditions import values
from janitor.policy.conditions.table import BY_NAME
from janitor.policy.conditions.values import Shape
from janitor.policy.file import spelling
from janitor.policy.file.field_types import shaped
from janitor.policy.file.grammar import json_schema

_JOINING = {
    "when.any": "At least one of these conditions is true.",
    "when.all": "All of these conditions are true.",
    "when.not": "This condition is false, and known to be false.",
}
_KEEP = {
    "keep.latest": "Keeps this many of the newest of each group, such as a package's images, a service's revisions or a job's executions.",
    "keep.newer_than": "Keeps resources that are not older than this, such as 7d.",
    "keep.rollback": "Keeps this many of the last revisions of each service that were ready.",
    "keep.per": "The groups of a package in which latest counts: by tag or by version.",
    "keep.per.tag": "A group for each text that the one pair of parentheses of the expression (RE2) captures from a tag.",
    "keep.per.semver": "A group for each major, minor or patch of the versions among the tags.",
    "artifact.version keep.per.semver": "A group for each major, minor or patch of the versions.",
    "keep.per.latest": "The number of groups: the last ones, by their newest image or by version. The default is all groups.",
    "keep.tagged": "Keeps an image or a version if one of its tags matches one of these globs.",
}
_POLICY = {
    "policies.name": "The name of the policy: a-z, 0-9 and -, at most 63 characters. Reports and logs show it.",
    "policies.kind": "The kind of resource that the policy applies to.",
    "policies.when": "The resources that the policy may delete: all keys must match.",
    "policies.keep": "The resources to keep; overrides when, and other policies of this kind.",
    "policies.deletes": "false: the policy deletes nothing. Its keep protects; without keep, it protects everything that it matches.",
    "policies.grace": "Announces each deletion first, and deletes this long after that, such as 7d.",
    "policies.managed": "true: may delete resources that another Google product created, if when names them literally.",
}
# What `protect.names` names.
_NAMED = (*HOLDER_KINDS, Kind.REPOSITORY, Kind.PACKAGE)
_SECTIONS = {
    "version": "The version of this file's grammar: 1.",
    "mode": "What a sweep does without a flag: dry-run deletes nothing.",
    "scope": "Where janitor may delete. Users of images are read in every location.",
    "scope.organization": "The number of an organization: all its active projects are read.",
    "scope.folders": "Numbers of folders: all active projects in them are read.",
    "scope.projects": "Project IDs; the default is your credentials' project. In an organization or folders: globs of projects to delete from.",
    "scope.exclude": "Globs of projects of the organization or the folders that nothing is deleted from; users are read.",
    "scope.locations": "all, or a list of locations such as europe-west1.",
    "scope.also_read": "Projects with workloads that may use the images; nothing is deleted there.",
    "scope.unread": "Projects that are not read directly: which images they use is known from Cloud Asset Inventory, or not at all.",
    "scope.workloads": "none: images may be deleted although no workload is found that could use them.",
    "protect": "Each of these protects a resource and everything in it.",
    "protect.labels": "One of these labels is enough; a value is a glob.",
    "protect.names": f"Globs of short names: {', '.join(kind_noun(kind, 2) for kind in _NAMED)}.",
    "protect.tags": "Globs of tags; one tag is enough.",
    "protect.references": "Files beside this one that list the images that run outside Cloud Run, one per line.",
    "protect.holders": "auto: what Cloud Asset Inventory lists (GKE and others) uses images too, where it can be read; required: it must be readable; off.",
    "ttl": "The labels that set the lifetime of a resource; only a policy with ttl: expired uses them.",
    "ttl.label": "The label with a duration such as 72h. The default is janitor-ttl.",
    "ttl.expires_label": "The label with a date such as 2026-12-01. The default is janitor-expires.",
    "limits": "How much one sweep may delete. A plan that exceeds a limit is refused as a whole.",
    "limits.max_deletions": "The most deletions; a repository counts as 1 plus its images.",
    "limits.max_share": "The largest share of a kind, such as 50%; applies if more than ten of a kind would be deleted.",
    "limits.max_monthly_value": "The largest value per month, such as 500 USD, of resources with a known price.",
    "limits.max_unpriced": "The most resources without a known price.",
    "limits.max_duration": "A sweep starts deletions for this long, such as 2h; the next sweep tries the rest.",
    "schedule": "When `janitor daemon` sweeps and reports.",
    "defaults": "Keys that policies inherit; a key in the policy overrides them.",
    "defaults.when": "Inherited by `when`; names cannot be inherited.",
    "defaults.keep": "Inherited by `keep`.",
    "defaults.grace": "Inherited as `grace`.",
    "schedule.timezone": "An IANA name such as Asia/Seoul. The default is UTC.",
    "schedule.sweep": "When it sweeps. The default is every night at 03:00.",
    "schedule.sweep.cron": "Minute, hour, day of month, month, day of week, such as \"0 3 * * *\"; 0 and 7 are Sunday.",
    "schedule.sweep.jitter": "Delays each sweep by a random time up to this, such as 5m; under a day.",
    "schedule.report": "When it reports. The default is Mondays at 09:00.",
    "schedule.report.cron": "Minute, hour, day of month, month, day of week, such as \"0 9 * * mon\".",
    "report": "What reports show.",
    "report.note": "The sweeps after which a short note is posted to Slack.",
    "report.horizon": "A deletion counts as a saving for at most this long, such as 365d.",
    "report.show_creator": "true: a resource without an owner label shows its creator, a person's address.",
    "policies": "What may be deleted. If several policies match, outputs name the first in the file.",
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
