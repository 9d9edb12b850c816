"""`janitor demo`."""


def demo() -> None:
    """Run a complete example against a local emulator: a dry run, an apply, the daemon, its reports.

    It reads and changes nothing outside this machine, and needs no account.
    """
    from janitor.demo.story import tell

    tell()
