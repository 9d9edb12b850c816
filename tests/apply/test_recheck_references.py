"""Who names an image or a repository now, and did not at the plan (R2, R21)."""

from datetime import timedelta

import pytest

from janitor.apply.recheck import FreshReferences, Recheck, Subjects
from janitor.kinds.image import contents_fingerprint
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.plan.plan import Action
from janitor.policy.deciding.images import INDEX_RANK
from janitor.policy.deciding.references import usage
from tests.apply.fakes import FakeGoogle, action, images, of_image, recheck, unasked
from tests.making import NOW, REPOSITORY, contents, image, job, repository, uri, workloads

OTHER = RepositoryName("p", "us-central1", "s")
SEEN = {each: repository(each) for each in (REPOSITORY, OTHER)}
J = "projects/p/locations/us-central1/jobs/j"


async def why(
    google: FakeGoogle, of: Action, planned: Workloads | None = None, extra: str = ""
) -> str | None:
    """What is said of it now, with references of six minutes; None: it may go."""
    named = usage(planned or Workloads(), {}, (), SEEN).remaining
    references = FreshReferences(
        google,
        named,
        NOW,
        (extra,) if extra else (),
        SEEN,
        lambda: NOW + timedelta(minutes=6),
        unasked(google),
    )
    outcome = await Recheck(google, references, Subjects(google, lambda: NOW)).still(of)
    return outcome.error if outcome else None


def named_by_a_job(*references: str) -> FakeGoogle:
    return FakeGoogle(now_running=workloads(job("j", *references)))


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (uri("a"), f"{J} now names it or one of its family"),
        (uri(":v1"), f"{J} now names app:v1"),
        (uri(":gone"), f"{J} now names app:gone"),
        (uri("b"), None),
        (uri("a", package="other"), None),
        (uri(":v1", package="other"), None),
        (uri("a", repository=OTHER), None),
        (uri(":v1", repository=OTHER), None),
        (uri("a", repository=RepositoryName("q", "us-central1", "r")), f"{J} now names it or one of its family"),
    ],
)  # fmt: skip
async def test_an_image_stays_for_a_new_name_of_it_and_for_no_other(reference: str, said: str | None) -> None:
    google = named_by_a_job(reference)
    [a] = images(google, of_image("a", "v1"))
    assert await why(google, a) == said


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (uri("b"), f"{J} now names it or one of its family"),
        (uri("b", package="other"), None),
        (uri("b", repository=OTHER), None),
    ],
)
async def test_an_index_stays_for_any_new_name_in_its_package_of_its_repository(
    reference: str, said: str | None
) -> None:
    google = named_by_a_job(reference)
    [index] = images(google, of_image("i", rank=(1, INDEX_RANK)))
    assert await why(google, index) == said


async def test_what_was_named_at_the_plan_is_no_news_but_one_more_is() -> None:
    google = named_by_a_job(uri("b"), uri("c"), uri(":old"))
    [index] = images(google, of_image("i", rank=(1, INDEX_RANK)))
    assert await why(google, index, google.now_running) is None
    before = workloads(job("j", uri("b"), uri(":old")))
    assert await why(google, index, before) == f"{J} now names it or one of its family"
    assert await why(google, index, workloads(job("j", uri("b"), uri("c")))) == f"{J} now names app:old"
    elsewhere = workloads(job("j", *(uri(each, package="other") for each in ("b", "c"))))
    assert await why(google, index, elsewhere) == f"{J} now names app:old"


async def test_an_image_that_took_over_a_named_tag_stays() -> None:
    """The tag was named at the plan already, and stood on another image then."""
    google = named_by_a_job(uri(":v1"), uri(":v2"))
    [a] = images(google, of_image("a", "v0", "v1", "v2"))
    assert await why(google, a, google.now_running) == f"{J} names its tag v1"


async def test_references_from_files_hold_when_all_is_read_again() -> None:
    google = FakeGoogle()
    [a] = images(google, of_image("a"))
    assert await why(google, a, extra=uri("a")) == "protect.references now names it or one of its family"


