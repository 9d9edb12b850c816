"""`janitor sweep`."""

import shlex
import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from janitor.cli import completion
from janitor.cli.messages import tell
from janitor.cli.options import (
    ApplyOption,
    CsvFormatOption,
    FormatWithCsv,
    OutOption,
    PoliciesOption,
    ProjectOption,
)

if TYPE_CHECKING:
    from datetime import timedelta

    from janitor.errors import JanitorError
    from janitor.report.data.result import SweepResult
    from janitor.settings import Settings, SweepRequest
    from janitor.sweep.wiring import Show


class FailOn(StrEnum):
    """The results of a sweep that `--fail-on` turns into exit code 8."""

    PLAN = "plan"


def sweep(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be deleted. Overrides everything else.")
    ] = False,
    apply: ApplyOption = False,
    output: CsvFormatOption = FormatWithCsv.TABLE,
    kept: Annotated[bool, typer.Option("--kept", help="Also list kept resources.")] = False,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show all actions, not only the fifty costliest of each policy.")
    ] = False,
    out: OutOption = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Delete by this policy only. Repeatable.",
            autocompletion=completion.policy_names,
        ),
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=N",
            help="Override a limit, as max_deletions=200. Repeatable.",
            autocompletion=completion.limits,
        ),
    ] = None,
    wait: Annotated[
        str | None, typer.Option(metavar="10m", help="Time to wait for another sweep to end.")
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="Exit with 8 if resources would be deleted (dry runs in CI)."),
    ] = None,
    policies: PoliciesOption = None,
    project: ProjectOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress on stderr.")] = False,
) -> None:
    """Find what your policies would delete; with --apply, delete it.

    Without --apply this is a dry run, unless JANITOR_MODE or the policy file says apply.
    """
    from janitor.cli.output import results_to, writing
    from janitor.errors import UsageError
    from janitor.logs import configure_logs
    from janitor.report.data.totals import exit_code
    from janitor.settings import load_settings

    settings = load_settings()
    shows_table = output is FormatWithCsv.TABLE and out is None and sys.stdout.isatty()
    configure_logs(settings.log_level, settings.log_format, shows_table)
    flags = {"--policies": [str(policies)] if policies else [], "--project": project or []}
    flags |= {"--policy": policy or [], "--limit": limit or []}
    request = _request(settings, dry_run, apply, policies or settings.policies, flags, wait, kept)
    if fail_on and request.apply:
        raise UsageError("--fail-on plan is only for dry runs: add --dry-run")
    with ExitStack() as opened:
        stream, shown = opened.enter_context(results_to(out)), Event()

        def show(result: "SweepResult") -> bool:
            """Write the output, once; whether all of it was taken. A file has its name then."""
            shown.set()
            whole = False
            with writing(stream, out):
                _report(result, stream, output, show_all, _next_commands(request, flags))
                stream.flush()
                whole = True
            opened.close()
            if whole and output is FormatWithCsv.CSV:
                _tell_scheduled(result)
            return whole

        result = _swept(request, settings, quiet, output, show)
        if not shown.is_set():
            show(result)
    if result.error:
        raise result.error
    raise typer.Exit(exit_code(result, fail_on is FailOn.PLAN))


def _request(
    settings: "Settings",
    dry_run: bool,
    apply: bool,
    path: Path | None,
    flags: dict[str, list[str]],
    wait: str | None,
    kept: bool,
) -> "SweepRequest":
    from janitor.cli.request import (
        checked_projects,
        is_apply,
        needs_lasting_ledger,
        overridden,
        policies_for,
        selected,
    )
    from janitor.settings import SweepRequest

    asked_to_apply = is_apply(dry_run, apply, settings.mode, "dry-run")
    loaded, source, shipped = policies_for(path, asked_to_apply)
    needs_lasting_ledger(loaded, settings)
    if shipped:
        tell("WARNING", "no policies.yaml here: using the shipped default policies")
    return SweepRequest(
        policies=loaded,
        policies_source=source,
        apply=is_apply(dry_run, apply, settings.mode, loaded.mode),
        limits=overridden(loaded.limits, flags["--limit"]),
        projects=checked_projects(flags["--project"]),
        only_policies=selected(flags["--policy"], loaded),
        wait=_duration(wait),
        names_of_kept=kept,
        shipped_policies=shipped,
    )


