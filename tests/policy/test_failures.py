"""Failures of expressions are told alike, in whatever order repositories are decided."""

from janitor.policy.conditions.failures import Failures


def noted(*places: str) -> Failures:
    failures = Failures()
    for place in places:
        failures.place = place
        failures.note("old", "resource.x", f"no x in {place or 'workloads'}")
    return failures


def test_the_first_cause_is_that_of_the_first_repository_by_name() -> None:
    for places in (("", "a", "b"), ("b", "a", ""), ("a", "", "b")):
        (line,) = noted(*places).lines()
        assert "for 3 resources" in line
        assert line.endswith("the first cause: no x in workloads")


def test_of_one_repository_the_first_cause_is_told() -> None:
    failures = noted("a")
    failures.note("old", "resource.x", "another cause")
    assert failures.lines()[0].endswith("the first cause: no x in a")
