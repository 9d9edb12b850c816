"""`janitor schema`."""

from pathlib import Path
from typing import Annotated

import typer


def schema(
    out: Annotated[
        Path | None, typer.Option(help="Write the schema to this file.", show_default="stdout")
    ] = None,
) -> None:
    """Print the JSON Schema of the policy file, for editors."""
    from janitor.cli.output import results_to, writing
    from janitor.policy.file.schema import schema_text

    text = schema_text()
    with results_to(out) as stream, writing(stream, out):
        stream.write(text)
