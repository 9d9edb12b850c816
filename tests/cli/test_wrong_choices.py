"""A value that is none of those allowed: the message says which there are, in plain words."""

from pathlib import Path

import pytest

from tests.cli.calling import Janitor


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["explain", "--kept", "foo"], "--kept: unknown reason 'foo'; one of: self, in-use, "),
        (["explain", "--kept", "inuse"], "--kept: unknown reason 'inuse'; did you mean in-use? one of: "),
        (["explain", "--kept", "self", "--kind", "pod"], "--kind: unknown kind 'pod'; one of: run.service, "),
        (["report", "--format", "pdf"], "'pdf' is not one of 'table', 'json', 'markdown', 'html'"),
        (["history", "--limit", "abc"], "'--limit'"),
        (["history", "--limit", "0"], "'--limit'"),
    ],
)
@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_wrong_choice_is_named_with_those_there_are_and_without_words_of_a_library(
    words: list[str],
    told: str,
    log_format: str,
    policies: Path,
    janitor: Janitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JANITOR_LOG_FORMAT", log_format)
    monkeypatch.setenv("COLUMNS", "400")
    called = janitor(*words)
    assert (called.code, called.out) == (2, "")
    assert told in called.err
    for leak in ("Value error", "Input should", "unable to parse"):
        assert leak not in called.err


def test_an_emulator_has_no_default_project_and_no_variable_is_named_that_is_not_read(
    policies: Path, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies.write_text(policies.read_text().replace("scope: {projects: [p]}\n", ""))
    monkeypatch.setenv("JANITOR_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setenv("JANITOR_EMULATOR_HTTP", "http://127.0.0.1:1")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "my-project")
    called = janitor("sweep", "--dry-run")
    assert called.code == 2
    assert "an emulator has no default project: use --project P" in called.err
    assert "GOOGLE_CLOUD_PROJECT" not in called.err
