"""`janitor validate`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janitor.cli.messages import tell
from janitor.cli.options import ProjectOption

if TYPE_CHECKING:
    from janitor.policy.model import Scope


def validate(
    file: Annotated[Path | None, typer.Argument(help="Policy file.", show_default="policies.yaml")] = None,
    policies: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Same as FILE (or set JANITOR_POLICIES)."),
    ] = None,
    project: ProjectOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 2 on warnings too.")] = False,
) -> None:
    """Check the policy file; errors have line and column.

    A policy that is valid but cannot work (it can never match, or is shadowed) is a warning.
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
    for line in _where(named, loaded.scope):
        print(f"  {line}")
    for policy in loaded.policies:
        print(f"  {policy.name} ({policy.kind.value})")
    for line in warnings:
        tell("WARNING", line)
    if warnings and strict:
        raise typer.Exit(PolicyFileError.exit_code)


def _where(named: Sequence[str], scope: "Scope") -> Iterator[str]:
    """Where the file lets janitor delete, and what of an organization it does not read."""
    from janitor.policy.deciding.projects import roots_in_words

    projects = named or scope.projects
    if scope.roots and not named:
        excluded = f", except {', '.join(scope.exclude)}" if scope.exclude else ""
        yield f"projects: {', '.join(projects) or 'all'} of {roots_in_words(scope.roots)}{excluded}"
    else:
        shown = ", ".join(projects) or "the default of your credentials"
        yield f"project{'s' if len(projects) > 1 else ''}: {shown}"
    if scope.unread:
        yield f"not read: {', '.join(scope.unread)}"
