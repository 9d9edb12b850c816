"""Looking again at a package, a version or a tag, just before its delete (R2, R21)."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from janitor.apply.checks import exists
from janitor.apply.recheck import FreshReferences, Recheck, Subjects
from janitor.kinds.package import package_fingerprint
from janitor.kinds.version import state_of
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Package, Version
from janitor.plan.plan import Action
from janitor.policy.deciding.references import usage
from tests.apply.fakes import FakeGoogle, action, unasked
from tests.making import NOW, REPOSITORY, digest, job, repository, uri, workloads

OTHER = RepositoryName("p", "us-central1", "s")
SEEN = {each: repository(each) for each in (REPOSITORY, OTHER)}
UNSEEN = RepositoryName("q", "us-central1", "zz")
J = "projects/p/locations/us-central1/jobs/j"
NAME = f"{REPOSITORY}/packages/team%2Fapi"
TAG = f"{NAME}/tags/v1"
HELD = (Version(digest("a"), ("v1",), 1.0, 2.0, None), Version(digest("b"), (), 1.0, 2.0, None))
BARE = HELD[1]


@dataclass
class Shelf(FakeGoogle):
    """A Google that has packages, versions and tags, by their names."""

    shelved: dict[str, Package | Version | str] = field(default_factory=dict)

    async def package(self, name: str) -> Package | None:
        return self.shelved.get(name)  # type: ignore[return-value]

    async def version(self, name: str) -> Version | None:
        return self.shelved.get(name)  # type: ignore[return-value]

    async def tag_version(self, name: str) -> str | None:
        return self.shelved.get(name) or await super().tag_version(name)  # type: ignore[return-value]


def package(*versions: Version) -> Package:
    return Package(NAME, "team/api", None, None, versions)


def whole() -> Action:
    content = package_fingerprint((version.id, version.tags) for version in HELD)
    return action(Kind.PACKAGE, NAME, content=content)


async def why(google: FakeGoogle, of: Action) -> str | None:
    """What is said of it now, with references of six minutes; None: it may go."""
    named = usage(Workloads(), {}, (), SEEN).remaining
    references = FreshReferences(
        google, named, NOW, (), SEEN, lambda: NOW + timedelta(minutes=6), unasked(google)
    )
    outcome = await Recheck(google, references, Subjects(google, lambda: NOW)).still(of)
    return (outcome.error or outcome.kind.value) if outcome else None


async def test_a_package_that_holds_anything_else_is_drifted() -> None:
    google = Shelf(shelved={NAME: package(*reversed(HELD))})
    assert await why(google, whole()) is None
    for changed in (HELD[:1], (*HELD, BARE._replace(id="c")), (HELD[0], BARE._replace(tags=("new",)))):
        google.shelved = {NAME: package(*changed)}
        assert await why(google, whole()) == "its content changed since the plan"
    assert await why(Shelf(), whole()) == "already-gone"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (uri("a", "team/api"), f"{J} now names an image of it"),
        (uri("gone", "team/api"), f"{J} now names an image of it"),
        (uri(":v9", "team/api"), f"{J} now names an image of it"),
        (uri("b", "team/api", UNSEEN), f"{J} now names an image of it"),
        (uri(":v1", "team/api", UNSEEN), f"{J} now names an image of it"),
        (uri("gone", "team/api", UNSEEN), None),
        (uri(":v9", "team/api", UNSEEN), f"{J} now names an image of it"),
        (uri(":v9", "team", UNSEEN), None),
        (uri("a", "team"), None),
        (uri("a", "team/api", OTHER), None),
    ],
)
async def test_a_package_stays_for_a_new_name_of_anything_in_it(reference: str, said: str | None) -> None:
    google = Shelf(shelved={NAME: package(*HELD)}, now_running=workloads(job("j", reference)))
    assert await why(google, whole()) == said


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (uri(":v1", "team/api"), f"{J} now names team/api:v1"),
        (uri(":v1", "team/api", UNSEEN), f"{J} now names team/api:v1"),
        (uri(":v2", "team/api"), None),
        (uri("a", "team/api"), None),
        (uri(":v1", "team"), None),
        (uri(":v1", "team/api", OTHER), None),
    ],
)
async def test_a_tag_stays_for_a_new_name_of_it_and_for_no_other(reference: str, said: str | None) -> None:
    google = Shelf(shelved={TAG: digest("a")}, now_running=workloads(job("j", reference)))
    assert await why(google, action(Kind.TAG, TAG, content=digest("a"))) == said


async def test_a_tag_that_points_elsewhere_is_drifted() -> None:
    gone = action(Kind.TAG, TAG, content=digest("a"))
    assert await why(Shelf(shelved={TAG: digest("b")}), gone) == f"it now points at {digest('b')}"
    assert await why(Shelf(), gone) == "already-gone"


@pytest.mark.parametrize("kind", [Kind.PACKAGE, Kind.TAG])
async def test_while_workloads_cannot_be_read_neither_goes(kind: Kind) -> None:
    gap = Gap("p", "us-central1", Kind.SERVICE, "PERMISSION_DENIED: no")
    google = Shelf(shelved={NAME: package(*HELD), TAG: digest("a")}, now_running=Workloads(gaps=(gap,)))
    of = whole() if kind is Kind.PACKAGE else action(kind, TAG, content=digest("a"))
    assert await why(google, of) == "workloads could not be read again: PERMISSION_DENIED: no"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"tags": ("prod", "new")}, "it now has the tag new, prod"),
        ({"update_time": 3.0}, "it was updated since the plan"),
        ({"create_time": None}, "it was updated since the plan"),
    ],
)
async def test_a_version_that_changed_or_was_tagged_is_drifted(change: dict, said: str | None) -> None:  # type: ignore[type-arg]
    name = f"{NAME}/versions/1.2"
    planned = action(Kind.VERSION, name, content=state_of(BARE))
    assert await why(Shelf(shelved={name: BARE._replace(**change)}), planned) == said
    assert await why(Shelf(), planned) == "already-gone"


@pytest.mark.parametrize(("kind", "held"), [(Kind.PACKAGE, package()), (Kind.VERSION, BARE), (Kind.TAG, "x")])
async def test_whether_each_is_there_can_be_asked(kind: Kind, held: Package | Version | str) -> None:
    google = Shelf(shelved={NAME: held})
    assert await exists(google, kind, NAME)
    assert not await exists(google, kind, f"{NAME}x")
