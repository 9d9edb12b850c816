"""Shell completion: what each shell is given at each place, and nothing at all where something is wrong."""

import threading
from pathlib import Path

import pytest

from janitor.cli import completion
from tests.cli.calling import Janitor
from tests.cli.ledgers import FIRST, SECOND, written
from tests.report.summaries import SMALL

_SERVICES = [each.name.rpartition("/")[2] for each in SMALL.snapshot.services]


@pytest.fixture
def asked(janitor: Janitor, policies: Path, monkeypatch: pytest.MonkeyPatch):
    """``asked("explain", "w")``: the words that bash is offered for the last one."""

    monkeypatch.setattr(completion, "_PATIENCE", 120.0)  # a busy machine is no reason to fail

    def ask(*words: str) -> list[str]:
        monkeypatch.setenv("_JANITOR_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", "\n".join(["janitor", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        called = janitor()
        assert called.err == ""
        return called.out.split()

    return ask


def test_names_are_those_of_the_last_sweeps(asked, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, monkeypatch)
    for command in ("explain", "keep"):
        offered = asked(command, "")
        assert set(_SERVICES) <= set(offered)
        assert offered == sorted(set(offered))
    assert asked("explain", _SERVICES[0][:3]) == [
        each for each in offered if each.startswith(_SERVICES[0][:3])
    ]
    assert SMALL.snapshot.services[0].name in asked("explain", "projects/")
    assert asked("explain", "nothing-of-this-name") == []


def test_repositories_alone_where_a_repository_is_asked_for(
    asked, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(folder, monkeypatch)
    offered = asked("explain", "--kept", "in-use", "--repository", "")
    assert set(offered) == {each.name.rpartition("/")[2] for each in SMALL.snapshot.repositories}


def test_sweep_ids_of_the_ledger(asked, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, monkeypatch)
    assert asked("history", "") == [SECOND, FIRST]
    assert asked("history", SECOND[:-6]) == [SECOND]


def test_policy_names_of_the_file_that_the_line_names(
    asked, policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked("sweep", "--policy", "") == ["old", "failed"]
    assert asked("sweep", "--policy", "f") == ["failed"]
    other = policies.with_name("other.yaml")
    other.write_text("version: 1\npolicies: [{name: mine, kind: nonsense}, {no: name}]\n")
    assert asked("sweep", "--policies", "other.yaml", "--policy", "") == ["mine"]
    monkeypatch.setenv("JANITOR_POLICIES", str(other))
    assert asked("sweep", "--policy", "") == ["mine"]


def test_reasons_kinds_and_limits(asked) -> None:
    assert {"in-use", "self", "gap"} <= set(asked("explain", "--kept", ""))
    assert asked("explain", "--kept", "in-") == ["in-use"]
    assert asked("explain", "--kept", "self", "--kind", "run.s") == ["run.service"]
    assert asked("sweep", "--limit", "max_del") == ["max_deletions="]


@pytest.mark.parametrize(
    "url",
    ["sqlite:///{0}/none.db", "sqlite:///{0}/torn.db", "postgresql://h.invalid/d", "nonsense", "sqlite://"],
)
def test_without_a_ledger_in_a_file_that_can_be_read_nothing_is_offered_and_none_is_made(
    asked, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "torn.db").write_bytes(b"SQLite format 3\0 but no more")
    before = sorted(folder.iterdir())
    monkeypatch.setenv("JANITOR_DATABASE_URL", url.format(folder))
    assert asked("explain", "") == []
    assert asked("history", "") == []
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("text", ["", "policies: 7", "version: [", "\0", "policies: [7]"])
def test_a_broken_policy_file_offers_nothing(asked, policies: Path, text: str) -> None:
    policies.write_text(text)
    assert asked("sweep", "--policy", "") == []


def test_what_is_slow_offers_nothing(asked, monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(completion, "_PATIENCE", 0.01)
    monkeypatch.setattr(completion, "_glance", lambda *_: never.wait())
    assert asked("history", "") == []
    never.set()


def test_an_error_in_completion_itself_prints_nothing(
    janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_JANITOR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "janitor 'explain")
    monkeypatch.setenv("COMP_CWORD", "none")
    called = janitor()
    assert (called.out, called.err) == ("", "")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("bash", ".bash_completions/janitor.sh"),
        ("zsh", ".zfunc/_janitor"),
        ("fish", ".config/fish/completions/janitor.fish"),
    ],
)
@pytest.mark.parametrize("form", ["{} {}", "{}={}"])
def test_completion_is_installed_for_the_shell_that_is_named(
    name: str, file: str, form: str, folder: Path, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    called = janitor(*form.format("--install-completion", name).split())
    assert called.code == 0
    assert f"{name} completion installed in {folder / file}" in called.out
    assert f"complete_{name}" in (folder / file).read_text()
    assert janitor("--show-completion", name).out.strip() == (folder / file).read_text().strip()


def test_an_unknown_shell_is_refused_with_those_there_are(folder: Path, janitor: Janitor) -> None:
    called = janitor("--install-completion", "tcsh")
    assert (called.code, called.out) == (2, "")
    assert "unknown shell 'tcsh'; one of: bash, zsh, fish" in called.err


def bash(line: str, asked_by: Janitor, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is printed for a line in bash with its usual signs between words."""
    monkeypatch.setattr(completion, "_PATIENCE", 120.0)
    monkeypatch.setenv("_JANITOR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_LINE", line)
    monkeypatch.setenv("COMP_WORDBREAKS", " \t\n\"'@><=;|&(:")
    called = asked_by()
    assert called.err == ""
    return called.out


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("janitor explain app@0", ["@0123", "@0456"]),
        ("janitor explain app:", ["v1", "v2@0123"]),
        ("janitor explain app:v2@", ["@0123"]),
        ("janitor explain 'app:", ["app:v1", "app:v2@0123"]),
        ('janitor --policies "a b" explain app:v1', []),
        ('janitor explain --policies "a b" app:v1', ["v1"]),
        ("janitor explain a", ["app@0123", "app@0456", "app:v1", "app:v2@0123"]),
        ("janitor explain ", ["app@0123", "app@0456", "app:v1", "app:v2@0123", "web"]),
        ("janitor expl", ["explain"]),
        ("janitor sweep --limit=max_del", ["max_deletions="]),
    ],
)
def test_bash_is_given_what_it_puts_in_place_of_the_last_part_of_a_word(
    line: str, offered: list[str], janitor: Janitor, policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = ["app@0123", "app@0456", "app:v1", "app:v2@0123", "web"]
    monkeypatch.setattr(completion, "_known_names", lambda *_: known)
    assert bash(line, janitor, monkeypatch).split() == offered


def test_a_digest_begun_in_full_is_offered_in_full(
    asked, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(folder, monkeypatch)
    digests = [f"web/team/app@sha256:{number:064x}" for number in (7, 8)]
    for begun in ("web/team/app@s", "web/team/app@sha256", "web/team/app@sha256:000"):
        assert asked("explain", begun) == digests
    assert asked("explain", "web/team/app@0") == ["web/team/app@000000000000"]
    assert asked("explain", "web/team/app@sh1") == []
