"""After a workload that was not deleted as planned, images are compared with what is referenced now (R45)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from janitor.apply.outcomes import OutcomeKind as O
from janitor.apply.ports import UnendedError
from janitor.kinds.service import Service
from janitor.kinds.traffic_tag import labels_state
from janitor.model.kinds import Kind
from janitor.plan.plan import Action
from janitor.policy.deciding.images import IMAGE_RANK
from tests.apply.fakes import (
    REFUSED,
    FakeGoogle,
    FakeRecorder,
    action,
    cleared,
    executor,
    images,
    of_image,
    of_service,
    services,
)
from tests.making import job, revision, service, uri, with_tags, workloads

WEB, OLD = service("web", images=(uri("a"),)), revision("web", "web-1", images=(uri("a"),))
API = service("api", images=(uri("a"),))
DEPLOYED = (O.DRIFTED, 1)
UNNAMED = (O.DELETED, 1)
NOT_ASKED = (O.DELETED, 0)


async def image_after(google: FakeGoogle, *first: Action) -> tuple[O, int]:
    """What becomes of image a, which is deleted after these, and how often all workloads were read for it."""
    [image] = images(google, of_image("a", rank=(9, IMAGE_RANK)))
    applied = await executor(google, FakeRecorder()).run(cleared(*first, image))
    return applied.outcomes[-1].kind, len(google.sent("workloads"))


@pytest.mark.parametrize("change", ["nothing", "etag", "refusal", "absence"])
async def test_references_are_read_again_unless_each_workload_was_deleted_as_planned(change: str) -> None:
    google = FakeGoogle(now_running=workloads(job("j", uri("a"))))
    [web] = services(google, "web")
    if change == "etag":
        google.services[web.name] = replace(google.services[web.name], etag='"new"')
    if change == "refusal":
        google.fails = {web.name: [REFUSED]}
    if change == "absence":
        google.services.clear()
    assert await image_after(google, web) == (NOT_ASKED if change == "nothing" else DEPLOYED)


async def test_a_workload_that_drifted_keeps_the_images_that_it_names() -> None:
    now = replace(WEB, etag='"new"')
    google = FakeGoogle(services={str(WEB.name): now}, now_running=workloads(now))
    assert await image_after(google, of_service(WEB)) == DEPLOYED


async def test_an_image_that_drifted_says_nothing_of_workloads() -> None:
    google = FakeGoogle(now_running=workloads(job("j", uri("a"))))
    [other] = images(google, of_image("b"))
    google.tags[other.name].add("v2")
    assert await image_after(google, other) == NOT_ASKED


@pytest.mark.parametrize(
    ("listed", "becomes"),
    [
        ((WEB, OLD), UNNAMED),
        ((replace(WEB, uid="another"),), DEPLOYED),
        ((WEB, API), DEPLOYED),
        ((API, replace(OLD, name=replace(OLD.name, path=(*API.name.path, "revisions", "api-1")))), DEPLOYED),
    ],
    ids=["it and its revision", "another of its name", "another service", "what another holds"],
)
async def test_a_list_that_still_shows_a_service_that_is_gone_names_none_of_its_images(
    listed: Sequence[Service], becomes: tuple[O, int]
) -> None:
    google = FakeGoogle(now_running=workloads(*listed))
    assert await image_after(google, of_service(WEB)) == becomes


@pytest.mark.parametrize(("uid", "becomes"), [(OLD.uid, UNNAMED), ("another", DEPLOYED)])
async def test_a_list_that_still_shows_a_revision_that_is_gone_names_none_of_its_images(
    uid: str, becomes: tuple[O, int]
) -> None:
    held = service("web", latest_created_revision="web-9")
    google = FakeGoogle(services={str(held.name): held}, now_running=workloads(held, replace(OLD, uid=uid)))
    gone = action(Kind.REVISION, str(OLD.name), uid=OLD.uid, etag=OLD.etag)
    assert await image_after(google, gone) == becomes


async def test_references_are_read_again_where_a_part_of_a_batch_is_left_open() -> None:
    tagged = with_tags(service("web"), {"pr-1": "web-1", "pr-2": "web-2"})
    name = str(tagged.name)
    google = FakeGoogle(services={name: tagged}, now_running=workloads(job("j", uri("a"))))
    google.fails = {name: [UnendedError("it did not end")]}
    google.before = lambda _: google.services.update({name: with_tags(service("web"), {"pr-2": "web-2"})})
    tags = [
        action(
            Kind.TRAFFIC_TAG, f"{name}/tags/pr-{n}", uid=tagged.uid, etag=f"web-{n}", content=labels_state(tagged)
        )
        for n in (1, 2)
    ]  # fmt: skip
    assert await image_after(google, *tags) == DEPLOYED
