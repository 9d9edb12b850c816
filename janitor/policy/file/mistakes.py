"""Mistakes that the models refuse, in words for people: the place, what is allowed, the nearest spelling."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from janitor.kinds.spec import Topic
from janitor.kinds.table import BY_WIRE_NAME, RUN_KINDS
from janitor.model.text import show
from janitor.policy.conditions.key import Path
from janitor.policy.conditions.table import BY_NAME
from janitor.policy.file.concepts import (
    USE_WORDS,
    KindKeys,
    plain_word,
    way_at_top,
    way_in_keep,
    way_in_policy,
)
from janitor.policy.file.source import MappingNode, Node, Position, Problem, ScalarNode, SequenceNode

_MISSING = {
    "version": "begin the file with `version: 1`",
    "policies": "give at least one policy under `policies:`",
    "name": "give each policy a name, such as `name: stale-images`",
    "kind": "write the kind of resource, such as `kind: artifact.image`",
    "semver": "say by which part, such as `per: {semver: minor}`",
    "when": "write what the policy may delete, such as `when: {older_than: 72h}`",
}
_MAPPINGS = {
    "scope": "{projects: [my-project]}",
    "protect": '{names: ["*-prod"]}',
    "ttl": "{label: janitor-ttl}",
    "limits": "{max_deletions: 100}",
    "schedule": '{timezone: Asia/Seoul, sweep: {cron: "0 3 * * *"}}',
    "schedule.sweep": '{cron: "0 3 * * *", jitter: 5m}',
    "schedule.report": '{cron: "0 9 * * mon"}',
    "report": "{note: changes}",
    "defaults": "{when: {older_than: 72h}}",
    "defaults.when": "{older_than: 72h}",
    "keep": "{latest: 3}",
    "per": "{semver: minor}",
    "policies": "{name: failed-services, kind: run.service, when: {status: failed}}",
}


def locate(root: Node, path: Path) -> tuple[Position, Node]:
    """Where the value at the path stands; the nearest around it where it is missing."""
    node = root
    for step in path:
        if isinstance(node, MappingNode) and isinstance(step, str) and step in node.entries:
            node = node.entries[step][1]
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node.at, node


def locate_key(root: Node, path: Path) -> Position:
    """Where the key that the path ends with stands."""
    _, around = locate(root, path[:-1])
    if isinstance(around, MappingNode) and path[-1] in around.entries:
        return around.entries[str(path[-1])][0]
    return around.at


@dataclass(frozen=True, slots=True)
class Grammar:
    """Which keys may stand where: at the top, in each section (`schedule.sweep` is one within another),
    in the policies of each kind.
    """

    top: tuple[str, ...]
    sections: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, KindKeys]


def mistake(root: Node, grammar: Grammar, error: Mapping[str, Any]) -> Problem:
    """One of pydantic's errors, where it stands in the file, with the way out.

    Its `loc` is the path in the file, but for the kind that pydantic puts after a policy's place.
    """
    loc: Path = error["loc"]
    kind = str(loc[2]) if len(loc) > 2 and loc[0] == "policies" else ""
    path = loc[:2] + loc[3:] if kind else loc
    if error["type"] == "extra_forbidden":
        return Problem(locate_key(root, path), _unknown_key(grammar, path, kind))
    if error["type"] == "missing":
        key = str(path[-1])
        return Problem(locate(root, path[:-1])[0], f"{key} is missing: {_MISSING.get(key, 'add it')}")
    if path and path[-1] == "[key]":
        return Problem(locate_key(root, path[:-1]), str(error["ctx"]["error"]))
    at, node = locate(root, path)
    return Problem(at, _negated(node, path) or _told(str(error["type"]), error, node, path, kind))


def _unknown_key(grammar: Grammar, path: Path, kind: str) -> str:
    key, keys = str(path[-1]), grammar.kinds.get(kind)
    part: Callable[[KindKeys], tuple[str, ...]] = lambda each: each.policy  # noqa: E731
    if way := _way_out(grammar, path, key, kind):
        return f"unknown key {show(key)}: {way}"
    if keys is None:
        if kind:
            return _near(key, {name for each in grammar.kinds.values() for name in each.policy})
        return _near(key, grammar.top if len(path) == 1 else grammar.sections[_dotted(path[:-1])])
    if len(path) == 3 and key in keys.when:
        return f"unknown key {show(key)}: it belongs into `when`, as in `when: {{{key}: …}}`"
    if path[2] == "when" and key in keys.policy:
        return f"unknown key {show(key)}: it belongs beside `when`, not into it"
    if path[2:4] == ("keep", "per") and len(path) > 4:
        return _near(key, grammar.sections[f"{kind} keep.per"])
    if len(path) > 3:
        part = (lambda each: each.when) if path[2] == "when" else (lambda each: each.keep)
    others = [name for name, each in grammar.kinds.items() if key in part(each)]
    if others:
        return f"unknown key {show(key)}: {kind} has none, only {_listed(others)} can"
    return _near(key, part(keys))


def _way_out(grammar: Grammar, path: Path, key: str, kind: str) -> str | None:
    """What a word of another tool, or another word for a concept, is here; None where it is none of these."""
    if path[0] == "scope":
        return way_for_scope(key)
    if len(path) == 1:
        return way_at_top(key)
    if path[0] not in ("policies", "defaults") or (keys := _keys_at(grammar, kind)) is None:
        return None
    if path[2:3] == ("keep",) and len(path) == 4:
        return way_in_keep(key, keys)
    return _way(grammar, path, key, kind, keys) if "when" in path[:-1] or len(path) == 3 else None


def _keys_at(grammar: Grammar, kind: str) -> KindKeys | None:
    """The keys of a kind, "" for those of `defaults`; None for a kind that there is not."""
    if kind:
        return grammar.kinds.get(kind)
    sections = grammar.sections
    return KindKeys(sections["defaults"], sections["defaults.when"], sections.get("defaults.keep", ()))


def _way(grammar: Grammar, path: Path, key: str, kind: str, keys: KindKeys) -> str | None:
    """What a word for a key of `when` is here; None where the key is a misspelling of one that is."""
    beside = keys.policy if len(path) == 3 else ()
    if key in (*keys.when, *keys.policy):
        return None
    if is_foreign(key):
        return way_for_key(key, kind)
    if way := way_in_policy(key, keys):
        return way
    elsewhere = any(key in (*each.when, *each.policy) for each in grammar.kinds.values())
    if elsewhere or nearest(key, (*keys.when, *beside)):
        return None
    return way_for_key(key, kind)


def _listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _near(key: str, allowed: Iterable[str]) -> str:
    names = sorted(allowed)
    near = nearest(key, names)
    hint = f"did you mean {near}? " if near else ""
    return f"unknown key {show(key)}: {hint}allowed here: {', '.join(names)}"


def _key(path: Path) -> str:
    key = next((step for step in reversed(path) if isinstance(step, str)), "the file")
    return key if key.isprintable() else show(key)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _negated(node: Node, path: Path) -> str | None:
    """A selector that is written with its `not` inside: `repository: {not: base-images}`."""
    if not isinstance(node, MappingNode) or "when" not in path or len(node.entries) != 1:
        return None
    (word, (_, inner)), key = next(iter(node.entries.items())), _key(path)
    if key in _MAPPINGS or (key in BY_NAME and BY_NAME[key].example) or not is_negation(word):
        return None
    written = inner.text if isinstance(inner, ScalarNode) else "…"
    return f"{key}: it holds no `{word}`: {way_for_negation(key, written)}"


def _told(type_: str, error: Mapping[str, Any], node: Node, path: Path, kind: str) -> str:
    key = _key(path)
    written = show(node.text) if isinstance(node, ScalarNode) else "this"
    match type_:
        case "value_error" if isinstance(node, ScalarNode) and node.text[:1] == "!" and "when" in path:
            return f"{key}: a `!` before it negates nothing: {way_for_negation(key, node.text[1:].strip())}"
        case "value_error":
            return f"{key}: {error['ctx']['error']}"
        case "literal_error":
            return f"{key}: {_not_among(key, written, node, str(error['ctx']['expected']), kind)}"
        case "string_type":
            quoted = f': write "{node.text[:60]}" in quotes' if isinstance(node, ScalarNode) else ""
            return f"{key}: {written} must be text{quoted}"
        case "bool_type":
            return f"{key}: {written} must be true or false"
        case "int_type" | "greater_than_equal" | "less_than_equal":
            return f"{key}: {written} must be a whole number, {_range(key)}"
        case "tuple_type":
            return f"{key}: {written} must be a list, such as [one, two]"
        case "model_type" | "model_attributes_type" | "dict_type":
            declared = BY_NAME[key].example if key in BY_NAME else ""
            example = _MAPPINGS.get(_dotted(path)) or _MAPPINGS.get(key) or declared or "{older_than: 72h}"
            return f"{key}: {written} must be a mapping, such as {example}"
        case _:
            return f"{key}: {error['msg']}"


def _not_among(key: str, written: str, node: Node, expected: str, kind: str) -> str:
    if expected == "True" and key in BY_NAME:
        return BY_NAME[key].only_true
    allowed = re.findall(r"'([^']+)'", expected)
    near = nearest(node.text, allowed) if isinstance(node, ScalarNode) else None
    hint = f"did you mean {near}? " if near else ""
    if (
        not near
        and key == "status"
        and isinstance(node, ScalarNode)
        and (way := way_for_status(node.text, kind))
    ):
        hint = f"{way}; "
    return f"{written} is not known: {hint}allowed here: {', '.join(allowed)}"


def _range(key: str) -> str:
    return (
        "from 1 to 1,000,000"
        if key in ("latest", "rollback") or key in BY_NAME
        else "from 0 to 1,000,000,000"
    )


# A spelling that is less alike than this is another word, and suggesting it would mislead.
LEAST_LIKENESS = 0.65
_LEAST_FOREIGN = 0.85


def _ways(topic: Topic, otherwise: str) -> Mapping[str, str]:
    """What to write in place of a word of the topic, for policies of each kind that declares it, and of others ("")."""
    declared = {kind: spec.policies.instead for kind, spec in BY_WIRE_NAME.items()}
    return {kind: ways[topic] for kind, ways in declared.items() if topic in ways} | {"": otherwise}


_UNUSED = _ways(Topic.UNUSED, "who uses it is not known: write `older_than: 180d`")
_AGE = _ways(Topic.AGE, "write `older_than: 30d`")
_EXCEPT = _ways(Topic.EXCEPTION, "write `not: {name: NAME}` in `when`, with any keys of `when`")
_REGION = _ways(Topic.REGION, "write `location: europe-west1`")
_TAG = _ways(Topic.TAG, "tags are of kinds artifact.image and artifact.tag")
_VERSION = _ways(Topic.VERSION, "only artifact.version has versions")
_SIZE = {
    **dict.fromkeys((kind.value for kind in RUN_KINDS), "nothing of Cloud Run has a size"),
    **_ways(Topic.SIZE, "write `larger_than: 500MB`"),
}
_UNTAGGED = _ways(
    Topic.UNTAGGED, "only images can be untagged: write it in a policy of kind artifact.image, as `tagged`"
)
_WORDS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "idle", "idle_for", "idle_days", "no_traffic", "last_used", "last_use", "last_pulled", "not_used_for",
            "not_executed_for", "last_executed", "unused_days", "inactive", "inactive_for", "stale", "not_called_for",
            "last_called", "last_request", "no_requests", "not_pulled_for", "unused_since",
            *USE_WORDS,
        ),
        _UNUSED,
    ),
    **dict.fromkeys(
        ("max_age", "min_age", "age", "days", "hours", "weeks", "age_days", "older_than_days", "expire_after",
         "retention_days", "created_before", "keep_days"),
        _AGE,
    ),
    **dict.fromkeys(("exclude", "excludes", "excluding", "except", "ignore", "unless", "but_not", "skip"), _EXCEPT),
    **dict.fromkeys(("region", "regions", "zone", "zones", "locations"), _REGION),
    **dict.fromkeys(("tag", "tag_prefix", "tag_prefixes", "tag_pattern", "tag_filter", "image_tag"), _TAG),
    **dict.fromkeys(("version", "versions", "semver", "version_range"), _VERSION),
    **dict.fromkeys(("size", "min_size", "max_size", "bigger_than", "larger"), _SIZE),
    **dict.fromkeys(("untagged", "tag_state", "dangling"), _UNTAGGED),
}  # fmt: skip
_IN_SCOPE = "write `locations: [europe-west1]`"


def way_for_key(key: str, kind: str) -> str | None:
    """What to write in place of a key that no policy has, for policies of a kind ("" in `defaults`)."""
    found = _WORDS.get(_known(key))
    return None if found is None else found.get(kind) or found[""]


def is_foreign(key: str) -> bool:
    """Whether a key is another tool's word to the letter, and no misspelling of one."""
    return plain_word(key) in _WORDS


