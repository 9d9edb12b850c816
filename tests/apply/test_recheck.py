"""Reading again just before a delete (R21)."""

from dataclasses import replace

import pytest

from janitor.apply.outcomes import OutcomeKind as O
from janitor.apply.ports import CallError
from janitor.kinds.image import contents_fingerprint
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.plan.plan import Action
from janitor.policy.deciding.images import INDEX_RANK
from tests.apply.fakes import FakeGoogle, action, images, of_image, recheck, services
from tests.making import (
    LOCATION,
    PROJECT,
    REPOSITORY,
    contents,
    image,
    job,
    repository,
    revision,
    service,
    uri,
    workloads,
)

GAP = Gap(PROJECT, LOCATION, Kind.SERVICE, "PERMISSION_DENIED: no")


async def end(google: FakeGoogle, of: Action, age: float = 0.0, planned: Workloads | None = None) -> O | None:
    outcome = await recheck(google, planned, age).still(of)
    return outcome.kind if outcome else None


@pytest.mark.parametrize("change", [{"etag": '"new"'}, {"uid": "another"}])
async def test_a_service_that_changed_is_drifted(change: dict[str, str]) -> None:
    google = FakeGoogle()
    [web] = services(google, "web")
    assert await end(google, web) is None
    google.services[web.name] = replace(google.services[web.name], **change)  # type: ignore[arg-type]
    assert await end(google, web) is O.DRIFTED
    google.services.clear()
    assert await end(google, web) is O.ALREADY_GONE


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({}, None), ({"traffic": ("old",)}, O.DRIFTED), ({"latest_created_revision": "old"}, O.DRIFTED)],
)
async def test_a_revision_is_read_together_with_its_service(
    facts: dict[str, object], expected: O | None
) -> None:
    old, web = revision("web", "old"), service("web", **facts)  # type: ignore[arg-type]
    web = replace(web, latest_created_revision=str(facts.get("latest_created_revision", "new")))
    google = FakeGoogle(services={str(web.name): web}, revisions={str(old.name): old})
    gone = action(Kind.REVISION, str(old.name), etag=old.etag, uid=old.uid)
    assert await end(google, gone) is expected


async def test_an_image_with_a_tag_that_the_plan_lacks_is_drifted() -> None:
    google = FakeGoogle()
    [a] = images(google, of_image("a", "v1"))
    assert await end(google, a) is None
    google.tags[a.name].add("v2")
    assert await end(google, a) is O.DRIFTED
    google.tags.clear()
    assert await end(google, a) is O.ALREADY_GONE


async def test_references_of_at_most_five_minutes_are_not_read_again() -> None:
    google = FakeGoogle(now_running=workloads(job("j", uri("a"))))
    [a] = images(google, of_image("a"))
    assert await end(google, a, age=5) is None
    assert google.sent("workloads") == []


@pytest.mark.parametrize("reference", [uri("a"), uri(":v1"), uri(":new")])
async def test_an_image_that_a_workload_names_since_the_plan_is_drifted(reference: str) -> None:
    google = FakeGoogle(now_running=workloads(job("j", reference)))
    [a] = images(google, of_image("a", "v1"))
    assert await end(google, a, age=6) is O.DRIFTED
    assert len(google.sent("workloads")) == 1


async def test_another_digest_of_the_package_holds_an_index_but_no_single_image() -> None:
    google = FakeGoogle(now_running=workloads(job("j", uri("other"))))
    a, index = images(google, of_image("a"), of_image("i", rank=(1, INDEX_RANK)))
    assert await end(google, a, age=6) is None
    assert await end(google, index, age=6) is O.DRIFTED


async def test_what_was_in_use_at_the_plan_says_nothing_new() -> None:
    running = workloads(job("j", uri("other")))
    google = FakeGoogle(now_running=running)
    [index] = images(google, of_image("i", rank=(1, INDEX_RANK)))
    assert await end(google, index, age=6, planned=running) is None


async def test_a_gap_when_references_are_read_again_ends_images_drifted() -> None:
    google = FakeGoogle(now_running=Workloads(gaps=(GAP,)))
    [a] = images(google, of_image("a"))
    assert await end(google, a, age=6) is O.DRIFTED


async def test_a_reference_that_cannot_be_parsed_is_a_gap_when_references_are_read_again() -> None:
    """R2, R21."""
    google = FakeGoogle(now_running=workloads(job("j", "us-central1-docker.pkg.dev/")))
    [a] = images(google, of_image("a"))
    assert await end(google, a, age=6) is O.DRIFTED


async def test_many_images_share_one_reading_of_references() -> None:
    google = FakeGoogle()
    asked, check = images(google, *(of_image(f"i{n}") for n in range(20))), recheck(google, age=6)
    assert {await check.still(each) for each in asked} == {None}
    assert len(google.sent("workloads")) == 1
    assert len(google.sent("list_tags")) == 20


def _held(google: FakeGoogle, *labels: str) -> Action:
    found = contents(*(image(label) for label in labels))
    google.repositories = {str(REPOSITORY): (repository(), found)}
    return action(Kind.REPOSITORY, str(REPOSITORY), content=contents_fingerprint(found.images))


async def test_a_repository_whose_content_is_not_what_the_plan_saw_is_drifted() -> None:
    google = FakeGoogle()
    whole = _held(google, "a", "b")
    assert await end(google, whole) is None
    _held(google, "a", "b", "c")
    assert await end(google, whole) is O.DRIFTED
    google.repositories[str(REPOSITORY)] = (repository(), GAP)
    assert await end(google, whole) is O.DRIFTED
    google.repositories.clear()
    assert await end(google, whole) is O.ALREADY_GONE


async def test_a_repository_with_an_image_that_is_named_since_the_plan_is_drifted() -> None:
    google = FakeGoogle(now_running=workloads(job("j", uri("a"))))
    assert await end(google, _held(google, "a", "b"), age=6) is O.DRIFTED


async def test_what_cannot_be_read_again_is_drifted() -> None:
    class Down(FakeGoogle):
        async def workload(self, kind: Kind, name: str) -> None:
            raise CallError("UNAVAILABLE: no")

    google = Down()
    [web] = services(google, "web")
    assert await end(google, web) is O.DRIFTED


async def test_what_happens_while_the_references_are_read_again_is_seen() -> None:
    """The resource itself is read last (R21): a read of all workloads may take minutes."""
    google = FakeGoogle()
    [image] = images(google, of_image("a", "v1"))

    class Slow(FakeGoogle):
        async def workloads(self) -> Workloads:
            self.tags[image.name].add("v2")
            return await super().workloads()

    slow = Slow()
    images(slow, image)
    outcome = await recheck(slow, age=301).still(image)
    assert outcome is not None
    assert "v2" in str(outcome.error)
