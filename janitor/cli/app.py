"""The commands put together, and the edge where every error becomes a message and an exit code.

Nothing here or at the top of a command's file may import more than typer: `--help` pays for it.
"""

import os
import sys
from contextlib import redirect_stderr
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

from janitor.cli import completion
from janitor.cli.daemon import daemon
from janitor.cli.demo import demo
from janitor.cli.emulator import emulator
from janitor.cli.explain import explain
from janitor.cli.history import history
from janitor.cli.init import init
from janitor.cli.keep import keep
from janitor.cli.marks import marks
from janitor.cli.messages import bug, is_json, tell
from janitor.cli.policy_test import policy_test
from janitor.cli.report import report
from janitor.cli.schema import schema
from janitor.cli.streams import discard_stdout
from janitor.cli.sweep import sweep
from janitor.cli.validate import validate
from janitor.errors import JanitorError, UsageError

# 128 + SIGINT, as shells count it.
_STOPPED = 130
# click's, or since typer 0.20 typer's own copy of it.
_MISUSED: type[Exception] = next(
    each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException"
)
# Put together once a process, however many command lines it runs.
_command = cache(get_command)
app = typer.Typer(
    name="janitor",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Deletes what a team no longer uses on Cloud Run and Artifact Registry, and reports what it saved.",
    epilog="Example: janitor sweep --dry-run --project my-project",
)
app.command(epilog="Example: janitor sweep --dry-run --project my-project --kept")(sweep)
app.command(epilog="Example: janitor explain us-docker.pkg.dev/my-project/images/web:v1.2.3")(explain)
app.command(epilog="Example: janitor daemon --now --apply")(daemon)
app.command(epilog="Example: janitor report --since 7d")(report)
app.command(epilog="Example: janitor history 20261123T03")(history)
app.command(epilog="Example: janitor marks --format json")(marks)
app.command(epilog="Example: janitor keep checkout --for 30d")(keep)
app.command(epilog="Example: janitor init policies.yaml")(init)
app.command(epilog="Example: janitor validate policies.yaml")(validate)
app.command(name="test", epilog="Example: janitor test policies.test.yaml")(policy_test)
app.command(epilog="Example: janitor schema --out .janitor.schema.json")(schema)
app.command(epilog="Example: janitor emulator --world world.yaml --port 8085 --http-port 8086")(emulator)
app.command(epilog="Example: janitor demo")(demo)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"janitor {version('janitor-gcp')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Flags of janitor itself."""


def run(arguments: list[str] | None = None) -> int:
    """Run the command line (sys.argv when None is given); returns the exit code, never raises."""
    if completion.is_asked():
        return _completed(arguments)
    try:
        if completion.for_shell(sys.argv[1:] if arguments is None else arguments):
            return _flushed(0)
        end = _command(app).main(args=arguments, prog_name="janitor", standalone_mode=False)
        return _flushed(end if isinstance(end, int) else 0)
    except SystemExit as end:
        return _flushed(end.code if isinstance(end.code, int) else int(end.code is not None))
    except _MISUSED as error:
        return _misused(error)
    except (typer.Abort, KeyboardInterrupt):
        tell("ERROR", "stopped by a signal")
        return _STOPPED
    except JanitorError as error:
        tell("ERROR", str(error), exit_code=error.exit_code)
        return error.exit_code
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        return _refused_by_the_system(error)
    except Exception as error:
        bug(error)
        return JanitorError.exit_code
    return 0


def _completed(arguments: list[str] | None) -> int:
    """What a shell asked for, on stdout; an error prints nothing, for it would stand within what a person types."""
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
            completion.complete(
                lambda: _command(app).main(args=arguments, prog_name="janitor", standalone_mode=False),
                sys.stdout,
            )
    except SystemExit as end:
        return _flushed(end.code if isinstance(end.code, int) else 1)
    except Exception:
        return 1
    return _flushed(0)


def _flushed(code: int) -> int:
    """The code, once what was printed has left; a reader that went away changes nothing."""
    try:
        sys.stdout.flush()
    except OSError as error:
        discard_stdout()
        if not isinstance(error, BrokenPipeError):
            why = os.strerror(error.errno) if error.errno else type(error).__name__
            tell("ERROR", f"stdout: cannot be written ({why})", exit_code=UsageError.exit_code)
            return UsageError.exit_code
    return code


def _misused(error: Any) -> int:
    """A flag or an argument that is wrong: on a terminal as typer shows it. Without a command: the help."""
    error.message = _in_plain_words(str(error.message))
    if is_json() and type(error).__name__ != "NoArgsIsHelpError":
        command = error.ctx.command_path if getattr(error, "ctx", None) else "janitor"
        message = f"{error.format_message()}\nTry '{command} --help' for help."
        tell("ERROR", message, exit_code=UsageError.exit_code)
    else:
        from typer.rich_utils import rich_format_error

        rich_format_error(error)
    return UsageError.exit_code


def _in_plain_words(message: str) -> str:
    """A message of typer without the words of pydantic, which newer releases of typer read values with."""
    message = message.removeprefix("Value error, ").replace("Input should be", "must be")
    return message.partition(", unable to parse string")[0]


def _refused_by_the_system(error: OSError) -> int:
    """A full disk, a limit on open files, a folder that is gone: no fault of janitor's, and no text of others."""
    from janitor.error_facts import facts, raised_at

    place = raised_at(error)
    tell(
        "ERROR",
        f"the system refused ({facts(error)}{f' at {place}' if place else ''})",
        exit_code=UsageError.exit_code,
    )
    return UsageError.exit_code
