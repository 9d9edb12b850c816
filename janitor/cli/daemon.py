"""`janitor daemon`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janitor.cli.messages import tell
from janitor.cli.options import ApplyOption, PoliciesOption, ProjectOption

if TYPE_CHECKING:
    from janitor.settings import Settings, SweepRequest

_THROWN_AWAY = (
    "the ledger is an SQLite file that Cloud Run discards, with its record of missed runs and interrupted"
    " deletions; set JANITOR_DATABASE_URL to a persistent database"
)


def daemon(
    now: Annotated[bool, typer.Option("--now", help="Sweep once now, then follow the schedule.")] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Run one sweep and exit (for cron, Cloud Scheduler, CronJobs).")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Never delete. Overrides everything else.")
    ] = False,
    apply: ApplyOption = False,
    limit: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=N", help="Override a limit, as max_deletions=200. Repeatable."),
    ] = None,
    policies: PoliciesOption = None,
    project: ProjectOption = None,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="H",
            help="Address of the HTTP server (or set JANITOR_HOST).",
            show_default="127.0.0.1; 0.0.0.0 on Cloud Run",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            metavar="N",
            help="Port of the HTTP server, 0 for any (or set PORT).",
            show_default="8080",
        ),
    ] = None,
) -> None:
    """Run sweeps and reports on the schedule of the policy file, until SIGTERM or SIGINT.

    Results are written to the log, the ledger, Slack and the HTML report, not to stdout. Without --apply it
    deletes nothing, unless JANITOR_MODE or the policy file says apply. SIGHUP reloads the file.
    """
    from janitor.daemon.wiring import WatchedPolicies, run_daemon, run_once
    from janitor.logs import configure_logs
    from janitor.settings import load_settings

    settings = load_settings()
    # Nobody watches: what it does is to be read in its log, on a terminal too.
    configure_logs(settings.log_level or "INFO", settings.log_format)
    reading = _Reading(settings, policies or settings.policies, dry_run, apply, limit or [], project or [])
    first = reading()
    if first.shipped_policies:
        tell("WARNING", f"no {reading.path} here: dry runs of the shipped default policies")
    if settings.loses_ledger:
        tell("WARNING", _THROWN_AWAY)
    if once:
        raise typer.Exit(run_once(first, settings))
    watched = WatchedPolicies(reading, reading.path, first)
    at = (host or settings.listen_host, settings.port if port is None else port)
    raise typer.Exit(run_daemon(watched, settings, *at, sweep_now=now))


class _Reading:
    """Reads flags, environment and policy file into a request, each time it is called.

    If there was a file once, the shipped default does not replace it when it is removed.
    """

    def __init__(
        self,
        settings: "Settings",
        named: Path | None,
        dry_run: bool,
        apply: bool,
        limits: list[str],
        projects: list[str],
    ) -> None:
        from janitor.cli.options import DEFAULT_PATH
        from janitor.cli.request import checked_projects

        self.path, self._settings = named or DEFAULT_PATH, settings
        self._named, self._mode = named, (dry_run, apply, settings.mode)
        self._limits, self._projects = limits, checked_projects(projects)

    def __call__(self) -> "SweepRequest":
        """The request. UsageError: the file is invalid or missing, or a flag is wrong."""
        from janitor.cli.request import is_apply, needs_lasting_ledger, overridden, policies_for
        from janitor.settings import SweepRequest

        loaded, source, shipped = policies_for(self._named, is_apply(*self._mode, "dry-run"))
        needs_lasting_ledger(loaded, self._settings)
        if not shipped:
            self._named = self.path
        return SweepRequest(
            policies=loaded,
            policies_source=source,
            apply=is_apply(*self._mode, loaded.mode),
            limits=overridden(loaded.limits, self._limits),
            projects=self._projects,
            shipped_policies=shipped,
        )
