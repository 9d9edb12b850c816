"""Labels that say how long, end to end: what expired goes, what cannot be read stays and is told everywhere."""

import json

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import RUN, image, uri, version, world

TTL = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: failed, kind: run.service, when: {status: failed, ttl: expired}}
  - {name: previews, kind: run.service, when: {status: serving, labels: {env: preview}, ttl: expired, older_than: 24h}}
  - {name: images, kind: artifact.image, when: {ttl: expired}}
"""


def services(**labels: str) -> str:
    """A failed service a name, deployed four days ago, with these labels."""
    made = [
        f"{name}: {{updated: 4d ago, state: failed, labels: {{{said}}}, image: nginx}}"
        for name, said in labels.items()
    ]
    return "{" + ", ".join(made) + "}"


def test_what_says_that_its_time_is_over_goes_and_what_says_nothing_stays(place: Placing) -> None:
    made = services(
        over="janitor-ttl: 72h", not_yet="janitor-ttl: 5d", dated='janitor-expires: "2001-01-01"', silent="a: b",
        held="janitor-ttl: 72h, janitor: keep",
    ).replace("not_yet", "not-yet")  # fmt: skip
    here = place(world(services=made))
    swept = here.sweep("--apply", policies=TTL)
    assert swept.names == [f"{RUN}/services/dated", f"{RUN}/services/over"]
    assert swept.kept("run.service") == {"not-matched": 2, "protected": 1}
    assert [each["reason"] for each in swept.actions] == ["failed", "failed"]


def test_a_label_that_cannot_be_read_keeps_and_is_told_in_every_output_and_in_the_log(place: Placing) -> None:
    made = services(typo='janitor-ttl: "3days"', over="janitor-ttl: 72h")
    here = place(world(image("a"), services=made, repository=', labels: {janitor-expires: "1-12-2026"}'))
    swept = here.sweep("--apply", policies=TTL)
    assert swept.names == [f"{RUN}/services/over"]
    assert swept.kept("run.service") == {"ttl-unreadable": 1}
    assert swept.kept("artifact.image") == {"ttl-unreadable": 1}
    told = [notice for notice in swept.document["notices"] if "ttl-unreadable" in notice]
    assert [f"{RUN}/services/typo" in told[1], f"{RUN}/repositories/r" in told[0]] == [True, True]
    events = [json.loads(line) for line in swept.err.splitlines() if "label.unreadable" in line]
    assert [each["text"] for each in events] == told
    table = " ".join(here.sweep("--dry-run", policies=TTL, fmt="table").out.split())
    assert "the label janitor-ttl says '3days'" in table


def test_images_go_by_the_label_of_their_repository_but_not_what_is_in_use(place: Placing) -> None:
    serving = f'{{web: {{updated: 40d ago, image: "{uri("@a")}"}}}}'
    made = [image("a"), image("b"), image("young", age="1d ago")]
    here = place(world(*made, services=serving, repository=", labels: {janitor-ttl: 7d}"))
    swept = here.sweep("--apply", policies=TTL)
    assert swept.names == [version("b")]
    assert swept.actions[0]["reason"] == "ttl"
    assert swept.kept("artifact.image") == {"in-use": 1, "not-matched": 1}


def test_a_serving_service_goes_by_its_label_only_where_the_policy_says_serving_an_age_and_whom(
    place: Placing,
) -> None:
    """R15: the label alone takes no live service, though it expired long ago."""
    made = f"""{{pr-1: {{updated: 4d ago, labels: {{env: preview, janitor-ttl: 72h}}, image: "{uri("@a")}"}},
      pr-2: {{updated: 4d ago, labels: {{env: preview, janitor-ttl: 9d}}, image: "{uri("@a")}"}},
      web: {{updated: 4d ago, labels: {{janitor-ttl: 72h}}, image: "{uri("@a")}"}}}}"""
    here = place(world(image("a"), services=made))
    swept = here.sweep("--apply", "--limit", "max_share=100%", policies=TTL)
    assert swept.names == [f"{RUN}/services/pr-1"]
    assert swept.kept("run.service") == {"serving": 2}
    by_label_alone = TTL.replace(
        "status: serving, labels: {env: preview}, ttl: expired, older_than: 24h", "ttl: expired"
    )
    assert here.sweep("--dry-run", policies=by_label_alone).names == []


def test_the_labels_are_those_that_the_file_names(place: Placing) -> None:
    rules = TTL.replace("policies:", "ttl: {label: delete-after, expires_label: delete-on}\npolicies:")
    made = services(a="delete-after: 72h", b="janitor-ttl: 72h", c='delete-on: "2001-01-01"')
    swept = place(world(services=made)).sweep("--apply", policies=rules)
    assert swept.names == [f"{RUN}/services/{name}" for name in "ac"]


def test_without_a_policy_that_asks_no_label_deletes_and_none_is_told_of(place: Placing) -> None:
    rules = "version: 1\nscope: {projects: [p]}\npolicies: [{name: a, kind: run.service, when: {older_than: 90d}}]\n"
    swept = place(world(services=services(a="janitor-ttl: 1h", b="janitor-ttl: soon"))).sweep(
        "--apply", policies=rules
    )
    assert swept.names == []
    assert not [notice for notice in swept.document["notices"] if "label" in notice]
