"""Which projects of an organization may be deleted from, and which are read (R1, R52)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.model.holders import InventoryScope
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.projects import FoundProjects, ListedProject
from janitor.policy.deciding.projects import (
    NotDeletableError,
    found_projects,
    named_projects,
    read_in_words,
    roots_in_words,
    unread_in_words,
)
from janitor.policy.model import Scope

IDS = ("cart", "cart-prod", "shop", "store", "web")
FOUND = FoundProjects(
    ("organizations/123",),
    tuple(ListedProject(name, str(1000 + place)) for place, name in enumerate(IDS)),
    (ListedProject("secret", "2001"),),
    (ListedProject("moved", "3001"),),
)
HIDDEN = Gap("organizations/123", "-", Kind.PROJECT, "denied")


def scope(**keys: tuple[str, ...]) -> Scope:
    return Scope(organization="123", **keys)


def test_named_projects_are_deleted_from_and_those_of_also_read_are_read() -> None:
    found = named_projects(Scope(("a", "b"), also_read=("c",)), ())
    assert (found.deletable, found.read, found.gaps) == (("a", "b"), ("a", "b", "c"), ())
    narrowed = named_projects(Scope(("a", "b"), also_read=("c",)), ("b",))
    assert (narrowed.deletable, narrowed.read) == (("b",), ("a", "b", "c"))
    other = named_projects(Scope(("a",), also_read=("c",)), ("b",))
    assert (other.deletable, other.read) == (("b",), ("a", "b", "c"))


def test_all_of_the_organization_without_further_words() -> None:
    found = found_projects(scope(), (), FOUND)
    assert found.deletable == IDS
    assert found.read == (*IDS, "moved")
    assert [(gap.project, gap.location, gap.kind) for gap in found.gaps] == [("secret", "-", Kind.PROJECT)]


def test_the_inventory_of_the_organization_knows_its_projects_by_number_those_of_unread_too() -> None:
    settled, listed = frozenset({"cart"}), frozenset({"cart", "shop"})
    seen = replace(FOUND, settled=settled, listed=listed)
    found = found_projects(scope(unread=("secret",), projects=("cart",)), ("cart",), seen)
    ids = {each.number: each.id for each in (*FOUND.active, *FOUND.only_inventory, *FOUND.elsewhere)}
    assert found.inventory == InventoryScope(FOUND.roots, settled, listed, ids, ("secret",))


def test_what_is_read_directly_is_not_left_to_the_inventory_however_unread_names_it() -> None:
    found = found_projects(scope(unread=("1003", "2001"), also_read=("store",)), (), FOUND)
    assert "store" in found.read
    assert found.inventory.unread == ("2001",)


def test_when_projects_were_created_is_known_as_resource_manager_says() -> None:
    created = {"shop": datetime(2026, 11, 1, tzinfo=UTC)}
    assert found_projects(scope(), (), replace(FOUND, created=created)).created == created


def test_also_read_names_further_projects_to_read() -> None:
    found = found_projects(scope(also_read=("lib", "shop")), (), FOUND)
    assert (found.deletable, found.read) == (IDS, (*IDS, "moved", "lib"))


def test_globs_choose_and_exclude_takes_away() -> None:
    found = found_projects(scope(projects=("cart*", "w?b"), exclude=("*-prod",)), (), FOUND)
    assert found.deletable == ("cart", "web")
    assert found.read == (*IDS, "moved")


def test_a_literal_name_is_read_whether_or_not_it_was_found() -> None:
    found = found_projects(scope(projects=("elsewhere", "shop")), (), FOUND)
    assert found.deletable == ("shop", "elsewhere")
    assert "elsewhere" in found.read


@pytest.mark.parametrize("name", ["secret", "2001"])
def test_unread_by_id_or_number_is_no_gap(name: str) -> None:
    assert found_projects(scope(unread=(name,)), (), FOUND).gaps == ()


def test_unread_is_neither_read_nor_deleted_from() -> None:
    found = found_projects(scope(unread=("shop", "1004", "moved")), (), FOUND)
    assert found.deletable == ("cart", "cart-prod", "store")
    assert found.read == ("cart", "cart-prod", "store")


def test_a_gap_of_the_lists_stays_whatever_is_unread() -> None:
    found = FoundProjects(FOUND.roots, FOUND.active, gaps=(HIDDEN,))
    assert found_projects(scope(unread=("secret", "shop")), (), found).gaps == (HIDDEN,)


@pytest.mark.parametrize(
    ("keys", "asked", "why"),
    [
        ({}, "secret", "not an active project of organization 123"),
        ({}, "moved", "not an active project"),
        ({"exclude": ("shop",)}, "shop", "scope.exclude"),
        ({"projects": ("c*",)}, "shop", "scope.projects"),
        ({"unread": ("shop",)}, "shop", "scope.unread"),
    ],
)
def test_a_flag_cannot_name_what_the_scope_leaves_out(
    keys: dict[str, tuple[str, ...]], asked: str, why: str
) -> None:
    with pytest.raises(NotDeletableError, match=why):
        found_projects(scope(**keys), ("web", asked) if "projects" not in keys else (asked,), FOUND)


def test_a_flag_narrows_deletions_alone() -> None:
    found = found_projects(scope(), ("web",), FOUND)
    assert (found.deletable, found.read) == (("web",), (*IDS, "moved"))


GLOBS = st.lists(st.sampled_from(("*", "c*", "*-prod", "shop", "?eb", "s*")), max_size=3).map(tuple)


@given(projects=GLOBS, exclude=GLOBS, more=GLOBS)
def test_no_glob_changes_what_is_read_and_excluding_more_never_deletes_more(
    projects: tuple[str, ...], exclude: tuple[str, ...], more: tuple[str, ...]
) -> None:
    free = found_projects(scope(), (), FOUND)
    some = found_projects(scope(projects=projects, exclude=exclude), (), FOUND)
    fewer = found_projects(scope(projects=projects, exclude=exclude + more), (), FOUND)
    assert free.read == some.read == fewer.read
    assert free.gaps == some.gaps == fewer.gaps
    assert set(fewer.deletable) <= set(some.deletable) <= set(free.deletable)
    assert set(some.deletable) <= set(some.read)


def test_in_words() -> None:
    assert roots_in_words(("organizations/123",)) == "organization 123"
    assert roots_in_words(("folders/4",)) == "folder 4"
    assert roots_in_words(("folders/4", "folders/5")) == "folders 4, 5"
    assert read_in_words(Scope(("a", "b")), ("a", "b")) == "a, b"
    assert read_in_words(scope(also_read=("q",)), IDS) == (
        "the 5 projects of organization 123 and of scope.also_read (q)"
    )
    assert read_in_words(scope(), IDS[:1]) == "the 1 project of organization 123"


def test_each_line_about_scope_unread_names_its_projects() -> None:
    assert unread_in_words(Scope(), ()) == ()
    listed, unknown = unread_in_words(scope(unread=("a", "b", "c")), ("b",))
    assert listed.startswith("not read directly, as scope.unread says: project b;")
    assert unknown.startswith("not read, as scope.unread says: projects a, c;")
    assert unread_in_words(scope(unread=("a", "c")), ()) == (unknown,)
    assert unread_in_words(scope(unread=("b",)), ("b",)) == (listed,)
