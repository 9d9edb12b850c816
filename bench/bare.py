"""A typer program with janitor's commands and nothing behind them: what `--help` costs at the least."""

import typer

app = typer.Typer(
    name="bare", no_args_is_help=True, help="The commands of janitor, with nothing behind them."
)


@app.command()
def sweep(apply: bool = False, dry_run: bool = False) -> None:
    """Observe, decide, plan, guard, and delete where told to; then report."""


@app.command()
def daemon(now: bool = False, once: bool = False) -> None:
    """Sweep and report by the schedule in the policy file."""


@app.command()
def report(since: str = "7d", slack: bool = False) -> None:
    """What was saved."""


@app.command()
def history(sweep: str = "") -> None:
    """Past sweeps."""


@app.command()
def init(file: str = "policies.yaml") -> None:
    """Write the commented default policy file."""


@app.command()
def validate(file: str = "policies.yaml") -> None:
    """Check the policy file; every mistake is named by line and column."""


@app.command()
def emulator(world: str, port: int = 0) -> None:
    """Serve an in-memory Google on loopback until interrupted."""


@app.command()
def demo() -> None:
    """Watch the whole story on an emulated Google."""


if __name__ == "__main__":
    app()
