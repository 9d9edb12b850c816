"""Deployment previews: one revision for each pull request, with a traffic tag and no traffic (R50).

The tags are removed in one sweep. Cloud Run then retires the revisions, which a later sweep deletes by their own
policy, together with the images that nothing uses any more.
"""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.stepping import Days, said
from tests.sweep.sweeping import RUN, Place, image, world

WEB = f"{RUN}/services/web"
PREVIEWS = """\
{created: 300d ago, updated: 1d ago, image: us-central1-docker.pkg.dev/p/r/app@prod,
 revisions: [
  {name: web-00009, created: 1d ago},
  {name: web-00003, created: 90d ago, image: us-central1-docker.pkg.dev/p/r/app@pr3},
  {name: web-00002, created: 120d ago, image: us-central1-docker.pkg.dev/p/r/app@pr2},
  {name: web-00001, created: 150d ago, state: retired, retired: 140d ago,
   image: us-central1-docker.pkg.dev/p/r/app@pr1}],
 traffic: [
  {revision: web-00009, percent: 100},
  {revision: web-00003, percent: 0, tag: pr-3},
  {revision: web-00002, percent: 0, tag: pr-2}]}"""
WORLD = world(
    image("prod", "prod", age="1d ago"),
    image("pr3", "pr-3", age="90d ago"),
    image("pr2", "pr-2", age="120d ago"),
    image("pr1", "pr-1", age="150d ago"),
    services=f"{{web: {PREVIEWS}}}",
)
POLICIES = """\
version: 1
scope: {projects: [p]}
policies:
  - name: preview-tags
    kind: run.tag
    when: {service: web, tag: "pr-*", older_than: 7d}
  - name: old-previews
    kind: run.revision
    when: {service: web, older_than: 7d}
  - name: their-images
    kind: artifact.image
    when: {repository: r, tags: ["pr-*"], older_than: 7d}
"""
ONLY_TAGS = POLICIES.partition("  - name: old-previews")[0]


def shorts(names: list[str]) -> list[str]:
    return [name.rpartition("/")[2].partition(":")[0] for name in names]


def updates(here: Place) -> int:
    return len([call for call in here.changes if call[0] == "UpdateService"])


def test_the_tags_go_in_one_sweep_and_the_revisions_with_their_images_in_a_later_one(
    place: Placing, days: Days
) -> None:
    here = place(WORLD)
    first = here.sweep("--apply", policies=POLICIES)
    assert first.code == 0, first.err
    assert {action["outcome"] for action in first.actions} == {"deleted"}
    kinds = [action["kind"] for action in first.actions]
    assert kinds == ["run.revision", "run.tag", "run.tag", "artifact.image"]
    assert shorts(first.names)[:3] == ["web-00001", "pr-2", "pr-3"]
    assert first.kept("run.revision") == {"has-traffic": 3}
    assert first.kept("artifact.image") == {"in-use": 3}
    assert updates(here) == 1
    days.pass_by(days=8)
    second = here.sweep("--apply", policies=POLICIES)
    assert second.code == 0, second.err
    assert [(action["kind"], action["reason"]) for action in second.actions] == [
        ("run.revision", "older-than"), ("run.revision", "older-than"),
        ("artifact.image", "older-than"), ("artifact.image", "older-than"),
    ]  # fmt: skip
    assert all(action["after"] for action in second.actions if action["kind"] == "artifact.image")
    assert {action["outcome"] for action in second.actions} == {"deleted"}
    assert here.google.world.names("revisions") == [f"{WEB}/revisions/web-00009"]
    assert updates(here) == 1


def test_the_traffic_that_serves_is_sent_back_as_it_was(place: Placing) -> None:
    here = place(WORLD)
    here.sweep("--apply", policies=ONLY_TAGS)
    (entry,) = here.google.world.run["services"][WEB].traffic
    assert (entry.revision, entry.percent, entry.tag) == ("web-00009", 100, "")


def test_a_dry_run_names_each_tag_and_saves_nothing(place: Placing) -> None:
    here = place(WORLD)
    swept = here.sweep("--dry-run", policies=ONLY_TAGS)
    assert swept.names == [f"{WEB}/tags/pr-2", f"{WEB}/tags/pr-3"]
    assert [action["estimate"]["usd_month"] for action in swept.actions] == ["0", "0"]
    assert swept.document["totals"]["examined"] == {"run.tag": 2}
    assert here.changes == []