async def test_only_what_names_a_registry_of_the_sweep_and_cannot_be_read_is_a_gap() -> None:
    google = named_by_a_job("us-central1-docker.pkg.dev/elsewhere/r/App")
    [a] = images(google, of_image("a"))
    assert await why(google, a) is None
    google.now_running = workloads(job("j", "us-central1-docker.pkg.dev/p/r/App"))
    assert (await why(google, a) or "").startswith("workloads could not be read again: ")


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (uri("a"), f"{J} now names an image of it"),
        (uri("gone"), f"{J} now names an image of it"),
        (uri("a", repository=OTHER), None),
        ("docker.io/library/nginx", None),
    ],
)
async def test_a_repository_stays_for_a_new_name_of_anything_in_it(reference: str, said: str | None) -> None:
    google, held = named_by_a_job(reference), contents(image("a"), image("b"))
    google.repositories = {str(REPOSITORY): (repository(), held)}
    whole = action(Kind.REPOSITORY, str(REPOSITORY), content=contents_fingerprint(held.images))
    assert await why(google, whole) == said


async def test_a_repository_stays_for_a_name_through_a_repository_that_was_not_seen() -> None:
    """R13: where an image of that name is here, in whichever package."""
    unseen = RepositoryName("q", "us-central1", "zz")
    google, held = (
        named_by_a_job(uri("b", "second", unseen)),
        contents(image("a"), image("b", package="second")),
    )
    google.repositories = {str(REPOSITORY): (repository(), held)}
    whole = action(Kind.REPOSITORY, str(REPOSITORY), content=contents_fingerprint(held.images))
    assert await why(google, whole) == f"{J} now names an image of it"


async def test_an_image_whose_tags_are_others_says_which_they_are() -> None:
    google = FakeGoogle()
    [a] = images(google, of_image("a", "v1"))
    google.tags[a.name] = set()
    assert await why(google, a) == "its tags are now none; the plan saw v1"
    google.tags[a.name] = {"v2", "v1"}
    assert await why(google, a) == "its tags are now v1, v2; the plan saw v1"


async def test_references_that_are_outdated_are_read_again_however_young_and_once() -> None:
    """R45."""
    google = named_by_a_job(uri("a"))
    a, b = images(google, of_image("a"), of_image("b"))
    check = recheck(google)
    assert await check.still(a) is None
    check.references.outdate()
    assert await check.still(a) is not None
    assert await check.still(b) is None
    assert len(google.sent("workloads")) == 1


async def test_a_workload_that_drifts_while_references_are_read_has_them_read_once_more() -> None:
    """R45: a set whose reading began before the drift answers nobody."""

    class Moving(FakeGoogle):
        async def workloads(self) -> Workloads:
            found = await super().workloads()
            if len(self.sent("workloads")) == 1:
                self.now_running = workloads(job("j", uri("a")))
                check.references.outdate()
            return found

    google = Moving()
    [a] = images(google, of_image("a"))
    check = recheck(google)
    check.references.outdate()
    assert await check.still(a) is not None
    assert len(google.sent("workloads")) == 2


async def test_no_reading_of_cloud_run_holds_what_it_cannot_use() -> None:
    """R4."""
    google = FakeGoogle(now_running=Workloads(gaps=(Gap("p", "us", Kind.JOB, "403"),)))
    npm = RepositoryName("p", "us-central1", "libs")
    places = {npm: repository(npm, format="NPM"), REPOSITORY: repository()}
    references = FreshReferences(
        google, usage(Workloads(), {}, (), {}).remaining, NOW, (), places, lambda: NOW, unasked(google)
    )
    references.outdate()
    assert await references.why_tag_used(npm, "app", "v1") == ""
    assert await references.why_package_used(npm, "app", []) == ""
    assert await references.why_tag_used(REPOSITORY, "app", "v1")
    assert await references.why_package_used(REPOSITORY, "app", [])
