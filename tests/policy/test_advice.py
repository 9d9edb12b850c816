"""What `janitor validate` warns of: legal, and yet wrong; each with its place and the way out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from janitor.policy.warnings import warnings
from janitor.store.policy_file import load_policies, load_with_warnings

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TOP = Path(__file__).parents[2]


def told(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "policies.yaml"
    path.write_text(text)
    return [line.removeprefix(f"{path}:") for line in load_with_warnings(path, NOW)[1]]


def of(*policies: str) -> str:
    """Policies that stand in line 3 and on."""
    return "version: 1\npolicies:\n" + "".join(f"- {policy}\n" for policy in policies)


def image(when: str, name: str = "a", more: str = "") -> str:
    more += ", deletes: true" if "keep:" in more else ""
    return f"{{name: {name}, kind: artifact.image, when: {{{when}}}{more}}}"


def service(when: str, name: str = "a") -> str:
    return f"{{name: {name}, kind: run.service, when: {{{when}}}}}"


def revision(when: str, more: str) -> str:
    return f"{{name: a, kind: run.revision, when: {{{when}}}{more}}}"


NEVER = {
    image("older_than: 30d, not: {older_than: 10d}"): "`older_than` and not `older_than` exclude each other",
    image("name: app, all: [{name: api}]"): "3:42: warning: a can never match, because two `name` exclude each other: remove one of them",
    image("name: [app, api], not: {name: 'a*'}"): "`name` and not `name` exclude each other",
    image("repository: web, all: [{repository: [api, tools]}]"): "two `repository` exclude",
    image("tagged: true, all: [{tagged: false}]"): "3:42: warning: a can never match, because two `tagged`",
    image("tags: v1, not: {tagged: true}"): "`tagged` and `tags` exclude each other: remove one of them",
    image("tagged: false, any: [{tags: v1}, {tagged: true, older_than: 1d}]"): "`tagged` and `tags`",
    image("larger_than: 2GB, not: {larger_than: 2GB}"): "`larger_than` and not `larger_than`",
    service("labels: {env: dev}, all: [{labels: {env: test}}]"): "two `labels` exclude each other",
    service("labels: {env: dev, team: a}, not: {labels: {env: 'd*'}}"): "`labels` and not `labels`",
    service("status: failed, not: {status: [failed, serving]}"): "`status` and not `status`",
    service("older_than: 40w, not: {any: [{older_than: 1d}, {name: x}]}"): "`older_than` and not `older_than`",
    service("older_than: 3000d"): "nothing on Cloud Run is that old: it started in April 2019",
    "{name: a, kind: run.revision, when: {service: web, all: [{service: api}]}}": "two `service` exclude",
}  # fmt: skip


@pytest.mark.parametrize("policy", NEVER)
def test_warns_of_a_policy_that_can_never_match(tmp_path: Path, policy: str) -> None:
    lines = told(tmp_path, of(policy))
    assert len(lines) == 1, lines
    assert NEVER[policy] in lines[0]


@pytest.mark.parametrize(
    "policy",
    [
        image("older_than: 10d, not: {older_than: 30d}"), image("name: 'a*', not: {name: app}"),
        image("name: 'a*', all: [{name: '*b'}]"), image("name: app, any: [{name: api}, {older_than: 3d}]"),
        image("tags: ['v*'], all: [{tags: [v1, v2]}]"), service("status: failed, labels: {env: dev}, not: {labels: {team: a}}"),
        service("status: failed, older_than: 300w"), image("older_than: 3000d"),
        service("status: failed, labels: {env: 'd*'}, all: [{labels: {env: '*v'}}]"), image("tags: 'pr-*', not: {tags: pr-1}"),
        image("expr: 'age > now - now', older_than: 2d"),
    ],
)  # fmt: skip
def test_says_nothing_of_a_policy_that_may_match(tmp_path: Path, policy: str) -> None:
    assert told(tmp_path, of(policy)) == []


SHADOWED = [
    (image("older_than: 30d"), image("older_than: 60d, repository: web", "b")),
    (image("older_than: 30d, unused: true"), image("older_than: 31d", "b")),
    (image("any: [{tagged: false}, {older_than: 9d}]"), image("tagged: false, name: x", "b")),
    (image("name: 'a*'"), image("any: [{name: app}, {name: api, older_than: 1d}]", "b")),
    (image("name: 'a*'"), image("name: 'ab*'", "b")),
    (image("older_than: 30d", "a", ", grace: 7d"), image("older_than: 60d", "b")),
    (image("tags_semver: '<2'"), image("tags_semver: '>=1 <1.5', older_than: 1d", "b")),
    (image("name: ['a*', b]"), image("name: [app, b]", "b")),
    (image("tagged: true"), image("tags: 'pr-*', older_than: 1d", "b")),
    (image("not: {older_than: 30d}"), image("not: {older_than: 10d}", "b")),
    (
        service("status: [failed, serving], older_than: 1d, name: '*-x'"),
        service("status: failed, older_than: 2d, name: a-x", "b"),
    ),
    (service("status: failed, labels: {env: '*'}"), service("status: failed, labels: {env: dev, a: b}", "b")),
]


@pytest.mark.parametrize("pair", SHADOWED)
def test_warns_of_a_policy_that_one_above_shadows(tmp_path: Path, pair: tuple[str, str]) -> None:
    lines = told(tmp_path, of(*pair))
    assert len(lines) == 1, lines
    assert lines[0].startswith("4:4: warning: b deletes nothing that a above does not delete: move it before")
    assert (
        told(tmp_path, of(*(each.replace("name: b, kind", "name: z, kind") for each in reversed(pair)))) == []
    )


@pytest.mark.parametrize(
    "pair",
    [
        (image("older_than: 60d"), image("older_than: 30d", "b")),
        (image("older_than: 30d"), image("older_than: 60d", "b", ", keep: {latest: 3}")),
        (image("older_than: 30d"), image("older_than: 60d, artifact_type: 'x*'", "b")),
        (image("older_than: 30d"), image("repository: gcf-artifacts, older_than: 60d", "b", ", managed: true")),
        (image("older_than: 30d"), service("status: failed, older_than: 60d", "b")),
        (service("older_than: 1d, not: {status: degraded}"), service("status: serving, older_than: 2d, name: 'pr-*'", "b")),
        (image("name: 'a*'"), image("name: '*b'", "b")),
        (image("tags_semver: '<2'"), image("tags_semver: '<=2'", "b")),
        ("{name: a, kind: artifact.repository, when: {unused: true}}",
         "{name: b, kind: artifact.repository, when: {name: old, unused: true}}"),
        ("{name: a, kind: artifact.package, when: {older_than: 9d, repository: '*'}}",
         "{name: b, kind: artifact.package, when: {older_than: 9d, repository: web, name: old}}"),
    ],
)  # fmt: skip
def test_says_nothing_where_the_later_policy_may_add_something(tmp_path: Path, pair: tuple[str, str]) -> None:
    assert told(tmp_path, of(*pair)) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("protect: {names: ['*-prod']}\n" + of(service("status: failed, name: [a-prod, '*-prod']"))[11:],
         "protect.names keeps everything that matches its `name`"),
        ("protect: {labels: {env: prod}}\n" + of(service("status: failed, labels: {env: prod}"))[11:],
         "protect.labels keeps everything with its label env"),
        ("protect: {tags: ['v*']}\n" + of(image("tags: [v1, v2]"))[11:], "protect.tags keeps everything that matches its `tags`"),
        ("protect: {names: ['*']}\n" + of(image("tags: [v1, v2]"))[11:], "so nothing is ever deleted"),
        ("scope: {locations: [us]}\n" + of(image("location: 'europe-*'"))[11:], "no location of scope.locations is in"),
        ("scope: {projects: [p, q], also_read: [q]}\n" + of(image("tags: v1"))[11:], "nothing is deleted from q"),
        ("limits: {max_deletions: 0}\n" + of(image("tags: v1"))[11:], "2:10: warning: 0 refuses every plan"),
        ("limits: {max_share: 0%}\n" + of(image("tags: v1"))[11:], "2:10: warning: 0% refuses every plan"),
        ("limits: {max_monthly_value: 0 USD}\n" + of(image("tags: v1"))[11:], "0 USD refuses every plan"),
        (of(image("tags: 'pr-1'", "a", ", keep: {tagged: 'v*'}"))[11:], "keep.tagged has no effect:"),
        (of(image("older_than: 9d", "a", ", keep: {newer_than: 7d}"))[11:], "keep.newer_than has no effect:"),
        (of(revision("status: retired", ", keep: {latest: 1001}"))[11:], "Google stores at most 1,000 revisions"),
    ],
)  # fmt: skip
def test_warns_of_what_can_do_nothing(tmp_path: Path, text: str, line: str) -> None:
    lines = told(tmp_path, f"version: 1\n{text}")
    assert len(lines) == 1, lines
    assert line in lines[0]


@pytest.mark.parametrize("name", ["policies.yaml", "janitor/demo/policies.yaml"])
def test_has_nothing_to_say_of_what_ships(name: str) -> None:
    assert warnings((TOP / name).read_bytes(), name, load_policies(TOP / name), NOW) == ()


@pytest.mark.parametrize("when", ["name: 'pr-*', older_than: 7d", "labels: {env: preview}", "ttl: expired"])
def test_a_policy_of_services_without_a_status_is_told_that_live_ones_stay(tmp_path: Path, when: str) -> None:
    (line,) = told(tmp_path, of(f"{{name: previews, kind: run.service, when: {{{when}}}}}"))
    assert "previews deletes failed services only" in line
    assert "write `status: [serving, degraded]` to delete live services, or `status: failed`" in line


@pytest.mark.parametrize(
    "policy",
    [
        "{name: a, kind: run.service, when: {status: failed, older_than: 7d}}",
        "{name: a, kind: run.service, when: {status: [serving, degraded], name: 'pr-*', older_than: 7d}}",
        "{name: a, kind: run.service, when: {name: 'pr-*'}, deletes: false}",
        "{name: a, kind: run.job, when: {name: 'pr-*', older_than: 7d}}",
    ],
)
def test_a_policy_that_chose_a_status_or_deletes_no_service_is_not(tmp_path: Path, policy: str) -> None:
    assert told(tmp_path, of(policy)) == []