def _duration(text: str | None) -> "timedelta | None":
    from janitor.errors import UsageError
    from janitor.model.units import parse_duration

    try:
        return parse_duration(text) if text is not None else None
    except ValueError as error:
        raise UsageError(f"--wait {error}") from error


def _swept(
    request: "SweepRequest", settings: "Settings", quiet: bool, output: FormatWithCsv, show: "Show"
) -> "SweepResult":
    from dataclasses import replace

    from janitor.cli.progress import showing
    from janitor.errors import InterruptedSweepError, ObservationError
    from janitor.sweep.wiring import run_sweep

    try:
        with ExitStack() as bars:
            progress = bars.enter_context(showing(quiet))

            def show_below(result: "SweepResult") -> bool:
                bars.close()
                return show(result)

            return run_sweep(replace(request, progress=progress), settings, show_below)
    except (ObservationError, InterruptedSweepError) as error:
        if output is FormatWithCsv.TABLE:
            raise
        # Pipelines read JSON whatever happened: nothing observed is a document with one gap, and a CSV without rows.
        tell("ERROR", str(error), exit_code=error.exit_code)
        return _nothing_observed(request, error)


def _nothing_observed(request: "SweepRequest", error: "JanitorError") -> "SweepResult":
    from janitor.errors import InterruptedSweepError
    from janitor.model.amounts import NOTHING
    from janitor.model.inventory import Gap
    from janitor.model.kinds import Kind
    from janitor.plan.plan import Plan
    from janitor.report.data.result import SweepResult
    from janitor.runtime import now

    moment = now()
    projects = request.projects or request.policies.scope.named or ("-",)
    gaps = tuple(Gap(project, "-", Kind.RUN_LOCATION, str(error)) for project in projects)
    plan = Plan(moment, request.policies.digest, gaps, (), (), {}, {}, plan_id="")
    interrupted = isinstance(error, InterruptedSweepError)
    return SweepResult(
        "", "apply" if request.apply else "dry-run", plan, NOTHING, (), (), moment, moment, interrupted
    )


def _tell_scheduled(result: "SweepResult") -> None:
    """Announce scheduled deletions in the log, where the output has no rows of them (R32)."""
    from janitor.report.data.announcing import announces, newly_scheduled
    from janitor.sweep.record import log_scheduled

    if announces(result) and not result.noted:
        log_scheduled(newly_scheduled(result))


def _next_commands(request: "SweepRequest", flags: dict[str, list[str]]) -> tuple[str, ...]:
    """What deletes what was shown: the same flags; a file first, where the shipped default stood in."""
    pairs = [word for flag, values in flags.items() for value in values for word in (flag, value)]
    apply = shlex.join(["janitor", "sweep", "--apply", *pairs])
    # An apply without a file is refused: somebody must have said what may be deleted.
    return ("janitor init", apply) if request.shipped_policies else (apply,)


def _report(
    result: "SweepResult", out: TextIO, output: FormatWithCsv, show_all: bool, next_commands: tuple[str, ...]
) -> None:
    from janitor.report.data.totals import totals
    from janitor.report.json.sweep import write_json
    from janitor.report.spreadsheet import write_sweep_csv
    from janitor.report.terminal.sweep import View, write_table

    sums = totals(result)
    match output:
        case FormatWithCsv.TABLE:
            write_table(result, sums, out, View(show_all, next_commands))
        case FormatWithCsv.JSON:
            write_json(result, sums, out)
        case FormatWithCsv.CSV:
            write_sweep_csv(result, out)
