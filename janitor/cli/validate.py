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
) -> None:
    """Check the policy file; every mistake is named by line and column."""
    from janitor.cli.request import DEFAULT_PATH
    from janitor.errors import UsageError
    from janitor.settings import load_settings
    from janitor.store.policy_file import load_policies

    if file and policies and file != policies:
        raise UsageError(f"two files are named, {file} and {policies}: give one")
    path = file or policies or load_settings().policies or DEFAULT_PATH
    loaded = load_policies(path)
    count = len(loaded.policies)
    print(f"{path} is valid: {count} {'policy' if count == 1 else 'policies'}, mode {loaded.mode}")
    for policy in loaded.policies:
        print(f"  {policy.name} ({policy.kind.value})")
