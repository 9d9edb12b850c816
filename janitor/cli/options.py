"""The flags that several commands share: each with one name, one meaning and one line of help."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_PATH = Path("policies.yaml")
# The keys that --limit takes, with the form of their values.
LIMIT_VALUES = {
    "max_deletions": "a whole number, such as 200",
    "max_share": "a percentage from 0% to 100%, such as 60%",
    "max_monthly_value": "dollars a month, such as '800 USD'",
    "max_unpriced": "a number, such as 50",
    "max_duration": "a duration, such as 30m or 2h",
}


class Format(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"


class FormatWithCsv(StrEnum):
    """How the results of a command with a table of figures are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


CsvFormatOption = Annotated[
    FormatWithCsv,
    typer.Option(
        "--format", help="Output format: table for people, json for programs, csv for spreadsheets."
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="Output format: table for people, json for programs.")
]
OutOption = Annotated[Path | None, typer.Option(help="Write the output to this file.", show_default="stdout")]
PoliciesOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Policy file (or set JANITOR_POLICIES).", show_default="policies.yaml"),
]
ProjectOption = Annotated[
    list[str] | None, typer.Option(metavar="P", help="Sweep this project instead of the file's. Repeatable.")
]
# Of commands that only read the ledger.
ProjectFilter = Annotated[
    list[str] | None, typer.Option(metavar="P", help="Only resources of this project. Repeatable.")
]
ApplyOption = Annotated[bool, typer.Option("--apply", help="Delete without confirmation.")]
