"""`defaults`: what policies inherit, what is their own, and where mistakes in it are told."""

from datetime import timedelta
from pathlib import Path

import pytest

from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import LocationIs
from janitor.policy.conditions.size import LargerThan
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import Tagged
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Policy, Retention
from tests.policy.test_document_mistakes import told

WEEK = OlderThan(timedelta(days=7))


def read(defaults: str, *policies: str) -> tuple[Policy, ...]:
    """The policies of a file with these defaults."""
    listed = "".join(f"- {each}\n" for each in policies)
    text = f"version: 1\ndefaults: {defaults}\npolicies:\n{listed}"
    return parse_policies(text.encode(), "f", lambda _: b"").policies


def told_of(tmp_path: Path, defaults: str, *policies: str) -> list[str]:
    """The mistakes of a file with these defaults in line 2, and policies from line 4 on."""
    listed = "".join(f"- {each}\n" for each in policies)
    return told(tmp_path, f"version: 1\ndefaults: {defaults}\npolicies:\n{listed}")


IMAGES = "{name: a, kind: artifact.image, when: {tagged: false}}"
SERVICES = "{name: s, kind: run.service, when: {status: failed}}"


def test_a_policy_says_what_it_inherits_beside_its_own() -> None:
    (service,) = read("{when: {older_than: 7d, location: us-central1}}", SERVICES)
    assert set(service.when.parts) == {WEEK, LocationIs(("us-central1",)), StatusIs(("failed",))}  # type: ignore[arg-type]


def test_a_policys_own_key_wins_as_a_whole() -> None:
    own = "{name: a, kind: artifact.image, when: {older_than: 30d, labels: {env: dev}}, keep: {latest: 1}}"
    (policy,) = read("{when: {older_than: 7d, labels: {team: ml}}, keep: {latest: 9, newer_than: 1d}}", own)
    assert set(map(repr, policy.when.parts)) == {
        repr(OlderThan(timedelta(days=30))),
        repr(LabelsAre({"env": "dev"})),
    }
    assert policy.keep == Retention(latest=1, newer_than=timedelta(days=1))


def test_a_kind_does_not_inherit_what_it_does_not_have() -> None:
    large = "{name: a, kind: artifact.image, when: {larger_than: 1GB}}"
    defaults = "{when: {tagged: true, older_than: 7d}, keep: {latest: 2, tagged: v1}}"
    service, image = read(defaults, SERVICES, large)
    assert set(service.when.parts) == {WEEK, StatusIs(("failed",))}  # type: ignore[arg-type]
    assert service.keep is None
    assert set(image.when.parts) == {WEEK, Tagged(True), LargerThan(10**9)}
    assert image.keep == Retention(latest=2, tagged=("v1",))


def test_all_wait_as_long_as_defaults_say_but_one_that_says_itself() -> None:
    own = "{name: b, kind: artifact.image, when: {tagged: true}, grace: 2d}"
    inherited, said = read("{grace: 7d}", IMAGES, own)
    assert (inherited.grace, said.grace) == (timedelta(days=7), timedelta(days=2))
    assert read("{grace: 7d}", "{name: a, kind: run.revision, keep: {latest: 3}}")[0].grace == timedelta(
        days=7
    )


def test_lifetimes_and_what_is_gone_back_to_are_inherited() -> None:
    revisions = "{name: r, kind: run.revision, when: {status: retired}}"
    service, revision = read("{when: {ttl: expired}, keep: {rollback: 2}}", SERVICES, revisions)
    assert TtlExpired() in service.when.parts
    assert TtlExpired() in revision.when.parts
    assert (service.keep, revision.keep) == (None, Retention(rollback=2))


def test_an_inherited_lifetime_is_read_by_the_labels_that_the_file_names() -> None:
    text = (
        f"version: 1\nttl: {{label: lives}}\ndefaults: {{when: {{ttl: expired}}}}\npolicies:\n- {SERVICES}\n"
    )
    (policy,) = parse_policies(text.encode(), "f", lambda _: b"").policies
    assert TtlExpired("lives") in policy.when.parts


