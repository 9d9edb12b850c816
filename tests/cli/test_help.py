"""What --help says, what it costs, and that no command is there which does nothing."""

import subprocess
import sys

import pytest
from typer.main import get_command

from janitor.cli.app import app
from tests.cli.calling import Janitor

COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
_HEAVY = {"google", "grpc", "sqlalchemy", "pydantic", "pydantic_settings", "alembic", "ruamel", "httpx2"}


def test_only_commands_that_do_something_exist() -> None:
    assert set(COMMANDS) == {
        "sweep",
        "init",
        "validate",
        "emulator",
        "explain",
        "demo",
        "daemon",
        "report",
        "history",
        "keep",
        "marks",
        "schema",
        "test",
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command_has_an_example_of_it(name: str, janitor: Janitor) -> None:
    called = janitor(name, "--help")
    assert called.code == 0
    assert f"Example: janitor {name}" in called.out
    assert called.err == ""


def test_the_help_names_every_command_and_has_an_example(janitor: Janitor) -> None:
    called = janitor("--help")
    assert called.code == 0
    assert "Example: janitor sweep --dry-run" in called.out
    assert all(f"│ {name} " in called.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_flag_says_what_it_is_for(name: str) -> None:
    options = [each for each in COMMANDS[name].params if each.name != "help"]
    assert [each.name for each in options if not getattr(each, "help", "")] == []


def test_the_version_is_the_installed_one(janitor: Janitor) -> None:
    called = janitor("--version")
    assert (called.code, called.err) == (0, "")
    assert called.out.startswith("janitor ")
    assert called.out.split()[1][0].isdigit()


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "janitor", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("janitor ")


def test_completion_is_offered_for_the_shell(janitor: Janitor) -> None:
    called = janitor("--show-completion", "bash")
    assert called.code == 0
    assert "complete " in called.out
    assert "janitor" in called.out


@pytest.mark.parametrize("words", [["--help"], ["sweep", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    """A shell asks for it at every press of the tab key."""
    code = (
        "import sys; from janitor.cli.app import run; code = run(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    roots = {module.partition(".")[0] for module in done.stderr.split()}
    assert "typer" in roots
    # Typer itself reads the flags of a command by pydantic; nothing of ours asks for it.
    own = {"pydantic"} if words[0] == "sweep" else set()
    assert roots & _HEAVY <= own


def test_no_command_at_all_shows_the_help(janitor: Janitor) -> None:
    called = janitor()
    assert "Usage: janitor" in called.out + called.err
    assert called.code == 2
