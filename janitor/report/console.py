"""Where text for people goes: a terminal or a pipe, and nothing in the text is interpreted."""

import io
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text

PIPE_WIDTH = 120


class PlainText(io.TextIOWrapper):
    """A file that others read: without colours, whatever FORCE_COLOR and its like say."""


class _PipeConsole(Console):
    """Rich ends the process with 1 where a reader goes away; here that is the caller's to judge."""

    def on_broken_pipe(self) -> None:
        """Called while the BrokenPipeError is handled: raise it again."""
        raise


def console_for(out: TextIO) -> Console:
    """A console that interprets nothing in the text; 120 wide where nobody sees its width."""
    width = None if out.isatty() else PIPE_WIDTH
    terminal = False if isinstance(out, PlainText) else None
    return _PipeConsole(
        file=out, width=width, force_terminal=terminal, markup=False, highlight=False, emoji=False
    )


def print_lines(console: Console, *parts: Iterable[Text]) -> None:
    """Each part's lines as they are laid out: a second wrap would break what is to be copied."""
    for part in parts:
        for line in part:
            console.print(line, soft_wrap=True)
