"""`janitor validate`."""

from pathlib import Path
from typing import Annotated

import typer


def validate(
    file: Annotated[
        Path | None, typer.Argument(help="The policy file.", show_default="policies.yaml")
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The same, as other commands name it; else JANITOR_POLICIES."),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(metavar="P", help="Instead of the file's projects. Repeatable.")
    ] = None,
) -> None:
    """Check the policy file; every mistake is named by line and column."""
    from janitor.cli.request import checked_projects, one_path
    from janitor.settings import load_settings
    from janitor.store.policy_file import load_policies

    path = one_path(file, policies, load_settings().policies)
    named = checked_projects(project or [])
    loaded = load_policies(path)
    count = len(loaded.policies)
    print(f"{path} is valid: {count} {'policy' if count == 1 else 'policies'}, mode {loaded.mode}")
    projects = ", ".join(named or loaded.scope.projects) or "that of the credentials"
    print(f"  may delete from: {projects}")
    for policy in loaded.policies:
        print(f"  {policy.name} ({policy.kind.value})")
