"""Opting out over whole sweeps: what somebody keeps stays, whichever policy speaks of it."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.stepping import FAILED, IMAGES, SERVICES, WEB, WEEK, Days, applied, listed, said
from tests.sweep.sweeping import REPOSITORY, RUN, image, uri, version, world

APP = f"{REPOSITORY}/r/packages/app"


def test_opting_out_keeps_it_and_ends_its_mark(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    assert [row["name"] for row in listed()["marks"]] == [WEB]
    assert said("keep", "web")[:2] == (0, f"opted out permanently: {WEB}\n")
    assert (listed()["marks"], [row["name"] for row in listed()["opted_out"]]) == ([], [WEB])
    days.pass_by(days=400)
    swept = here.sweep("--apply", policies=WEEK)
    assert (swept.actions, swept.kept("run.service")) == ([], {"opted-out": 1})


def test_an_opt_out_for_some_time_ends_and_grace_begins_anew(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    assert said("keep", "web", "--for", "30d")[0] == 0
    days.pass_by(days=29)
    assert applied(here) == []
    assert listed()["marks"] == []
    days.pass_by(days=2)
    assert applied(here) == []
    days.pass_by(days=8)
    assert applied(here) == [WEB]


def test_an_opt_out_that_is_taken_back_lets_grace_begin_anew(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    days.pass_by(days=8)
    assert said("keep", "web")[0] == 0
    assert said("keep", "web", "--end")[:2] == (0, f"opt-out ended: {WEB}\n")
    assert applied(here) == []
    days.pass_by(days=8)
    assert applied(here) == [WEB]


def test_an_opt_out_holds_against_a_policy_without_grace(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert said("keep", WEB)[0] == 0
    assert applied(here, SERVICES.replace("grace: GRACE, ", "")) == []


def test_opting_out_of_a_repository_keeps_its_images_and_of_a_child_keeps_that(
    place: Placing, days: Days
) -> None:
    here = place(world(image("multi", "v1", children="[amd64]"), image("amd64"), image("b")))
    at_once = IMAGES.replace("grace: GRACE, ", "")
    assert said("keep", f"{RUN}/repositories/r", "--for", "1h")[0] == 0
    assert applied(here, at_once) == []
    days.pass_by(hours=2)
    assert said("keep", version("amd64"))[0] == 0
    assert applied(here, at_once) == [version("multi"), version("b")]
    assert here.sweep("--dry-run", policies=at_once).kept("artifact.image") == {"opted-out": 1}


SHOP = "{shop: {updated: 90d ago, image: docker.io/library/shop}}"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("shop", f"{RUN}/services/shop"),
        ("app:v1", version("a")),
        (f"{uri(':v1')}", version("a")),
        ("r/app", APP),
    ],
)
def test_a_name_that_the_ledger_does_not_know_is_read(place: Placing, text: str, whole: str) -> None:
    here = place(world(image("a", "v1"), image("b"), services=SHOP))
    (here.folder / "policies.yaml").write_text(WEEK, encoding="utf-8")
    assert said("keep", text)[:2] == (0, f"opted out permanently: {whole}\n")
    assert [row["name"] for row in listed()["opted_out"]] == [whole]


def test_a_name_of_several_that_are_read_is_refused_with_all_of_them(place: Placing) -> None:
    two = "{projects: {p: {locations: [us-central1, europe-west1], run: {us-central1: {services: %s}, europe-west1: {services: %s}}}}}"
    here = place(two % (SHOP, SHOP))
    (here.folder / "policies.yaml").write_text(WEEK, encoding="utf-8")
    code, out, err = said("keep", "shop")
    assert (code, out) == (2, "")
    for location in ("us-central1", "europe-west1"):
        assert f"projects/p/locations/{location}/services/shop" in err
    assert listed()["opted_out"] == []
