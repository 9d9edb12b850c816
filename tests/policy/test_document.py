"""From the policy file's text to values."""

from datetime import timedelta
from decimal import Decimal

import pytest

from janitor.model.kinds import Kind, Status
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All, AnyOf, Not
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import LocationIs, NameIs, RepositoryIs, ServiceIs
from janitor.policy.conditions.size import LargerThan
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import Tagged, TagsMatch
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.conditions.use import Unused
from janitor.policy.file.document import parse_policies
from janitor.policy.file.grammar import Document
from janitor.policy.model import Limits, PerSemver, PerTag, Policies, Policy, Protect, Retention, Scope

FAILED = "policies: [{name: a, kind: run.service, when: {status: failed}}]\n"


def parse(text: str, **files: str) -> Policies:
    """The policies of a text; `files` are its reference files."""
    return parse_policies(text.encode(), "f", lambda name: files[name].encode())


def one(policy: str) -> Policy:
    """The only policy of a file."""
    return parse(f"version: 1\npolicies:\n  - {policy}").policies[0]


def test_what_is_not_said_has_its_default() -> None:
    found = parse("version: 1\n" + FAILED)
    assert (found.scope, found.mode, found.protect, found.limits) == (
        Scope(),
        "dry-run",
        Protect({}),
        Limits(),
    )
    assert found.policies == (Policy("a", Kind.SERVICE, All((StatusIs((Status.FAILED,)),))),)


def test_reads_scope_mode_protection_and_limits() -> None:
    found = parse(
        "version: 1\nmode: apply\n"
        'scope: {projects: [p-1, "example.com:proj"], locations: [us, europe-west1, us], also_read: [q]}\n'
        'protect: {labels: {janitor: keep, hold: ""}, names: "*-prod", tags: ["v*", stable]}\n'
        "limits: {max_deletions: 0, max_share: 12.5%, max_monthly_value: 1234.50 USD, max_duration: 90m}\n"
        + FAILED
    )
    assert found.mode == "apply"
    assert found.scope == Scope(("p-1", "example.com:proj"), ("us", "europe-west1"), ("q",))
    assert found.protect == Protect({"janitor": "keep", "hold": ""}, ("*-prod",), ("v*", "stable"))
    assert found.limits == Limits(0, Decimal("0.125"), Decimal("1234.50"), max_duration=timedelta(minutes=90))


def test_a_limit_that_is_not_said_keeps_its_default_beside_one_that_is() -> None:
    assert parse("version: 1\nlimits: {max_share: 80%}\n" + FAILED).limits == Limits(max_share=Decimal("0.8"))


def test_all_locations_is_the_same_as_none_named() -> None:
    assert parse("version: 1\nscope: {locations: all}\n" + FAILED).scope == Scope()


def test_reads_every_key_of_an_image_policy() -> None:
    found = one(
        "{name: a, kind: artifact.image, managed: true, keep: {latest: 3, tagged: v1, newer_than: 2w}, when: "
        "{name: [app, 'x/*'], location: us, repository: r, labels: {a: b}, tagged: true, tags: 'pr-*', "
        "artifact_type: 'app*', older_than: 90m, larger_than: 2GiB, unused: true}}"
    )
    assert (found.kind, found.managed) == (Kind.IMAGE, True)
    assert found.keep == Retention(3, ("v1",), timedelta(weeks=2))
    parts = [part for part in found.when.parts if not isinstance(part, LabelsAre)]
    assert set(parts) == {
        NameIs(("app", "x/*")), LocationIs(("us",)), RepositoryIs(("r",)), Tagged(True), TagsMatch(("pr-*",)),
        ArtifactTypeIs(("app*",)), OlderThan(timedelta(minutes=90)), LargerThan(2**31), Unused(),
    }  # fmt: skip
    assert [part.asked for part in found.when.parts if isinstance(part, LabelsAre)] == [{"a": "b"}]


def test_reads_a_revision_policy_and_a_repository_policy() -> None:
    revision = one(
        "{name: a, kind: run.revision, when: {service: s, status: [retired, failed]}, keep: {latest: 5}}"
    )
    assert set(revision.when.parts) == {ServiceIs(("s",)), StatusIs((Status.RETIRED, Status.FAILED))}
    assert revision.keep == Retention(5)
    repository = one("{name: a, kind: artifact.repository, when: {name: r, unused: true, larger_than: 1kB}}")
    assert set(repository.when.parts) == {NameIs(("r",)), Unused(), LargerThan(1000)}


