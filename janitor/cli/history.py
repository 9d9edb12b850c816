"""`janitor history`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from janitor.cli import completion
from janitor.cli.messages import tell
from janitor.cli.options import CsvFormatOption, FormatWithCsv, OutOption


def history(
    sweep: Annotated[
        str | None,
        typer.Argument(
            help="Show the actions of this sweep: its id, or the start of it.",
            show_default=False,
            autocompletion=completion.sweep_ids,
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=10_000, metavar="N", help="Number of sweeps to list.")
    ] = 20,
    show_all: Annotated[bool, typer.Option("--all", help="List dry runs too.")] = False,
    output: CsvFormatOption = FormatWithCsv.TABLE,
    out: OutOption = None,
    policies: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Checked if given; does not change the output."),
    ] = None,
    project: Annotated[
        list[str] | None,
        typer.Option(metavar="P", help="With SWEEP: only actions in this project. Repeatable."),
    ] = None,
) -> None:
    """List past sweeps from the ledger, the newest first, or show one sweep with its deletions.

    Dry runs are listed only with --all.
    """
    from janitor.cli.request import checked_projects, database_url
    from janitor.logs import configure_logs
    from janitor.settings import load_settings
    from janitor.store.policy_file import load_policies

    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    projects = checked_projects(project or [])
    if policies is not None:
        load_policies(policies)
    url = database_url(settings)
    if sweep is None:
        if projects:
            tell("WARNING", "--project needs a sweep: janitor history SWEEP --project P")
        _list_sweeps(url, limit, show_all, output, out)
    else:
        _show_sweep(url, sweep, projects, output, out)


def _list_sweeps(
    url: str | None, limit: int, dry_runs: bool, output: FormatWithCsv, out: Path | None
) -> None:
    from janitor.cli.output import results_to, writing
    from janitor.report.json.history import write_history_json
    from janitor.report.load import load_history
    from janitor.report.spreadsheet import write_history_csv
    from janitor.report.terminal.history import write_history_table

    with results_to(out) as stream:
        sweeps, hidden = asyncio.run(load_history(url, limit, dry_runs))
        with writing(stream, out):
            match output:
                case FormatWithCsv.TABLE:
                    write_history_table(sweeps, stream, hidden)
                case FormatWithCsv.JSON:
                    write_history_json(sweeps, stream)
                case FormatWithCsv.CSV:
                    write_history_csv(sweeps, stream)


def _show_sweep(
    url: str | None, start_of_id: str, projects: tuple[str, ...], output: FormatWithCsv, out: Path | None
) -> None:
    from janitor.cli.output import results_to, writing
    from janitor.model.names import project_of
    from janitor.report.json.history import write_sweep_json
    from janitor.report.load import load_sweep
    from janitor.report.spreadsheet import write_past_actions_csv
    from janitor.report.terminal.history import write_sweep_table

    with results_to(out) as stream:
        found, actions = asyncio.run(load_sweep(url, start_of_id))
        shown = [each for each in actions if not projects or project_of(each.name) in projects]
        with writing(stream, out):
            match output:
                case FormatWithCsv.TABLE:
                    write_sweep_table(found, shown, len(actions) - len(shown), stream)
                case FormatWithCsv.JSON:
                    write_sweep_json(found, shown, stream)
                case FormatWithCsv.CSV:
                    write_past_actions_csv(found, shown, stream)
