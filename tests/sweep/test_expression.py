"""A whole sweep with expressions: what they hold for goes, what they cannot be asked of stays and is said."""

import json

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import RUN, image, version, world

LABELS = ", labels: {team: ml}"
RULES = """\
version: 1
scope: {projects: [p]}
policies:
  - name: services
    kind: run.service
    when: {status: failed, expr: "resource.labels.team == 'ml' && age > duration('24h')"}
  - name: images
    kind: artifact.image
    when: {expr: "resource.size_bytes > 1000000 && !('keep' in resource.tags) && resource.labels.team == 'ml'"}
"""
SERVICES = (
    "{ml: {image: nginx, updated: 3d ago, state: failed, labels: {team: ml}},"
    " web: {image: nginx, updated: 3d ago, state: failed, labels: {team: web}},"
    " young: {image: nginx, updated: 1h ago, state: failed, labels: {team: ml}},"
    " bare: {image: nginx, updated: 3d ago, state: failed}, bald: {image: nginx, updated: 3d ago, state: failed}}"
)


def test_what_an_expression_holds_for_goes_and_nothing_else(place: Placing) -> None:
    here = place(world(image("a", "x"), image("b", "keep"), services=SERVICES, repository=LABELS))
    swept = here.sweep("--apply", policies=RULES)
    assert [name.rpartition("/")[2] for name in swept.names[:1]] == ["ml"]
    assert swept.names[1:] == [version("a")]
    assert swept.kept("artifact.image") == {"not-matched": 1}
    assert version("b") in here.google.world.names("versions")


def test_what_an_expression_cannot_be_asked_of_stays_and_is_said_once(place: Placing) -> None:
    here = place(world(services=SERVICES))
    swept = here.sweep("--apply", policies=RULES)
    assert swept.kept("run.service") == {"expr-failed": 2, "not-matched": 2}
    told = [notice for notice in swept.document["notices"] if "its expr" in notice]
    assert told == [
        "policy services: its expr failed for 2 resources, which are kept (expr-failed); "
        "the first cause: there is no 'team': ask first, with has(…) or `in`"
    ]
    logged = [
        line for line in map(json.loads, swept.err.splitlines()) if line["message"] == "expression.failed"
    ]
    assert [(line["severity"], line["text"]) for line in logged] == [("WARNING", told[0])]


WHO = """\
version: 1
scope: {projects: [p]}
policies:
  - name: by-hand
    kind: run.service
    when: {status: failed, older_than: 24h, not: {managed_by: [terraform, config-connector]}}
  - {name: branches, kind: artifact.image, when: {tags_regex: '^(pr|mr)-[0-9]+$'}}
  - {name: majors, kind: artifact.image, when: {tags_semver: '<2'}}
"""


def test_what_terraform_or_config_connector_manages_stays(place: Placing) -> None:
    services = (
        "{hand: {image: nginx, updated: 3d ago, state: failed},"
        " tf: {image: nginx, updated: 3d ago, state: failed, labels: {goog-terraform-provisioned: 'true'}},"
        " cnrm: {image: nginx, updated: 3d ago, state: failed, labels: {managed-by-cnrm: 'true'}}}"
    )
    here = place(world(services=services))
    swept = here.sweep("--apply", policies=WHO)
    assert [name.rpartition("/")[2] for name in swept.names] == ["hand"]
    assert swept.kept("run.service") == {"not-matched": 2}


def test_what_the_console_deployed_goes_and_what_has_no_client_stays(place: Placing) -> None:
    services = (
        "{console: {image: nginx, updated: 3d ago, state: failed, client: cloud-console},"
        " tf: {image: nginx, updated: 3d ago, state: failed, client: terraform},"
        " unset: {image: nginx, updated: 3d ago, state: failed}}"
    )
    here = place(world(services=services))
    when = "{status: failed, older_than: 24h, client: [cloud-console, gcloud]}"
    swept = here.sweep(
        "--apply",
        policies=f"version: 1\nscope: {{projects: [p]}}\npolicies: [{{name: by-hand, kind: run.service, when: {when}}}]",
    )
    assert swept.names == [f"{RUN}/services/console"]
    assert swept.kept("run.service") == {"not-matched": 2}


def test_an_image_with_one_tag_outside_of_a_pattern_stays(place: Placing) -> None:
    here = place(
        world(
            image("a", "pr-1"), image("b", "pr-2", "live"), image("c", "1.4.0"), image("d", "v2.0.0"),
            image("e", "1.0.0", "stable"), image("f"),
        )
    )  # fmt: skip
    swept = here.sweep("--apply", policies=WHO)
    assert sorted(swept.names) == sorted([version("a"), version("c")])
    assert swept.kept("artifact.image") == {"other-tags": 3, "not-matched": 1}


def test_a_pattern_on_labels_is_asked_of_every_kind(place: Placing) -> None:
    """Of what lies in a repository its labels count; what has no such label stays."""
    kinds = {
        "run.service": "status: failed, ", "run.job": "", "run.worker_pool": "", "artifact.image": "",
        "artifact.package": "", "artifact.repository": "",
    }  # fmt: skip
    told = "labels: {team: ml-7}, annotations: {note: made by hand}"
    said = {True: f", {told}", False: ""}
    made = {labelled: f"updated: 9d ago, image: nginx{said[labelled]}" for labelled in (True, False)}
    here = place(
        world(
            image("a"),
            services=f"{{yes: {{{made[True]}, state: failed}}, no: {{{made[False]}, state: failed}}}}",
            jobs=f"{{yes: {{{made[True]}}}, no: {{{made[False]}}}}}",
            pools=f"{{yes: {{{made[True]}, instances: 0}}, no: {{{made[False]}, instances: 0}}}}",
            repository=", labels: {team: ml-7}",
        )
    )
    for kind, when in kinds.items():
        for pattern, goes in (("^ml-[0-9]$", 1), ("^ml$", 0)):
            rules = (
                "version: 1\nscope: {projects: [p]}\nlimits: {max_share: 100%}\n"
                f"policies: [{{name: a, kind: {kind}, when: {{{when}labels_regex: {{team: '{pattern}'}}}}}}]\n"
            )
            swept = here.sweep("--dry-run", policies=rules)
            assert len(swept.names) == goes, (kind, pattern)
            assert not [name for name in swept.names if name.endswith("/no")]
    noted = (
        "version: 1\nscope: {projects: [p]}\n"
        "policies: [{name: a, kind: run.job, when: {annotations_regex: {note: 'hand$'}}}]\n"
    )
    assert here.sweep("--dry-run", policies=noted).names == [f"{RUN}/jobs/yes"]
