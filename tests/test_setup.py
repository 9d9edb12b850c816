"""What `make demo` and `make test` say on a machine that lacks something."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OLD = "exit 1"
WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac'


def said(folder: Path, python: str | None) -> subprocess.CompletedProcess[str]:
    """The setup with nothing on PATH but this python3 (a shell script's body), or none at all."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    if python is not None:
        script = bin_folder / "python3"
        script.write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
        script.chmod(0o755)
    command = ["/bin/bash", str(ROOT / "scripts" / "setup"), str(folder / "venv")]
    return subprocess.run(
        command, env={"PATH": str(bin_folder)}, capture_output=True, text=True, check=False, cwd=ROOT
    )


@pytest.mark.parametrize(
    ("python", "missing"),
    [(None, "needs Python 3.11"), (OLD, "needs Python 3.11"), (WITHOUT_VENV, "lacks the venv module")],
)
def test_says_in_one_sentence_what_is_missing(tmp_path: Path, python: str | None, missing: str) -> None:
    done = said(tmp_path, python)
    assert done.returncode == 2
    assert missing in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "venv").exists()
