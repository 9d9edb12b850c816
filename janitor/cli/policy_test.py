"""`janitor test`."""

from pathlib import Path
from typing import Annotated

import typer

from janitor.cli.options import Format, FormatOption, PoliciesOption


def policy_test(
    file: Annotated[
        Path | None,
        typer.Argument(help="File with the tests.", show_default="policies.test.yaml beside the policy file"),
    ] = None,
    policies: PoliciesOption = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Run the unit tests of the policy file: resources and the expected decisions on them.

    Makes no calls. Exits with 2 if a test fails.
    """
    import sys

    from janitor.cli.output import writing
    from janitor.cli.request import one_path
    from janitor.errors import PolicyFileError
    from janitor.policytest.file import read_tests
    from janitor.policytest.results import as_json, as_text
    from janitor.policytest.run import rehearse
    from janitor.settings import load_settings
    from janitor.store.policy_file import load_policies, tests_beside, tests_file

    path = one_path(None, policies, load_settings().policies)
    loaded, source = load_policies(path), file or tests_beside(path)
    now, cases = read_tests(tests_file(source), str(source), loaded)
    outcomes = [rehearse(case, loaded, now) for case in cases]
    told = (
        as_text(outcomes, str(source))
        if output is Format.TABLE
        else as_json(outcomes, str(source), str(path))
    )
    with writing(sys.stdout, None):
        sys.stdout.write(told)
    if any(outcome.differences for outcome in outcomes):
        raise typer.Exit(PolicyFileError.exit_code)