def test_a_tag_that_gets_traffic_meanwhile_is_drifted_and_the_other_is_removed(place: Placing) -> None:
    here = place(WORLD)

    def share(google: object) -> None:
        service = here.google.world.run["services"][WEB]
        for entries in (service.traffic, service.traffic_statuses):
            entries[0].percent, entries[1].percent = 90, 10

    here.google.control.before("GetService", 1, share)
    swept = here.sweep("--apply", policies=ONLY_TAGS)
    assert (swept.code, swept.outcomes) == (6, {"pr-2": "deleted", "pr-3": "drifted"})
    assert [entry.tag for entry in here.google.world.run["services"][WEB].traffic] == ["", "pr-3"]


def test_the_tags_of_a_service_that_is_protected_after_the_plan_are_kept(place: Placing) -> None:
    here = place(WORLD)

    def protect(google: object) -> None:
        here.google.world.run["services"][WEB].labels["janitor"] = "keep"

    here.google.control.before("GetService", 1, protect)
    swept = here.sweep("--apply", policies=ONLY_TAGS)
    assert (swept.code, swept.outcomes) == (6, {"pr-2": "drifted", "pr-3": "drifted"})
    assert updates(here) == 0


def test_a_service_that_is_deployed_between_the_last_look_and_the_update_is_left_alone(
    place: Placing,
) -> None:
    here = place(WORLD)
    here.google.control.before("UpdateService", 1, lambda google: google.touch(WEB))
    swept = here.sweep("--apply", policies=ONLY_TAGS)
    assert (swept.code, swept.outcomes) == (6, {"pr-2": "drifted", "pr-3": "drifted"})
    assert len(here.google.world.run["services"][WEB].traffic) == 3


@pytest.mark.parametrize("held", ["tags/pr-3", "revisions/web-00003"])
def test_a_tag_that_is_opted_out_or_whose_revision_is_is_kept(place: Placing, held: str) -> None:
    here = place(WORLD)
    code, _, err = said("keep", f"{WEB}/{held}")
    assert code == 0, err
    swept = here.sweep("--apply", policies=ONLY_TAGS)
    assert (shorts(swept.names), swept.kept("run.tag")) == (["pr-2"], {"opted-out": 1})


def test_the_ledger_confirms_a_tag_that_is_gone_and_sees_one_that_is_back(place: Placing, days: Days) -> None:
    here = place(WORLD)
    here.sweep("--apply", policies=ONLY_TAGS)
    here.google.control.now(lambda google: google.set_traffic_tag(f"{WEB}/revisions/web-00002", "pr-2"))
    days.pass_by(hours=2)
    here.sweep("--dry-run", policies=ONLY_TAGS)
    here.sweep("--apply", policies=ONLY_TAGS)
    rows = here.ledger(
        "select name, there from sightings join intents on intents.id = intent_id where kind = 'run.tag' order by name"
    )
    assert [(str(name).rpartition("/")[2], there) for name, there in rows] == [("pr-2", 1), ("pr-3", 0)]


@pytest.mark.parametrize("name", [f"{WEB}/tags/pr-3", "web/pr-3", "pr-3"])
def test_explain_says_why_a_tag_is_deleted_by_its_whole_name_and_by_its_short_one(
    place: Placing, name: str
) -> None:
    here = place(WORLD)
    (here.folder / "policies.yaml").write_text(ONLY_TAGS)
    code, out, err = said("explain", name)
    assert code == 0, err
    assert f"{WEB}/tags/pr-3" in out
    assert "preview-tags" in out


def test_explain_says_why_a_tag_is_kept(place: Placing) -> None:
    here = place(
        WORLD.replace("percent: 0, tag: pr-3", "percent: 5, tag: pr-3").replace("percent: 100", "percent: 95")
    )
    (here.folder / "policies.yaml").write_text(ONLY_TAGS)
    code, out, err = said("explain", "web/pr-3")
    assert code == 0, err
    assert "has-traffic" in out
    assert "0 percent" in out
