"""What a person writes, and what a person is told."""

from datetime import UTC, datetime, timedelta

import pytest

from janitor.emulator import WorldError, digest
from janitor.emulator.world import parse
from tests.emulator.asking import REGION, WEB, WORLD

SERVICE = "projects:\n  p:\n    run:\n      us-central1:\n        services:\n          s:\n"
REPOSITORY = "projects:\n  p:\n    artifact_registry:\n      us:\n        repositories:\n          r:\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "world:1: the world is empty"),
        ("projects: [\n", "world:2: not YAML"),
        ("project: {}\n", "world:1: the world: unknown key 'project'; did you mean projects?"),
        (
            SERVICE + "            imag: x\n",
            "world:7: projects.p.run.us-central1.services.s: unknown key 'imag'",
        ),
        (SERVICE + "            labels: {}\n", "`image` is missing"),
        (SERVICE + "            image: x\n            image: y\n", "world:8: .*twice"),
        (SERVICE + "            image: x\n            updated: 26 hours\n", "world:8: .*must be a time"),
        (
            SERVICE + "            image: x\n            updated: 999999999d ago\n",
            "world:8: .*must be a time",
        ),
        (SERVICE + "            image: x\n            created: 2026-01-01T00:00:00\n", "must be a time"),
        (SERVICE + "            image: x\n            min_instances: many\n", "must be a whole number"),
        (
            SERVICE + "            image: x\n            state: failed\n            reason: NO_IDEA\n",
            "no reason",
        ),
        (SERVICE + "            image: x\n            traffic: [{revision: q}]\n", "no revision 'q'"),
        (SERVICE + "            image: x\n            containers: [{image: y}]\n", "exclude each other"),
        (REPOSITORY + "            format: TAPE\n", "world:7: .*must be one of DOCKER"),
        (REPOSITORY + "            format: NPM\n            images: []\n", "only a DOCKER repository"),
        (REPOSITORY + "            size: big\n", "must be a size"),
        (REPOSITORY + "            immutable_tags: yes\n", "must be true or false"),
        (REPOSITORY + "            images: [{digest: a}]\n", "`package` is missing"),
        (REPOSITORY + "            images: [{package: a, digest: d}, {package: a, digest: d}]\n", "twice"),
        (
            REPOSITORY + "            images: [{package: a, tags: [t]}, {package: a, tags: [t]}]\n",
            "stands on another image already",
        ),
        (
            "projects:\n  p:\n    locations: [us-east1]\n    run: {us-west1: {}}\n",
            "world:4: .*'us-west1' is used here but not in the project's list",
        ),
    ],
)
def test_says_which_line_is_wrong_and_why(text: str, said: str) -> None:
    with pytest.raises(WorldError, match=said) as wrong:
        parse(text)
    assert str(wrong.value).startswith("world:")


def test_the_same_words_make_the_same_ids_and_etags() -> None:
    one, other = parse(WORLD)[0], parse(WORLD)[0]
    assert one.run["services"][WEB].uid == other.run["services"][WEB].uid
    assert one.run["services"][WEB].etag == other.run["services"][WEB].etag
    assert one.run["services"][WEB].etag.startswith('"')


@pytest.mark.parametrize(
    ("written", "age"),
    [
        ("26h ago", timedelta(hours=26)),
        ("1d12h ago", timedelta(hours=36)),
        ("in 2h", timedelta(hours=-2)),
        ("now", timedelta()),
    ],
)
def test_times_are_ages_from_the_start(written: str, age: timedelta) -> None:
    world, _ = parse(SERVICE + f"            image: x\n            created: {written}\n")
    created = world.run["services"]["projects/p/locations/us-central1/services/s"].create_time
    assert created.ToDatetime(UTC) == world.now - age


def test_a_time_can_be_unset_or_absolute() -> None:
    world, _ = parse(
        SERVICE
        + "            image: x\n            created: unset\n            updated: 1970-01-01T00:00:00Z\n"
    )
    service = world.run["services"]["projects/p/locations/us-central1/services/s"]
    assert not service.HasField("create_time")
    assert service.update_time.ToDatetime(UTC) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_project_has_the_locations_that_it_uses_and_a_few_real_ones() -> None:
    world, _ = parse(SERVICE.replace("us-central1", "me-west1") + "            image: x\n")
    assert "me-west1" in world.projects["p"].locations
    assert len(world.projects["p"].locations) > 1


def test_resources_are_written_without_a_digit_of_a_digest() -> None:
    world, _ = parse(WORLD)
    (pool,) = world.run["worker_pools"].values()
    held = pool.template.containers[0].image.rpartition("@")[2]
    assert (("app", held)) in world.repositories[f"{REGION}/repositories/apps"].images


def test_no_resources_message_where_no_limit_is_written() -> None:
    world, _ = parse(SERVICE + "            image: x\n")
    assert not _container(world).HasField("resources")
    world, _ = parse(SERVICE + "            image: x\n            memory: 1Gi\n            cpu_idle: false\n")
    assert dict(_container(world).resources.limits) == {"memory": "1Gi"}
    assert not _container(world).resources.cpu_idle


def _container(world):  # type: ignore[no-untyped-def]
    return world.run["services"]["projects/p/locations/us-central1/services/s"].template.containers[0]


REMOTE = """\
projects:
  p:
    artifact_registry:
      us:
        repositories:
          cache: {mode: remote, upstream: {common: projects/p/locations/us/repositories/r}}
          address: {mode: remote, upstream: {custom: "https://us-docker.pkg.dev/p/r"}}
          npm: {mode: remote, format: NPM, upstream: {custom: "https://us-npm.pkg.dev/p/r"}}
"""


def test_a_remote_repository_has_an_upstream_of_ours() -> None:
    world, _ = parse(REMOTE)
    found = {name.rpartition("/")[2]: each.message for name, each in world.repositories.items()}
    of = {name: message.remote_repository_config for name, message in found.items()}
    assert of["cache"].common_repository.uri == "projects/p/locations/us/repositories/r"
    assert of["address"].docker_repository.custom_repository.uri == "https://us-docker.pkg.dev/p/r"
    assert of["npm"].npm_repository.custom_repository.uri == "https://us-npm.pkg.dev/p/r"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("upstream: {common: x}", "only a repository of mode `remote` has it"),
        ("mode: remote, upstream: {common: x, custom: y}", "needs exactly one of common, custom"),
        ("mode: remote, upstream: {}", "needs exactly one of common, custom"),
        ("mode: remote, format: GO, upstream: {custom: x}", "has no `custom` upstream"),
    ],
)
def test_an_upstream_that_cannot_be_is_refused(keys: str, said: str) -> None:
    with pytest.raises(WorldError, match=said):
        parse(REMOTE + f"          wrong: {{{keys}}}\n")


def test_an_artifact_has_several_subjects_also_in_another_package() -> None:
    world, _ = parse(
        REPOSITORY + "            images:\n"
        "              - {package: app, digest: one}\n"
        "              - {package: app, digest: two}\n"
        "              - {package: other, digest: three}\n"
        "              - {package: app, digest: both, artifact_type: t, subject: [one, two, other@three]}\n"
    )
    (repository,) = world.repositories.values()
    both = repository.version_name(("app", digest("both")))
    assert {attached.oci_version_name for attached in repository.attachments.values()} == {both}
    for package, label in (("app", "one"), ("app", "two"), ("other", "three")):
        assert repository.referrers((package, digest(label))) == [both]
