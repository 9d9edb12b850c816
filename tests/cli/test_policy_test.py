"""`janitor test`: what it reads, what it prints, and how it ends."""

import json
from pathlib import Path

from tests.cli.calling import Janitor


def test_what_init_writes_passes_its_tests(folder: Path, janitor: Janitor) -> None:
    janitor("init")
    called = janitor("test")
    assert (called.code, called.err) == (0, "")
    assert called.out.endswith(" passed, 0 failed\n")


def test_a_test_that_fails_ends_it_with_two_and_shows_the_difference(folder: Path, janitor: Janitor) -> None:
    janitor("init")
    policies = folder / "policies.yaml"
    policies.write_text(
        policies.read_text().replace("status: failed, older_than: 24h", "status: failed, older_than: 48h")
    )
    called = janitor("test")
    assert (called.code, called.err) == (2, "")
    assert "FAILED  a failed service is deleted after a day, and a live service is kept" in called.out
    assert "  broken  expected  delete: failed-services, reason: failed\n" in called.out
    assert "          found     keep: not-matched\n" in called.out


def test_programs_read_json_whether_tests_pass_or_fail(folder: Path, janitor: Janitor) -> None:
    janitor("init")
    assert json.loads(janitor("test", "--format", "json").out)["failed"] == 0
    tests = folder / "policies.test.yaml"
    tests.write_text(tests.read_text().replace("fresh: {keep: not-matched}", "fresh: {keep: serving}"))
    called = janitor("test", "--format", "json")
    assert called.code == 2
    assert json.loads(called.out)["failed"] == 1


def test_the_tests_stand_beside_the_policy_file_or_where_they_are_named(
    folder: Path, janitor: Janitor
) -> None:
    janitor("init", "mine.yaml")
    assert janitor("test", "--policies", "mine.yaml").code == 0
    (folder / "mine.test.yaml").rename(folder / "other.yaml")
    assert janitor("test", "other.yaml", "--policies", "mine.yaml").code == 0
    called = janitor("test", "--policies", "mine.yaml")
    assert (called.code, called.out) == (2, "")
    assert "mine.test.yaml: cannot be read (No such file or directory)" in called.err


def test_a_mistake_in_the_tests_is_named_by_line_and_column(folder: Path, janitor: Janitor) -> None:
    janitor("init")
    (folder / "policies.test.yaml").write_text("version: 1\ntests:\n  - {name: a, service: {}, expect: {}}\n")
    called = janitor("test")
    assert (called.code, called.out) == (2, "")
    assert (
        "janitor: policies.test.yaml:3:15: unknown key 'service' in the test: did you mean services?"
        in called.err
    )


def test_init_leaves_tests_that_are_there_alone_unless_told_to(folder: Path, janitor: Janitor) -> None:
    (folder / "policies.test.yaml").write_text("mine")
    called = janitor("init")
    assert called.code == 2
    assert "policies.test.yaml already exists; use --force to overwrite it" in called.err
    assert [path.name for path in folder.iterdir()] == ["policies.test.yaml"]
    assert (folder / "policies.test.yaml").read_text() == "mine"


def test_names_of_a_test_do_not_steer_the_terminal(folder: Path, janitor: Janitor) -> None:
    janitor("init")
    (folder / "policies.test.yaml").write_text('version: 1\ntests:\n  - {name: "\\e[2J", expect: {}}\n')
    called = janitor("test")
    assert called.code == 2
    assert "\x1b" not in called.out + called.err
