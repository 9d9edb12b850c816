"""`janitor init`."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    file: Annotated[
        Path | None, typer.Argument(help="Where; else JANITOR_POLICIES.", show_default="policies.yaml")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write the commented default policy file."""
    from janitor.cli.output import results_to
    from janitor.cli.request import DEFAULT_PATH
    from janitor.errors import UsageError
    from janitor.settings import load_settings
    from janitor.store.policy_file import default_text

    path = file or load_settings().policies or DEFAULT_PATH
    if path.exists() and not force:
        raise UsageError(f"{path} is there already: --force replaces it")
    with results_to(path) as out:
        out.write(default_text())
    print(f"wrote {path}; next: janitor validate {path}, then janitor sweep --dry-run")
