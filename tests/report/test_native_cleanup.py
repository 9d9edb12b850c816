"""Google's own cleanup policies are named (R44)."""

from janitor.model.names import RepositoryName
from janitor.report.data.notices import native_cleanup
from tests.making import repository


def test_each_repository_with_native_policies_is_named_with_what_they_do() -> None:
    busy = repository(cleanup_policies=("keep-ten: KEEP", "old: DELETE"))
    (line,) = native_cleanup([busy, repository(RepositoryName("p", "us", "s"))])
    assert line == (
        "repository r (us-central1, p) has native cleanup policies, keep-ten: KEEP, old: DELETE "
        "(active: Artifact Registry also deletes here, and does not know what is in use)"
    )


def test_a_dry_run_of_theirs_deletes_nothing() -> None:
    (line,) = native_cleanup([repository(cleanup_policies=("old",), cleanup_dry_run=True)])
    assert line == (
        "repository r (us-central1, p) has a native cleanup policy, old (a dry run: Artifact Registry deletes nothing by "
        "them)"
    )


def test_of_many_the_first_are_named_and_the_rest_counted() -> None:
    many = [
        repository(RepositoryName("p", "us", f"r{n:02}"), cleanup_policies=("x",))
        for n in reversed(range(12))
    ]
    lines = native_cleanup(many)
    assert len(lines) == 11
    assert lines[0].startswith("repository r00 ")
    assert lines[-1] == "2 more repositories have native cleanup policies"
    (line,) = native_cleanup([repository(cleanup_policies=tuple(f"p{n}" for n in range(7)))])
    assert "p4 and 2 more (" in line
