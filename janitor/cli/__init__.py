"""The command line: one file a command; a command reads its flags and calls. Errors end here."""

import sys


def main() -> None:
    """Run one command and exit with its code: a JanitorError's own, 1 for a bug."""
    from janitor.cli.app import run

    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no "…" must not turn a report into a traceback.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    sys.exit(run())
