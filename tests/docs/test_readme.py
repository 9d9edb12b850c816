"""README.md: a reader who types its first dry run and its first policy gets what it says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from janitor.cli.app import run
from janitor.emulator import Emulator
from tests.docs.pages import blocks, text_of

_WORLD = """\
projects:
  my-project:
    run:
      us-central1:
        services:
          pr-1: {updated: 8d ago, min_instances: 1, image: docker.io/library/web}
          pr-2: {updated: 1d ago, min_instances: 1, image: docker.io/library/web}
          shop: {updated: 90d ago, image: docker.io/library/web}
"""
_SERVICE = "projects/my-project/locations/us-central1/services"


def steps() -> Iterator[tuple[str, str]]:
    """The blocks from the first dry run to the first apply, each with its language."""
    section = text_of("README.md").partition("## First dry run")[2].partition("\n## Run it every night")[0]
    for found in re.finditer(r"^( *)```(\w+)\n(.*?)^ *```$", section, re.DOTALL | re.MULTILINE):
        yield found[2], re.sub(f"^{found[1]}", "", found[3], flags=re.MULTILINE)


def test_the_first_dry_run_and_the_first_policy_work_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    printed: dict[str, str] = {}
    with Emulator.from_text(_WORLD) as emulator:
        monkeypatch.setenv("JANITOR_EMULATOR_HOST", emulator.host)
        monkeypatch.setenv("JANITOR_EMULATOR_HTTP", emulator.http)
        for language, text in steps():
            if language == "yaml":
                file = tmp_path / "policies.yaml"
                file.write_text(f"{file.read_text()}\n{text}")
                continue
            for line in text.splitlines():
                if line.startswith("janitor "):
                    assert run(line.split()[1:]) == 0, line
                    printed[line] = capsys.readouterr().out
        left = emulator.world.names("services")
    assert "pr-1" not in printed["janitor sweep --dry-run --project my-project"]
    assert "pr-1" in printed["janitor sweep --dry-run --policies policies.yaml"]
    assert "pr-1" in printed["janitor sweep --apply --policies policies.yaml"]
    assert left == [f"{_SERVICE}/pr-2", f"{_SERVICE}/shop"]


def test_the_policy_file_of_the_daemon_is_valid(tmp_path: Path) -> None:
    (file,) = [text for text in blocks(text_of("README.md"), "yaml") if text.startswith("version: 1")]
    path = tmp_path / "policies.yaml"
    path.write_text(file)
    assert run(["validate", "--strict", str(path)]) == 0
