"""The sweep that a report rests on: of the same policy digest and the same projects, whoever swept since (R31)."""

from datetime import timedelta

from janitor.ledger.history import Basis, SweepScope, basis_for
from tests.making import NOW

FILE = SweepScope("policies.yaml", "sha256:a", ("p", "q"))
NARROW = SweepScope("policies.yaml", "sha256:a", ("p",))
OTHER = SweepScope("jobs.yaml", "sha256:b", ("p", "q"))
BEFORE = SweepScope(policy_digest="sha256:a")


def basis(scope: SweepScope, name: str = "s", mode: str = "dry-run", has_snapshot: bool = True) -> Basis:
    return Basis(name, NOW - timedelta(hours=1), mode, scope, has_snapshot)


def chosen(asked: SweepScope, *newest_first: Basis) -> str | None:
    found = basis_for(newest_first, asked)
    return found and found.sweep_id


def test_a_narrowed_sweep_and_one_of_another_file_are_passed_over() -> None:
    rows = basis(OTHER, "other"), basis(NARROW, "narrow"), basis(FILE, "whole"), basis(FILE, "older")
    assert chosen(FILE, *rows) == "whole"
    assert chosen(FILE, *rows[:2]) is None
    assert chosen(FILE) is None


def test_projects_in_another_order_are_the_same() -> None:
    assert chosen(FILE, basis(SweepScope("x", "sha256:a", ("q", "p")))) == "s"


def test_a_sweep_of_an_earlier_version_counts_by_its_digest() -> None:
    assert chosen(FILE, basis(OTHER, "other"), basis(BEFORE, "before")) == "before"


def test_where_the_file_names_no_project_the_last_apply_s_projects_are_reported() -> None:
    asked = SweepScope("policies.yaml", "sha256:a")
    applied = basis(FILE, "applied", "apply", has_snapshot=False)
    rows = basis(NARROW, "narrow"), basis(FILE, "whole"), applied
    assert chosen(asked, *rows) == "whole"
    assert chosen(asked, *rows[:2]) == "narrow"


def test_without_a_file_the_last_apply_s_file_is_reported() -> None:
    nobody = SweepScope()
    assert chosen(nobody, basis(OTHER, "other"), basis(FILE, "applied", "apply")) == "applied"
    assert chosen(nobody, basis(OTHER, "other"), basis(FILE, "whole")) == "other"
    lost = basis(FILE, "applied", "apply", has_snapshot=False)
    assert chosen(nobody, basis(OTHER, "other"), lost) == "other"
