"""`janitor emulator`."""

from pathlib import Path
from typing import Annotated

import typer


def emulator(
    world: Annotated[Path, typer.Option(metavar="FILE", help="YAML file with the emulated resources.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="gRPC port, 0 for any.")] = 0,
    http_port: Annotated[int, typer.Option(min=0, max=65535, help="REST port, 0 for any.")] = 0,
) -> None:
    """Serve an in-memory emulator of the Google APIs on loopback until interrupted.

    Prints the two variables to set, JANITOR_EMULATOR_HOST and JANITOR_EMULATOR_HTTP, once it listens.
    """
    from janitor.emulator import WorldError, serve
    from janitor.errors import UsageError

    if not world.is_file():
        raise UsageError(f"--world {world}: this file does not exist")
    try:
        serve(world, port, http_port)
    except WorldError as error:
        raise UsageError(str(error)) from error
    except (OSError, RuntimeError) as error:
        raise UsageError(f"cannot listen on {port} and {http_port}: {error}") from error
