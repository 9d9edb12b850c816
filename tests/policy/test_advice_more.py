"""What `janitor validate` warns of beyond two parts that exclude each other: what scope, protection, keep, Google and
names leave nothing of; and where it says nothing, for something may be left."""

from pathlib import Path

import pytest

from tests.policy.test_advice import image, of, revision, service, told

SEMVER_ORDER = "tags_semver: '>=1.0.0 <=1.0.0'"
SCOPE = "scope: {locations: [us, europe]}\n"
WARNED = {
    # what a key says, and keys beside each other
    of(image("tags_semver: '>=2 <1'")): "its `tags_semver` excludes everything",
    of(image("tags_semver: '=1.0.0 >1.0.0'")): "its `tags_semver` excludes everything",
    of(image("tags_semver: '>=2', all: [{tags_semver: '<2'}]")): "two `tags_semver` exclude each other",
    of(image("tags_semver: '>=2', not: {tags_semver: '>=1.5'}")): "`tags_semver` and not `tags_semver`",
    of(image("tags: [latest, '1.0'], tags_semver: '>=1'")): "`tags` and `tags_semver` exclude each other",
    of(image("tags: [v1], tags_regex: '^pr-'")): "`tags` and `tags_regex` exclude each other",
    of(image("tags: 'pr-*', all: [{tags: ['v*', 'pull-*']}]")): "two `tags` exclude each other",
    of(image("name: '*-app', all: [{name: 'x*-api'}]")): "two `name` exclude each other",
    of("{name: a, kind: artifact.package, when: {empty: true, larger_than: 1GB}}"): "`empty` and `larger_than`",
    of(service("status: failed, ttl: expired, labels: {janitor-ttl: 3days}")): "`labels` and `ttl` exclude",
    # ages
    of(image("older_than: 5100d")): "no image is that old:",
    of("{name: a, kind: run.execution, when: {older_than: 3000d}}"): "nothing on Cloud Run is that old",
    of(revision("status: failed", ", keep: {newer_than: 3000d}")): "keep.newer_than keeps everything: nothing on Cloud Run",
    # what no kind lets go
    of(service("not: {status: failed}, older_than: 9d")): "leaves only live services,",
    of(revision("not: {status: [retired, failed]}", "")): "only retired and failed revisions are deleted,",
    of("{name: a, kind: run.execution, when: {not: {status: [succeeded, failed, cancelled]}}}"): "only finished executions are deleted,",
    # places
    SCOPE + of(service("status: failed"))[11:]: "scope.locations names no region of Cloud Run",
    of(service("status: failed, location: us")): "Cloud Run has none of its `location`",
    "scope: {locations: [us]}\n" + of(image("not: {location: 'u*'}"))[11:]: "no location of scope.locations is in",
    # protection
    "protect: {tags: ['v*']}\n" + of(image("tags: 'v1*'"))[11:]: "protect.tags keeps everything that matches its `tags`",
    "protect: {tags: ['*']}\n" + of(image("tagged: true"))[11:]: "protect.tags keeps everything that matches its `tagged`",
    "protect: {names: ['web*']}\n" + of(image("repository: 'web-*'"))[11:]: "protect.names keeps everything that matches its `repository`",
    "protect: {names: [a, b]}\n" + of(service("status: failed, any: [{name: a}, {name: b}]"))[11:]: "protect.names keeps everything that matches",
    "protect: {labels: {'{x}': a}, names: [b]}\n"
    + of(service("status: failed, any: [{labels: {'{x}': a}}, {name: b}]"))[11:]: "no part of its `any` can; the first: "
    "protect.labels keeps everything with its label {x}",
    of(image("any: [{repository: gcf-artifacts}, {labels: {janitor: keep}}]")): "delete: no part of its `any` can;",
    "protect: {labels: {'{0}': a}}\n" + of(service("status: failed, labels: {'{0}': a}"))[11:]: "keeps everything with its label {0}",
    of(service("status: failed, labels: {janitor: keep}")): "the label janitor: keep always protects",
    # what Google manages
    of(image("repository: gcf-artifacts")): "a resource that Google manages: write managed: true",
    of(image("repository: [eu.gcr.io, gcr.io]")): "a resource that Google manages: write managed: true",
    of("{name: a, kind: artifact.repository, when: {name: gae-standard}}"): "a resource that Google manages: write managed: true",
    of(service("status: failed, labels: {goog-managed-by: '*'}")): "a resource that Google manages: write managed: true",
    # keep
    of(image("tagged: true", "a", ", keep: {tagged: '*'}")): "keep.tagged keeps everything that matches its `tagged`",
    of(image("tags: 'pr-*'", "a", ", keep: {tagged: ['v*', 'pr*']}")): "keep.tagged keeps everything that matches its `tags`",
    of(image("older_than: 2d", "a", ", keep: {tagged: 'v*'}"), image("tags: 'v1*'", "b")): "b can never delete: "
    "keep.tagged of a keeps everything that matches its `tags`",
    of(image("not: {older_than: 10d}", "a", ", keep: {newer_than: 30d}")): "keep.newer_than keeps everything that matches its not",
    of(image("tags: 'pr-*'", "a", ", keep: {tagged: 'v*'}")): "keep.tagged has no effect:",
    of(image("tags_semver: '<2'", "a", ", keep: {tagged: [v2.0.0, latest]}")): "keep.tagged has no effect:",
    of(image("tags: [latest, main]", "a", ", keep: {latest: 2, per: {semver: minor}}")): "keep.per keeps everything: none of the `tags` is a version",
    of(image("tags: [main]", "a", ", keep: {latest: 2, per: {tag: '^(pr)-'}}")): "keep.per has no effect:",
    of(revision("status: retired", ", keep: {latest: 1001}")): "keep.latest keeps all: Google stores at most",
    of(revision("status: retired", ", keep: {rollback: 1001}")): "keep.rollback keeps all ready ones",
    # names that there cannot be
    of(service("status: failed, name: Web")): "a: `name` 'Web' matches nothing, because such names have only lowercase letters",
    of(service("status: failed, location: Europe-*")): "`location` 'Europe-*' matches nothing",
    of(service("status: failed, not: {name: 'Prod-*'}")): "`name` 'Prod-*' matches nothing",
    of(image("repository: my-project/web")): "`repository` 'my-project/web' matches nothing",
    of(image("name: 'Team/app'")): "`name` 'Team/app' matches nothing",
    of(image("tags: 'app:latest'")): "`tags` 'app:latest' matches nothing",
    "protect: {names: [ok, '*-Prod']}\n" + of(service("status: failed"))[11:]: "warning: '*-Prod' protects nothing",
}  # fmt: skip


