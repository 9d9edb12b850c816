"""The command line: one file a command; a command reads its flags and calls. Errors end here."""

import sys


def main() -> None:
    """Run one command and exit with its code: a JanitorError's own, 1 for a bug."""
    from janitor.cli.starting import end_on_signals

    end_on_signals(sys.argv[1:])
    from janitor.cli.app import run
    from janitor.cli.messages import watch_interpreter
    from janitor.cli.streams import prepare_streams

    prepare_streams()
    watch_interpreter()
    sys.exit(run())
