"""`janitor init`."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    file: Annotated[
        Path | None, typer.Argument(help="Where; else JANITOR_POLICIES.", show_default="policies.yaml")
    ] = None,
    policies: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The same, as other commands name it.")
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(metavar="P", help="Write it into the file's scope. Repeatable.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write the commented default policy file, and beside it the schema by which editors check it."""
    from janitor.cli.output import results_to, writing
    from janitor.cli.request import checked_projects, one_path
    from janitor.errors import UsageError
    from janitor.policy.schema import FILE_NAME, schema_text
    from janitor.settings import load_settings
    from janitor.store.policy_file import text_for

    text = text_for(checked_projects(project or []))
    path = one_path(file, policies, load_settings().policies)
    if path.exists() and not force:
        raise UsageError(f"{path} is there already: --force replaces it")
    beside = {} if path.exists() and not path.is_file() else {path.with_name(FILE_NAME): schema_text()}
    for each, content in {path: text, **beside}.items():
        with results_to(each) as out, writing(out, each):
            out.write(content)
    wrote = " and ".join(map(str, (path, *beside)))
    print(f"wrote {wrote}; next: janitor validate {path}, then janitor sweep --dry-run")
