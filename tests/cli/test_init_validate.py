"""`janitor init` writes what `janitor validate` accepts, and neither says more than it knows."""

import json
from pathlib import Path

import pytest

from janitor.policy.file.schema import policy_schema, schema_text
from janitor.store.policy_file import default_text, load_policies
from tests.cli.calling import Janitor


def test_init_writes_the_commented_default_and_says_what_is_next(folder: Path, janitor: Janitor) -> None:
    called = janitor("init")
    assert called.code == 0
    assert (folder / "policies.yaml").read_text() == default_text()
    assert "next: janitor validate policies.yaml, then janitor sweep --dry-run\n" in called.out


def test_init_names_its_file_in_the_next_command_unless_a_sweep_reads_it_anyway(
    folder: Path, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = janitor("init", "my other.yaml", "--project", "my-project")
    said = "next: janitor validate 'my other.yaml', then janitor sweep --dry-run --policies 'my other.yaml'\n"
    assert called.out.endswith(said)
    monkeypatch.setenv("JANITOR_POLICIES", "theirs.yaml")
    assert janitor("init").out.splitlines()[1].endswith("then janitor sweep --dry-run")
    assert janitor("init", "policies.yaml").out.splitlines()[1].endswith("--policies policies.yaml")


def test_init_without_a_project_says_which_one_is_used(folder: Path, janitor: Janitor) -> None:
    assert "the file names no project" in janitor("init").out
    assert "no project" not in janitor("init", "a.yaml", "--project", "my-project").out


def test_init_never_replaces_a_file_unless_told_to(policies: Path, janitor: Janitor) -> None:
    before = policies.read_text()
    called = janitor("init")
    assert (called.code, called.out, policies.read_text()) == (2, "", before)
    assert "policies.yaml already exists; use --force to overwrite it" in called.err
    assert janitor("init", "--force").code == 0
    assert policies.read_text() == default_text()


def test_init_writes_where_it_is_told(
    folder: Path, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert janitor("init", "mine.yaml").code == 0
    monkeypatch.setenv("JANITOR_POLICIES", str(folder / "theirs.yaml"))
    assert janitor("init").code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        ".janitor.schema.json",
        "mine.test.yaml",
        "mine.yaml",
        "theirs.test.yaml",
        "theirs.yaml",
    ]


def test_init_into_a_folder_that_is_not_there_is_a_usage_error(folder: Path, janitor: Janitor) -> None:
    called = janitor("init", "nowhere/policies.yaml")
    assert called.code == 2
    assert "nowhere/policies.yaml: cannot be written (No such file or directory)" in called.err
    assert list(folder.iterdir()) == []


def test_what_init_writes_is_valid(folder: Path, janitor: Janitor) -> None:
    janitor("init")
    called = janitor("validate")
    assert (called.code, called.err) == (0, "")
    assert called.out.startswith("policies.yaml is valid: 5 policies, mode dry-run\n")


def test_validate_names_the_policies_with_their_kinds(policies: Path, janitor: Janitor) -> None:
    called = janitor("validate")
    assert called.out == (
        "policies.yaml is valid: 2 policies, mode dry-run\n  project: p\n"
        "  old (artifact.image)\n  failed (run.service)\n"
    )


def test_validate_names_each_mistake_by_file_line_and_column(policies: Path, janitor: Janitor) -> None:
    policies.write_text(
        "version: 1\n"
        "policies:\n"
        "  - name: a\n"
        "    kind: artifact.imag\n"
        "  - {name: b, kind: run.service, when: {status: failed, older_than: 24}}\n"
    )
    called = janitor("validate")
    assert (called.code, called.out) == (2, "")
    assert "janitor: policies.yaml:4:11: kind: 'artifact.imag' is not known" in called.err
    assert "janitor: policies.yaml:5:" in called.err


def test_a_file_of_control_characters_does_not_steer_the_terminal(policies: Path, janitor: Janitor) -> None:
    policies.write_text('version: 1\npolicies:\n  - {name: "\\e[2J", kind: "\\e[31m"}\n')
    called = janitor("validate")
    assert called.code == 2
    assert "\x1b" not in called.err


def test_validate_takes_the_file_either_way_but_not_two(policies: Path, janitor: Janitor) -> None:
    assert janitor("validate", "policies.yaml").code == 0
    assert janitor("validate", "--policies", "policies.yaml").code == 0
    called = janitor("validate", "policies.yaml", "--policies", "other.yaml")
    assert called.code == 2
    assert "two files are given," in called.err


def test_validate_of_a_file_that_is_not_there_says_how_to_write_one(janitor: Janitor) -> None:
    called = janitor("validate")
    assert (called.code, called.out) == (2, "")
    assert "policies.yaml: this file does not exist: `janitor init` writes one" in called.err


def test_init_writes_the_projects_into_the_scope(folder: Path, janitor: Janitor) -> None:
    called = janitor("init", "--policies", "mine.yaml", "--project", "my-project", "--project", "our-project")
    assert called.code == 0
    assert load_policies(folder / "mine.yaml").scope.projects == ("my-project", "our-project")
    assert "projects: my-project, our-project" in janitor("validate", "mine.yaml").out


def test_validate_says_from_which_projects_would_be_deleted(policies: Path, janitor: Janitor) -> None:
    called = janitor("validate", str(policies), "--project", "other-project")
    assert "project: other-project" in called.out


@pytest.mark.parametrize("command", ["init", "validate", "sweep"])
def test_what_cannot_be_a_project_is_a_usage_error(folder: Path, janitor: Janitor, command: str) -> None:
    janitor("init")
    called = janitor(command, "--project", "No Such\nProject")
    assert called.code == 2
    assert "--project" in called.err
    assert called.out == ""


def test_the_file_that_init_writes_names_the_schema_beside_it(folder: Path, janitor: Janitor) -> None:
    assert janitor("init", "mine.yaml").code == 0
    first = (folder / "mine.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=.janitor.schema.json"
    beside = (folder / first.partition("$schema=")[2]).read_text()
    assert json.loads(beside) == policy_schema()
    assert janitor("schema").out == beside


def test_schema_writes_to_a_file_that_is_whole_or_not_there(folder: Path, janitor: Janitor) -> None:
    called = janitor("schema", "--out", "policies.schema.json")
    assert (called.code, called.out, called.err) == (0, "", "")
    assert (folder / "policies.schema.json").read_text() == schema_text()
    assert janitor("schema", "--out", "nowhere/x.json").code == 2


def test_init_to_a_device_leaves_nothing_beside_it(folder: Path, janitor: Janitor) -> None:
    called = janitor("init", "/dev/null", "--force")
    assert called.code == 0
    assert called.out.startswith("wrote /dev/null\nnext: ")


def test_validate_warns_of_what_can_never_act_and_is_content_unless_strict(
    policies: Path, janitor: Janitor
) -> None:
    policies.write_text(
        "version: 1\npolicies:\n"
        "  - {name: a, kind: artifact.image, when: {older_than: 30d, not: {older_than: 10d}}}\n"
    )
    called = janitor("validate")
    assert called.code == 0
    assert called.out.startswith("policies.yaml is valid: 1 policy")
    assert called.err == (
        "janitor: policies.yaml:3:44: warning: a can never match, because `older_than` and not `older_than` exclude "
        "each other: remove one of them\n"
    )
    strict = janitor("validate", "--strict")
    assert (strict.code, strict.out, strict.err) == (2, called.out, called.err)


def test_validate_strict_is_content_with_what_init_writes(folder: Path, janitor: Janitor) -> None:
    janitor("init")
    called = janitor("validate", "--strict")
    assert (called.code, called.err) == (0, "")
