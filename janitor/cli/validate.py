"""`janitor validate`."""

from pathlib import Path
from typing import Annotated

import typer

from janitor.cli.messages import tell
from janitor.cli.options import ProjectOption


def validate(
    file: Annotated[
        Path | None, typer.Argument(help="The policy file.", show_default="policies.yaml")
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The same, as other commands name it; else JANITOR_POLICIES."),
    ] = None,
    project: ProjectOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 2 on warnings, too.")] = False,
) -> None:
    """Check the policy file; every mistake is named by line and column.

    What is legal and can never act (a policy that matches nothing, or that another one shadows) is a warning.
    """

    from janitor.cli.request import checked_projects, one_path
    from janitor.errors import PolicyFileError
    from janitor.runtime import now
    from janitor.settings import load_settings
    from janitor.store.policy_file import load_with_warnings

    path = one_path(file, policies, load_settings().policies)
    named = checked_projects(project or [])
    loaded, warnings = load_with_warnings(path, now())
    count = len(loaded.policies)
    print(f"{path} is valid: {count} {'policy' if count == 1 else 'policies'}, mode {loaded.mode}")
    projects = ", ".join(named or loaded.scope.projects) or "that of the credentials"
    print(f"  may delete from: {projects}")
    for policy in loaded.policies:
        print(f"  {policy.name} ({policy.kind.value})")
    for line in warnings:
        tell("WARNING", line)
    if warnings and strict:
        raise typer.Exit(PolicyFileError.exit_code)
