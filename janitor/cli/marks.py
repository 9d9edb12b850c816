"""`janitor marks`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from janitor.cli.options import Format, FormatOption, OutOption, ProjectFilter


def marks(
    output: FormatOption = Format.TABLE,
    out: OutOption = None,
    policies: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Checked if given; does not change the output."),
    ] = None,
    project: ProjectFilter = None,
) -> None:
    """List scheduled deletions and opt-outs from the ledger.

    Makes no call to Google. A policy with `grace` schedules deletions; `janitor keep` opts out.
    """
    from janitor.cli.opt_outs import load_marks
    from janitor.cli.output import results_to, writing
    from janitor.cli.request import checked_projects, database_url
    from janitor.logs import configure_logs
    from janitor.report.json.history import write_marks_json
    from janitor.report.terminal.marks import write_marks_table
    from janitor.runtime import now
    from janitor.settings import load_settings
    from janitor.store.policy_file import load_policies

    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    projects = checked_projects(project or [])
    if policies is not None:
        load_policies(policies)
    with results_to(out) as stream:
        marked, opt_outs = asyncio.run(load_marks(database_url(settings), now(), projects))
        with writing(stream, out):
            write = write_marks_json if output is Format.JSON else write_marks_table
            write(marked, opt_outs, stream)
