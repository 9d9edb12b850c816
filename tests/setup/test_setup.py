"""scripts/setup and the Makefile's stamps: what a machine lacks, and what is installed when."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.setup.locks import ROOT

TOO_OLD_OR_NEW = "exit 10"
MUSL = "exit 11"
WITHOUT_VENV = "exit 12"
GOOD = "exit 0"


def setup(folder: Path, pythons: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run it with nothing on PATH but these commands, each given as the body of a shell script."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name, body in pythons.items():
        write_command(bin_folder / name, body)
    command = ["/bin/bash", str(ROOT / "scripts" / "setup"), str(folder / "venv"), "runtime"]
    return subprocess.run(
        command, env={"PATH": str(bin_folder)}, capture_output=True, text=True, check=False, cwd=ROOT
    )


def write_command(file: Path, body: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("pythons", "sentence"),
    [
        ({}, "janitor needs CPython 3.11 to 3.14"),
        ({"python3": TOO_OLD_OR_NEW}, "janitor needs CPython 3.11 to 3.14"),
        ({"python3": "exit 127"}, "janitor needs CPython 3.11 to 3.14"),
        ({"python3": WITHOUT_VENV}, "python3 lacks the venv module"),
        ({"python3": MUSL}, "janitor needs glibc"),
    ],
)
def test_says_in_one_sentence_what_is_missing(tmp_path: Path, pythons: dict[str, str], sentence: str) -> None:
    done = setup(tmp_path, pythons)
    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "venv").exists()


def test_takes_the_python_that_has_the_venv_module(tmp_path: Path) -> None:
    done = setup(tmp_path, {"python3.13": WITHOUT_VENV, "python3.11": GOOD})
    assert "with python3.11" in done.stderr


def test_this_python_passes_the_probe(tmp_path: Path) -> None:
    """The probe itself, not a stand-in for its exit code."""
    text = (ROOT / "scripts" / "setup").read_text(encoding="utf-8")
    probe = text.split("probe='\n", 1)[1].split("\n'\n", 1)[0]
    python = shutil.which("python3.11") or shutil.which("python3")
    assert python
    codes = {
        newest: subprocess.run([python, "-c", probe, newest], check=False).returncode
        for newest in ("14", "10")
    }
    assert codes == {"14": 0, "10": 10}


Make = Callable[..., list[str]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Run make on the project's Makefile with a set-up that only writes down what it was asked for."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    write_command(
        tmp_path / "scripts" / "setup",
        """echo "$2" >> asked
        if [ "$2" = runtime ]; then rm -rf "$1"; mkdir -p "$1/bin"; fi
        for tool in janitor pytest ruff mypy lint-imports; do ln -sf /bin/true "$1/bin/$tool"; done""",
    )
    names = ["requirements.lock", "requirements-dev.lock", "pyproject.toml", "scripts/setup"]
    for name in names[:3]:
        (tmp_path / name).touch()
    clock = iter(range(1_000_000_000, 2_000_000_000, 1000))
    for name in names:
        os.utime(tmp_path / name, (next(clock),) * 2)

    def run(target: str, *changed: str) -> list[str]:
        asked = tmp_path / "asked"
        asked.unlink(missing_ok=True)
        for name in changed:  # newer than every stamp, which is older than now by then
            for stamp in (tmp_path / ".venv").glob(".*"):
                os.utime(stamp, (next(clock),) * 2)
            os.utime(tmp_path / name, (next(clock),) * 2)
        subprocess.run(["make", "-s", target], cwd=tmp_path, check=True, capture_output=True)
        return asked.read_text().split() if asked.exists() else []

    return run


def test_the_demo_installs_the_runtime_and_the_tests_add_the_tools(make: Make) -> None:
    assert make("demo") == ["runtime"]
    assert make("test") == ["dev"]


def test_nothing_is_installed_twice(make: Make) -> None:
    assert make("test") == ["runtime", "dev"]
    assert [make(target) for target in ("demo", "test", "check", "demo")] == [[], [], [], []]


def test_a_changed_lock_is_installed_where_it_is_needed(make: Make) -> None:
    make("test")
    assert make("demo", "requirements-dev.lock") == []
    assert make("check") == ["dev"]
    assert make("demo", "requirements.lock") == ["runtime"]
    assert make("check") == ["dev"]
