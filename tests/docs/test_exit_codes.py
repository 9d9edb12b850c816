"""Exit codes: docs/cli.md lists the codes of errors and results, and no other."""

from collections.abc import Iterator

from janitor.errors import JanitorError
from janitor.report.data import totals
from tests.docs.pages import between, first_column, text_of


def _errors(error: type[JanitorError] = JanitorError) -> Iterator[type[JanitorError]]:
    yield error
    for child in error.__subclasses__():
        yield from _errors(child)


def test_the_page_lists_the_codes_of_the_errors_and_of_the_results_and_no_other() -> None:
    raised = {error.exit_code for error in _errors()}
    from_results = {0, totals._REFUSED, totals._IN_PART, totals._UNOBSERVED, totals._PLANNED}
    listed = [int(code) for code in first_column(between(text_of("docs/cli.md"), "exit-codes").strip())]
    assert listed == sorted(raised | from_results)


def test_the_tree_in_the_errors_file_gives_each_error_its_code() -> None:
    import janitor.errors

    drawn = dict(
        line.strip("│├└─ ").split()[:2]
        for line in (janitor.errors.__doc__ or "").splitlines()
        if "Error" in line and "─" in line
    )
    assert drawn == {error.__name__: str(error.exit_code) for error in _errors() if error is not JanitorError}