def way_for_scope(key: str) -> str | None:
    """The same of a key of `scope`."""
    return _IN_SCOPE if _WORDS.get(_known(key)) is _REGION else None


def way_for_status(value: str, kind: str) -> str | None:
    """What to write in place of a status that says that nobody uses a workload."""
    if _WORDS.get(_known(value)) is not _UNUSED:
        return None
    return f"janitor reads no metrics, so whether it is idle is not known; {_UNUSED.get(kind) or _UNUSED['']}"


def way_for_negation(key: str, negated: str) -> str:
    """How to write that a selector must not match."""
    return f"write `not: {{{key}: {negated}}}` beside the other keys of `when`"


def is_negation(key: str) -> bool:
    """Whether a word that stands within a selector means that it must not match."""
    return key == "not" or _WORDS.get(_known(key)) is _EXCEPT


def nearest(written: str, names: Iterable[str]) -> str | None:
    """The name that a word is a misspelling of; None where none is alike enough."""
    likeness = {name: _likeness(written.lower(), name.lower()) for name in names}
    best = max(sorted(likeness), key=likeness.__getitem__, default=None)
    return best if best is not None and likeness[best] >= LEAST_LIKENESS else None


def _likeness(written: str, name: str) -> float:
    """The beginning of a name, of three letters at least, is as good as the name."""
    if len(written) >= 3 and name.startswith(written):
        return 1.0
    return SequenceMatcher(None, written, name).ratio()


def _known(word: str) -> str:
    """The word as the table has it: ``lastUsed``, ``last-used`` and ``last_usd`` are ``last_used``."""
    plain = plain_word(word)
    return plain if plain in _WORDS else _misspelt(plain) or plain


def _misspelt(plain: str) -> str | None:
    """The foreign word that this one is a misspelling of: nearer than for a key, as one of these is a guess already."""
    likeness = {word: SequenceMatcher(None, plain, word).ratio() for word in _WORDS}
    best = max(sorted(likeness), key=likeness.__getitem__)
    return best if likeness[best] >= _LEAST_FOREIGN else None
