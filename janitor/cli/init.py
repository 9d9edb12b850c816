"""`janitor init`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from janitor.cli.messages import done


def init(
    file: Annotated[
        Path | None,
        typer.Argument(help="File to write (or set JANITOR_POLICIES).", show_default="policies.yaml"),
    ] = None,
    policies: Annotated[Path | None, typer.Option(metavar="FILE", help="Same as FILE.")] = None,
    project: Annotated[
        list[str] | None, typer.Option(metavar="P", help="Project to write into scope.projects. Repeatable.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented default policy file, its tests, and the schema for editors."""
    from janitor.cli.output import results_to, writing
    from janitor.cli.request import checked_projects, one_path
    from janitor.errors import UsageError
    from janitor.policy.file.schema import FILE_NAME, schema_text
    from janitor.settings import load_settings
    from janitor.store.policy_file import default_tests_text, tests_beside, text_for

    text = text_for(checked_projects(project or []))
    path = one_path(file, policies, load_settings().policies)
    files = {path: text}
    if path.is_file() or not path.exists():
        files |= {tests_beside(path): default_tests_text(), path.with_name(FILE_NAME): schema_text()}
    for each in files:
        if each.exists() and each.name != FILE_NAME and not force:
            raise UsageError(f"{each} already exists; use --force to overwrite it")
    for each, content in files.items():
        with results_to(each) as out, writing(out, each):
            out.write(content)
    done(f"wrote {', '.join(map(str, files))}")
    validate = shlex.join(["janitor", "validate", str(path)])
    print(f"next: {validate}, then {_dry_run(path, load_settings().policies)}")
    if not project:
        print("the file names no project: the project of your credentials is used (or init --project P)")


def _dry_run(path: Path, environment: Path | None) -> str:
    """The command that reads the file: it names the file unless `sweep` reads it anyway."""
    from janitor.cli.options import DEFAULT_PATH

    named = [] if path == (environment or DEFAULT_PATH) else ["--policies", str(path)]
    return shlex.join(["janitor", "sweep", "--dry-run", *named])
