"""What the pages tell people to type exists; what exists is told."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from janitor.cli.app import app
from janitor.kinds.table import KINDS
from janitor.settings import Settings
from tests.docs.pages import PAGES, ROOT, between, blocks, commands, first_column, text_of

_COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
_FROM_CLOUD_RUN = {"K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL"}


def _flags(command: str) -> set[str]:
    return {flag for each in _COMMANDS[command].params for flag in each.opts if flag.startswith("--")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_flag_that_a_page_shows_exists(page: Path) -> None:
    for words in commands(page.read_text(encoding="utf-8")):
        if words[1].startswith("--"):
            continue
        assert words[1] in _COMMANDS, " ".join(words)
        shown = {word.partition("=")[0] for word in words[2:] if word.startswith("--")}
        assert shown <= _flags(words[1]) | {"--help"}, " ".join(words)


def test_the_page_on_the_command_line_lists_every_command() -> None:
    table = text_of("docs/cli.md").partition("\n## Commands\n")[2].partition("\n\nFlags of")[0]
    assert {cell.split()[1] for cell in first_column(table)} == set(_COMMANDS)


def test_the_page_on_the_command_line_lists_every_flag_of_sweep() -> None:
    table = text_of("docs/cli.md").partition("\n\nFlags of")[2].partition("\n\nWithout a policy file")[0]
    assert {cell.split()[0] for cell in first_column(table)} == _flags("sweep") - {"--help"}


def test_the_readme_opens_with_the_two_commands_each_on_its_own_line() -> None:
    lines = between(text_of("README.md"), "commands").splitlines()
    assert [line for line in lines if line.startswith("make ")] == ["make demo", "make test"]


def test_every_make_target_that_a_page_shows_exists() -> None:
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))
    for page in PAGES:
        typed = "".join(blocks(page.read_text(encoding="utf-8"), "sh"))
        shown = set(re.findall(r"^make (\w+)", typed, re.MULTILINE))
        assert shown <= targets, page


def test_the_page_on_the_command_line_lists_the_environment_that_the_settings_read() -> None:
    listed = set(first_column(between(text_of("docs/cli.md"), "environment").strip()))
    read = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert listed - {"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_QUOTA_PROJECT"} == read - _FROM_CLOUD_RUN


def test_the_roles_hold_every_permission_that_a_kind_needs() -> None:
    page = text_of("docs/roles.md")
    to_read = set(re.findall(r"^(?:run|artifactregistry)\..*$", between(page, "read"), re.MULTILINE))
    to_delete = set(re.findall(r"^(?:run|artifactregistry)\..*$", between(page, "delete"), re.MULTILINE))
    for kind in KINDS.values():
        assert set(kind.read_permissions) <= to_read
        assert set(kind.delete_permissions) <= to_delete
    assert not to_read & to_delete
