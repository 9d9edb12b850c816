"""A sweep says the same, whatever the order in which Google's answers arrive."""

import re
from random import Random

import pytest

from janitor.emulator import digest
from janitor.emulator.trouble import Rule
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import USER, Place, image, uri

LISTINGS = ("ListDockerImages", "ListAttachments", "ListPackages", "ListVersions", "ListFiles", "ListTags")
POLICIES = """\
version: 1
scope: {projects: [p, q]}
limits: {max_deletions: 1000, max_share: 100%, max_unpriced: 1000, max_monthly_value: 1000000 USD}
policies:
  - {name: strays, kind: artifact.image, when: {orphaned: true, older_than: 90d}}
  - {name: team, kind: artifact.image, when: {expr: "resource.labels.team == 'ml'", older_than: 7d}}
  - {name: named, kind: artifact.image, when: {expr: "int(resource.name) > 0", older_than: 7d}}
  - {name: announced, kind: artifact.image, grace: 7d, when: {tags: "v*", older_than: 7d}}
  - {name: stale, kind: artifact.image, when: {tagged: false, older_than: 7d}}
  - {name: libs, kind: artifact.version, when: {older_than: 7d}, keep: {latest: 1}}
  - {name: empty, kind: artifact.repository, when: {name: "r1", unused: true}}
  - {name: nothing, kind: artifact.image, when: {repository: misspelt}}
"""
GONE = f"'{digest('gone').replace(':', '-')}.sig'"


def repositories(place: str) -> str:
    """Six docker repositories of different sizes, one of them denied below, and one of npm."""
    rows = []
    for n in range(6):
        images = [image(f"{place}{n}-{i}", *([f"v{i}"] if i % 3 == 0 else [])) for i in range(n + 1)]
        images.append(image(f"{place}{n}-sig", GONE, age="200d ago"))
        labels = ", labels: {team: web}" if n % 2 else ""
        rows.append(f"r{n}: {{created: 90d ago, size: {n + 1}GB{labels}, images: [{', '.join(images)}]}}")
    versions = ", ".join(f"{{version: {n}.0.0, created: 90d ago, size: 1MB}}" for n in range(3))
    rows.append(f"npm: {{format: NPM, created: 90d ago, packages: {{left: {{versions: [{versions}]}}}}}}")
    return f"{{{', '.join(rows)}}}"


def project(name: str) -> str:
    places = ", ".join(f"{each}: {{repositories: {repositories(name + each)}}}" for each in ("us", "eu"))
    return f"""\
  {name}:
    locations: [us-central1]
    artifact_locations: [us, eu]
    run: {{us-central1: {{instances: {USER}, services: {{web: {{image: "{uri("@x")}"}}}}}}}}
    artifact_registry: {{{places}}}
"""


WORLD = f"projects:\n{project('p')}{project('q')}"
GAPS = """\
trouble:
  - {rpc: ListDockerImages, project: p, location: us, repository: r3, permission_denied: true}
  - {rpc: ListAttachments, project: p, location: us, repository: r3, internal: true}
  - {rpc: ListFiles, project: q, location: eu, permission_denied: true}
"""
# What differs between two sweeps of one world: when they ran, and so their ids.
_TIMES = re.compile(r"20\d\d-\d\d-\d\dT[0-9:.]+(Z|\+00:00)|\d{8}T\d{6}Z-[0-9a-f]{6}")


def said(here: Place) -> str:
    return _TIMES.sub("", here.sweep("--dry-run", "--kept", policies=POLICIES).out)


def delay(here: Place, dice: Random) -> None:
    """Each listing of each repository takes its own time from now on."""
    for name in ("p", "q"):
        for repository in ("npm", *(f"r{n}" for n in range(6))):
            for rpc in LISTINGS:
                latency = dice.choice((0.0, 0.01, 0.03))
                here.google.control.rule(Rule(rpc=rpc, project=name, repository=repository, latency=latency))


@pytest.mark.parametrize(
    ("trouble", "holds"), [("", '"reason": "orphaned"'), (GAPS, '"cause": "PERMISSION_DENIED"')]
)
def test_the_order_of_answers_changes_no_byte_of_what_is_said(
    place: Placing, trouble: str, holds: str
) -> None:
    here = place(WORLD + trouble)
    once = said(here)
    assert holds in once
    assert "its expr failed for" in once
    for seed in range(2):
        here.google.control.clear_trouble()
        if trouble:
            here.google.control.trouble(trouble.partition("\n")[2])
        delay(here, Random(seed))
        assert said(here) == once
