"""`janitor keep`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from janitor.cli import completion

if TYPE_CHECKING:
    from datetime import datetime

    from janitor.settings import Settings


def keep(
    name: Annotated[
        str,
        typer.Argument(
            help="As any output shows it: web, web/web-00012, REPOSITORY/PACKAGE@3291cbd; or Google's whole name.",
            show_default=False,
            autocompletion=completion.names,
        ),
    ],
    span: Annotated[
        str | None, typer.Option("--for", metavar="30d", help="For this long.", show_default="for good")
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="Keep it no longer.")] = False,
    policies: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Checked if named, as by every command; no policy overrules this."),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(metavar="P", help="Only a name in this project. Repeatable.")
    ] = None,
) -> None:
    """Opt out: no policy deletes it, what holds it, or what it holds. Written into the ledger alone.

    With --end policies speak of it again, and grace begins anew.
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
        raise UsageError("--end and --for contradict each other: give one of them")
    url = _lasting(settings)
    if end:
        whole = asyncio.run(end_keep(url, name, _who(), at, projects))
        print(f"no longer kept: {safe_text(whole)}")
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

    done = asyncio.run(opt_out(url, name, until, _who(), at, projects, look_up))
    print(f"kept {'for good' if until is None else f'until {moment(until)}'}: {safe_text(done.name)}")
    if not done.was_seen:
        print("janitor: whether this resource exists was not checked", file=sys.stderr)
    if done.applying:
        print(
            f"janitor: a sweep applies just now ({safe_text(done.applying)}) and does not know of this yet: it"
            " may still delete it",
            file=sys.stderr,
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
            "JANITOR_DATABASE_URL is not set, and Cloud Run throws the disk away after each run: nothing would"
            " remember this. Set it to the database that the sweeps use"
        )
    return settings.ledger_url


def _who() -> str:
    """``user@host``, as far as this machine knows."""
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
