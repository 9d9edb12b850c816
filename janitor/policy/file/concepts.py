"""Concepts that people look for in a policy file under another name, each with the key that says it here (R49)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KindKeys:
    """The keys of a kind's policies, of their `when`, and of their `keep` (none: it has no `keep`)."""

    policy: tuple[str, ...]
    when: tuple[str, ...]
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concept:
    """`ways` are tried in order: a place (`when`, `keep`, `policy`), the key that must exist there, and what to write.
    `otherwise` is said where none of them exists. `{key}` is the word that was written."""

    words: tuple[str, ...]
    ways: tuple[tuple[str, str, str], ...]
    otherwise: str = ""

    def way(self, key: str, keys: KindKeys) -> str | None:
        """What to write in place of the key; None where nothing can be said."""
        for place, needed, text in self.ways:
            if needed in getattr(keys, place):
                return text.replace("{key}", key)
        return self.otherwise.replace("{key}", key) or None


_WHOLE_FILE = "is for the whole file, at its top level:"
_IN_POLICY = (
    Concept(
        ("keep_last", "keep_latest", "keep_newest", "keep_recent", "keep_count", "keep_n", "keep_min", "last", "latest",
         "newest", "most_recent", "keep_most_recent", "most_recent_versions", "retain", "retain_last", "retention",
         "keep_releases", "max_versions"),
        (("keep", "latest", "write `keep: {latest: 5}` beside `when`"),),
        "policies of this kind have no `keep`; for what must stay write `not: {name: NAME}` in `when`",
    ),
    Concept(
        ("newer", "newer_than", "younger", "younger_than", "keep_newer_than", "keep_for", "keep_younger_than"),
        (("keep", "newer_than", "write `keep: {newer_than: 7d}` beside `when`"),
         ("when", "older_than", "write `older_than: 7d`: what is younger is kept")),
    ),
    Concept(
        ("older", "old", "min_days", "created", "created_at", "updated", "updated_at", "updated_before", "deployed",
         "deployed_before", "last_deployed", "last_updated", "not_updated_for", "not_deployed_for", "before", "since",
         "age_days", "min_age_days"),
        (("when", "older_than", "write `older_than: 30d`"),),
    ),
    Concept(
        ("image", "images", "image_name", "package", "packages", "package_name"),
        (("when", "repository", "write `name: 'PATTERN'`: it is the name of the package"),),
        "no key of this kind asks for it; images and packages are of kinds artifact.image and artifact.package",
    ),
    Concept(
        ("names", "name_glob", "name_prefix", "name_pattern", "name_like", "pattern", "prefix", "starts_with", "path",
         "service_name", "job_name"),
        (("when", "name", "write `name: 'PATTERN'`, such as 'pr-*'"),),
    ),
    Concept(
        ("name_regex", "name_regexp", "name_matches", "regex", "regexp", "matches", "service_regex", "package_regex",
         "image_regex", "location_regex", "repository_regex"),
        (("when", "name", "names are matched by globs: write `name: 'pr-*'`; for a regular expression write"
          " `expr: \"resource.name.matches('^pr-')\"`"),),
    ),
    Concept(
        ("owner", "team", "env", "environment", "stage", "app", "namespace", "cost_center"),
        (("when", "labels", "write `labels: {{key}: VALUE}`"),),
    ),
    Concept(
        ("created_by", "author", "creator_email", "deployed_by", "user", "email"),
        (("when", "creator", "write `creator: 'NAME@example.com'`"),),
        "who made it is known only of resources on Cloud Run",
    ),
    Concept(
        ("state", "failed", "failing", "broken", "error", "errored", "unhealthy", "condition"),
        (("when", "status", "write `status: failed`"),),
        "resources of this kind have no status",
    ),
    Concept(
        ("filter", "filters", "match", "selector", "selectors", "where", "conditions", "criteria", "rules", "if"),
        (("policy", "when", "conditions are the keys of `when`: write `when: {older_than: 30d}`"),),
    ),
    Concept(("or", "any_of", "one_of"), (("when", "any", "write `any: [{older_than: 30d}, {name: 'pr-*'}]`"),)),
    Concept(
        ("and", "all_of"),
        (("when", "all", "keys that stand beside each other must all match; take `{key}` out"),),
    ),
    Concept(("project", "projects", "project_id"), (), f"this {_WHOLE_FILE} `scope: {{projects: [my-project]}}`"),
    Concept(
        ("dry_run", "dryrun", "mode", "apply", "enabled", "disabled", "active"),
        (),
        f"this {_WHOLE_FILE} `mode: dry-run`; to run one policy use `janitor sweep --policy NAME`",
    ),
    Concept(
        ("action", "actions", "delete", "do", "effect"),
        (),
        "a policy deletes what matches; one that only protects says `deletes: false` beside `when`",
    ),
    Concept(
        ("schedule", "cron", "interval", "every"),
        (),
        f"this {_WHOLE_FILE} `schedule: {{sweep: {{cron: \"0 3 * * *\"}}}}`",
    ),
    Concept(
        ("limit", "limits", "max_deletions", "max_count", "batch_size", "max_share"),
        (),
        f"this {_WHOLE_FILE} `limits: {{max_deletions: 100}}`",
    ),
    Concept(
        ("cost", "price", "usd", "min_cost", "max_cost", "cost_above"),
        (),
        f"no key asks for the cost; a limit {_WHOLE_FILE} `limits: {{max_monthly_value: 500 USD}}`",
    ),
    Concept(
        ("cpu", "memory", "min_instances", "instances", "concurrency", "utilization", "metrics"),
        (),
        "no key asks for it: janitor reads no metrics, and no settings of a workload beside those that have a key",
    ),
    Concept(
        ("grace_period", "grace_days", "delay", "notice", "notice_period", "warn_before", "warn_days"),
        (("policy", "grace", "write `grace: 3d` beside `when`"),),
    ),
)  # fmt: skip
# Words for the use of a resource: what can be said of it differs by kind (mistakes.py).
USE_WORDS = (
    "unused", "unused_for", "traffic", "no_traffic_for", "requests", "request_count", "invocations", "last_pull", "pulls",
    "pull_count", "downloads", "download_count", "sleeping", "dormant", "scaled_to_zero", "stopped",
)  # fmt: skip
_IN_KEEP = (
    Concept(
        ("last", "newest", "count", "n", "number", "most_recent", "most_recent_versions", "keep_last", "keep_count",
         "versions", "releases", "min", "max", "recent"),
        (("keep", "latest", "write `latest: 5`"),),
    ),
    Concept(
        ("days", "age", "newer", "younger", "younger_than", "max_age", "min_age", "older_than", "for", "duration"),
        (("keep", "newer_than", "write `newer_than: 7d`"),),
    ),
    Concept(
        ("tags", "tag", "any_tag", "name", "names", "labels", "exclude", "except", "version", "tag_prefix"),
        (("keep", "tagged", "write `tagged: ['v*']`, or in `when`: `not: {name: NAME}`"),),
        "write `not: {name: NAME}` in `when`",
    ),
)  # fmt: skip
_AT_TOP = (
    Concept(("dry_run", "dryrun", "apply", "enabled"), (), "write `mode: dry-run` or `mode: apply`"),
    Concept(("project", "projects", "project_id"), (), "write `scope: {projects: [my-project]}`"),
    Concept(
        ("location", "locations", "region", "regions", "zone", "zones"),
        (),
        "write `scope: {locations: [europe-west1]}`",
    ),
    Concept(
        ("exclude", "exclusions", "ignore", "keep", "allowlist", "whitelist", "safelist", "never_delete"),
        (),
        'write `protect: {names: ["*-prod"]}`',
    ),
    Concept(("rules", "policy", "cleanup_policies"), (), "write `policies: [{name: NAME, kind: KIND, when: {…}}]`"),
    Concept(("cron", "interval"), (), 'write `schedule: {sweep: {cron: "0 3 * * *"}}`'),
    Concept(("max_deletions", "max_share", "max_monthly_value", "max_unpriced"), (), "write `limits: {{key}: …}`"),
    Concept(
        ("slack", "notify", "notifications", "webhook"),
        (),
        "set JANITOR_SLACK_WEBHOOK_URL in the environment; `report: {note: changes}` says when to post",
    ),
    Concept(("grace",), (), "write `defaults: {grace: 3d}`, or `grace: 3d` in a policy"),
)  # fmt: skip


def _by_word(concepts: tuple[Concept, ...]) -> Mapping[str, Concept]:
    return {word: concept for concept in concepts for word in concept.words}


POLICY_WORDS, KEEP_WORDS, TOP_WORDS = map(_by_word, (_IN_POLICY, _IN_KEEP, _AT_TOP))
_NOWHERE = KindKeys((), ())


def way_in_policy(key: str, keys: KindKeys) -> str | None:
    """What says a word of `when`, or of a policy beside it; None for a word of no concept."""
    return _way(POLICY_WORDS, key, keys)


def way_in_keep(key: str, keys: KindKeys) -> str | None:
    """The same of a word in `keep`."""
    return _way(KEEP_WORDS, key, keys)


def way_at_top(key: str) -> str | None:
    """The same of a word at the top of the file."""
    return _way(TOP_WORDS, key, _NOWHERE)


def _way(words: Mapping[str, Concept], key: str, keys: KindKeys) -> str | None:
    concept = words.get(plain_word(key))
    return concept.way(key, keys) if concept else None


def plain_word(word: str) -> str:
    """``lastUsed`` and ``last-used`` as ``last_used``."""
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word)).lower()
