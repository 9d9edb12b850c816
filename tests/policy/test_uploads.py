"""R37: ages of packages and repositories, and the newest uploads that the ledger remembers."""

import pytest

from janitor.kinds.package import package_since
from janitor.kinds.repository import repository_since
from janitor.model.kinds import Kind
from janitor.model.resources import Contents
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.names import NameIs
from janitor.policy.deciding.repositories import decide_repository
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.verdict import Delete
from tests.deciding import context
from tests.making import REPOSITORY, ago, contents, image, policies, policy, repository
from tests.policy.packaging import NPM, Shelf, package, version, written

OLD = "kind: artifact.package, when: {older_than: 20d}"
APP, NAME = REPOSITORY.package("app"), str(REPOSITORY)


def days(number: float) -> float:
    return ago(days=number).timestamp()


@pytest.mark.parametrize(
    ("own", "held", "remembered", "said"),
    [
        (30, (40,), None, 30),
        (30, (10, 40), None, 10),
        (30, (40,), 5, 5),
        (30, (40,), 90, 30),
        (30, (), None, 30),
        (None, (40,), 5, None),
        (30, (None, 40), 5, None),
    ],
)
def test_a_package_counts_from_itself_from_what_it_holds_and_from_what_is_remembered(
    own: float | None, held: tuple[float | None, ...], remembered: float | None, said: float | None
) -> None:
    found = package(days=own)
    times = [None if each is None else days(each) for each in held]
    since = package_since(found, times, None if remembered is None else days(remembered))
    assert since == (None if said is None else days(said))


def test_a_time_at_the_epoch_in_a_package_is_unknown() -> None:
    assert package_since(package(), [days(30), 0.0]) is None


@pytest.mark.parametrize(
    ("uploaded", "updated", "said"),
    [
        (40, 40, "delete: a, older-than"),
        (40, 10, "not-matched"),
        (10, 40, "not-matched"),
        (40, None, "delete: a, older-than"),
    ],
)
def test_a_tag_that_moves_in_a_package_starts_its_age_again(
    uploaded: float, updated: float | None, said: str
) -> None:
    moved = image("a", "v2", days=uploaded)._replace(update_time=None if updated is None else days(updated))
    asked = Shelf(written(OLD), [package(short="app")], [image("b", days=50), moved])
    assert asked.decided_packages() == {"app": said}


def test_a_version_that_was_updated_starts_the_age_of_its_package_again() -> None:
    updated = version("1.0.0")._replace(update_time=days(3))
    assert Shelf(written(OLD), [package(updated)], repo=NPM).decided_packages() == {"web": "not-matched"}


def test_a_package_whose_newest_version_an_earlier_sweep_deleted_is_as_young_as_that() -> None:
    shelf = Shelf(written(OLD), [package(version("1.0.0"))], repo=NPM)
    assert shelf.decided_packages() == {"web": "delete: a, older-than"}
    remembering = Shelf(
        written(OLD),
        [package(version("1.0.0"))],
        repo=NPM,
        uploads=Uploads({REPOSITORY.package("web"): days(2)}),
    )
    assert remembering.decided_packages() == {"web": "not-matched"}


@pytest.mark.parametrize(
    ("own", "held", "remembered", "said"),
    [
        (40, image("a", days=30), None, "delete: older-than"),
        (40, image("a", days=3), None, "not-matched"),
        (40, image("a", days=30)._replace(update_time=days(3)), None, "not-matched"),
        (40, image("a", days=30)._replace(update_time=days(35)), None, "delete: older-than"),
        (40, image("a", days=30), 3, "not-matched"),
        (3, image("a", days=30), None, "not-matched"),
        (None, image("a", days=30), None, "age-unknown"),
        (40, image("a", days=None), None, "age-unknown"),
        (40, image("a")._replace(upload_time=0.0), None, "age-unknown"),
        (40, image("a")._replace(update_time=days(-1)), None, "age-unknown"),
    ],
)
def test_a_repository_counts_alike(
    own: float | None, held: object, remembered: float | None, said: str
) -> None:
    asked = policies(policy("a", Kind.REPOSITORY, NameIs(("r",)), OlderThan(ago(days=20) - ago(days=40))))
    repo = repository(update_time=None if own is None else ago(days=own))
    known = Uploads({} if remembered is None else {NAME: days(remembered)})
    answer = decide_repository(context(asked, uploads=known), repo, contents(held), set(), gap=False)  # type: ignore[arg-type]
    assert said == (f"delete: {answer.reason}" if isinstance(answer, Delete) else answer.reason.value)


def test_an_empty_repository_counts_from_its_update_and_from_what_is_remembered() -> None:
    assert repository_since(repository(), []) == ago(days=30)
    assert repository_since(repository(), [], days(2)) == ago(days=2)


def noted(found: Contents, *gone: str, noting: bool = True) -> dict[str, float]:
    uploads = Uploads(noting=noting)
    uploads.note(REPOSITORY, found, frozenset(gone))
    return uploads.noted


def test_the_newest_upload_is_noted_where_it_is_deleted() -> None:
    new, old = image("new", days=2), image("old", days=300)
    found = contents(new, old, image("other", package="other", days=400))
    gone = REPOSITORY.version("app", new.digest)
    assert noted(found, gone) == {APP: days(2), NAME: days(2)}
    assert noted(found, gone, noting=False) == {}
    assert noted(found, REPOSITORY.version("app", old.digest)) == {}
    assert noted(found) == {}


def test_of_a_package_that_is_deleted_only_its_repository_is_noted() -> None:
    found = contents(image("new", days=2), image("other", package="other", days=400))
    assert noted(found, APP) == {NAME: days(2)}


def test_versions_of_other_formats_are_noted_alike() -> None:
    shelf = Contents(packages=(package(version("1.0.0"), version("2.0.0", days=2)),))
    name = REPOSITORY.package("web")
    assert noted(shelf, f"{name}/versions/2.0.0") == {name: days(2), NAME: days(2)}
    assert noted(shelf, f"{name}/versions/1.0.0") == {}


def test_an_update_counts_as_an_upload() -> None:
    moved = image("moved", days=300)._replace(update_time=days(1))
    found = contents(moved, image("old", days=200))
    assert noted(found, REPOSITORY.version("app", moved.digest))[APP] == days(1)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("kind: artifact.repository, when: {name: r}", "matched"),
        (
            "kind: artifact.repository, when: {name: r}},{name: b, kind: artifact.tag, when: {tags: x}",
            "matched",
        ),
        (
            "kind: artifact.repository, when: {name: r}},{name: b, kind: artifact.package, when: {empty: true}",
            "just-created",
        ),
    ],
)
def test_packages_that_no_policy_asks_for_do_not_make_a_repository_young(file: str, said: str) -> None:
    """They are read only to explain one of them, and a sweep decides without them."""
    held = Contents([], {}, packages=(package(version("1", days=0.01), days=0.01),))
    asked = context(written(*(part.removeprefix("name: b, ") for part in file.split("},{"))))
    answer = decide_repository(asked, repository(), held, set(), gap=False)
    assert answer.reason.value == said