@pytest.mark.parametrize("text", WARNED)
def test_warns_of_what_can_do_nothing_with_its_place_and_the_way_out(tmp_path: Path, text: str) -> None:
    lines = told(tmp_path, text if text.startswith("version") else f"version: 1\n{text}")
    assert len(lines) == 1, lines
    assert WARNED[text] in lines[0]
    assert ": warning: " in lines[0]
    assert any(way in lines[0] for way in (": add ", ": remove ", ": write ", " write "))


@pytest.mark.parametrize(
    "text",
    [
        of(image(SEMVER_ORDER)),
        of(image("tags_semver: '>=1 <2', not: {tags_semver: '>=1.5'}")),
        of(image("tags: [latest, v1.0.0], tags_semver: '>=1'")), of(image("tags: 'v*', tags_semver: '>=1'")),
        of(image("tags: [v1, pr-2], tags_regex: '^pr-'")), of(image("older_than: 4000d")),
        of(image("name: 'a*', all: [{name: '[ab]c*'}]")), of(image("name: 'a[b]', all: [{name: '*b'}]")),
        of(service("status: failed, ttl: expired, labels: {janitor-ttl: '3*'}")),
        of(service("status: failed, ttl: expired, labels: {janitor-ttl: 3d, janitor-expires: 2026-12-01}")),
        of(service("status: failed, older_than: 9d")),
        of(service("status: [serving, degraded], not: {status: failed}, older_than: 9d, name: 'pr-*'")),
        of(revision("not: {status: retired}", "")), of(image("location: us")),
        SCOPE + of(image("older_than: 9d"))[11:],
        "protect: {tags: ['v*']}\n" + of(image("tags: ['v1*', main]"))[11:],
        "protect: {tags: ['v1*']}\n" + of(image("tags: ['v*']"))[11:],
        "protect: {names: [web]}\n" + of(revision("name: 'web-*'", ""))[11:],
        "protect: {names: ['a*', b]}\n" + of(service("status: failed, any: [{name: a}, {name: c}]"))[11:],
        of(service("status: failed, labels: {janitor: '*'}")),
        "protect: {names: [b]}\n" + of(service("status: failed, any: [{labels: {janitor: keep}}, {name: c}]"))[11:],
        of(service("status: failed, labels: {goog-terraform-provisioned: 'true'}")),
        of(image("repository: [gcf-artifacts, web]")), of(image("repository: '*gcr.io'")),
        of(image("repository: gcf-artifacts", "a", ", managed: true")),
        of(image("older_than: 9d", "a", ", keep: {tagged: '*'}")),
        of(image("repository: x", "a", ", keep: {tagged: 'v*'}"), image("tags: 'v1*'", "b")),
        of(image("not: {older_than: 10d}", "a", ", keep: {newer_than: 9d}")),
        of(image("tags: ['v*']", "a", ", keep: {latest: 2, per: {semver: minor}}")),
        of(image("tags: [latest, v1.0.0]", "a", ", keep: {latest: 2, per: {semver: minor}}")),
        of(revision("status: retired", ", keep: {rollback: 1000, latest: 1000}")),
        of(service("status: failed, name: '[W]eb'")),
        "protect: {names: ['*-Prod']}\n" + of("{name: a, kind: artifact.package, when: {older_than: 9d, name: '@X/y'}}")[11:],
    ],
)  # fmt: skip
def test_says_nothing_where_something_may_be_left(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text if text.startswith("version") else f"version: 1\n{text}") == []