def test_reads_within_which_groups_the_latest_count() -> None:
    by_tag = one("{name: a, kind: artifact.image, keep: {latest: 2, per: {tag: '^(main|dev)-'}}}")
    assert by_tag.keep == Retention(2, per=PerTag("^(main|dev)-"))
    by_version = one("{name: a, kind: artifact.image, keep: {latest: 3, per: {semver: minor, latest: 2}}}")
    assert by_version.keep == Retention(3, per=PerSemver("minor"), latest_groups=2)


def test_reads_how_many_revisions_one_may_go_back_to() -> None:
    assert one("{name: a, kind: run.revision, keep: {rollback: 3}}").keep == Retention(rollback=3)


def test_reads_which_labels_say_how_long() -> None:
    policy = "policies: [{name: a, kind: run.service, when: {any: [{ttl: expired}]}}]\n"
    usual = parse("version: 1\n" + policy).policies[0]
    assert usual.when == All((AnyOf((All((TtlExpired("janitor-ttl", "janitor-expires"),)),)),))
    named = parse("version: 1\nttl: {label: ttl, expires_label: until}\n" + policy).policies[0]
    assert named.when == All((AnyOf((All((TtlExpired("ttl", "until"),)),)),))


def test_any_all_and_not_nest() -> None:
    found = one(
        "{name: a, kind: artifact.image, when: {any: [{name: x}, {all: [{name: y}, {tagged: false}]}], "
        "not: {not: {name: z}}}}"
    )
    x, y, z = (All((NameIs((name,)),)) for name in "xyz")
    assert found.when == All((AnyOf((x, All((All((y, All((Tagged(False),)))),)))), Not(All((Not(z),)))))


def test_keep_alone_speaks_of_all_but_those() -> None:
    assert one("{name: a, kind: artifact.image, keep: {latest: 3}}").when == All(())
    assert one("{name: a, kind: run.revision, keep: {latest: 3}, when: {}}").when == All(())


def test_what_is_serving_goes_where_policy_says_so_with_age_and_selector() -> None:
    found = one(
        "{name: a, kind: run.service, when: {status: [serving, degraded], older_than: 1d, labels: {env: preview}}}"
    )
    assert StatusIs((Status.SERVING, Status.DEGRADED)) in found.when.parts


@pytest.mark.parametrize("glob", ["[abc]", "[]]", "[!]]", "[a-]", "(*", "a]", "*" * 512, "]"])
def test_any_text_is_a_glob(glob: str) -> None:
    found = one(f"{{name: a, kind: run.service, when: {{name: '{glob}'}}}}")
    assert found.when.parts == (NameIs((glob,)),)


def test_policies_keep_the_order_of_the_file() -> None:
    names = [f"p{n}" for n in range(50)]
    listed = "".join(f"- {{name: {n}, kind: run.service, when: {{status: failed}}}}\n" for n in names)
    assert [policy.name for policy in parse(f"version: 1\npolicies:\n{listed}").policies] == names


def test_the_digest_is_of_the_bytes_of_the_file_and_of_its_reference_files() -> None:
    text = "version: 1\nprotect: {references: [a, b]}\n" + FAILED
    found = parse(text, a="x/one\n", b="x/two\n")
    assert found.digest.startswith("sha256:")
    assert len(found.digest) == 71
    assert found.digest == parse(text, a="x/one\n", b="x/two\n").digest
    others = [
        parse(text + "# a comment\n", a="x/one\n", b="x/two\n"),
        parse(text, a="x/one\n", b="x/two\n\n"),
        parse(text, a="x/one\nx/two\n", b="x/two\n"),
        parse(text, a="x/two\n", b="x/one\n"),
    ]
    assert len({found.digest, *(other.digest for other in others)}) == 5


def test_references_are_read_from_their_files_without_comments() -> None:
    found = parse(
        "version: 1\nprotect: {references: [gke, vms]}\n" + FAILED,
        gke="\ufeff# the shop\n\nus-docker.pkg.dev/p/r/app:1\r\n  nginx  \n",
        vms=f"gcr.io/p/app@sha256:{'a' * 64}\nnginx\n",
    )
    assert found.protect.reference_files == ("gke", "vms")
    assert found.protect.references == (
        "us-docker.pkg.dev/p/r/app:1", "nginx", f"gcr.io/p/app@sha256:{'a' * 64}", "nginx"
    )  # fmt: skip


def test_a_json_schema_can_be_made_of_the_grammar() -> None:
    schema = Document.model_json_schema()
    assert schema["additionalProperties"] is False
    assert sorted(schema["required"]) == ["policies", "version"]
