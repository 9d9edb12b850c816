"""What the table looks like on a terminal of a given width."""

from io import StringIO
from pathlib import Path

import pytest

from janitor.report.data.result import SweepResult
from janitor.report.data.totals import totals
from janitor.report.terminal import tables as console
from janitor.report.terminal.sweep import View, write_table

GOLDEN = Path(__file__).parent / "golden"


def table(result: SweepResult, view: View | None = None, width: int = 120) -> str:
    """The whole report, as a pipe gets it."""
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(console, "PIPE_WIDTH", width)
        write_table(result, totals(result), out, view or View())
    return out.getvalue()
