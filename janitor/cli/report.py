"""`janitor report`."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from janitor.cli.messages import done
from janitor.cli.options import ProjectFilter

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from janitor.report.data.summary import Summary
    from janitor.settings import Settings


class ReportFormat(StrEnum):
    """How the report is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


def report(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="7d",
            help="Start: a duration, or a day in UTC (2026-11-01).",
            show_default="the last report that was posted",
        ),
    ] = None,
    output: Annotated[
        ReportFormat | None,
        typer.Option("--format", help="For people or for programs.", show_default="table"),
    ] = None,
    slack: Annotated[bool, typer.Option("--slack", help="Post the report to Slack.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --slack: print the JSON, do not post.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the report to this file.", show_default="stdout")
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Policy file with the report: key (or set JANITOR_POLICIES).",
            show_default="policies.yaml",
        ),
    ] = None,
    project: ProjectFilter = None,
) -> None:
    """Report savings, the next deletions and problems, from the ledger.

    Makes no call to Google. --slack writes no report; add --format or --out to write it too.
    """
    from janitor.cli.output import results_to, writing
    from janitor.cli.request import checked_projects
    from janitor.logs import configure_logs
    from janitor.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    _check(settings, slack, dry_run, output)
    projects = checked_projects(project or [])
    printed = dry_run or not slack or output is not None or out is not None
    with results_to(out) as stream:
        summary = _summary(settings, since, policies or settings.policies, projects)
        if printed:
            text = _slack_json(settings, summary) if dry_run else None
            with writing(stream, out):
                _write(summary, stream, output or ReportFormat.TABLE, text)
    if slack and not dry_run:
        asyncio.run(_post(settings, summary, recorded=not projects))
        done("posted to Slack", beside_result=printed and out is None)


def _check(settings: "Settings", slack: bool, dry_run: bool, output: ReportFormat | None) -> None:
    from janitor.errors import UsageError

    if dry_run and not slack:
        raise UsageError(
            "--dry-run needs --slack, and prints what would be posted; without --slack nothing is sent:"
            " leave it out"
        )
    if dry_run and output is not None:
        raise UsageError(f"--slack --dry-run prints Slack's JSON: leave out --format {output.value}")
    if slack and not dry_run and not settings.speaks_to_slack:
        raise UsageError(
            "--slack: Slack is not set up: set JANITOR_SLACK_WEBHOOK_URL, or JANITOR_SLACK_BOT_TOKEN with"
            " JANITOR_SLACK_CHANNEL; --slack --dry-run prints what would be posted"
        )


def _summary(
    settings: "Settings", since: str | None, path: Path | None, projects: tuple[str, ...]
) -> "Summary":
    from janitor.cli.request import database_url, policies_for
    from janitor.ledger.history import ANY_SCOPE, SweepScope
    from janitor.report.load import load_summary
    from janitor.runtime import now

    until = now()
    start = _since(since, until)
    policies, source, shipped = policies_for(path, apply=False)
    options = policies.report
    # without a policy file the ledger's own last one is reported
    asked = ANY_SCOPE if shipped else SweepScope(source, policies.digest, policies.scope.named)
    return asyncio.run(
        load_summary(
            database_url(settings),
            start,
            until,
            options.horizon,
            projects=projects,
            show_creator=options.show_creator,
            asked=asked,
        )
    )


def _since(text: str | None, until: "datetime") -> "datetime | timedelta | None":
    from datetime import UTC, datetime

    from janitor.errors import UsageError
    from janitor.model.units import parse_duration

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            return parse_duration(text)
        except ValueError as error:
            raise UsageError(f"--since {error}; or a day, such as 2026-11-01") from error
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise UsageError(f"--since {text} is before the year 1 in UTC") from None
    if moment >= until:
        raise UsageError(f"--since {text} is not in the past")
    return moment


def _slack_json(settings: "Settings", summary: "Summary") -> str:
    from janitor.notify.posting import payload_json

    return payload_json(settings, summary)


def _write(summary: "Summary", out: TextIO, output: ReportFormat, text: str | None) -> None:
    """The summary in a format; `text`, where there is one, instead."""
    if text is not None:
        out.write(text.rstrip("\n") + "\n")
        return
    match output:
        case ReportFormat.TABLE:
            from janitor.report.terminal.report import write_report_table

            write_report_table(summary, out)
        case ReportFormat.JSON:
            from janitor.report.json.report import write_report_json

            write_report_json(summary, out)
        case ReportFormat.MARKDOWN:
            from janitor.report.markdown import write_report_markdown

            write_report_markdown(summary, out)
        case ReportFormat.CSV:
            from janitor.report.spreadsheet import write_report_csv

            write_report_csv(summary, out)
        case ReportFormat.HTML:
            from janitor.report.html.render import render_html

            out.write(render_html(summary).rstrip("\n") + "\n")


async def _post(settings: "Settings", summary: "Summary", recorded: bool) -> None:
    """By hand it is posted whatever was posted before. A report of some projects is not written down: the
    next one would leave out what the others saved until now."""
    from janitor.notify.posting import post_report
    from janitor.report.load import history_at

    async with history_at(settings.ledger_url) as history:
        await post_report(settings, summary, history if recorded else None)
