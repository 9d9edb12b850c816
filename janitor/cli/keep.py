"""`janitor keep`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janitor.cli import completion
from janitor.cli.messages import done, tell

if TYPE_CHECKING:
    from datetime import datetime

    from janitor.settings import Settings


def keep(
    name: Annotated[
        str,
        typer.Argument(
            help="Name as in any output (web, web/web-00012, REPOSITORY/PACKAGE@3291cbd), or full resource name.",
            show_default=False,
            autocompletion=completion.names,
        ),
    ],
    span: Annotated[
        str | None,
        typer.Option("--for", metavar="30d", help="Duration of the opt-out.", show_default="permanent"),
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="End the opt-out.")] = False,
    policies: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Checked if given; an opt-out overrides every policy."),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(metavar="P", help="Only resources in this project. Repeatable.")
    ] = None,
) -> None:
    """Protect a resource from all policies, with its container and content (recorded in the ledger only).

    With --end policies apply to it again, and its grace period starts again.
    """
    from janitor.cli.opt_outs import end_keep
    from janitor.cli.request import checked_projects
    from janitor.errors import UsageError
    from janitor.logs import configure_logs
    from janitor.model.text import safe_text
    from janitor.runtime import now
    from janitor.settings import load_settings
    from janitor.store.policy_file import load_policies

    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    projects, at = checked_projects(project or []), now()
    if policies is not None:
        load_policies(policies)
    if end and span is not None:
        raise UsageError("--end and --for exclude each other: use one of them")
    url = _lasting(settings)
    if end:
        whole = asyncio.run(end_keep(url, name, _who(), at, projects))
        done(f"opt-out ended: {safe_text(whole)}")
    else:
        _keep(url, name, _until(span, at), at, projects, _reading(settings, policies, projects))


def _keep(
    url: str | None,
    name: str,
    until: "datetime | None",
    at: "datetime",
    projects: tuple[str, ...],
    look_up: Callable[[str], Awaitable[str]],
) -> None:
    from janitor.cli.opt_outs import keep as opt_out
    from janitor.model.text import safe_text
    from janitor.model.units import moment

    kept = asyncio.run(opt_out(url, name, until, _who(), at, projects, look_up))
    done(f"opted out {'permanently' if until is None else f'until {moment(until)}'}: {safe_text(kept.name)}")
    if not kept.was_seen:
        tell("WARNING", "it was not checked whether this resource exists")
    if kept.applying:
        tell(
            "WARNING",
            f"a sweep is applying now ({kept.applying}) and may have read the ledger before: it may still delete this"
            " resource",
        )


def _reading(
    settings: "Settings", policies: Path | None, projects: tuple[str, ...]
) -> Callable[[str], Awaitable[str]]:
    """Looks up a short name that the ledger does not know, in the projects of the flags or the policy file."""

    async def look_up(name: str) -> str:
        from janitor.cli.request import reading_request
        from janitor.errors import ObservationError, UsageError
        from janitor.explain.wiring import full_name

        try:
            return await full_name(reading_request(policies or settings.policies, projects), settings, name)
        except (UsageError, ObservationError) as error:
            raise type(error)(
                f"{name}: the ledger knows no resource of this name (janitor marks lists what is scheduled or kept),"
                f" and it was not found by reading: {error}\nOr write its whole name, such as"
                " projects/P/locations/L/services/NAME, or an image as HOST/P/R/IMAGE@sha256:…"
            ) from error

    return look_up


def _until(span: str | None, at: "datetime") -> "datetime | None":
    from janitor.errors import UsageError
    from janitor.model.units import parse_duration

    try:
        return at + parse_duration(span) if span is not None else None
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--for {error}") from error


def _lasting(settings: "Settings") -> str | None:
    """The ledger's URL, None for the default one; UsageError where it would be thrown away (R24)."""
    from janitor.errors import UsageError

    if settings.loses_ledger:
        raise UsageError(
            "JANITOR_DATABASE_URL is not set, and Cloud Run discards the disk after each run, with this"
            " opt-out. Set it to the database that the sweeps use"
        )
    return settings.ledger_url


def _who() -> str:
    """``user@host``, as far as this machine knows."""
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