def test_a_policy_with_keep_alone_inherits_a_when() -> None:
    (policy,) = read("{when: {older_than: 7d}}", "{name: a, kind: artifact.image, keep: {latest: 3}}")
    assert policy.when.parts == (WEEK,)


def test_a_policy_that_says_nothing_itself_inherits_nothing_and_is_refused(tmp_path: Path) -> None:
    lines = told_of(
        tmp_path, "{when: {older_than: 7d}, keep: {latest: 3}}", "{name: b, kind: artifact.image}", IMAGES
    )
    assert len(lines) == 1
    assert lines[0].startswith("4:3: when is missing")
    lines = told_of(tmp_path, "{when: {older_than: 7d}}", "{name: a, kind: run.service}")
    assert lines[0].startswith("4:3: when is missing")


def test_what_is_about_tags_is_not_inherited_by_who_speaks_of_the_untagged() -> None:
    other = "{name: b, kind: artifact.image, when: {larger_than: 1GB}}"
    untagged, all_ = read("{when: {tags: 'pr-*'}, keep: {latest: 3, tagged: v1}}", IMAGES, other)
    assert untagged.when.parts == (Tagged(False),)
    assert untagged.keep == Retention(latest=3)
    assert all_.keep == Retention(latest=3, tagged=("v1",))


def test_defaults_without_anything_change_nothing() -> None:
    assert read("{}", IMAGES, SERVICES) == read("{when: {}, keep: {}}", IMAGES, SERVICES)


MISTAKES = {
    "{when: {older: 7d}}": "2:19: unknown key 'older': write `older_than: 30d`",
    "{when: {older_than: 7}}": "2:31: older_than: '7' is not a duration",
    "{when: {name: web}}": "2:19: unknown key 'name': allowed here",
    "{when: {repository: web}}": "2:19: unknown key 'repository'",
    "{when: {status: serving}}": "2:19: unknown key 'status'",
    "{when: {not: {tagged: true}}}": "2:19: unknown key 'not'",
    "{when: {any: [{tagged: true}]}}": "2:19: unknown key 'any'",
    "{managed: true}": "2:12: unknown key 'managed'",
    "{grace: 7}": "2:19: grace: '7' is not a duration",
    "{when: {ttl: 72h}}": "2:24: ttl: '72h' is not known",
    "{when: {unused: 1}}": "2:27: unused: only `unused: true` can be said",
    "{keep: {per: {semver: minor}}}": "2:19: unknown key 'per'",
    "{keep: {latest: 0}}": "2:27: latest: '0' must be a whole number",
    "{when: [a]}": "2:18: when: this must be a mapping, such as {older_than: 72h}",
    "[a]": "2:11: defaults: this must be a mapping, such as {when: {older_than: 72h}}",
    "{when: {expr: resource.nam == 'a'}}": "2:25: expr, character 10: resource has no 'nam'",
}


@pytest.mark.parametrize("defaults", MISTAKES)
def test_a_mistake_in_defaults_is_told_where_it_stands(tmp_path: Path, defaults: str) -> None:
    lines = told_of(tmp_path, defaults, IMAGES)
    assert len(lines) == 1, lines
    assert lines[0].startswith(MISTAKES[defaults]), lines


def test_a_default_that_no_policy_can_inherit_is_refused(tmp_path: Path) -> None:
    assert told_of(
        tmp_path, "{when: {tags: v1, unused: true}, keep: {latest: 3, rollback: 1}}", SERVICES
    ) == [
        "2:25: no policy of this file is of a kind with tags in when: remove it",
        "2:37: no policy of this file is of a kind with unused in when: remove it",
        "2:59: no policy of this file is of a kind with latest in keep: remove it",
        "2:72: no policy of this file is of a kind with rollback in keep: remove it",
    ]


def test_what_policies_make_of_a_default_wrongly_is_told_once(tmp_path: Path) -> None:
    lines = told_of(tmp_path, "{when: {older_than: soon}}", IMAGES, SERVICES)
    assert len(lines) == 1
