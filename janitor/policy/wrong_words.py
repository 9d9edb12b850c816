"""Words that other tools use for a key or a value, and what a policy file says instead. Pure."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

# A spelling that is less alike than this is another word, and suggesting it would mislead.
LEAST_LIKENESS = 0.65

_WORKLOADS = ("run.service", "run.revision", "run.job", "run.execution", "run.worker_pool")
_UNUSED = {
    "artifact.image": "write `unused: true`, or `unused_for: 7d` for how long",
    "artifact.repository": "write `unused: true` with `older_than`",
    "run.service": "Cloud Run does not say when a service was last called: write `older_than`, which counts from its last deploy, "
    "and for live ones `status: serving` with a selector",
    "run.revision": "write `status: retired` with `older_than`, which counts from its retirement",
    "run.job": "write `older_than: 30d`, which counts from the later of its update and its last completion",
    "run.execution": "write `older_than: 30d`, which counts from its completion",
    "run.worker_pool": "write `older_than: 30d`, which counts from its update",
    "artifact.tag": "who uses it is not known, and a tag has no age: write `tags: PATTERN`",
    "": "who uses it is not known: write `older_than: 180d`",
}
_AGE = {"artifact.tag": "a tag has no age: write `tags: PATTERN`", "": "write `older_than: 30d`"}
_EXCEPT = {"": "write `not: {name: NAME}` in `when`, with any keys of `when`"}
_REGION = {"": "write `location: europe-west1`"}
_TAG = {
    "artifact.image": "write `tags: PATTERN`, where every tag must match, or `any_tag: PATTERN`, where one must",
    "artifact.tag": "write `tags: PATTERN`",
    "artifact.version": "a version with a tag is never deleted: tags are of kind artifact.tag",
    "": "tags are of kinds artifact.image and artifact.tag",
}
_VERSION = {
    "artifact.image": "write `tags_semver: '<2'`, or `tags: 1.*`",
    "artifact.tag": "write `tags_semver: '<2'`, or `tags: 1.*`",
    "artifact.package": "versions are of kind artifact.version, which has `version` and `version_semver`",
    "": "only artifact.version has versions",
}
_SIZE = {
    "artifact.tag": "a tag has no size",
    **dict.fromkeys(_WORKLOADS, "nothing of Cloud Run has a size"),
    "": "write `larger_than: 500MB`",
}
_UNTAGGED = {
    "artifact.image": "write `tagged: false`",
    "artifact.version": "take it out: a version with a tag is never deleted",
    "": "only images can be untagged: write it in a policy of kind artifact.image, as `tagged`",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "idle", "idle_for", "idle_days", "no_traffic", "last_used", "last_use", "last_pulled", "not_used_for",
            "not_executed_for", "last_executed", "unused_days", "inactive", "inactive_for", "stale", "not_called_for",
            "last_called", "last_request", "no_requests", "not_pulled_for", "unused_since",
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
    return _plain(key) in _WORDS


def way_for_scope(key: str) -> str | None:
    """The same of a key of `scope`."""
    return _IN_SCOPE if _WORDS.get(_known(key)) is _REGION else None


def way_for_status(value: str, kind: str) -> str | None:
    """What to write in place of a status that says that nobody uses a workload."""
    return (_UNUSED.get(kind) or _UNUSED[""]) if _WORDS.get(_known(value)) is _UNUSED else None


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
    plain = _plain(word)
    return plain if plain in _WORDS else nearest(plain, _WORDS) or plain


def _plain(word: str) -> str:
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word)).lower()
