"""What the table looks like on a terminal of a given width."""

from io import StringIO
from pathlib import Path

import pytest

from janitor.report.data.result import SweepResult
from janitor.report.data.totals import totals
from janitor.report.terminal.sweep import View, write_table

GOLDEN = Path(__file__).parent / "golden"


def table(result: SweepResult, view: View | None = None, width: int | None = 120) -> str:
    """The whole report, as a terminal of this width gets it, or a pipe (None)."""
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        if width:
            patch.setenv("COLUMNS", str(width))
        write_table(result, totals(result), out, view or View())
    return out.getvalue()
