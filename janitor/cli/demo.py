"""`janitor demo`."""


def demo() -> None:
    """Watch the whole story on an emulated Google: a dry run, an apply, the nightly worker, its reports.

    Nothing outside this machine is read or changed, and no account is needed.
    """
    from janitor.demo.story import tell

    tell()
